import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Undoing the replacement of an archive, which is a file like any other to it.
@Suite struct UndoArchiveTests {
  private static let name = "snap.tar.gz"
  private static let keptName = ".originals/kept-1"
  private static let original = "the original archive"
  private static let migrated = "the migrated archive, longer"

  /// An archive that a run replaced, and its original, kept.
  private struct Sample {
    let tree: TemporaryTree
    let journal = InMemoryJournal()
    let run = RunID(startedAt: Timestamp(seconds: 1_700_000_000, nanoseconds: 0), random: 7)

    init() throws {
      tree = try TemporaryTree(inMemory: true)
      try tree.write(keptName, original, mode: 0o640)
      try tree.write(name, migrated, mode: 0o640)
      try UndoHarness.setTime(tree.pathName(keptName), seconds: 1_600_000_000)
      try UndoHarness.setTime(tree.pathName(name), seconds: 1_650_000_000)
      let (before, after) = (try side(keptName), try side(name))
      try journal.begin(
        JournalRun(id: run, command: "migrate", startedAt: Timestamp(seconds: 1_700_000_000, nanoseconds: 0)))
      let target = try journal.begin(
        JournalTarget(path: PathName(name), resolvedPath: tree.pathName(name), kind: .archive, identity: before.file))
      try target.record(JournalOriginal(keptPath: tree.pathName(keptName), before: before, after: after))
      try target.finish(TargetRecord(path: PathName(name), kind: .archive, committed: true))
      try journal.finish(
        JournalEnd(finishedAt: Timestamp(seconds: 1_700_000_000, nanoseconds: 0), status: .success, summary: Summary()))
    }

    func side(_ name: String) throws -> JournalChange.Side {
      let file = try LocalFileSystem().open(tree.pathName(name), in: nil, .readOnly, mode: 0)
      let status = try LocalFileSystem().status(of: file)
      let bytes = try tree.bytes(name)
      return JournalChange.Side(
        file: status.identity, sha256: bytes.withUnsafeBytes { SHA256.hash($0) }, size: bytes.count,
        attributes: FileAttributes(
          status, try LocalFileSystem().extendedAttributes(of: file), flags: try LocalFileSystem().flags(of: file)),
        modification: status.modification)
    }

    func undo(
      _ id: String = "last", fileSystem: any FileSystem = LocalFileSystem(), isForced: Bool = false,
      isDryRun: Bool = false, durability: Durability = .none
    ) throws -> RunResult {
      var options = RunOptions(command: "undo", targets: [], pipelines: [])
      options.durability = durability
      options.isDryRun = isDryRun
      return Undo(
        try #require(try journal.run(id)), in: journal, options: options, isForced: isForced, tool: ("uprev", "test"),
        fileSystem: fileSystem, clock: SystemClock(), openers: [TreeOpener(fileSystem)], journal: journal
      ).execute()
    }

    /// The texts of the files of originals, and whatever else is there beside the archive.
    func others() throws -> [String] {
      try tree.listing().filter { !$0.hasSuffix("/") && $0 != name }.map { try tree.read($0) }.sorted()
    }
  }

  @Test("The original comes back and the undo can be undone")
  func theOriginalComesBackAndTheUndoCanBeUndone() throws {
    let sample = try Sample()
    let (before, after) = (try sample.side(Self.keptName), try sample.side(Self.name))
    let undone = try sample.undo()
    #expect(undone.conclusion.exitStatus == 0, "\(undone.targets)")
    #expect(undone.targets.first?.committed == true)
    var now = try sample.side(Self.name)
    #expect(now.sha256 == before.sha256)
    #expect(now.attributes == before.attributes)
    #expect(now.modification == before.modification)
    #expect(now.file != before.file, "the kept original must stay a file of its own")
    #expect(try sample.others() == [Self.migrated, Self.original])
    let again = try sample.undo()
    #expect(again.conclusion.exitStatus == 0, "\(again.targets)")
    now = try sample.side(Self.name)
    #expect(now.sha256 == after.sha256)
    #expect(now.modification == after.modification)
    #expect(try sample.undo(sample.run.description).targets.first?.committed == true)
    #expect(try sample.tree.read(Self.name) == Self.original)
    #expect(try sample.tree.listing().allSatisfy { !$0.hasPrefix(".uprev") })
  }

