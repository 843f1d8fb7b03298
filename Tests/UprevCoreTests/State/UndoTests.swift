import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite struct UndoTests {
  private static let a = "ml_training_a.json"
  private static let b = "ml_training_b.json"
  private static let c = "d/ml_training_c.json"

  @Test("A run is undone byte for byte with everything about the files")
  func aRunIsUndoneByteForByteWithEverythingAboutTheFiles() throws {
    let harness = try UndoHarness()
    try setAttributes(of: harness.tree.pathName(Self.c))
    let before = try harness.state()
    let migrated = try harness.migrate()
    #expect(migrated.summary.outcomes[.migrated] == 4)
    let after = try harness.state()
    #expect(after != before)
    let undone = try harness.undo()
    #expect(undone.result.conclusion.exitStatus == 0)
    #expect(undone.result.summary.outcomes[.migrated] == 4)
    #expect(undone.warnings.isEmpty)
    #expect(undone.decisions[Self.a]?.from?.description == "2")
    #expect(undone.decisions[Self.a]?.to?.description == "1")
    #expect(undone.result.summary.byFormat["ml-training-data"]?.outcomes.total == 4)
    #expect(try harness.state() == before)
    // The undo is a run like any other.
    let again = try harness.undo()
    #expect(again.result.summary.outcomes[.migrated] == 4)
    #expect(try harness.state() == after)
    #expect(try harness.journal.run("last")?.undoes == undone.result.id.description)
    #expect(try harness.undo(migrated.id.description).result.summary.outcomes[.migrated] == 4)
    #expect(try harness.state() == before)
  }

  @Test("Undoing twice finds nothing left to do")
  func undoingTwiceFindsNothingLeftToDo() throws {
    let harness = try UndoHarness()
    let run = try harness.migrate().id.description
    _ = try harness.undo(run)
    let before = try harness.state()
    let again = try harness.undo(run)
    #expect(again.result.conclusion.exitStatus == 0)
    #expect(again.result.summary.outcomes[.current] == 4)
    #expect(try harness.state() == before)
  }

  @Test("A tree of one file is undone")
  func aTreeOfOneFileIsUndone() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    try harness.migrate(Self.c)
    let undone = try harness.undo()
    #expect(undone.result.summary.outcomes[.migrated] == 1)
    #expect(undone.warnings.isEmpty)
    #expect(try harness.state() == before)
  }

  @Test("A document that was changed since is refused and the others are not")
  func aDocumentThatWasChangedSinceIsRefusedAndTheOthersAreNot() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    try harness.tree.write("{\"saved\": \"later\"}", to: Self.b)
    let undone = try harness.undo(run)
    #expect(undone.result.conclusion.exitStatus == 3)
    #expect(undone.code(Self.b) == .changedDuringRun)
    #expect(try harness.tree.read(Self.b) == "{\"saved\": \"later\"}")
    var expected = before
    expected[Self.b] = try harness.state()[Self.b]
    #expect(try harness.state() == expected)
  }

  @Test("Force keeps the present text beside the old one")
  func forceKeepsThePresentTextBesideTheOldOne() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    try harness.tree.write("{\"saved\": \"later\"}", to: Self.b)
    let dry = try harness.undo(run, isForced: true, isDryRun: true)
    #expect(dry.outcome(Self.b) == .migrated)
    #expect(try harness.tree.read(Self.b) == "{\"saved\": \"later\"}")
    let undone = try harness.undo(run, isForced: true)
    #expect(undone.result.conclusion.exitStatus == 0)
    let kept = try harness.tree.listing().filter { $0.contains(".uprev-kept-") }
    #expect(kept == ["\(Self.b).uprev-kept-\(undone.result.id)-1"])
    #expect(try harness.tree.read(kept.first ?? "") == "{\"saved\": \"later\"}")
    #expect(undone.warnings.map(\.code) == [.fileKept])
    var now = try harness.state()
    for name in kept { now[name] = nil }
    #expect(now.mapValues(\.bytes) == before.mapValues(\.bytes))
    // It can be undone too, which gives the later save back.
    _ = try harness.undo()
    #expect(try harness.tree.read(Self.b) == "{\"saved\": \"later\"}")
  }

  @Test("Force refuses what the journal does not hold whole")
  func forceRefusesWhatTheJournalDoesNotHoldWhole() throws {
    let harness = try UndoHarness()
    let padding = String(repeating: " ", count: TextDelta.journaledWhole)
    try harness.tree.write("{\"n_jobs\": 1, \"chunksize\": 1\(padding)}", to: Self.a)
    let before = try harness.state()
    let run = try harness.migrate().id.description
    #expect(try harness.undo(run).outcome(Self.a) == .migrated)
    #expect(try harness.state() == before)
    _ = try harness.undo()
    try harness.tree.write("{}", to: Self.a)
    let undone = try harness.undo(run, isForced: true)
    #expect(undone.code(Self.a) == .changedDuringRun)
    #expect(undone.result.conclusion.exitStatus == 3)
    #expect(try harness.tree.read(Self.a) == "{}")
    #expect(try harness.tree.listing().allSatisfy { !$0.contains("kept") })
  }

  @Test("Attributes that were changed since stay")
  func attributesThatWereChangedSinceStay() throws {
    let harness = try UndoHarness()
    try harness.migrate()
    #expect(chmod(harness.tree.path(Self.a), 0o400) == 0)
    try UndoHarness.setTime(harness.tree.pathName(Self.b), seconds: 1_500_000_000)
    let undone = try harness.undo()
    #expect(undone.result.summary.outcomes[.migrated] == 4)
    #expect(undone.warnings.map(\.code) == [.attributeChangedSince, .attributeChangedSince], "\(undone.warnings)")
    #expect(undone.warnings.first?.message.hasSuffix(": mode") == true)
    #expect(undone.warnings.last?.message.hasSuffix(": modification time") == true)
    let state = try harness.state()
    #expect(state[Self.a]?.attributes.mode == 0o400)
    #expect(state[Self.a]?.modification.seconds == 1_600_000_000)
    #expect(state[Self.b]?.modification.seconds == 1_500_000_000)
    #expect(String(decoding: state[Self.a]?.bytes ?? [], as: UTF8.self) == UndoHarness.old(0))
  }

  @Test("What is gone stays gone")
  func whatIsGoneStaysGone() throws {
    let harness = try UndoHarness()
    try harness.migrate()
    try FileManager.default.removeItem(atPath: harness.tree.path(Self.a))
    try FileManager.default.removeItem(atPath: harness.tree.path("d/e"))
    let undone = try harness.undo()
    #expect(undone.result.conclusion.exitStatus == 0)
    #expect(undone.outcome(Self.a) == .skipped)
    #expect(undone.outcome("d/e/ml_training_d.json") == .skipped)
    #expect(try harness.tree.listing() == ["d/", Self.c, Self.b, "notes.txt"])
  }

  @Test("No link leads outside")
  func noLinkLeadsOutside() throws {
    let harness = try UndoHarness()
    let outside = try TemporaryTree(inMemory: true)
    try harness.migrate()
    let manager = FileManager.default
    try manager.moveItem(atPath: harness.tree.path("d"), toPath: outside.path("d"))
    try manager.createSymbolicLink(atPath: harness.tree.path("d"), withDestinationPath: outside.path("d"))
    try manager.moveItem(atPath: harness.tree.path(Self.a), toPath: outside.path("a"))
    try manager.createSymbolicLink(atPath: harness.tree.path(Self.a), withDestinationPath: outside.path("a"))
    let texts = try ["a", "d/ml_training_c.json"].map { try outside.read($0) }
    let undone = try harness.undo(isForced: true)
    #expect(undone.code(Self.a) == .changedDuringRun)
    #expect(undone.code(Self.c) == .changedDuringRun)
    #expect(undone.outcome(Self.b) == .migrated)
    #expect(try ["a", "d/ml_training_c.json"].map { try outside.read($0) } == texts)
  }

  @Test(
    "A recorded path that leads nowhere is refused",
    arguments: ["../ml_training_a.json", "/etc/passwd", "", "d/./ml_training_c.json", "d//x", "d/../x", "a\0b"])
  func aRecordedPathThatLeadsNowhereIsRefused(path: String) throws {
    let harness = try UndoHarness()
    let run = try harness.migrate().id.description
    harness.journal.damage(run) { if $0.path == PathName(Self.a) { $0.path = PathName(path) } }
    let after = try harness.state()
    let undone = try harness.undo(run)
    #expect(undone.code(path) == .writeFailed)
    #expect(undone.result.summary.outcomes[.migrated] == 3)
    #expect(try harness.state()[Self.a] == after[Self.a])
  }

  @Test("A damaged record changes nothing")
  func aDamagedRecordChangesNothing() throws {
    let damages: [(String, (inout JournalChange) -> Void)] = [
      ("delta", { $0.reverseDelta = [] }),
      ("text", { $0.reverseDelta[$0.reverseDelta.count / 2] ^= 1 }),
      ("size", { $0.before.size += 1 }),
      ("hash", { $0.before.sha256[0] ^= 1 }),
      ("claim", { $0.reverseDelta = [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F] }),
    ]
    for (name, damage) in damages {
      let harness = try UndoHarness()
      let run = try harness.migrate().id.description
      let after = try harness.state()
      harness.journal.damage(run, damage)
      let undone = try harness.undo(run)
      #expect(undone.code(Self.a) == .writeFailed, "\(name)")
      #expect(undone.result.conclusion.exitStatus == 3, "\(name)")
      #expect(try harness.state() == after, "\(name)")
      let forced = try harness.undo(run, isForced: true)
      #expect(forced.code(Self.a) == .writeFailed, "\(name)")
      #expect(try harness.state() == after, "\(name)")
    }
  }

  @Test("Of several records the one that took effect counts")
  func ofSeveralRecordsTheOneThatTookEffectCounts() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    var changes: [JournalChange] = []
    let target = try #require(try harness.journal.run(run)?.targets.first)
    try harness.journal.forEachChange(of: target) { changes.append($0) }
    // Records of a run that was killed before it exchanged anything: of texts that are gone.
    for index in changes.indices {
      changes[index].after.sha256[0] ^= 1
      changes[index].before.sha256[0] ^= 1
    }
    harness.journal.insert(changes, into: run, at: 0)
    harness.journal.insert([changes[0]], into: run, at: 6)
    let undone = try harness.undo(run)
    #expect(undone.decisions.count == 4)
    #expect(undone.result.summary.documents == 4)
    #expect(try harness.state() == before)
  }

  @Test("A run that was killed is undone as far as it came")
  func aRunThatWasKilledIsUndoneAsFarAsItCame() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    // Recorded, and not yet exchanged.
    try harness.tree.write(UndoHarness.old(1), to: Self.b)
    let undone = try harness.undo(run)
    #expect(undone.outcome(Self.b) == .current)
    #expect(undone.result.summary.outcomes[.migrated] == 3)
    #expect(try harness.state().mapValues(\.bytes) == before.mapValues(\.bytes))
  }

  @Test("A tree that was copied is undone where the texts fit but not by force")
  func aTreeThatWasCopiedIsUndoneWhereTheTextsFitButNotByForce() throws {
    let harness = try UndoHarness()
    let run = try harness.migrate().id.description
    let manager = FileManager.default
    let aside = harness.tree.path + "-aside"
    try manager.copyItem(atPath: harness.tree.path, toPath: aside)
    try manager.removeItem(atPath: harness.tree.path)
    // The new folder must be another file.
    try manager.createDirectory(atPath: harness.tree.path + "-other", withIntermediateDirectories: false)
    try manager.moveItem(atPath: aside, toPath: harness.tree.path)
    try manager.removeItem(atPath: harness.tree.path + "-other")
    try harness.tree.write("{\"saved\": \"later\"}", to: Self.b)
    let undone = try harness.undo(run, isForced: true)
    #expect(undone.warnings.contains { $0.code == .targetMoved })
    #expect(undone.outcome(Self.a) == .migrated)
    #expect(undone.code(Self.b) == .changedDuringRun)
    #expect(try harness.tree.read(Self.b) == "{\"saved\": \"later\"}")
  }

  @Test("A target that is missing fails and the others go on")
  func aTargetThatIsMissingFailsAndTheOthersGoOn() throws {
    let harness = try UndoHarness()
    try harness.migrate()
    try FileManager.default.removeItem(atPath: harness.tree.path)
    let undone = try harness.undo()
    #expect(undone.result.conclusion.exitStatus == 1)
    #expect(undone.result.targets.first?.error?.code == .readFailed)
  }

  @Test("A dry run writes nothing")
  func aDryRunWritesNothing() throws {
    let harness = try UndoHarness()
    let run = try harness.migrate().id.description
    let after = try harness.state()
    let undone = try harness.undo(isDryRun: true)
    #expect(undone.result.summary.outcomes[.migrated] == 4)
    #expect(undone.result.targets.allSatisfy { !$0.committed })
    #expect(try harness.state() == after)
    #expect(try harness.journal.run("last")?.id == run)
  }

  @Test("A stop leaves the rest for the next undo")
  func aStopLeavesTheRestForTheNextUndo() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    let asked = Counter()
    let undone = try harness.undo(run, shouldStop: { asked.next() > 6 })
    #expect(undone.result.conclusion.exitStatus == 1)
    #expect((1...3).contains(undone.result.summary.outcomes[.migrated]))
    _ = try harness.undo(run)
    #expect(try harness.state() == before)
  }

  @Test("A request to stop that comes when everything is back stops nothing")
  func aLateStopStopsNothing() throws {
    let harness = try UndoHarness()
    let before = try harness.state()
    let run = try harness.migrate().id.description
    let paths = UndoHarness.documents.map { harness.tree.path($0) }
    let undone = try harness.undo(
      run,
      shouldStop: {
        paths.enumerated().allSatisfy { number, path in
          (try? String(contentsOfFile: path, encoding: .utf8)) == UndoHarness.old(number)
        }
      })
    #expect(undone.result.error == nil)
    #expect(undone.result.conclusion.exitStatus == 0)
    #expect(try harness.state() == before)
  }

  @Test("A journal that fails keeps the undo from beginning")
  func aJournalThatFailsKeepsTheUndoFromBeginning() throws {
    let harness = try UndoHarness()
    let run = try harness.migrate().id.description
    let after = try harness.state()
    harness.journal.fail(JournalError(message: "no room"))
    let undone = try harness.undo(run)
    #expect(undone.result.conclusion.exitStatus == 1)
    #expect(undone.result.error?.code == .writeFailed)
    #expect(try harness.state() == after)
  }

  /// The file is closed again: one that is open for writing is not replaced.
  private func setAttributes(of path: PathName) throws {
    let file = try LocalFileSystem().open(path, in: nil, .readWrite, mode: 0)
    try LocalFileSystem().setExtendedAttribute(ExtendedAttribute(name: Array("user.a".utf8), value: [1]), of: file)
    if geteuid() == 0 { try LocalFileSystem().setOwner(file, user: 4711, group: 4712) }
  }

  private final class Counter: @unchecked Sendable {
    // Guarded by `lock`.
    private var count = 0
    private let lock = NSLock()

    func next() -> Int {
      lock.withLock {
        count += 1
        return count
      }
    }
  }
}
