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
    "Each call of a run in place fails once: documents are whole, decisions come once",
    arguments: [ENOSPC, EIO, EACCES, EMFILE, ENFILE, EDQUOT, EROFS, EPERM, EXDEV, EBUSY, ENOMEM, EINTR],
    Durability.allCases)
  func inPlace(number: Int32, durability: Durability) throws {
    let counting = FaultyFileSystem()
    let untouched = try sample()
    let clean = try withExtendedLifetime(untouched) {
      try TreeRun(
        untouched.pathName(), counting, durability: durability, batchCount: 2,
        journal: try begun(InMemoryJournal(), untouched))
    }
    #expect(clean.decisions.count == Self.documents.count + 1)
    let total = counting.record.count()
    #expect(total > 60)
    print("faults: \(total) calls × errno \(number), durability \(durability)")
    for occurrence in 1...total {
      let tree = try sample()
      let fileSystem = FaultyFileSystem(faults: [.init(nil, occurrence: occurrence, number: number)], flushes: false)
      let journal = InMemoryJournal()
      let run = try TreeRun(
        tree.pathName(), fileSystem, durability: durability, batchCount: 2, journal: try begun(journal, tree))
      let failed = fileSystem.record.failures.first ?? "none"
      let what = "errno \(number), call \(occurrence) (\(failed)), \(durability)"
      #expect(fileSystem.record.failures.count == 1, "\(what)")
      try expectWhole(tree, run, what)
      expectNoDecisionTwice(run, what)
      let stray = try tree.listing().filter { $0.contains(".uprev") }
      if failed == "rmdir" {
        #expect(run.warnings.map(\.code) == [.notCleanedUp], "\(what)")
      } else if run.warnings.contains(where: { $0.code == .notRecovered }) {
        #expect(!stray.isEmpty, "\(what)")
      } else {
        #expect(stray == [], "\(what)")
      }
      if !stray.isEmpty {
        // What the next run does first.
        let container = try #require(try TreeOpener().open(tree.pathName()) as? TreeContainer)
        try container.recoverInterruptedRuns(shouldStop: { false }, warn: { _ in })
        #expect(try tree.listing().filter { $0.contains(".uprev") } == [], "\(what)")
      }
      try expectUndoable(tree, journal, what)
      // A failure shows: in a decision, in the target's error, or in a warning; unless all was done nevertheless.
      let shows = run.decisions.contains { $0.outcome == .rejected } || run.error != nil || !run.warnings.isEmpty
      #expect(shows || failed == "unlinkat" || run.lines == clean.lines, "\(what): \(run.lines)")
      if run.error == nil {
        // A folder that cannot be entered stands for what is in it.
        let covered = Self.documents.filter { name in
          run.decisions.contains {
            let path = $0.reference.path.description
            return path == name || (name.hasPrefix(path + "/") && $0.outcome == .rejected)
          }
        }
        #expect(covered == Self.documents, "\(what): \(run.lines)")
      }
    }
  }

  @Test(
    "Each call of a copy fails once: the source is untouched, the copy is whole or not there",
    arguments: [ENOSPC, EIO, EACCES, EMFILE])
  func copy(number: Int32) throws {
    let counting = FaultyFileSystem()
    let place = try TemporaryTree(inMemory: true)
    let untouched = try sample()
    let clean = try withExtendedLifetime((untouched, place)) {
      try TreeRun(untouched.pathName(), counting, output: place.pathName("copy"))
    }
    #expect(clean.finished)
    for occurrence in 1...counting.record.count() {
      let tree = try sample()
      let place = try TemporaryTree(inMemory: true)
      let fileSystem = FaultyFileSystem(faults: [.init(nil, occurrence: occurrence, number: number)], flushes: false)
      let run = try TreeRun(tree.pathName(), fileSystem, output: place.pathName("copy"))
      let failed = fileSystem.record.failures.first ?? "none"
      let what = "errno \(number), call \(occurrence) (\(failed))"
      for name in Self.documents {
        #expect(try tree.read(name) == (name == "b.json" ? "current " : "old ") + name, "\(what)")
      }
      expectNoDecisionTwice(run, what)
      let top = try place.listing().filter { !$0.dropLast().contains("/") }
      if run.finished {
        #expect(top == ["copy/"], "\(what)")
        let missing = Self.documents.filter { !place.exists("copy/" + $0) }
        let excused = run.warnings + run.decisions.flatMap(\.warnings)
        for name in missing {
          #expect(
            excused.contains { $0.code == .notCopied && (name + "/").hasPrefix(($0.path?.description ?? "-") + "/") },
            "\(what): \(name) is missing")
        }
      } else if failed == "fsync" {
        #expect(top == ["copy/"], "\(what)")
        #expect(run.errorCode == .writeFailed, "\(what)")
      } else {
        #expect(run.error != nil, "\(what)")
        #expect(top == [], "\(what)")
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
