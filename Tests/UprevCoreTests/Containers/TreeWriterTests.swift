import Foundation
import LosslessJSON
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct TreeWriterTests {
  /// A small tree of each kind of document.
  private func sample() throws -> TemporaryTree {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old a")
    try tree.write("b.json", "current b")
    try tree.write("c.json", "bad c")
    try tree.write("d/e.json", "old e", mode: 0o640)
    try tree.write("d/f/g.json", "old g")
    try tree.write("notes.txt", "old notes")
    return tree
  }

  @Test(
    "Documents are replaced in place, decisions come once and in order", arguments: Durability.allCases, [1, 2, 64])
  func replaces(durability: Durability, batchCount: Int) throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName(), durability: durability, batchCount: batchCount)
    #expect(run.error == nil)
    #expect(run.finished)
    #expect(
      run.lines == [
        "migrated a.json", "current b.json", "rejected(invalid-json) c.json", "migrated d/e.json",
        "migrated d/f/g.json",
        "unmatched notes.txt",
      ])
    #expect(try tree.read("a.json") == "NEW a")
    #expect(try tree.read("b.json") == "current b")
    #expect(try tree.read("c.json") == "bad c")
    #expect(try tree.read("d/e.json") == "NEW e")
    #expect(try tree.read("d/f/g.json") == "NEW g")
    #expect(try tree.read("notes.txt") == "old notes")
    #expect(try tree.status("d/e.json").mode == 0o640)
    #expect(
      try tree.listing() == ["a.json", "b.json", "c.json", "d/", "d/e.json", "d/f/", "d/f/g.json", "notes.txt"])
    #expect(run.warnings == [])
  }

  @Test("A batch takes effect, and is tidied up, before the next one is complete", arguments: [0, 1, 2])
  func goesOn(sideThreads: Int) throws {
    let tree = try TemporaryTree()
    let names = (100..<180).map { "\($0).json" }
    for name in names { try tree.write(name, "old \(name)") }
    let fileSystem = FaultyFileSystem(flushes: false)
    let clock = ContinuousClock()
    var isThere = false
    let run = try TreeRun(tree.pathName(), fileSystem, batchCount: 50, sideThreads: sideThreads) { element in
      guard case .document(let document) = element, let number = names.firstIndex(of: "\(document.reference.path)"),
        number > 50
      else { return }
      // The next batch ends with the tree, before it is full. Everything of the first one may take its time.
      let end = clock.now + Patience.seconds(1) / 4
      repeat {
        let slots = try tree.listing().filter { $0.contains("/1000") }.count
        isThere = try tree.read(names[49]) == "NEW \(names[49])" && slots <= names.count - 50
      } while !isThere && clock.now < end
    }
    #expect(isThere)
    #expect(run.finished)
    #expect(run.lines == names.map { "migrated \($0)" })
    #expect(try tree.listing() == names)
  }

  @Test("A target that is one document is a tree of one")
  func single() throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName("d/e.json"))
    #expect(run.lines == ["migrated e.json"])
    #expect(try tree.read("d/e.json") == "NEW e")
    #expect(try tree.read("d/f/g.json") == "old g")
    #expect(try tree.listing("d") == ["e.json", "f/", "f/g.json"])
  }

  @Test("A symbolic link given as target is resolved once")
  func linkAsTarget() throws {
    let tree = try sample()
    try FileManager.default.createSymbolicLink(atPath: tree.path("link"), withDestinationPath: "d/e.json")
    try FileManager.default.createSymbolicLink(atPath: tree.path("folder"), withDestinationPath: "d/f")
    #expect(try TreeRun(tree.pathName("link")).lines == ["migrated e.json"])
    #expect(try tree.status("link").kind == .symbolicLink)
    #expect(try tree.read("d/e.json") == "NEW e")
    #expect(try TreeRun(tree.pathName("folder")).lines == ["migrated g.json"])
  }

  @Test("Nothing to change makes no staging folder")
  func nothingToDo() throws {
    let tree = try TemporaryTree()
    try tree.write("b.json", "current b")
    let fileSystem = FaultyFileSystem()
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.lines == ["current b.json"])
    for call in ["mkdirat", "write", "renameat", "syncfs", "fsync"] { #expect(fileSystem.record.count(call) == 0) }
  }

  @Test("A batch takes one flush a device, one folder flush a folder, and few calls a document")
  func calls() throws {
    let tree = try TemporaryTree()
    for index in 0..<100 { try tree.write("\(index % 2)/\(index).json", "old", mode: 0o644) }
    let fileSystem = FaultyFileSystem()
    let run = try TreeRun(tree.pathName(), fileSystem, batchCount: 1000)
    #expect(run.decisions.count == 100)
    let counts = fileSystem.record.byCall
    #expect(counts["syncfs"] == 1)
    // Two folders of documents, and the staging folder.
    #expect(counts["fsync"] == 3)
    // One more: whether names can be exchanged is tried first.
    #expect(counts["renameat2"] == 101)
    // When it is discovered, and after the exchange; it then stays open, under a lease, until it is unlinked.
    #expect(counts["read"] == 200)
    // A temporary is made with its document's mode; these are the probe's.
    #expect([nil, 4].contains(counts["fchmod"]))
    #expect(counts["fchown"] == nil)
    // Once more where not every change is told; and the staging folder's own.
    #expect(counts["flistxattr"] == (try isEveryChangeTold(in: tree) ? 201 : 301))
    #expect((counts["openat"] ?? 0) < 420)
    // Before it is unlinked, and one more.
    #expect(counts["fstatat"] == 101)
    #expect((counts["fstat"] ?? 0) < 420)
  }

  @Test("Owner, mode with set-id bits, and extended attributes go to the replacement")
  func attributes() throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.json", "old a")
    let local = LocalFileSystem()
    var file = try local.open(PathName(path), in: nil, .readWrite, mode: 0)
    let attribute = ExtendedAttribute(name: Array("user.colour".utf8), value: [0, 1, 255])
    let owner: UInt32 = geteuid() == 0 ? 4711 : geteuid()
    try local.setOwner(file, user: owner, group: geteuid() == 0 ? 4712 : getegid())
    try local.setMode(file, 0o6754)
    try local.setExtendedAttribute(attribute, of: file)
    let before = try local.status(of: file)
    // Nobody has it open for writing any more.
    file = try local.open(PathName(path), in: nil, .readOnly, mode: 0)
    let run = try TreeRun(tree.pathName())
    #expect(run.lines == ["migrated a.json"])
    let replaced = try local.open(PathName(path), in: nil, .readOnly, mode: 0)
    let after = try local.status(of: replaced)
    #expect(after.inode != before.inode)
    #expect(after.mode == 0o6754)
    #expect(after.user == before.user)
    #expect(after.group == before.group)
    #expect(try local.extendedAttributes(of: replaced).contains(attribute))
  }

  @Test("A folder's default access list and group bit do not leak into documents")
  func inheritance() throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.json", "old a", mode: 0o600)
    let local = LocalFileSystem()
    let before = try local.status(of: PathName(path), in: nil, followingLinks: false)
    let root = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    // POSIX ACL version 2: user::rwx, user:1000:rwx, group::r-x, mask::rwx, other::---
    var list: [UInt8] = [2, 0, 0, 0]
    let entries: [(UInt8, UInt8, UInt32)] = [
      (0x01, 7, .max), (0x02, 7, 1000), (0x04, 5, .max), (0x10, 7, .max), (0x20, 0, .max),
    ]
    for (tag, permissions, id) in entries {
      list += [tag, 0, permissions, 0] + withUnsafeBytes(of: id.littleEndian, Array.init)
    }
    let acl = ExtendedAttribute(name: Array("system.posix_acl_default".utf8), value: list)
    try local.setExtendedAttribute(acl, of: root)
    try local.setOwner(root, user: geteuid(), group: geteuid() == 0 ? 4713 : getegid())
    try local.setMode(root, 0o2755)
    let run = try TreeRun(tree.pathName())
    #expect(run.lines == ["migrated a.json"])
    let file = try local.open(PathName(path), in: nil, .readOnly, mode: 0)
    #expect(try local.extendedAttributes(of: file) == [])
    let after = try local.status(of: file)
    #expect(after.mode == 0o600)
    #expect(after.group == before.group)
  }

  @Test("A document with several names is migrated name by name, each with a warning", arguments: [1, 64])
  func hardLinks(batchCount: Int) throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old a")
    try FileManager.default.linkItem(atPath: tree.path("a.json"), toPath: tree.path("b.json"))
    try FileManager.default.linkItem(atPath: tree.path("a.json"), toPath: tree.path("c.json"))
    let run = try TreeRun(tree.pathName(), batchCount: batchCount)
    #expect(run.lines == ["migrated a.json", "migrated b.json", "migrated c.json"])
    #expect(run.decisions.map { $0.warnings.map(\.code) } == [[.hardLinked], [.hardLinked], [.hardLinked]])
    for name in ["a.json", "b.json", "c.json"] { #expect(try tree.read(name) == "NEW a") }
  }

  @Test("What another program changed is kept, what it removed does not come back")
  func interference() throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName(), redecides: false) { element in
      guard case .document(let document) = element else { return }
      switch document.reference.path.description {
      case "a.json": try tree.write("a.json", "from elsewhere")
      case "d/e.json": try FileManager.default.removeItem(atPath: tree.path("d/e.json"))
      case "d/f/g.json":
        try FileManager.default.moveItem(atPath: tree.path("d/f"), toPath: tree.path("d/moved"))
        try tree.makeFolder("d/f")
        try tree.write("d/f/g.json", "old g of another folder")
      default: break
      }
    }
    #expect(
      run.lines == [
        "rejected(changed-during-run) a.json", "current b.json", "rejected(invalid-json) c.json", "skipped d/e.json",
        "skipped d/f/g.json", "unmatched notes.txt",
      ])
    #expect(try tree.read("a.json") == "from elsewhere")
    #expect(!tree.exists("d/e.json"))
    #expect(try tree.read("d/f/g.json") == "old g of another folder")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("A failed flush drops its whole batch, and what was staged meanwhile", arguments: [0, 1])
  func failedFlush(sideThreads: Int) throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("syncfs", occurrence: 1, number: EIO)])
    let run = try TreeRun(tree.pathName(), fileSystem, batchCount: 2, sideThreads: sideThreads)
    #expect(run.finished)
    #expect(
      run.lines == [
        "rejected(write-failed) a.json", "current b.json", "rejected(invalid-json) c.json",
        "rejected(write-failed) d/e.json", "rejected(write-failed) d/f/g.json", "unmatched notes.txt",
      ])
    #expect(try tree.read("a.json") == "old a")
    #expect(try tree.read("d/e.json") == "old e")
    #expect(try tree.read("d/f/g.json") == "old g")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("A full disk rejects the document it meets, the others go on, and the target fails at the end")
  func fullDisk() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("write", occurrence: 2, number: ENOSPC)])
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.errorCode == .writeFailed)
    #expect((run.error as? TargetError)?.report.message.contains("the disk is full") == true)
    #expect(run.lines.contains("rejected(write-failed) d/e.json"))
    #expect(run.decisions.count == 6)
    #expect(try tree.read("a.json") == "NEW a")
    #expect(try tree.read("d/e.json") == "old e")
    #expect(try tree.read("d/f/g.json") == "NEW g")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test(
    "An owner or attribute that cannot be reproduced rejects the document",
    arguments: ["fchown", "fsetxattr", "fchmod"])
  func attributeFailure(call: String) throws {
    let tree = try TemporaryTree()
    // What a new file is not made with.
    let path = try tree.write("a.json", "old a", mode: 0o4644)
    let local = LocalFileSystem()
    let file = try local.open(PathName(path), in: nil, .readWrite, mode: 0)
    if call == "fchown" { try local.setOwner(file, user: 4711, group: 4711) }
    if call == "fsetxattr" {
      try local.setExtendedAttribute(ExtendedAttribute(name: Array("user.a".utf8), value: [1]), of: file)
    }
    let fileSystem = FaultyFileSystem(faults: [.init(call, number: EPERM, isPermanent: true)])
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.lines == ["rejected(permission-denied) a.json"])
    #expect(try tree.read("a.json") == "old a")
    #expect(try tree.listing() == ["a.json"])
  }

  @Test("Where the top folder may not be written to, folders below it are staged beside the document")
  func readOnlyTop() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("mkdirat", occurrence: 1, number: EACCES)])
    let run = try TreeRun(tree.pathName("d"), fileSystem)
    // The first document lies in the top folder itself.
    #expect(run.lines == ["rejected(permission-denied) e.json", "migrated f/g.json"])
    let deeper = try TemporaryTree()
    try deeper.write("x/a.json", "old a")
    try deeper.write("y/b.json", "old b")
    let second = FaultyFileSystem(faults: [.init("mkdirat", occurrence: 1, number: EROFS)])
    let other = try TreeRun(deeper.pathName(), second)
    #expect(other.lines == ["migrated x/a.json", "migrated y/b.json"])
    #expect(try deeper.listing() == ["x/", "x/a.json", "y/", "y/b.json"])
    #expect(second.record.count("mkdirat") == 3)
  }

  @Test("A rename that does not reach is tried again from beside the document")
  func otherMount() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("renameat2", occurrence: 3, number: EXDEV)])
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.lines.filter { $0.hasPrefix("migrated") }.count == 3)
    #expect(try tree.read("d/e.json") == "NEW e")
    #expect(fileSystem.record.count("mkdirat") == 2)
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("Abandoning leaves every document whole and reports what was not written", arguments: [1, 2, 5])
  func abandoned(after count: Int) throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName(), abandonsAfter: count)
    #expect(run.decisions.count == count)
    #expect(run.lines.first == "rejected(write-failed) a.json")
    #expect(try tree.read("a.json") == "old a")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("A folder of the run's name is not in the way, and is left alone")
  func occupiedName() throws {
    let tree = try sample()
    try tree.write(".uprev-\(TreeRun.runID)/mine.json", "old")
    let run = try TreeRun(tree.pathName())
    #expect(run.lines.filter { $0.hasPrefix("migrated") }.count == 3)
    #expect(
      try tree.listing().filter { $0.contains(".uprev") } == [
        ".uprev-\(TreeRun.runID)/", ".uprev-\(TreeRun.runID)/mine.json",
      ])
    #expect(try tree.read(".uprev-\(TreeRun.runID)/mine.json") == "old")
  }

  @Test("A staging folder that cannot be removed is reported")
  func leftStaging() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("rmdir", number: EIO)])
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.finished)
    #expect(run.warnings.map(\.code) == [.notCleanedUp])
    #expect(run.warnings.map(\.path) == [PathName(".uprev-\(TreeRun.runID)")])
  }

  @Test("A folder that cannot be flushed fails the target, whose documents are replaced")
  func failedFolderFlush() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem(faults: [.init("fsync", occurrence: 2, number: EIO)])
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.errorCode == .writeFailed)
    #expect((run.error as? TargetError)?.report.message.contains("“d”") == true)
    #expect(run.lines.filter { $0.hasPrefix("migrated") }.count == 3)
    #expect(try tree.read("d/e.json") == "NEW e")
  }
}
