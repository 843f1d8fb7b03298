import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct AtomicReplaceTests {
  private let local = LocalFileSystem()

  @Test("A name is replaced only while it leads to what was read")
  func guarded() throws {
    let tree = try TemporaryTree()
    let folder = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    let replace = AtomicReplace(local)
    let name = PathName("a")
    let temporary = PathName("t")
    for (change, result) in [
      ("none", AtomicReplace.Result.replaced), ("write", .changed), ("mode", .changed), ("another file", .changed),
      ("link", .changed), ("removed", .vanished),
    ] {
      try? FileManager.default.removeItem(atPath: tree.path("a"))
      try tree.write("a", "old")
      try tree.write("t", "new")
      let status = try tree.status("a")
      // So that the clock of the file system ticks.
      usleep(20_000)
      switch change {
      case "write": try tree.write("a", "odd")
      case "mode": chmod(tree.path("a"), 0o611)
      case "another file":
        try tree.write("b", "old")
        rename(tree.path("b"), tree.path("a"))
      case "link":
        unlink(tree.path("a"))
        symlink("t", tree.path("a"))
      case "removed": unlink(tree.path("a"))
      default: break
      }
      #expect(
        try replace.replace(name, in: folder, with: temporary, in: folder, ifStill: status) == result, "\(change)")
      #expect(tree.exists("t") == (result != .replaced), "\(change)")
      if result == .replaced { #expect(try tree.read("a") == "new") }
      if result == .vanished { #expect(!tree.exists("a")) }
    }
  }

  @Test("Placing never replaces, with and without an exclusive rename", arguments: [false, true], [false, true])
  func places(withoutExclusive: Bool, isFolder: Bool) throws {
    let tree = try TemporaryTree()
    let fileSystem = FaultyFileSystem(
      faults: withoutExclusive ? [.init("renameat2", number: EINVAL, isPermanent: true)] : [])
    let folder = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    let replace = AtomicReplace(fileSystem)
    if isFolder { try tree.write("t/inside", "new") } else { try tree.write("t", "new") }
    try replace.place(PathName("a"), in: folder, from: PathName("t"), in: folder)
    #expect(!tree.exists("t"))
    #expect(try tree.read(isFolder ? "a/inside" : "a") == "new")
    if isFolder { try tree.write("t/inside", "newer") } else { try tree.write("t", "newer") }
    #expect(throws: FileSystemError.self) {
      try replace.place(PathName("a"), in: folder, from: PathName("t"), in: folder)
    }
    #expect(tree.exists("t"))
    #expect(try tree.read(isFolder ? "a/inside" : "a") == "new")
  }

  @Test("A temporary is private, exclusive, and gone unless it was put in place")
  func temporaries() throws {
    let tree = try TemporaryTree()
    let folder = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    do {
      let temporary = try TemporaryFile(PathName("t"), in: folder, fileSystem: local)
      #expect(try tree.status("t").mode == 0o600)
      #expect(throws: FileSystemError.self) { _ = try TemporaryFile(PathName("t"), in: folder, fileSystem: local) }
      try Array("new".utf8).withUnsafeBytes { try temporary.write($0) }
    }
    #expect(try tree.listing() == [])
    try tree.write("a", "old")
    do {
      let temporary = try TemporaryFile(PathName("t"), in: folder, fileSystem: local)
      try temporary.replace(PathName("a"), in: folder)
    }
    #expect(try tree.listing() == ["a"])
    #expect(try tree.read("a") == "")
    let symbolic = PathName("s")
    try local.makeSymbolicLink(symbolic, in: folder, to: PathName("elsewhere"))
    #expect(throws: FileSystemError.self) { _ = try TemporaryFile(symbolic, in: folder, fileSystem: local) }
    #expect(!tree.exists("elsewhere"))
  }

  @Test("A file that is written piece by piece appears whole, private and flushed", arguments: Durability.allCases)
  func writer(durability: Durability) throws {
    let tree = try TemporaryTree()
    try tree.write("report.json", "before", mode: 0o644)
    let fileSystem = FaultyFileSystem()
    let writer = try AtomicFileWriter(
      tree.pathName("report.json"), runID: "r", durability: durability, fileSystem: fileSystem)
    var expected = ""
    for index in 0..<20_000 {
      let line = "line \(index)\n"
      expected += line
      try writer.write(line.utf8)
    }
    #expect(try tree.read("report.json") == "before")
    try writer.finish()
    writer.abandon()
    #expect(try tree.read("report.json") == expected)
    #expect(try tree.status("report.json").mode == 0o600)
    #expect(try tree.listing() == ["report.json"])
    #expect(fileSystem.record.count("fsync") == (durability == .none ? 0 : 2))
  }

  @Test(
    "A file that is not finished leaves its destination and nothing else",
    arguments: ["abandon", "forget", "full", "sync"])
  func unfinished(how: String) throws {
    let tree = try TemporaryTree()
    try tree.write("report.json", "before")
    let fault: FaultyFileSystem.Fault? =
      switch how {
      case "full": .init("write", number: ENOSPC)
      case "sync": .init("fsync", number: EIO)
      default: nil
      }
    do {
      let writer = try AtomicFileWriter(
        tree.pathName("report.json"), runID: "r", fileSystem: FaultyFileSystem(faults: fault.map { [$0] } ?? []))
      try writer.write("after".utf8)
      if how == "abandon" { writer.abandon() }
      if fault != nil { #expect(throws: FileSystemError.self) { try writer.finish() } }
    }
    #expect(try tree.read("report.json") == "before")
    #expect(try tree.listing() == ["report.json"])
  }

  @Test("A destination that is a link is resolved, one that is a fifo or a device is written to, a folder is refused")
  func specialDestinations() throws {
    let tree = try TemporaryTree()
    try tree.write("real/report.json", "before")
    try FileManager.default.createSymbolicLink(atPath: tree.path("link"), withDestinationPath: "real/report.json")
    try FileManager.default.createSymbolicLink(atPath: tree.path("null"), withDestinationPath: "/dev/null")
    for name in ["link", "null"] {
      let writer = try AtomicFileWriter(tree.pathName(name), runID: "r")
      try writer.write("after".utf8)
      try writer.finish()
      #expect(try tree.status(name).kind == .symbolicLink)
    }
    #expect(try tree.read("real/report.json") == "after")
    #expect(try local.status(of: PathName("/dev/null"), in: nil, followingLinks: false).kind == .characterDevice)
    #expect(throws: FileSystemError.self) { _ = try AtomicFileWriter(tree.pathName("real"), runID: "r") }
    #expect(throws: FileSystemError.self) { _ = try AtomicFileWriter(tree.pathName("no/report"), runID: "r") }
    #expect(try tree.listing() == ["link", "null", "real/", "real/report.json"])
  }

  @Test(
    "A link that somebody else planted in a shared folder is not followed; one of this user's own is",
    .enabled(if: geteuid() == 0))
  func plantedLink() throws {
    let tree = try TemporaryTree(inMemory: true)
    try tree.write("precious", to: "mine/precious")
    try tree.makeFolder("shared")
    symlink(tree.path("mine/precious"), tree.path("shared/report.json"))
    lchown(tree.path("shared/report.json"), 4711, 4711)
    for mode: mode_t in [0o1777, 0o1757] {
      chmod(tree.path("shared"), mode)
      let error = #expect(throws: FileSystemError.self) {
        _ = try AtomicFileWriter(tree.pathName("shared/report.json"), runID: "r")
      }
      #expect(error?.kind == .accessDenied)
      #expect(try tree.read("mine/precious") == "precious" && tree.listing("shared") == ["report.json"])
    }
    lchown(tree.path("shared/report.json"), 0, 0)
    let writer = try AtomicFileWriter(tree.pathName("shared/report.json"), runID: "r")
    try writer.write(Array("whole".utf8))
    try writer.finish()
    #expect(try tree.read("mine/precious") == "whole")
  }
}
