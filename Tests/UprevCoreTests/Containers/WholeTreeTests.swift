import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite("A tree that is changed as a whole or not at all")
struct WholeTreeTests {
  private static let names = ["a.json", "b.json", "d/c.json", "d/e/f.json", "g/h.json"]

  private func sample() throws -> TemporaryTree {
    let tree = try TemporaryTree(inMemory: true)
    for name in Self.names { try tree.write(name, "old \(name)", mode: 0o644) }
    return tree
  }

  /// How many documents have their new text; the others must have their old one.
  private func migrated(_ tree: TemporaryTree, _ what: String) throws -> Int {
    var count = 0
    for name in Self.names {
      let text = try tree.read(name)
      #expect(text == "old \(name)" || text == "NEW \(name)", "\(what): \(name) is \(text)")
      if text == "NEW \(name)" { count += 1 }
    }
    return count
  }

  private func stray(_ tree: TemporaryTree) throws -> [String] { try tree.listing().filter { $0.contains(".uprev") } }

  /// What the next run would do first.
  private func recover(_ tree: TemporaryTree) throws -> [WarningCode] {
    let container = try #require(try TreeOpener().open(tree.pathName()) as? TreeContainer)
    var codes: [WarningCode] = []
    try container.claim(ContainerClaimOptions(runID: "recovery"), warn: { codes.append($0.code) })
    try container.recoverInterruptedRuns(shouldStop: { false }, warn: { codes.append($0.code) })
    return codes
  }

  @Test("Every document is migrated, and nothing is left over", arguments: [1, 2, 100])
  func all(batchCount: Int) throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName(), batchCount: batchCount, claims: true, isAllOrNothing: true)
    #expect(run.finished)
    #expect(try migrated(tree, "") == Self.names.count)
    #expect(try stray(tree) == [])
    #expect(run.warnings == [])
  }

  @Test("A document that another program changes while the others are exchanged keeps the change, and all go back")
  func changed() throws {
    for name in Self.names {
      let tree = try sample()
      let path = tree.path(name)
      let fileSystem = FaultyFileSystem(before: { call, occurrence, _ in
        // Once everything is staged.
        if call == "syncfs", occurrence == 1 { try? Data("old saved".utf8).write(to: URL(fileURLWithPath: path)) }
        return nil
      })
      let run = try TreeRun(tree.pathName(), fileSystem, claims: true, isAllOrNothing: true)
      #expect(run.errorCode == .changedDuringRun)
      #expect(!run.finished)
      #expect(try tree.read(name) == "old saved")
      for other in Self.names where other != name { #expect(try tree.read(other) == "old \(other)") }
      #expect(try stray(tree) == [])
    }
  }

  @Test("Abandoned before the end, nothing is changed", arguments: [1, 3, 5])
  func abandoned(after count: Int) throws {
    let tree = try sample()
    _ = try TreeRun(tree.pathName(), batchCount: 2, claims: true, isAllOrNothing: true, abandonsAfter: count)
    #expect(try migrated(tree, "") == 0)
    #expect(try stray(tree) == [])
  }

  @Test("Where names cannot be exchanged nothing is changed, and the error says so")
  func withoutExchange() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("renameat2", number: EINVAL, isPermanent: true)])
    let run = try TreeRun(tree.pathName(), fileSystem, claims: true, isAllOrNothing: true)
    #expect(run.errorCode == .writeFailed)
    #expect(try migrated(tree, "") == 0)
    #expect(try stray(tree) == [])
  }

  @Test("Each call fails once: after recovery all documents are old, or all are new")
  func faults() throws {
    let counting = FaultyFileSystem(flushes: false)
    let untouched = try sample()
    _ = try withExtendedLifetime(untouched) {
      try TreeRun(untouched.pathName(), counting, batchCount: 2, claims: true, isAllOrNothing: true)
    }
    let calls = counting.record.byCall
    #expect(counting.record.count() > 100 && FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, share: 3)
    var committed = 0
    for fault in cases {
      let tree = try sample()
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let run = try TreeRun(tree.pathName(), fileSystem, batchCount: 2, claims: true, isAllOrNothing: true)
      let what = "\(fault)"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      let before = try stray(tree)
      _ = try recover(tree)
      let count = try migrated(tree, what)
      // A document that could not be read is no part of it; nor is one that was said to be gone.
      let all = run.decisions.filter { $0.outcome == .migrated }.count
      #expect(count == 0 || count == all, "\(what): \(count) \(run.lines)")
      if run.finished { #expect(count == all, "\(what)") }
      let covered = Self.names.filter { name in
        run.decisions.contains {
          name == $0.reference.path.description
            || ($0.outcome == .rejected && name.hasPrefix("\($0.reference.path)/"))
        }
      }
      #expect(fault.saysGone || covered == Self.names || run.error != nil, "\(what): \(run.lines)")
      // Where the folder cannot be locked, a file is, and stays.
      #expect(try stray(tree).filter { $0 != ".uprev-lock" } == [], "\(what): before recovery \(before)")
      if count > 0 { committed += 1 }
    }
    #expect(committed > 10)
    print(FaultTable.summary("all or nothing", calls, cases) + ", \(committed) times all was done nevertheless")
  }

  @Test("A crash at any call is rolled back by recovery, or brought to its end if it was committed")
  func crashes() throws {
    let counting = FaultyFileSystem(flushes: false)
    let untouched = try sample()
    _ = try withExtendedLifetime(untouched) {
      try TreeRun(untouched.pathName(), counting, batchCount: 2, claims: true, isAllOrNothing: true)
    }
    var outcomes: Set<Int> = []
    for occurrence in 1...counting.record.count() {
      let tree = try sample()
      let fileSystem = FaultyFileSystem(
        faults: [.init(nil, occurrence: occurrence, number: EIO, isPermanent: true)], flushes: false)
      _ = try TreeRun(tree.pathName(), fileSystem, batchCount: 2, claims: true, isAllOrNothing: true)
      _ = try migrated(tree, "crash at call \(occurrence)")
      _ = try recover(tree)
      let count = try migrated(tree, "crash at call \(occurrence)")
      #expect(count == 0 || count == Self.names.count, "crash at call \(occurrence): \(count)")
      outcomes.insert(count)
      #expect(try stray(tree) == [], "crash at call \(occurrence)")
    }
    #expect(outcomes == [0, Self.names.count])
  }
}