  @Test("Nothing is done where the original is back already")
  func nothingIsDoneWhereTheOriginalIsBackAlready() throws {
    let sample = try Sample()
    _ = try sample.undo()
    let before = try sample.side(Self.name)
    let again = try sample.undo(sample.run.description)
    #expect(again.conclusion.exitStatus == 0)
    #expect(again.targets.first?.committed == false)
    #expect(try sample.side(Self.name) == before)
  }

  @Test("An archive that was changed since is refused unless forced")
  func anArchiveThatWasChangedSinceIsRefusedUnlessForced() throws {
    let sample = try Sample()
    try sample.tree.write("made anew", to: Self.name)
    let refused = try sample.undo(sample.run.description)
    #expect(refused.targets.first?.error?.code == .changedDuringRun)
    #expect(refused.conclusion.exitStatus == 1)
    #expect(try sample.tree.read(Self.name) == "made anew")
    let forced = try sample.undo(sample.run.description, isForced: true)
    #expect(forced.conclusion.exitStatus == 0, "\(forced.targets)")
    #expect(try sample.tree.read(Self.name) == Self.original)
    #expect(try sample.others() == ["made anew", Self.original])
    _ = try sample.undo()
    #expect(try sample.tree.read(Self.name) == "made anew")
  }

  @Test("An original that is not whole is refused")
  func anOriginalThatIsNotWholeIsRefused() throws {
    let damages: [(String, (TemporaryTree) throws -> Void)] = [
      ("changed", { try $0.write("something else, kept", to: Self.keptName) }),
      ("missing", { try FileManager.default.removeItem(atPath: $0.path(Self.keptName)) }),
      (
        "a link",
        {
          try FileManager.default.removeItem(atPath: $0.path(Self.keptName))
          try FileManager.default.createSymbolicLink(
            atPath: $0.path(Self.keptName), withDestinationPath: $0.path(Self.name))
        }
      ),
    ]
    for (name, damage) in damages {
      let sample = try Sample()
      try damage(sample.tree)
      for isDryRun in [true, false] {
        let undone = try sample.undo(sample.run.description, isForced: true, isDryRun: isDryRun)
        #expect(undone.targets.first?.error?.code == .archiveDamaged, "\(name)")
        #expect(undone.conclusion.exitStatus == 1, "\(name)")
        #expect(try sample.tree.read(Self.name) == Self.migrated, "\(name)")
      }
    }
  }

  @Test("A dry run changes nothing")
  func aDryRunChangesNothing() throws {
    let sample = try Sample()
    let listing = try sample.tree.listing()
    #expect(try sample.undo(isDryRun: true).conclusion.exitStatus == 0)
    #expect(try sample.tree.listing() == listing)
    #expect(try sample.tree.read(Self.name) == Self.migrated)
  }

  @Test("Every call fails once and neither archive is lost")
  func everyCallFailsOnceAndNeitherArchiveIsLost() throws {
    let counting = FaultyFileSystem(flushes: false)
    #expect(try Sample().undo(fileSystem: counting, durability: .batch).conclusion.exitStatus == 0)
    let calls = counting.record.byCall
    #expect(counting.record.count() > 40 && FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, share: 4)
    for fault in cases {
      let sample = try Sample()
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let undone = try sample.undo(fileSystem: fileSystem, durability: .batch)
      let what = "\(fault): \(undone.targets)"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      let text = try sample.tree.read(Self.name)
      #expect(text == Self.original || text == Self.migrated, "\(what)")
      #expect(text == Self.original || undone.targets.first?.committed == false, "\(what)")
      let others = try sample.others()
      #expect(others.contains(Self.original), "\(what)")
      // The migrated archive is somewhere, and if it is not in place, the journal knows where.
      #expect(text == Self.migrated || others.contains(Self.migrated), "\(what)")
      if text == Self.original {
        let target = try #require(try sample.journal.run("last")?.targets.first, "\(what)")
        let own = try #require(try sample.journal.original(of: target), "\(what)")
        #expect(
          String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(own.keptPath)")), as: UTF8.self)
            == Self.migrated, "\(what)")
      }
    }
    print(FaultTable.summary("undo of an archive", calls, cases))
  }
}
