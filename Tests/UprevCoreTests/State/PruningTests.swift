import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Pruning")
struct PruningTests {
  private static let day: Int64 = 86_400
  private static let now: Int64 = 1_700_000_000

  /// Runs with the newest first: age in days, and what else matters.
  private static func runs(_ list: [(days: Int64, changes: Int64, bytes: Int64, isFinished: Bool)])
    -> [PruningRule.Candidate]
  {
    list.enumerated().map { index, run in
      PruningRule.Candidate(
        sequence: Int64(list.count - index), startedAt: now - run.days * day, isFinished: run.isFinished,
        changeCount: run.changes, bytes: run.bytes)
    }
  }

  @Test("Young runs stay, and of the old ones the last twenty")
  func age() {
    let young = Self.runs((0..<50).map { _ in (89, 1, 0, true) })
    #expect(PruningRule().doomed(among: young, now: Self.now, sparing: nil).isEmpty)
    let old = Self.runs((0..<50).map { _ in (90, 1, 0, true) })
    #expect(PruningRule().doomed(among: old, now: Self.now, sparing: nil) == Array((1...30).reversed()))
    #expect(
      PruningRule().doomed(among: old, now: Self.now, sparing: 7) == Array((1...30).reversed()).filter { $0 != 7 })
  }

  @Test("Runs that changed nothing go sooner, and take no place of those that did")
  func idle() {
    let runs = Self.runs((0..<100).map { (8, $0 % 2 == 0 ? 0 : 1, 0, true) })
    let doomed = PruningRule().doomed(among: runs, now: Self.now, sparing: nil)
    #expect(doomed.count == 30)
    #expect(doomed.allSatisfy { $0 % 2 == 0 && $0 <= 60 })
    let many = Self.runs((0..<1100).map { _ in (0, 0, 0, true) })
    #expect(PruningRule().doomed(among: many, now: Self.now, sparing: nil).count == 100)
  }

  @Test("Runs that did not end stay for ninety days, whatever else holds")
  func unfinished() {
    let runs = Self.runs([
      (1, 1, 0, true), (90, 9, .max, false), (90, 1, 0, true), (91, 1, 0, false), (-5, 0, 0, false),
    ])
    var rule = PruningRule(keep: 0, olderThan: 0)
    #expect(rule.doomed(among: runs, now: Self.now, sparing: nil) == [5, 3, 2])
    rule.maximumBytes = 1
    rule.keptRuns = 9
    #expect(rule.doomed(among: runs, now: Self.now, sparing: nil) == [3, 2])
  }

  @Test("Where there is too much, the oldest go, but never the last one that changed something")
  func size() {
    let runs = Self.runs([(0, 1, 3 << 30, true), (0, 0, 0, true), (1, 1, 1, true), (2, 1, 1, true)])
    #expect(PruningRule().doomed(among: runs, now: Self.now, sparing: nil) == [2, 1])
    let fitting = Self.runs([(0, 1, 1 << 30, true), (1, 1, 1 << 30, true), (2, 1, 1, true), (3, 1, 0, true)])
    #expect(PruningRule().doomed(among: fitting, now: Self.now, sparing: nil) == [2, 1])
  }

  @Test("What a person asks for: the last so many, or those younger than an age")
  func asked() {
    let runs = Self.runs([(0, 0, 0, true), (1, 1, 0, true), (2, 0, 0, true), (3, 1, 0, true)])
    #expect(PruningRule(keep: 1, olderThan: .min).doomed(among: runs, now: Self.now, sparing: nil) == [3, 2, 1])
    #expect(PruningRule(keep: 0, olderThan: 2 * Self.day).doomed(among: runs, now: Self.now, sparing: nil) == [2, 1])
    #expect(PruningRule(keep: 4, olderThan: 0).doomed(among: runs, now: Self.now, sparing: nil).isEmpty)
    // Clocks that are far apart: what seems to begin in the future stays, and nothing overflows.
    #expect(PruningRule(keep: 0, olderThan: 0).doomed(among: runs, now: .min, sparing: nil).isEmpty)
    #expect(PruningRule(keep: 0, olderThan: 0).doomed(among: runs, now: .max, sparing: nil).count == 4)
  }

  @Test("A run that begins forgets old ones: rows, reports and the originals that they alone knew; the file shrinks")
  func everything() throws {
    let state = try StateFixture()
    let database = try state.open()
    let old = StateFixture.noon.seconds - 100 * Self.day
    var ids: [String] = []
    for number in 0..<25 as Range<UInt32> {
      let run = StateFixture.run(number, at: old)
      ids.append(run.id.description)
      let journal = database.makeJournal()
      try journal.begin(run)
      let tree = try journal.begin(StateFixture.target("cache"))
      try tree.record((0..<20).map { StateFixture.change("\($0)", delta: Array(repeating: 1, count: 20_000)) })
      let kept = try state.tree.write("original \(number)", to: ".uprev-kept/\(number)")
      let status = try state.tree.status(".uprev-kept/\(number)")
      var side = StateFixture.side(Int(status.size))
      side.file = status.identity
      try journal.begin(StateFixture.target("snap.tar", .archive)).record(
        JournalOriginal(keptPath: PathName(kept), before: side, after: StateFixture.side(1)))
      try journal.finish(StateFixture.end(at: old))
      try state.tree.write("{}", to: "state/runs/\(run.id)/report.json")
    }
    // Another file has the place of one, one is gone, and one is still known by a run that stays.
    try state.tree.write("something else", to: ".uprev-kept/0")
    unlink(state.tree.path(".uprev-kept/1"))
    try state.sql("UPDATE original SET kept_path = (SELECT kept_path FROM original WHERE target = 6) WHERE target = 50")
    for name in ["20230101T000000Z-00000001", "20231101T000000Z-00000001", "mine"] {
      try state.tree.write("{}", to: "state/runs/\(name)/report.json")
    }
    let reader = try state.open()
    try state.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    let before = database.sizeInBytes
    try database.makeJournal().begin(StateFixture.run(99))

    #expect(try database.runs().map(\.id) == [StateFixture.run(99).id.description] + ids[5...].reversed())
    #expect(try state.sql("SELECT count(*) FROM change") == "400")
    #expect(try state.sql("SELECT count(*) FROM discarded") == "0")
    #expect(
      try state.tree.listing(".uprev-kept").sorted()
        == (["0", "2"] + (5..<25).map(String.init)).sorted())
    #expect(try state.tree.read(".uprev-kept/0") == "something else")
    #expect(
      try state.tree.listing("state/runs").filter { $0.hasSuffix("/") }
        == (ids[5...].map { $0 + "/" } + ["20231101T000000Z-00000001/", "mine/"]).sorted())
    #expect(try reader.runs().count == 21)
    #expect(database.sizeInBytes < before - 5 * 20 * 15_000, "\(before) → \(database.sizeInBytes)")
    #expect(try state.sql("PRAGMA integrity_check") == "ok")
  }

  @Test("An original that cannot be removed now is removed later")
  func later() throws {
    let state = try StateFixture()
    let kept = try state.tree.write("original", to: ".uprev-kept/a")
    let status = try state.tree.status(".uprev-kept/a")
    let database = try state.open()
    let journal = database.makeJournal()
    try journal.begin(StateFixture.run(1))
    var side = StateFixture.side(Int(status.size))
    side.file = status.identity
    try journal.begin(StateFixture.target("snap.tar", .archive)).record(
      JournalOriginal(keptPath: PathName(kept), before: side, after: side))
    try journal.finish(StateFixture.end())
    let faulty = FaultyFileSystem(faults: [.init("unlinkat", number: EACCES, isPermanent: true)])
    let stuck = try StateDatabase.open(
      StateDirectory(path: state.directory.path, fileSystem: faulty), at: StateFixture.noon
    ).database
    let first = try stuck.prune(PruningRule(keep: 0, olderThan: .min), at: StateFixture.noon)
    #expect(first.runs.count == 1 && first.originals.isEmpty && first.remaining == [PathName(kept)])
    let second = try database.prune(PruningRule(keep: 0, olderThan: .min), at: StateFixture.noon)
    #expect(second == Pruned(runs: [], originals: [PathName(kept)], remaining: []))
    #expect(!state.tree.exists(".uprev-kept"))
  }
}
