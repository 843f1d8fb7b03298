import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite struct StagingRecoveryFolderTests {
  private typealias State = InterruptedTree.State

  private static let staging = InterruptedTree.staging
  private static let foreignAndOurs = State(slot: .foreign, name: .ours)

  @Test("A staging folder whose lock is held belongs to a run that lives, and is not even mentioned")
  func alive() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let before = try interrupted.files()
    let fileSystem = LocalFileSystem()
    let folder = try fileSystem.open(interrupted.tree.pathName(Self.staging), in: nil, .directory, mode: 0)
    #expect(try fileSystem.lock(folder))
    #expect(try interrupted.recover().isEmpty)
    #expect(try interrupted.recover(mode: .tell).isEmpty)
    #expect(try interrupted.files() == before)
    try fileSystem.unlock(folder)
    #expect(try interrupted.recover(mode: .tell).map(\.code) == [.notRecovered])
    #expect(try interrupted.files() == before)
    #expect(try interrupted.recover().map(\.code) == [.recovered])
  }

  @Test("A document's folder that another run has locked is left for later")
  func busyFolder() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let before = try interrupted.files()
    let fileSystem = LocalFileSystem()
    let folder = try fileSystem.open(interrupted.tree.pathName("sub"), in: nil, .directory, mode: 0)
    #expect(try fileSystem.lock(folder))
    let warnings = try interrupted.recover()
    #expect(warnings.map(\.code) == [.notRecovered] && warnings.first?.path == PathName("sub/a.json"))
    #expect(try interrupted.files() == before)
    try fileSystem.unlock(folder)
    #expect(try interrupted.recover().map(\.code) == [.recovered])
  }

  @Test("A staging folder of somebody else's, or into which others can write, is not believed")
  func untrusted() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let before = try interrupted.files()
    for mode: mode_t in [0o720, 0o702, 0o777] {
      chmod(interrupted.tree.path(Self.staging), mode)
      #expect(try interrupted.recover().map(\.code) == [.notRecovered])
      #expect(try interrupted.files() == before)
    }
    chmod(interrupted.tree.path(Self.staging), 0o700)
    chown(interrupted.tree.path(Self.staging), 4242, 4242)
    // Only root can give it away; otherwise it is this user's.
    let owner = try interrupted.tree.status(Self.staging).user
    #expect(try InterruptedTree.recover(interrupted.tree, user: owner + 1).map(\.code) == [.notRecovered])
    #expect(try interrupted.files() == before)
    #expect(try InterruptedTree.recover(interrupted.tree, user: owner).map(\.code) == [.recovered])
    #expect(!interrupted.tree.exists(Self.staging))
  }

  @Test("What no whole manifest lists was never exchanged, and is removed; a torn manifest too")
  func torn() throws {
    let interrupted = try InterruptedTree(State(slot: .ours, name: .original))
    let manifest = try interrupted.tree.bytes("\(Self.staging)/manifest-1")
    try interrupted.tree.write(manifest.dropLast(9), to: "\(Self.staging)/manifest-1")
    try interrupted.tree.write("", to: "\(Self.staging)/manifest-2")
    try interrupted.tree.write("half a te", to: "\(Self.staging)/8")
    try interrupted.tree.write("", to: "\(Self.staging)/probe-1")
    #expect(try interrupted.recover().map(\.code) == [.recovered])
    #expect(try interrupted.files() == ["sub/a.json": "old"])
    #expect(!interrupted.tree.exists(Self.staging))
  }

  @Test(
    "A manifest that was there and cannot be found keeps everything as it is: what it lists is not taken for unlisted")
  func manifestGone() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let before = try interrupted.files()
    for occurrence in 1...3 {
      let lying = FaultyFileSystem(before: { call, count, name in
        call == "openat" && name == PathName("manifest-1") && count >= occurrence ? ENOENT : nil
      })
      #expect(try interrupted.recover(lying).map(\.code) == [.notRecovered])
      #expect(try interrupted.files() == before)
    }
    #expect(try interrupted.recover().map(\.code) == [.recovered])
    #expect(try interrupted.tree.read(InterruptedTree.document) == "foreign")
  }

  @Test("A slot that is said to be empty and is not keeps its manifest")
  func slotNotEmpty() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let lying = FaultyFileSystem(before: { call, _, name in
      ["openat", "fstatat"].contains(call) && name == PathName("7") ? ENOENT : nil
    })
    #expect(try interrupted.recover(lying).map(\.code) == [.notRecovered])
    #expect(interrupted.tree.exists("\(Self.staging)/manifest-1"))
    #expect(try interrupted.recover().map(\.code) == [.recovered])
    #expect(try interrupted.tree.read(InterruptedTree.document) == "foreign")
  }

  @Test("A manifest that is whole and not understood keeps everything as it is")
  func notUnderstood() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let manifest = StagingManifest(runID: "another-run", isAllOrNothing: false, entries: [])
    try interrupted.tree.write(manifest.encoded(), to: "\(Self.staging)/manifest-2")
    let before = try interrupted.files()
    #expect(try interrupted.recover().map(\.code) == [.notRecovered])
    // The same slot in two manifests.
    let first = try interrupted.tree.bytes("\(Self.staging)/manifest-1")
    try interrupted.tree.write(first, to: "\(Self.staging)/manifest-2")
    #expect(try interrupted.recover().map(\.code) == [.notRecovered])
    unlink(interrupted.tree.path("\(Self.staging)/manifest-2"))
    symlink("manifest-1", interrupted.tree.path("\(Self.staging)/manifest-2"))
    #expect(try interrupted.recover().map(\.code) == [.notRecovered])
    unlink(interrupted.tree.path("\(Self.staging)/manifest-2"))
    #expect(try interrupted.files().filter { !$0.key.hasSuffix("-2") } == before.filter { !$0.key.hasSuffix("-2") })
    #expect(try interrupted.recover().map(\.code) == [.recovered])
  }

  @Test("What no run puts there stays, and so does the folder; the documents are settled all the same")
  func strange() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    try interrupted.tree.write("mine", to: "\(Self.staging)/notes.txt")
    try interrupted.tree.makeFolder("\(Self.staging)/9")
    let warnings = try interrupted.recover()
    #expect(warnings.map(\.code) == [.notRecovered, .notRecovered, .recovered])
    #expect(try interrupted.tree.read("sub/a.json") == "foreign")
    #expect(try interrupted.tree.read("\(Self.staging)/notes.txt") == "mine")
    unlink(interrupted.tree.path("\(Self.staging)/notes.txt"))
    rmdir(interrupted.tree.path("\(Self.staging)/9"))
    #expect(try interrupted.recover().map(\.code) == [.recovered])
    #expect(!interrupted.tree.exists(Self.staging))
  }

  @Test("Where the document's folder is gone or a link, what was read goes, and what is another program's stays above")
  func folderIsGone() throws {
    for isLink in [false, true] {
      for (slot, kept) in [(InterruptedTree.Content.original, nil as String?), (.ours, nil), (.foreign, "foreign")] {
        let interrupted = try InterruptedTree(State(slot: slot, name: .absent))
        rmdir(interrupted.tree.path("sub"))
        let outside = try TemporaryTree(inMemory: true)
        try outside.write("outside", to: "a.json")
        if isLink { symlink(outside.path, interrupted.tree.path("sub")) }
        let warnings = try interrupted.recover()
        #expect(warnings.map(\.code) == (kept == nil ? [.recovered] : [.fileKept, .recovered]))
        var files = try interrupted.files()
        files["sub"] = nil
        #expect(files == (kept.map { ["a.json.uprev-kept-\(InterruptedTree.runID)-1": $0] } ?? [:]))
        #expect(try outside.listing() == ["a.json"])
        #expect(try outside.read("a.json") == "outside")
      }
    }
  }

  @Test("A program that writes to what came out is waited for, and gets it back under its name")
  func openForWriting() throws {
    let interrupted = try InterruptedTree(State(slot: .original, name: .ours))
    let writer = open(interrupted.tree.path(InterruptedTree.slot), O_WRONLY | O_APPEND)
    #expect(writer >= 0)
    try interrupted.recover()
    #expect(try interrupted.tree.read("sub/a.json") == "old")
    #expect(write(writer, "+", 1) == 1)
    close(writer)
    try interrupted.recover()
    #expect(try interrupted.files() == ["sub/a.json": "old+"])
  }

  @Test("One document that cannot be settled does not stop the others")
  func others() throws {
    let interrupted = try InterruptedTree(Self.foreignAndOurs)
    let other = try InterruptedTree(State(slot: .original, name: .original))
    let name = ".uprev-20260131T235959Z-00000000"
    rename(other.tree.path(Self.staging), interrupted.tree.path(name))
    // A manifest of that run, in the folder of its name.
    var manifest = try StagingManifest(parsing: try interrupted.tree.bytes("\(name)/manifest-1"))
    manifest.runID = "20260131T235959Z-00000000"
    try interrupted.tree.write(manifest.encoded(), to: "\(name)/manifest-1")
    link(interrupted.tree.path("\(name)/7"), interrupted.tree.path("sub/b.json"))
    manifest.entries[0].name = PathName("b.json")
    try interrupted.tree.write(manifest.encoded(), to: "\(name)/manifest-1")
    #expect(try interrupted.recover().map(\.code) == [.notRecovered, .recovered])
    #expect(try interrupted.tree.read("sub/a.json") == "foreign")
    #expect(interrupted.tree.exists("\(name)/7"))
  }

  @Test("The mark in the root decides for the staging folders below, until the walk is over", arguments: [true, false])
  func committedInRoot(isCommitted: Bool) throws {
    let root = try InterruptedTree(
      State(slot: .original, name: .ours, isAllOrNothing: true, isCommitted: isCommitted))
    let below = try InterruptedTree(State(slot: .original, name: .ours, isAllOrNothing: true))
    try root.tree.makeFolder("mount")
    rename(below.tree.path(Self.staging), root.tree.path("mount/\(Self.staging)"))
    rename(below.tree.path("sub"), root.tree.path("mount/sub"))
    // Stopped before it comes to the one below: the mark is still there for the next one.
    let local = LocalFileSystem()
    do {
      let first = StagingRecovery(.recover, locks: FolderLocks(local, root: nil), local)
      let folder = try local.open(root.tree.pathName(), in: nil, .directory, mode: 0)
      #expect(first.enter(folder, at: PathName(""), [PathName(Self.staging)]))
    }
    #expect(root.tree.exists("\(Self.staging)/committed") == isCommitted)
    #expect(try root.tree.read("sub/a.json") == (isCommitted ? "NEW" : "old"))
    #expect(try root.tree.read("mount/sub/a.json") == "NEW")

    let warnings = try root.recover()
    #expect(warnings.allSatisfy { $0.code == .recovered })
    let text = isCommitted ? "NEW" : "old"
    #expect(try root.files() == ["sub/a.json": text, "mount/sub/a.json": text])
    #expect(try !root.tree.listing().contains { $0.contains(".uprev-") })
  }

  @Test("An all-or-nothing run is not rolled back while the folder that may hold its mark cannot be read")
  func markUnreadable() throws {
    let interrupted = try InterruptedTree(State(slot: .original, name: .ours, isAllOrNothing: true))
    let second = "\(Self.staging)-2"
    try interrupted.tree.write("", to: "\(second)/committed")
    chmod(interrupted.tree.path(second), 0o777)
    let before = try interrupted.files()
    #expect(try interrupted.recover().map(\.code) == [.notRecovered, .notRecovered])
    #expect(try interrupted.files() == before)
    chmod(interrupted.tree.path(second), 0o700)
    #expect(try interrupted.recover().allSatisfy { $0.code == .recovered })
    #expect(try interrupted.files() == ["sub/a.json": "NEW"])
  }

  @Test("Folders of Uprev's that are no staging folders are left alone")
  func otherFolders() throws {
    let tree = try TemporaryTree(inMemory: true)
    for name in [
      ".uprev-originals/1", ".uprev-20260131T235959Z-9f86d081-copies/1", ".uprev-20260131T235959Z-9f86d08/1",
      ".uprev-/1",
    ] { try tree.write("text", to: name) }
    try tree.write("text", to: ".uprev-20260131T235959Z-9f86d081")
    let before = try tree.listing()
    #expect(try InterruptedTree.recover(tree).isEmpty)
    #expect(try tree.listing() == before)
  }

  @Test("Kept files are no documents, whatever the globs")
  func keptNames() throws {
    let claims = try TreeRun.claims(["*"])
    for (name, isKept) in [
      ("a.json.uprev-kept-20260131T235959Z-9f86d081-1", true), ("b/a.uprev-kept-r-12", true),
      ("a.uprev-kept-r-", false),
      ("a.uprev-kept--1", false), ("a.uprev-kept-1", false), ("a.json", false), ("a-1", false), ("1", false),
      ("-1", false),
      ("a.uprev-kept-r/b-1", false), ("uprev-kept-r-1", false),
    ] {
      #expect((claims.claim(PathName(name)) == .excluded) == isKept, "\(name)")
    }
  }
}
