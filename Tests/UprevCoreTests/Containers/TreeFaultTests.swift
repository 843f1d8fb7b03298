import Foundation
import LosslessJSON
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// Every call of a small run fails once in turn: nothing is lost, nothing goes unreported, nothing is left over.
@Suite struct TreeFaultTests {
  private static let documents = ["a.json", "b.json", "c.json", "d/e.json", "d/f/g.json", "h/i.json"]

  private func sample() throws -> TemporaryTree {
    let tree = try TemporaryTree(inMemory: true)
    for name in Self.documents { try tree.write(name, (name == "b.json" ? "current " : "old ") + name, mode: 0o644) }
    try tree.write("h/notes.txt", "notes")
    let file = try LocalFileSystem().open(tree.pathName("h/i.json"), in: nil, .readWrite, mode: 0)
    if geteuid() == 0 { try LocalFileSystem().setOwner(file, user: 4711, group: 4711) }
    try LocalFileSystem().setExtendedAttribute(
      ExtendedAttribute(name: Array("user.a".utf8), value: [1]), of: file)
    return tree
  }

  private func expectWhole(_ tree: TemporaryTree, _ run: TreeRun, _ what: String) throws {
    var migrated: Set<String> = []
    for decision in run.decisions where decision.outcome == .migrated {
      migrated.insert(decision.reference.path.description)
    }
    for name in Self.documents {
      let text = try tree.read(name)
      let old = (name == "b.json" ? "current " : "old ") + name
      // Left for recovery, in the middle of an exchange: whole, in either form.
      if run.warnings.contains(where: { $0.code == .notRecovered }), text == "NEW " + name { continue }
      #expect(text == (migrated.contains(name) ? "NEW " + name : old), "\(what): \(name)")
    }
    #expect(try tree.read("h/notes.txt") == "notes", "\(what)")
  }

  private func begun(_ journal: InMemoryJournal, _ tree: TemporaryTree) throws -> any TargetJournal {
    let now = SystemClock().now()
    try journal.begin(JournalRun(id: RunID(startedAt: now, random: 1), command: "migrate", startedAt: now))
    return try journal.begin(
      JournalTarget(
        path: tree.pathName(), resolvedPath: tree.pathName(), kind: .tree, identity: try tree.status("").identity))
  }

  /// Every document is old, or is new and the journal gives the old text back.
  private func expectUndoable(_ tree: TemporaryTree, _ journal: InMemoryJournal, _ what: String) throws {
    var changes: [String: JournalChange] = [:]
    for target in try journal.runs().flatMap(\.targets) {
      try journal.forEachChange(of: target) { changes[$0.path.description] = $0 }
    }
    for name in Self.documents {
      let old = (name == "b.json" ? "current " : "old ") + name
      let text = try tree.read(name)
      if text == old { continue }
      #expect(text == "NEW " + name, "\(what): \(name)")
      let change = try #require(changes[name], "\(what): \(name) is not in the journal")
      let delta = try TextDelta(decoding: change.reverseDelta)
      let restored = try Array(text.utf8).withUnsafeBytes { try delta.applied(to: $0) }
      #expect(restored == Array(old.utf8), "\(what): \(name)")
    }
  }

  private func expectNoDecisionTwice(_ run: TreeRun, _ what: String) {
    let paths = run.decisions.map(\.reference.path)
    #expect(Set(paths).count == paths.count, "\(what): \(run.lines)")
    // In the order of discovery.
    #expect(paths == paths.sorted(), "\(what): \(run.lines)")
  }

  @Test(
    "Each call of a run in place fails once: documents are whole, decisions come once", arguments: Durability.allCases)
  func inPlace(durability: Durability) throws {
    let counting = FaultyFileSystem()
    let untouched = try sample()
    let clean = try withExtendedLifetime(untouched) {
      try TreeRun(
        untouched.pathName(), counting, durability: durability, batchCount: 2, claims: true, recovers: true,
        journal: try begun(InMemoryJournal(), untouched))
    }
    #expect(clean.decisions.count == Self.documents.count + 1)
    let calls = counting.record.byCall
    #expect(counting.record.count() > 60 && FaultTable.unknown(calls).isEmpty, "\(FaultTable.unknown(calls))")
    let cases = FaultTable.cases(calls, share: 4, turn: Durability.allCases.firstIndex(of: durability) ?? 0)
    print(FaultTable.summary("in place, durability \(durability)", calls, cases))
    for fault in cases {
      let tree = try sample()
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let journal = InMemoryJournal()
      let run = try TreeRun(
        tree.pathName(), fileSystem, durability: durability, batchCount: 2, claims: true, recovers: true,
        journal: try begun(journal, tree))
      try judge(tree, run, clean, fault, fileSystem, durability)
      try expectUndoable(tree, journal, "\(fault), \(durability)")
    }
  }

