import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// Denied access and full disks, for real.
@Suite struct TreePermissionTests {
  private func chmod(_ tree: TemporaryTree, _ name: String, _ mode: UInt32) throws {
    let file = try LocalFileSystem().open(tree.pathName(name), in: nil, .readOnly, mode: 0)
    try LocalFileSystem().setMode(file, mode)
  }

  /// Everything in it belongs to the user that ``asOrdinaryUser(_:)`` is.
  private func give(_ tree: TemporaryTree) throws {
    guard geteuid() == 0 else { return }
    for name in [""] + (try tree.listing()) {
      let file = try LocalFileSystem().open(tree.pathName(name), in: nil, .readOnly, mode: 0)
      try LocalFileSystem().setOwner(file, user: 65534, group: 65534)
    }
  }

  @Test("Unreadable documents and folders, and read-only folders, are rejected; the others are done")
  func denied() throws {
    let tree = try TemporaryTree()
    for name in ["a.json", "b.json", "closed/c.json", "locked/d.json", "open/e.json"] {
      try tree.write(name, "old \(name)", mode: 0o644)
    }
    try give(tree)
    try chmod(tree, "b.json", 0)
    try chmod(tree, "closed", 0)
    try chmod(tree, "locked", 0o555)
    defer {
      // So that the tree can be removed.
      try? chmod(tree, "closed", 0o700)
      try? chmod(tree, "locked", 0o700)
    }
    let run = try asOrdinaryUser { try TreeRun(tree.pathName(), sideThreads: 0) }
    #expect(run.error == nil)
    #expect(
      run.lines == [
        "migrated a.json", "rejected(permission-denied) b.json", "rejected(permission-denied) closed",
        "rejected(permission-denied) locked/d.json", "migrated open/e.json",
      ])
    #expect(try tree.read("open/e.json") == "NEW open/e.json")
    #expect(try tree.read("locked/d.json") == "old locked/d.json")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
  }

  @Test("Where only folders below the top are writable, their documents are migrated")
  func readOnlyTop() throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old", mode: 0o644)
    try tree.write("x/b.json", "old", mode: 0o644)
    try give(tree)
    try chmod(tree, "", 0o555)
    defer { try? chmod(tree, "", 0o700) }
    let run = try asOrdinaryUser { try TreeRun(tree.pathName(), sideThreads: 0) }
    #expect(run.lines == ["rejected(permission-denied) a.json", "migrated x/b.json"])
    #expect(try tree.listing() == ["a.json", "x/", "x/b.json"])
  }

  @Test("A document of another owner is rejected where its owner cannot be kept", .enabled(if: geteuid() == 0))
  func otherOwner() throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old", mode: 0o644)
    try tree.write("b.json", "old", mode: 0o644)
    try give(tree)
    let file = try LocalFileSystem().open(tree.pathName("a.json"), in: nil, .readOnly, mode: 0)
    try LocalFileSystem().setOwner(file, user: 4711, group: 65534)
    let run = try asOrdinaryUser { try TreeRun(tree.pathName(), sideThreads: 0) }
    #expect(run.lines == ["rejected(permission-denied) a.json", "migrated b.json"])
    #expect(try tree.status("a.json").user == 4711)
    #expect(try tree.read("a.json") == "old")
  }

  @Test("A target that cannot be opened fails as a whole", arguments: ["", "a.json"])
  func deniedTarget(name: String) throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old", mode: 0o644)
    try give(tree)
    try chmod(tree, name, 0)
    defer { try? chmod(tree, name, 0o700) }
    let run = try asOrdinaryUser { try TreeRun(tree.pathName(name), sideThreads: 0) }
    #expect(run.errorCode == .permissionDenied)
    #expect(run.decisions.isEmpty)
  }

  private static func shell(_ line: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  private static let canMount = geteuid() == 0 && shell("unshare -m true") == 0

  @Test("A full file system: what fits is migrated, the rest is whole and rejected", .enabled(if: canMount))
  func fullDisk() throws {
    let tree = try TemporaryTree()
    try tree.makeFolder("disk")
    try #require(Self.shell("mount -t tmpfs -o size=512k none '\(tree.path("disk"))'") == 0)
    defer { _ = Self.shell("umount '\(tree.path("disk"))'") }
    let text = "old" + String(repeating: "x", count: 8000)
    for index in 10..<50 { try tree.write("disk/\(index).json", text) }
    // 320 kB are taken, 192 kB are free: 24 temporaries.
    let run = try TreeRun(tree.pathName("disk"), batchCount: 1000)
    #expect(run.errorCode == .writeFailed)
    #expect(run.decisions.count == 40)
    for decision in run.decisions {
      let now = try tree.read("disk/\(decision.reference.path)")
      #expect(now == (decision.outcome == .migrated ? "NEW" + text.dropFirst(3) : text))
      if decision.outcome == .rejected { #expect(decision.error?.code == .writeFailed) }
    }
    #expect(run.decisions.filter { $0.outcome == .migrated }.count > 10)
    #expect(run.decisions.filter { $0.outcome == .rejected }.count > 5)
    #expect(!(try tree.listing("disk").contains { $0.contains(".uprev") }))
    let copy = try TreeRun(tree.pathName("disk"), output: tree.pathName("disk/../disk/../copy"))
    #expect(copy.error == nil)
    let back = try TreeRun(tree.pathName("copy"), output: tree.pathName("disk/copy"))
    #expect(back.errorCode == .writeFailed)
    #expect(!(try tree.listing("disk").contains { $0.contains("copy") }))
  }

  @Test(
    "Documents of another file system inside the tree, and behind a bind mount, are migrated", .enabled(if: canMount))
  func mounts() throws {
    let tree = try TemporaryTree()
    for folder in ["target/tmpfs", "target/bind", "elsewhere"] { try tree.makeFolder(folder) }
    try tree.write("elsewhere/b.json", "old b")
    try tree.write("elsewhere/deep/c.json", "old c")
    try #require(Self.shell("mount -t tmpfs -o size=512k none '\(tree.path("target/tmpfs"))'") == 0)
    defer { _ = Self.shell("umount '\(tree.path("target/tmpfs"))'") }
    try #require(Self.shell("mount --bind '\(tree.path("elsewhere"))' '\(tree.path("target/bind"))'") == 0)
    defer { _ = Self.shell("umount '\(tree.path("target/bind"))'") }
    try tree.write("target/a.json", "old a")
    try tree.write("target/tmpfs/x/d.json", "old d")
    try tree.write("target/tmpfs/e.json", "old e")
    let run = try TreeRun(tree.pathName("target"))
    #expect(
      run.lines == [
        "migrated a.json", "migrated bind/b.json", "migrated bind/deep/c.json", "migrated tmpfs/e.json",
        "migrated tmpfs/x/d.json",
      ])
    #expect(try tree.read("elsewhere/deep/c.json") == "NEW c")
    #expect(!(try tree.listing().contains { $0.contains(".uprev") }))
    #expect(run.warnings == [])
  }
}
