import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Every call of an undo fails once in turn: every document is whole, in its migrated or its old form, and the next undo
/// does the rest.
@Suite struct UndoFaultTests {
  @Test("Every call fails once", arguments: [Durability.batch, .file])
  func everyCallFailsOnce(durability: Durability) throws {
    let counting = FaultyFileSystem(flushes: false)
    let clean = try prepared()
    let complete = try clean.harness.undo(clean.run, fileSystem: counting, isForced: true, durability: durability)
    #expect(complete.result.summary.outcomes[.migrated] == 4)
    let calls = counting.record.byCall
    #expect(counting.record.count() > 50 && FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, turn: durability == .file ? 1 : 0)
    for fault in cases {
      let (harness, run, before, after) = try prepared()
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let undone = try harness.undo(run, fileSystem: fileSystem, isForced: true, durability: durability)
      let what = "\(fault), \(durability)"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      let now = try harness.state().mapValues(\.bytes)
      for name in UndoHarness.documents {
        let text = now[name]
        #expect(text == before[name] || text == after[name], "\(what): \(name)")
        if undone.outcome(name) == .migrated, undone.result.error == nil {
          #expect(text == before[name], "\(what): \(name)")
        }
      }
      #expect(now["notes.txt"] == after["notes.txt"], "\(what)")
      // The later save is there, under its own name or as the kept file.
      let later = Array(Self.later.utf8)
      #expect(now.contains { $0.value == later }, "\(what)")
      let shows =
        undone.result.conclusion.exitStatus != 0 || undone.warnings.contains { $0.code != .fileKept }
        || undone.result.summary.outcomes[.migrated] == 4 || fault.saysGone
      #expect(shows, "\(what)")
      _ = try harness.undo(run, isForced: true, durability: .none)
      let then = try harness.state().mapValues(\.bytes)
      for name in UndoHarness.documents { #expect(then[name] == before[name], "\(what): \(name), undone again") }
    }
    print(FaultTable.summary("undo, durability \(durability)", calls, cases))
  }

  private static let later = "{\"saved\": \"later\"}"

  private func prepared() throws -> (
    harness: UndoHarness, run: String, before: [String: [UInt8]], after: [String: [UInt8]]
  ) {
    let harness = try UndoHarness()
    let before = try harness.state().mapValues(\.bytes)
    let run = try harness.migrate().id.description
    try harness.tree.write(Self.later, to: "ml_training_b.json")
    return (harness, run, before, try harness.state().mapValues(\.bytes))
  }
}
