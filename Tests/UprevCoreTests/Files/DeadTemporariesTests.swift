import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// What a killed run leaves outside of staging folders, built by hand.
@Suite("Temporaries of killed runs")
struct DeadTemporariesTests {
  private static let runID = InterruptedTree.runID
  private static let report = ".uprev-\(runID)-file"
  private static let archive = ".uprev-\(runID)-archive-2"
  private static let mark = ".uprev-\(runID)-copying"
  private static let copy = ".uprev-\(runID)-copy"

  private let fileSystem = LocalFileSystem()
  private let tree: TemporaryTree
  private let folder: OpenFile

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    folder = try fileSystem.open(tree.pathName(), in: nil, [.readOnly, .directory], mode: 0)
  }

  private func recover(_ mode: InterruptedRuns = .recover, _ fileSystem: (any FileSystem)? = nil) throws
    -> [WarningRecord]
  {
    let fileSystem = fileSystem ?? self.fileSystem
    let recovery = StagingRecovery(mode, locks: FolderLocks(fileSystem, root: nil), fileSystem)
    var names: [PathName] = []
    try self.fileSystem.forEachName(in: folder) { name, _ in names.append(PathName(name)) }
    _ = recovery.enter(folder, at: PathName(""), names.filter { OwnName.isOwn($0) }.sorted())
    recovery.finish()
    return recovery.warnings.records
  }

  private func makeCopy(marked: Bool = true) throws {
    try tree.write("{}", to: Self.copy + "/a/b.json")
    try tree.write("{}", to: Self.copy + "/c.json")
    chmod(tree.path(Self.copy + "/a"), 0o500)
    let status = try tree.status(Self.copy)
    try tree.write(marked ? "\(status.device) \(status.inode)\n" : "", to: Self.mark)
  }

  @Test("Recovery removes an unfinished report, archive and copy, and names each; telling changes nothing")
  func removed() throws {
    try tree.write("half a rep", to: Self.report)
    try tree.write("half an arch", to: Self.archive)
    try makeCopy()
    try tree.write("{}", to: "a.json")
    let before = try tree.listing()
    #expect(try recover(.tell).map(\.code) == [.notRecovered, .notRecovered, .notRecovered])
    #expect(try tree.listing() == before)
    let warnings = try recover()
    #expect(warnings.map(\.code) == [.recovered, .recovered, .recovered])
    #expect(warnings.map { $0.path?.description } == [Self.archive, Self.mark, Self.report])
    #expect(warnings.allSatisfy { $0.message.contains(Self.runID) })
    #expect(try tree.listing() == ["a.json"])
    #expect(try recover().isEmpty)
  }

  @Test("A temporary whose lock is held belongs to a run that lives, and stays")
  func alive() throws {
    for kind in TemporaryKind.allCases {
      let temporary = try TemporaryFile.make(kind, of: Self.runID, in: folder, fileSystem)
      #expect(try recover(.tell).isEmpty)
      #expect(try recover().isEmpty)
      DeadTemporaries(fileSystem).sweep(folder)
      #expect(tree.exists(temporary.name.description), "\(kind)")
    }
    #expect(try tree.listing() == [])
  }

  @Test("Whoever writes into the folder next removes what a killed run left there, and nothing of a live one")
  func writers() throws {
    let live = try TemporaryFile.make(.file, of: "20260131T235959Z-00000001", in: folder, fileSystem)
    try tree.write("half a rep", to: Self.report)
    try tree.write("half an arch", to: Self.archive)
    let writer = try AtomicFileWriter(tree.pathName("report.json"), runID: "20260201T000000Z-00000002")
    // A report's writer removes reports alone.
    #expect(!tree.exists(Self.report) && tree.exists(Self.archive) && tree.exists(live.name.description))
    try writer.write(Array("whole".utf8))
    try writer.finish()
    try makeCopy()
    let source = try TemporaryTree(inMemory: true)
    try source.write("old a", to: "a.json")
    let run = try TreeRun(source.pathName(), output: tree.pathName("out"), runID: "20260201T000000Z-00000003")
    #expect(run.finished && run.warnings.isEmpty)
    #expect(try tree.listing() == [live.name.description, "out/", "out/a.json", "report.json"])
  }

  @Test("A writer whose file is taken for dead before it is locked makes another", arguments: [1, 2])
  func takenBeforeLocked(rounds: Int) throws {
    let (path, local) = (tree.pathName(), fileSystem)
    let thief = FaultyFileSystem(before: { call, occurrence, _ in
      guard call == "flock", occurrence <= rounds, let folder = try? local.open(path, in: nil, [.directory], mode: 0)
      else { return nil }
      DeadTemporaries(local).sweep(folder)
      return nil
    })
    let temporary = try TemporaryFile.make(.archive, of: Self.runID, in: folder, thief)
    #expect(
      try local.status(of: temporary.name, in: folder, followingLinks: false).identity
        == local.status(of: temporary.file).identity)
    #expect(thief.record.count("flock") == rounds + 1)
  }

  @Test("Of two who clean up, one removes; a file that took the name meanwhile stays")
  func twoCleaners() throws {
    let (path, local, name) = (tree.pathName(), fileSystem, PathName(Self.report))
    for call in ["openat", "fstat", "flock", "fstatat", "unlinkat"] {
      for occurrence in 1...2 {
        try tree.write("dead", to: Self.report)
        let other = FaultyFileSystem(before: { made, count, _ in
          guard made == call, count == occurrence,
            let folder = try? local.open(path, in: nil, [.directory], mode: 0)
          else { return nil }
          _ = try? DeadTemporaries(local).remove(name, in: folder)
          return nil
        })
        let outcome = try DeadTemporaries(other).remove(name, in: folder)
        #expect([.removed, .nothing].contains(outcome), "\(call) \(occurrence)")
        #expect(!tree.exists(Self.report), "\(call) \(occurrence)")
      }
    }
    // Between its opening and its locking the name came to lead to another file.
    try tree.write("dead", to: Self.report)
    let full = tree.path(Self.report)
    let swap = FaultyFileSystem(before: { call, _, _ in
      guard call == "flock" else { return nil }
      rename(full, full + ".away")
      _ = FileManager.default.createFile(atPath: full, contents: nil)
      return nil
    })
    #expect(try DeadTemporaries(swap).remove(name, in: folder) == .nothing)
    #expect(tree.exists(Self.report))
  }

  @Test("Links, folders, fifos, files of others and other names are not touched")
  func foreign() throws {
    let outside = try TemporaryTree(inMemory: true)
    try outside.write("precious", to: "file")
    symlink(outside.path("file"), tree.path(Self.report))
    mkfifo(tree.path(Self.archive), 0o600)
    try tree.makeFolder(".uprev-\(Self.runID)-archive")
    let names = [
      ".uprev-\(Self.runID)-file-", ".uprev-\(Self.runID)-file-1x", ".uprev-\(Self.runID)-files", ".uprev-file",
      ".uprev-\(Self.runID)-copy", ".uprev-\(Self.runID)file", ".uprev-20260131T235959Z-9f86d08-file",
      "\(Self.report)~",
    ]
    for name in names { try tree.write("mine", to: name) }
    try tree.write("his", to: ".uprev-\(Self.runID)-file-7")
    let before = try tree.listing()
    let someoneElse = try tree.status(".uprev-\(Self.runID)-file-7").user + 1
    if someoneElse != 1 {
      // An ordinary user trusts root's files alone beside his own.
      DeadTemporaries(fileSystem, user: someoneElse).sweep(folder)
    } else {
      chown(tree.path(".uprev-\(Self.runID)-file-7"), 4711, 4711)
      DeadTemporaries(fileSystem).sweep(folder)
    }
    #expect(try tree.listing() == before)
    #expect(try outside.read("file") == "precious")
  }

  @Test("A folder that took the place of a marked copy stays, and so does one whose mark says nothing")
  func notTheCopy() throws {
    try makeCopy(marked: false)
    #expect(try recover().map(\.code) == [.notRecovered])
    #expect(tree.exists(Self.copy + "/a/b.json") && tree.exists(Self.mark))
    let status = try tree.status("")
    for text in ["\(status.device) \(status.inode)\n", "1 2", "1 2\nx", "a b\n", "18446744073709551616 1\n"] {
      try tree.write(text, to: Self.mark)
      #expect(try recover().map(\.code) == [.notRecovered], "\(text)")
      #expect(tree.exists(Self.copy + "/a/b.json") && tree.exists(Self.mark))
    }
    let outside = try TemporaryTree(inMemory: true)
    try outside.write("precious", to: "x/y")
    #expect(rename(tree.path(Self.copy), tree.path("aside")) == 0)
    symlink(outside.path("x"), tree.path(Self.copy))
    #expect(try recover().map(\.code) == [.notRecovered])
    #expect(try outside.read("x/y") == "precious")
    unlink(tree.path(Self.copy))
    #expect(try recover().map(\.code) == [.recovered])
    #expect(!tree.exists(Self.mark))
  }

  @Test("A copy without its mark is named and stays; what a copy holds is never taken for a staging folder's")
  func unmarked() throws {
    try makeCopy()
    try tree.write(
      StagingManifest(runID: Self.runID, isAllOrNothing: false, entries: []).encoded(),
      to: Self.copy + "/manifest-1")
    unlink(tree.path(Self.mark))
    let before = try tree.listing()
    for mode in [InterruptedRuns.tell, .recover] {
      let warnings = try recover(mode)
      #expect(warnings.map(\.code) == [.notRecovered] && warnings.first?.path == PathName(Self.copy))
    }
    #expect(try tree.listing() == before)
    let status = try tree.status(Self.copy)
    try tree.write("\(status.device) \(status.inode)\n", to: Self.mark)
    #expect(try recover().map(\.code) == [.recovered])
    #expect(try tree.listing() == [])
  }

  @Test("Where no lock can be had, nobody is taken for dead")
  func noLocks() throws {
    try tree.write("half a rep", to: Self.report)
    let without = FaultyFileSystem(faults: [.init("flock", number: ENOLCK, isPermanent: true)])
    #expect(try recover(.recover, without).isEmpty)
    let temporary = try TemporaryFile.make(.file, of: Self.runID, in: folder, without)
    #expect(temporary.name == PathName(Self.report + "-2"))
    #expect(try recover(.recover, without).isEmpty && tree.exists(Self.report + "-2"))
  }

  @Test("Each call of removing fails once: it is told, and the next time removes everything", arguments: [EIO, EACCES])
  func faults(number: Int32) throws {
    var occurrence = 0
    while true {
      occurrence += 1
      try tree.write("half a rep", to: Self.report)
      try makeCopy()
      let faulty = FaultyFileSystem(faults: [.init(nil, occurrence: occurrence, number: number)])
      let warnings = try recover(.recover, faulty)
      if faulty.record.failures.isEmpty { break }
      #expect(warnings.contains { $0.code == .notRecovered }, "\(faulty.record.failures)")
      #expect(try !recover().contains { $0.code == .notRecovered }, "\(faulty.record.failures)")
      #expect(try tree.listing() == [], "\(faulty.record.failures)")
    }
    #expect(occurrence > 20)
    #expect(try tree.listing() == [])
  }
}
