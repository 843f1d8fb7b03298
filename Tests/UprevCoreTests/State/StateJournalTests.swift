import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("The state database as a journal")
struct StateJournalTests {
  private let state: StateFixture

  init() throws {
    state = try StateFixture()
  }

  @Test("What is recorded comes back as it was, in the order of recording, also after reopening")
  func roundTrip() throws {
    let attributes = FileAttributes(
      mode: 0o6755, user: .max, group: 0,
      extended: [
        ExtendedAttribute(name: Array("user.b".utf8), value: []),
        ExtendedAttribute(name: [0xFF, 1], value: Array(repeating: 0, count: 300)),
      ], flags: nil)
    var changes = [
      StateFixture.change("b"), StateFixture.change("a"), StateFixture.change("b"), StateFixture.change("\u{1}\n"),
    ]
    changes[1].before.attributes = attributes
    changes[1].after.attributes = attributes
    changes[2].after.attributes = attributes
    changes[3].path = PathName([0xFF, 0xFE, 0x2F, 0x00])
    changes[3].format = nil
    changes[3].from = "with \u{0} inside"
    changes[3].to = nil
    changes[3].reverseDelta = []
    changes[3].before.file = FileIdentity(device: .max, inode: .max)
    changes[3].before.modification = FileTime(seconds: .min, nanoseconds: .max)
    let id: String
    do {
      let database = try state.open()
      let journal = database.makeJournal()
      let run = StateFixture.run(1, undoes: "another")
      id = run.id.description
      try journal.begin(run)
      let target = try journal.begin(StateFixture.target("cache"))
      try target.record(Array(changes[..<2]))
      try target.record([])
      try target.record(Array(changes[2...]))
      try target.finish(TargetRecord(path: PathName("cache"), committed: false))
      var summary = Summary()
      summary.add(
        DocumentRecord(
          target: PathName("cache"), path: PathName("a"), format: "f", outcome: .migrated, from: .number("1")))
      let end = JournalEnd(
        finishedAt: Timestamp(seconds: 1_700_000_100, nanoseconds: 1), status: .partial, summary: summary)
      try journal.finish(end)
    }
    let database = try state.open()
    let run = try #require(try database.run(id))
    #expect(try database.run("last") == run)
    #expect(try database.runs() == [run])
    #expect(run.command == "migrate" && run.undoes == "another" && run.status == .partial)
    #expect(run.startedAt == Timestamp(seconds: 1_700_000_000, nanoseconds: 5))
    #expect(run.finishedAt == Timestamp(seconds: 1_700_000_100, nanoseconds: 1))
    #expect(run.summary?.hasPrefix("{\"documents\": 1, \"migrated\": 1") == true)
    #expect(run.targets.map(\.target) == [StateFixture.target("cache")])
    #expect(run.targets.map(\.committed) == [false] && run.targets.map(\.changeCount) == [4])
    #expect(try database.changes(of: run.targets[0]) == changes)
    #expect(try database.run("missing") == nil)
  }

  @Test("A run that did not end is there, without an end")
  func killed() throws {
    try state.open().remember(StateFixture.run(1), [StateFixture.change("a")], isFinished: false)
    let run = try #require(try state.open().run("last"))
    #expect(run.finishedAt == nil && run.status == nil && run.summary == nil)
    #expect(run.targets.map(\.committed) == [nil] && run.targets.map(\.changeCount) == [1])
  }

  @Test("Withdrawing takes back the last record of each path, and no more")
  func withdraw() throws {
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    let target = try journal.begin(StateFixture.target("one"))
    let other = try journal.begin(StateFixture.target("two"))
    try other.record([StateFixture.change("a", 40)])
    try target.record([StateFixture.change("a", 1), StateFixture.change("b", 2), StateFixture.change("a", 3)])
    try target.withdraw([PathName("a"), PathName("never recorded")])
    try target.withdraw([])
    let run = try #require(try database.run("last"))
    #expect(try database.changes(of: run.targets[0]).map(\.before.size) == [1, 2])
    #expect(try database.changes(of: run.targets[1]).map(\.before.size) == [40])
    #expect(run.targets.map(\.changeCount) == [2, 1])
    try target.withdraw([PathName("a"), PathName("b")])
    try target.record([StateFixture.change("c", 9)])
    try target.withdraw([PathName("c")])
    #expect(try state.sql("SELECT change_count, stored_bytes FROM target WHERE id = 1") == "0|0")
  }

