import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct TreeCopyWriterTests {
  private let local = LocalFileSystem()

  private func sample() throws -> TemporaryTree {
    let tree = try TemporaryTree()
    try tree.write("in/a.json", "old a", mode: 0o640)
    try tree.write("in/b.json", "bad b", mode: 0o600)
    try tree.write("in/sub/c.json", "old c")
    try tree.write("in/sub/binary.bin", String(repeating: "\u{1}\u{2}\u{3}", count: 200_000))
    try tree.makeFolder("in/empty/deeper")
    try FileManager.default.createSymbolicLink(atPath: tree.path("in/link.json"), withDestinationPath: "no/where")
    try FileManager.default.linkItem(atPath: tree.path("in/sub/binary.bin"), toPath: tree.path("in/twin"))
    let folder = try local.open(tree.pathName("in"), in: nil, .directory, mode: 0)
    var fifo = try tree.status("in/a.json")
    fifo.kind = .fifo
    try local.makeNode(PathName("fifo"), in: folder, like: fifo)
    let file = try local.open(tree.pathName("in/b.json"), in: nil, .readWrite, mode: 0)
    try local.setExtendedAttribute(ExtendedAttribute(name: Array("user.b".utf8), value: [1, 2]), of: file)
    let old = FileTime(seconds: 1_000_000_000, nanoseconds: 123_456_789)
    for name in ["a.json", "b.json", "sub/binary.bin", "link.json", "empty", "sub", ""] {
      try local.setTimes(tree.pathName("in/\(name)"), in: nil, access: old, modification: old)
    }
    try local.setMode(try local.open(tree.pathName("in/empty"), in: nil, .directory, mode: 0), 0o500)
    return tree
  }

  @Test(
    "Everything is copied: texts, other files, folders, links, modes, times and attributes",
    arguments: Durability.allCases)
  func copies(durability: Durability) throws {
    let tree = try sample()
    defer {
      for name in ["in/empty", "out/empty"] {
        _ = try? local.setMode(local.open(tree.pathName(name), in: nil, .directory, mode: 0), 0o700)
      }
    }
    let before = try tree.listing("in")
    let run = try TreeRun(tree.pathName("in"), durability: durability, output: tree.pathName("out/"))
    #expect(run.error == nil)
    #expect(run.finished)
    #expect(run.warnings == [])
    #expect(
      run.lines == [
        "migrated a.json", "rejected(invalid-json) b.json", "skipped fifo", "skipped link.json",
        "unmatched sub/binary.bin", "migrated sub/c.json", "unmatched twin",
      ])
    #expect(try tree.listing("out") == before)
    #expect(try tree.listing("in") == before)
    #expect(try tree.listing().filter { $0.contains(".uprev") } == [])
    #expect(try tree.read("in/a.json") == "old a")
    #expect(try tree.read("out/a.json") == "NEW a")
    #expect(try tree.read("out/b.json") == "bad b")
    #expect(try tree.read("out/sub/c.json") == "NEW c")
    #expect(try tree.read("out/sub/binary.bin") == tree.read("in/sub/binary.bin"))
    #expect(try tree.status("out/fifo").kind == .fifo)
    #expect(
      try local.symbolicLinkDestination(
        PathName("link.json"), in: local.open(tree.pathName("out"), in: nil, [], mode: 0))
        == PathName("no/where"))
    for name in ["", "/a.json", "/b.json", "/sub", "/sub/binary.bin", "/link.json", "/empty", "/empty/deeper", "/fifo"]
    {
      let source = try tree.status("in" + name)
      let copy = try tree.status("out" + name)
      #expect(copy.mode == source.mode, "\(name)")
      #expect(copy.user == source.user && copy.group == source.group, "\(name)")
      if name != "/a.json" { #expect(copy.modification == source.modification, "\(name)") }
      #expect(copy.inode != source.inode, "\(name)")
    }
    // A migrated document is a new file.
    #expect(try tree.status("out/a.json").modification.seconds > 1_500_000_000)
    #expect(try tree.status("out/twin").inode == tree.status("out/sub/binary.bin").inode)
    let file = try local.open(tree.pathName("out/b.json"), in: nil, .readOnly, mode: 0)
    #expect(
      try local.extendedAttributes(of: file) == [ExtendedAttribute(name: Array("user.b".utf8), value: [1, 2])])
  }

  @Test("One file becomes one file")
  func single() throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName("in/a.json"), output: tree.pathName("new.json"))
    #expect(run.lines == ["migrated a.json"])
    #expect(run.finished)
    #expect(try tree.read("new.json") == "NEW a")
    #expect(try tree.status("new.json").mode == 0o640)
    #expect(try tree.read("in/a.json") == "old a")
    let rejected = try TreeRun(tree.pathName("in/b.json"), output: tree.pathName("rejected.json"))
    #expect(rejected.lines == ["rejected(invalid-json) b.json"])
    #expect(try tree.read("rejected.json") == "bad b")
    let unmatched = try TreeRun(tree.pathName("in/sub/binary.bin"), output: tree.pathName("binary"))
    #expect(unmatched.lines == ["unmatched binary.bin"])
    #expect(try tree.status("binary").size == 600_000)
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test(
    "An output that exists, lies inside the target or cannot be made is refused",
    arguments: [
      ("out", "exists already"), ("in", "exists already"), ("in/new", "inside the target"),
      ("in/sub/new", "inside the target"), ("alias/new", "inside the target"), ("missing/new", "does not exist"),
      ("in/a.json/new", "no folder"), ("out/..", "names no new"), ("/", "names no new"),
    ])
  func refused(output: String, words: String) throws {
    let tree = try sample()
    try tree.makeFolder("out")
    try FileManager.default.createSymbolicLink(atPath: tree.path("alias"), withDestinationPath: "in/sub")
    let before = try tree.listing()
    let place = output == "/" ? PathName("/") : tree.pathName(output)
    let run = try TreeRun(tree.pathName("in"), output: place)
    #expect(run.errorCode == .writeFailed)
    #expect((run.error as? TargetError)?.report.message.contains(words) == true)
    #expect(try tree.listing() == before)
    #expect(run.decisions.isEmpty)
  }

  @Test("An output that appears during the run is not replaced")
  func appears() throws {
    let tree = try sample()
    let run = try TreeRun(tree.pathName("in"), output: tree.pathName("out")) { _ in
      if !tree.exists("out") { try tree.write("out", "mine") }
    }
    #expect(run.errorCode == .writeFailed)
    #expect(try tree.read("out") == "mine")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("Abandoning leaves nothing, read-only folders included", arguments: 1...9)
  func abandoned(after count: Int) throws {
    let tree = try sample()
    let before = try tree.listing()
    let run = try asOrdinaryUserOwning(tree) {
      try TreeRun(tree.pathName("in"), output: tree.pathName("out"), abandonsAfter: count)
    }
    #expect(!run.finished)
    #expect(run.warnings == [])
    #expect(try tree.listing() == before)
  }

  private func asOrdinaryUserOwning(_ tree: TemporaryTree, _ body: () throws -> TreeRun) throws -> TreeRun {
    if geteuid() == 0 {
      for name in [""] + (try tree.listing()) {
        try local.setOwner(
          tree.pathName(name.hasSuffix("/") ? String(name.dropLast()) : name), in: nil, user: 65534, group: 65534)
      }
    }
    return try asOrdinaryUser(body)
  }

  @Test("What cannot be read is left out with a warning, an owner that cannot be kept is a warning, the rest is copied")
  func unreadable() throws {
    let tree = try sample()
    let fileSystem = FaultyFileSystem { call, _, name in
      switch (call, name) {
      case ("openat", PathName("twin")), ("openat", PathName("b.json")), ("mknodat", _): EACCES
      default: nil
      }
    }
    let run = try TreeRun(tree.pathName("in"), fileSystem, output: tree.pathName("out"))
    #expect(run.finished)
    #expect(run.lines.contains("rejected(permission-denied) b.json"))
    let warnings = run.warnings + run.decisions.flatMap(\.warnings)
    #expect(
      Set(warnings.map { "\($0.code.rawValue) \($0.path?.description ?? "")" }) == [
        "not-copied b.json", "not-copied fifo",
      ])
    #expect(!tree.exists("out/b.json"))
    // The name that could be read is the one that its twin became a link of.
    #expect(tree.exists("out/twin"))
  }

  @Test(
    "An owner that cannot be kept is one warning a file, and takes the set-id bits with it",
    .enabled(if: geteuid() == 0))
  func otherOwner() throws {
    let tree = try TemporaryTree()
    try tree.write("in/a.json", "old", mode: 0o644)
    try tree.write("in/b.txt", "text", mode: 0o644)
    for name in ["in/a.json", "in/b.txt"] {
      let file = try local.open(tree.pathName(name), in: nil, .readOnly, mode: 0)
      try local.setOwner(file, user: 4711, group: 4711)
      try local.setMode(file, 0o6755)
    }
    try local.setOwner(tree.pathName(), in: nil, user: 65534, group: 65534)
    try local.setOwner(tree.pathName("in"), in: nil, user: 65534, group: 65534)
    let run = try asOrdinaryUser { try TreeRun(tree.pathName("in"), output: tree.pathName("out")) }
    #expect(run.finished)
    #expect(run.warnings.map(\.code) == [.attributeNotKept, .attributeNotKept])
    for name in ["out/a.json", "out/b.txt"] {
      let status = try tree.status(name)
      #expect(status.mode == 0o755)
      #expect(status.user == 65534)
    }
  }
}