  private func judge(
    _ tree: TemporaryTree, _ run: TreeRun, _ clean: TreeRun, _ fault: FaultTable.Case, _ fileSystem: FaultyFileSystem,
    _ durability: Durability
  ) throws {
    let what = "\(fault), \(durability)"
    #expect(fileSystem.record.failures == [fault.call], "\(what)")
    try expectWhole(tree, run, what)
    expectNoDecisionTwice(run, what)
    try expectCleanUp(tree, run.warnings, fault, what)
    // A failure shows: in a decision, in the target's error, or in a warning; unless all was done nevertheless.
    let shows = run.decisions.contains { $0.outcome == .rejected } || run.error != nil || !run.warnings.isEmpty
    if fault.saysGone {
      // What is said to be gone is left out, and what is there is what the decisions say.
      #expect(run.error != nil || run.decisions.count <= clean.decisions.count, "\(what)")
    } else {
      #expect(shows || fault.call == "unlinkat" || run.lines == clean.lines, "\(what): \(run.lines)")
    }
    guard run.error == nil, !fault.saysGone else { return }
    // A folder that cannot be entered stands for what is in it.
    let covered = Self.documents.filter { name in
      run.decisions.contains {
        let path = $0.reference.path.description
        return path == name || (name.hasPrefix(path + "/") && $0.outcome == .rejected)
      }
    }
    #expect(covered == Self.documents, "\(what): \(run.lines)")
  }

  /// What is left is told of, unless it was said to be gone, and the next run removes it.
  private func expectCleanUp(
    _ tree: TemporaryTree, _ warnings: [WarningRecord], _ fault: FaultTable.Case, _ what: String
  ) throws {
    let stray = try Self.stray(tree)
    let isTold = warnings.contains { [.notCleanedUp, .notRecovered].contains($0.code) }
    #expect(stray.isEmpty || isTold || fault.saysGone, "\(what): \(stray)")
    if stray.isEmpty { return }
    let container = try #require(try TreeOpener().open(tree.pathName()) as? TreeContainer)
    try container.recoverInterruptedRuns(shouldStop: { false }, warn: { _ in })
    #expect(try Self.stray(tree) == [], "\(what)")
  }

  /// Without the file that is locked where the folder cannot be, and stays.
  private static func stray(_ tree: TemporaryTree) throws -> [String] {
    try tree.listing().filter { $0.contains(".uprev") && $0 != ".uprev-lock" }
  }

  @Test("Each call of a copy fails once: the source is untouched, the copy is whole or not there")
  func copy() throws {
    let counting = FaultyFileSystem()
    let place = try TemporaryTree(inMemory: true)
    let untouched = try sample()
    let clean = try withExtendedLifetime((untouched, place)) {
      try TreeRun(untouched.pathName(), counting, output: place.pathName("copy"))
    }
    #expect(clean.finished)
    let calls = counting.record.byCall
    #expect(FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, share: 4)
    print(FaultTable.summary("copy of a tree", calls, cases))
    for fault in cases {
      let tree = try sample()
      let place = try TemporaryTree(inMemory: true)
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let run = try TreeRun(tree.pathName(), fileSystem, output: place.pathName("copy"))
      let what = "\(fault)"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      for name in Self.documents {
        #expect(try tree.read(name) == (name == "b.json" ? "current " : "old ") + name, "\(what)")
      }
      expectNoDecisionTwice(run, what)
      try expectCleanUp(place, run.warnings, fault, what)
      // The last flush comes when the copy has its name.
      let isPlaced = run.finished || (fault.call == "fsync" && place.exists("copy"))
      #expect(try place.listing().filter { !$0.dropLast().contains("/") } == (isPlaced ? ["copy/"] : []), "\(what)")
      #expect(run.finished == (run.error == nil), "\(what)")
      guard isPlaced else { continue }
      let excused = run.warnings + run.decisions.flatMap(\.warnings)
      for name in Self.documents {
        let isMissing = !place.exists("copy/" + name)
        let isExcused =
          fault.saysGone
          || excused.contains { $0.code == .notCopied && (name + "/").hasPrefix(($0.path?.description ?? "-") + "/") }
        #expect(!isMissing || isExcused, "\(what): \(name) is missing")
        if isMissing { continue }
        let text = try place.read("copy/" + name)
        let old = (name == "b.json" ? "current " : "old ") + name
        #expect(text == old || text == "NEW " + name, "\(what): \(name) is \(text)")
      }
    }
  }

  @Test("A permanent failure of any call leaves every document whole", arguments: [EIO, EACCES])
  func permanent(number: Int32) throws {
    let counting = FaultyFileSystem()
    let untouched = try sample()
    _ = try withExtendedLifetime(untouched) { try TreeRun(untouched.pathName(), counting, batchCount: 2) }
    for call in counting.record.byCall.keys.sorted() {
      for occurrence in 1...4 {
        let tree = try sample()
        let fileSystem = FaultyFileSystem(
          faults: [.init(call, occurrence: occurrence, number: number, isPermanent: true)], flushes: false)
        let run = try TreeRun(tree.pathName(), fileSystem, batchCount: 2)
        let what = "\(call) from call \(occurrence) on"
        try expectWhole(tree, run, what)
        expectNoDecisionTwice(run, what)
        let stray = try tree.listing().filter { $0.contains(".uprev") }
        #expect(
          stray == [] || run.warnings.contains { [.notCleanedUp, .notRecovered].contains($0.code) }, "\(what): \(stray)"
        )
      }
    }
  }
}