  @Test("The original of an archive is recorded, taken back, and counted as one change")
  func original() throws {
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    let target = try journal.begin(StateFixture.target("snap.tar", .archive))
    let original = JournalOriginal(
      keptPath: PathName("/kept/\u{7F}"), before: StateFixture.side(5), after: StateFixture.side(6))
    func known() throws -> JournaledTarget { try #require(try database.run("last")).targets[0] }
    #expect(try database.original(of: known()) == nil)
    try target.record(original)
    #expect(try database.original(of: known()) == original)
    #expect(try known().changeCount == 1)
    try target.withdrawOriginal()
    #expect(try database.original(of: known()) == nil)
    #expect(try known().changeCount == 0)
  }

  @Test("The last run is the one begun last, whatever the clock says")
  func lastBySequence() throws {
    let database = try state.open()
    for (number, seconds) in [(1, 1_700_000_000), (2, 1_600_000_000), (3, 1_650_000_000)] as [(UInt32, Int64)] {
      try database.remember(StateFixture.run(number, at: seconds), [StateFixture.change("a")])
    }
    #expect(try database.run("last")?.id == StateFixture.run(3, at: 1_650_000_000).id.description)
    #expect(try database.runs().map(\.startedAt.seconds) == [1_650_000_000, 1_600_000_000, 1_700_000_000])
  }

  @Test("Two threads that record into two targets disturb neither order nor content")
  func threads() throws {
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    let targets = [
      try journal.begin(StateFixture.target("0")), try journal.begin(StateFixture.target("1")),
    ]
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      for batch in 0..<40 {
        let changes = (0..<50).map { StateFixture.change("\(batch)/\($0)", batch * 50 + $0) }
        do { try targets[index].record(changes) } catch { Issue.record(error) }
      }
    }
    let run = try #require(try database.run("last"))
    for target in run.targets {
      #expect(try database.changes(of: target).map(\.before.size) == Array(0..<2000))
      #expect(target.changeCount == 2000)
    }
  }

  @Test("Changes can be read while others are recorded through the same database, as an undo does")
  func readWhileRecording() throws {
    let database = try state.open()
    let first = try database.remember(
      StateFixture.run(1), (0..<1500).map { StateFixture.change("\($0)", $0) })
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(2, undoes: first.id))
    let target = try journal.begin(StateFixture.target("cache"))
    var seen: [Int] = []
    try database.forEachChange(of: first.targets[0]) { change in
      seen.append(change.before.size)
      try target.record([change])
    }
    #expect(seen == Array(0..<1500))
    #expect(try database.run("last")?.targets.map(\.changeCount) == [1500])
  }

  @Test("A run that is removed while its changes are read, or while it records, is an error and no early end")
  func removedMeanwhile() throws {
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    let target = try journal.begin(StateFixture.target("cache"))
    try target.record((0..<600).map { StateFixture.change("\($0)", $0) })
    let run = try #require(try database.run("last"))
    var seen = 0
    let message = journalError {
      try database.forEachChange(of: run.targets[0]) { _ in
        seen += 1
        if seen == 1 { try state.sql("DELETE FROM target") }
      }
    }
    #expect(message.contains("removed"))
    #expect(journalError { try target.record([StateFixture.change("a")]) }.contains("removed"))
    #expect(journalError { try target.finish(TargetRecord(path: PathName("cache"))) }.contains("removed"))
    try state.sql("DELETE FROM run")
    #expect(journalError { try journal.finish(StateFixture.end()) }.contains("removed"))
  }

  @Test("A full disk loses the batch in hand and nothing before it, and is no damage")
  func diskFull() throws {
    let id = StateFixture.run(1).id.description
    do {
      let database = try state.open()
      let journal = database.makeJournal()
      try journal.begin(StateFixture.run(1))
      let target = try journal.begin(StateFixture.target("cache"))
      try target.record([StateFixture.change("a")])
      try database.limitPages()
      let message = journalError {
        try target.record((0..<100).map { StateFixture.change("\($0)", delta: Array(repeating: 7, count: 10_000)) })
      }
      #expect(message.contains("free some space"), "\(message)")
      #expect(try database.run(id)?.targets[0].changeCount == 1)
    }
    #expect(try state.open().run(id)?.targets[0].changeCount == 1)
    #expect(try state.names() == ["state.sqlite"])
  }

  @Test("A change that is too large for a row is refused, and the batch with it")
  func tooLarge() throws {
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    let target = try journal.begin(StateFixture.target("cache"))
    // Never written to, so that the system never gives it memory.
    let huge = [UInt8](unsafeUninitializedCapacity: 1_000_000_000) { _, count in count = 1_000_000_000 }
    let message = journalError {
      try target.record([StateFixture.change("a"), StateFixture.change("big.json", delta: huge)])
    }
    #expect(message.contains("big.json"))
    #expect(try database.run("last")?.targets[0].changeCount == 0)
  }

  @Test("The same run cannot be begun twice, and nothing is recorded for one that was not begun")
  func misuse() throws {
    let database = try state.open()
    try database.makeJournal().begin(StateFixture.run(1))
    #expect(journalError { try database.makeJournal().begin(StateFixture.run(1)) }.contains("already"))
    let journal = database.makeJournal()
    #expect(journalError { _ = try journal.begin(StateFixture.target("a")) }.contains("not begun"))
    #expect(journalError { try journal.finish(StateFixture.end()) }.contains("not begun"))
  }
}

extension StateDatabase {
  /// A disk that has no more room than for what is there.
  fileprivate func limitPages() throws {
    try withoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
  }
}
