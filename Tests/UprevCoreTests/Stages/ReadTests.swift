import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct ReadTests {
  @Test("A document of any size up to the limit is read whole, one byte more is too-large and not read")
  func sizes() throws {
    let tree = try TemporaryTree()
    let sizes = [0, 1, 63, 64, 65, 4095, 4096, 4097, 100_000]
    for size in sizes { try tree.write("\(size).json", String(repeating: "o", count: size)) }
    try tree.write("large.json", String(repeating: "o", count: 100_001))
    let fileSystem = FaultyFileSystem()
    var read: [String: String] = [:]
    let run = try TreeRun(tree.pathName(), fileSystem, maximumSize: 100_000) { element in
      if case .document(let document) = element {
        read[document.reference.path.description] = document.text.description
      }
    }
    for size in sizes { #expect(read["\(size).json"] == String(repeating: "o", count: size)) }
    #expect(read.count == sizes.count)
    #expect(run.lines.last == "rejected(too-large) large.json")
    #expect(run.decisions.last?.bytesBefore == 100_001)
    #expect(fileSystem.record.count("read") == sizes.count)
  }

  #if os(Linux)
    @Test("Reading a document moves its time of access no more than looking at it does")
    func timeOfAccess() throws {
      let tree = try TemporaryTree()
      try tree.write("a.json", "bad", mode: 0o644)
      let local = LocalFileSystem()
      let name = tree.pathName("a.json")
      // Before the last change, so that reading would move it on any file system that keeps such times.
      let old = FileTime(seconds: 1_000_000_000, nanoseconds: 0)
      let status = try local.status(of: name, in: nil, followingLinks: false)
      try local.setTimes(name, in: nil, access: old, modification: status.modification)
      #expect(try TreeRun(tree.pathName()).lines == ["rejected(invalid-json) a.json"])
      #expect(try local.status(of: name, in: nil, followingLinks: false).access == old)
    }
  #endif

  @Test("A sparse file of a terabyte costs nothing")
  func sparse() throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.json", "old")
    let local = LocalFileSystem()
    let file = try local.open(PathName(path), in: nil, .readWrite, mode: 0)
    try local.truncate(file, to: 1 << 40)
    #expect(try TreeRun(tree.pathName()).lines == ["rejected(too-large) a.json"])
  }

  @Test("A file that grows or shrinks each time it is read is rejected; one that settles is read")
  func changing() throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.json", "old", mode: 0o644)
    for (change, times) in [("grow", 100), ("shrink", 100), ("grow", 1), ("shrink", 2)] {
      try tree.write("a.json", "old text of some length")
      let counter = Counter(times)
      let changing = FaultyFileSystem { call, _, _ in
        guard call == "read" || call == "pread", counter.next() else { return nil }
        let size = (try? LocalFileSystem().status(of: PathName(path), in: nil, followingLinks: false).size) ?? 0
        truncate(path, change == "grow" ? Int(size) + 1 : Int(size) - 1)
        return nil
      }
      let run = try TreeRun(tree.pathName(), changing)
      if times == 100 {
        #expect(run.lines == ["rejected(changed-during-run) a.json"], "\(change) \(times)")
      } else {
        #expect(run.lines == ["migrated a.json"], "\(change) \(times)")
      }
    }
  }

  @Test(
    "A document that cannot be opened or read has the code of its failure",
    arguments: [
      ("openat", EACCES, "rejected(permission-denied) a.json"), ("openat", EPERM, "rejected(permission-denied) a.json"),
      ("openat", EMFILE, "rejected(limit-exceeded) a.json"), ("openat", ENOENT, "skipped a.json"),
      ("openat", ELOOP, "skipped a.json"), ("openat", ENXIO, "skipped a.json"),
      ("read", EIO, "rejected(read-failed) a.json"), ("read", ESTALE, "rejected(read-failed) a.json"),
      ("fstat", EIO, "rejected(read-failed) a.json"), ("flistxattr", EIO, "rejected(read-failed) a.json"),
    ])
  func failures(call: String, number: Int32, line: String) throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old")
    try tree.write("b.json", "old")
    let isArmed = Counter(1)
    let opened = Counter(0)
    let fileSystem = FaultyFileSystem { name, _, path in
      if name == "openat", path == PathName("a.json") {
        opened.arm()
        return call == "openat" ? number : nil
      }
      return name != "openat" && name == call && opened.isArmed && isArmed.next() ? number : nil
    }
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(run.lines == [line, "migrated b.json"])
    #expect(try tree.read("a.json") == "old")
  }

  /// Guarded by its lock.
  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var left: Int
    private var armed = false
    init(_ left: Int) { self.left = left }
    var isArmed: Bool { lock.withLock { armed } }
    func arm() { lock.withLock { armed = true } }
    /// True as often as it was told.
    func next() -> Bool {
      lock.withLock {
        left -= 1
        return left >= 0
      }
    }
  }
}
