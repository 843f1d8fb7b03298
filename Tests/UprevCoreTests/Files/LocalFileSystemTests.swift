import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct LocalFileSystemTests {
  private let local = LocalFileSystem()

  private func failure(_ body: () throws -> Void) -> FileSystemError? {
    do {
      try body()
      return nil
    } catch {
      return error as? FileSystemError
    }
  }

  @Test("A name that C cannot hold, an empty one, and one too long are errors, not traps")
  func badNames() throws {
    let zero = PathName([0x61, 0, 0x62])
    #expect(failure { _ = try local.open(zero, in: nil, .readOnly, mode: 0) }?.number == EINVAL)
    #expect(failure { try local.makeSymbolicLink(PathName("x"), in: nil, to: zero) }?.number == EINVAL)
    #expect(failure { _ = try local.resolved(zero) }?.number == EINVAL)
    #expect(failure { _ = try local.open(PathName(""), in: nil, .readOnly, mode: 0) }?.kind == .absent)
    let long = PathName([UInt8](repeating: 0x61, count: 256))
    #expect(failure { _ = try local.open(long, in: nil, .readOnly, mode: 0) }?.kind == .nameTooLong)
    let endless = PathName([UInt8](repeating: 0x61, count: 1 << 20))
    #expect(failure { _ = try local.open(endless, in: nil, .readOnly, mode: 0) }?.kind == .nameTooLong)
  }

  @Test("A write that signals cut short goes on where it stopped")
  func shortWrites() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reader, writer) = (ends[0], OpenFile(descriptor: ends[1]) { close($0) })
    defer { close(reader) }
    // A handler, and no restart: a write that waits for room ends with what it has written, or with EINTR.
    var action = sigaction()
    var before = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR2, &action, &before)
    defer { sigaction(SIGUSR2, &before, nil) }
    let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let result = ThreadResult()
    let thread = Thread {
      result.begin(pthread_self())
      result.end(self.failure { try bytes.withUnsafeBytes { try self.local.write(writer, $0) } })
    }
    thread.start()
    var read: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 5_000)
    let identity = result.thread()
    while read.count < bytes.count {
      // The pipe is full: the writer waits, and is interrupted a few times.
      for _ in 0..<3 where !result.isDone {
        pthread_kill(identity, SIGUSR2)
        usleep(50)
      }
      let count = Foundation.read(reader, &part, part.count)
      guard count > 0 else { break }
      read += part[..<count]
    }
    #expect(result.wait() == nil)
    #expect(read == bytes)
  }

  /// Opens names that lead out of a folder, and some that do not.
  private static func openBeneath(severalComponents: Bool) throws {
    let local = LocalFileSystem()
    let tree = try TemporaryTree()
    try tree.write("outside", to: "outside/secret")
    try tree.write("inside", to: "in/d/a")
    try tree.makeFolder("in/e")
    for (name, end) in [("in/up", ".."), ("in/file", "../outside/secret"), ("in/here", "d"), ("in/root", "/")] {
      try local.makeSymbolicLink(tree.pathName(name), in: nil, to: PathName(end))
    }
    let folder = try local.open(tree.pathName("in"), in: nil, [.directory], mode: 0)
    let absolute = tree.path("outside/secret")
    for name in [
      "..", "../outside/secret", "up", "up/outside/secret", "file", "here", "here/a", "root", "root/etc", absolute, "",
      "d/../../outside/secret", "/", "/..",
    ] {
      for flags in [
        OpenFlags.beneath, [.beneath, .directory], [.beneath, .writeOnly, .create], [.beneath, .nonBlocking],
      ] {
        let error = #expect(throws: FileSystemError.self, "\(name)") {
          try local.open(PathName(name), in: folder, flags, mode: 0o600)
        }
        let kinds: [FailureKind] = [
          .symbolicLink, .otherDevice, .unsupported, .noDirectory, .directory, .absent, .accessDenied, .notPermitted,
        ]
        #expect(error.map { kinds.contains($0.kind) } ?? false, "\(name): \(String(describing: error))")
      }
    }
    #expect(try tree.read("outside/secret") == "outside")
    #expect(
      try local.status(of: try local.open(PathName("d"), in: folder, [.beneath, .directory], mode: 0)).kind
        == .directory)
    let made = try local.open(PathName("new"), in: folder, [.beneath, .writeOnly, .create, .exclusive], mode: 0o600)
    #expect(try local.status(of: made).mode == 0o600)
    let deep = try? local.open(PathName("d/a"), in: folder, .beneath, mode: 0)
    #expect((deep != nil) == severalComponents)
  }

  @Test("What is opened beneath a folder lies there, and is reached without a link")
  func beneath() throws { try Self.openBeneath(severalComponents: true) }

  @Test("Where the system has no openat2, one component is opened beneath, and several are refused")
  func beneathOneByOne() throws {
    try withoutOpenat2 { try Self.openBeneath(severalComponents: false) }
  }

  @Test("An open descriptor is closed with the last reference, and not inherited by children")
  func descriptors() throws {
    let tree = try TemporaryTree()
    try tree.write("a", "text")
    var number: Int32 = -1
    do {
      let file = try local.open(tree.pathName("a"), in: nil, .readOnly, mode: 0)
      number = file.descriptor
      #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
    }
    // Another thread may have got the number since, for another file.
    var now = stat()
    let isOpen = fstat(number, &now) == 0
    let inode = try tree.status("a").inode
    #expect(!isOpen || UInt64(now.st_ino) != inode)
  }

  @Test("Reading takes an offset or the file's own, writing writes all, a negative offset is refused")
  func readAndWrite() throws {
    let tree = try TemporaryTree()
    let file = try local.open(tree.pathName("a"), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
    try bytes.withUnsafeBytes { try local.write(file, $0) }
    var buffer = [UInt8](repeating: 0, count: 10)
    #expect(try buffer.withUnsafeMutableBytes { try local.read(file, into: $0, at: 99_995) } == 5)
    #expect(Array(buffer[..<5]) == Array(bytes[99_995...]))
    #expect(try buffer.withUnsafeMutableBytes { try local.read(file, into: $0, at: nil) } == 0)
    #expect(
      failure { _ = try buffer.withUnsafeMutableBytes { try local.read(file, into: $0, at: -1) } }?.number == EINVAL)
    #expect(try local.read(file, into: UnsafeMutableRawBufferPointer(start: nil, count: 0), at: nil) == 0)
    try local.truncate(file, to: 7)
    #expect(try local.status(of: file).size == 7)
  }

  @Test("Copying inside the kernel or by hand gives the same bytes", arguments: [0, 1, 4096, 1_000_003])
  func copies(size: Int) throws {
    let tree = try TemporaryTree()
    let memory = try TemporaryTree(inMemory: true)
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Data(bytes).write(to: URL(fileURLWithPath: tree.path("a")))
    for (place, name) in [(tree, "same"), (memory, "other")] {
      let source = try local.open(tree.pathName("a"), in: nil, .readOnly, mode: 0)
      let copy = try local.open(place.pathName(name), in: nil, [.writeOnly, .create, .exclusive], mode: 0o600)
      while try local.copy(from: source, to: copy, count: 1 << 30) > 0 {}
      #expect(try Data(contentsOf: URL(fileURLWithPath: place.path(name))) == Data(bytes))
    }
  }

  @Test("A sparse file of a hundred gigabytes is copied with its holes and its bytes, at once")
  func copiesHoles() throws {
    let tree = try TemporaryTree()
    let source = try local.open(tree.pathName("a"), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    let bytes = [UInt8](repeating: 7, count: 10_000)
    try local.truncate(source, to: 50 << 30)
    #expect(lseek(source.descriptor, 50 << 30, SEEK_SET) == 50 << 30)
    try bytes.withUnsafeBytes { try local.write(source, $0) }
    try local.truncate(source, to: 100 << 30)
    #expect(lseek(source.descriptor, 0, SEEK_SET) == 0)
    let copy = try local.open(tree.pathName("b"), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    while try local.copy(from: source, to: copy, count: 1 << 30) > 0 {}
    #expect(try local.status(of: copy).size == 100 << 30)
    var found = [UInt8](repeating: 1, count: 10_002)
    #expect(try found.withUnsafeMutableBytes { try local.read(copy, into: $0, at: (50 << 30) - 1) } == 10_002)
    #expect(found == [0] + bytes + [0])
    var status = stat()
    #expect(fstat(copy.descriptor, &status) == 0)
    #expect(status.st_blocks < 1000)
  }

  @Test("What the kernel makes up as it is read is copied, though its size is 0")
  func copiesMadeUp() throws {
    guard FileManager.default.fileExists(atPath: "/proc/version") else { return }
    let tree = try TemporaryTree()
    let source = try local.open(PathName("/proc/version"), in: nil, .readOnly, mode: 0)
    let copy = try local.open(tree.pathName("a"), in: nil, [.writeOnly, .create, .exclusive], mode: 0o600)
    while try local.copy(from: source, to: copy, count: 1 << 20) > 0 {}
    #expect(try tree.read("a") == String(contentsOfFile: "/proc/version", encoding: .utf8))
  }

  @Test("A folder can be listed again and again through one descriptor")
  func listing() throws {
    let tree = try TemporaryTree()
    for index in 0..<500 { try tree.write("\(index)", "") }
    try tree.makeFolder("folder")
    let folder = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    for _ in 0..<3 {
      var names: [String: FileKind?] = [:]
      try local.forEachName(in: folder) { names[String(decoding: $0, as: UTF8.self)] = $1 }
      #expect(names.count == 501)
      #expect(names["folder"] == .some(.directory) || names["folder"] == .some(nil))
      #expect(names["."] == nil)
    }
  }

  @Test("A link's destination of any length comes whole", arguments: [1, 511, 512, 513, 4000])
  func linkDestination(length: Int) throws {
    let tree = try TemporaryTree()
    let destination = PathName([UInt8](repeating: 0xfe, count: length))
    try local.makeSymbolicLink(tree.pathName("link"), in: nil, to: destination)
    #expect(try local.symbolicLinkDestination(tree.pathName("link"), in: nil) == destination)
  }

  @Test("Extended attributes of any value and number are set, read and removed")
  func attributes() throws {
    let tree = try TemporaryTree()
    try tree.write("a", "")
    let file = try local.open(tree.pathName("a"), in: nil, .readWrite, mode: 0)
    #expect(try local.extendedAttributes(of: file) == [])
    var expected: Set<ExtendedAttribute> = []
    for index in 0..<20 {
      let name = Array(("user." + String(repeating: "n", count: 60) + "\(index)").utf8)
      let attribute = ExtendedAttribute(name: name, value: [UInt8](repeating: UInt8(index), count: index * 3))
      try local.setExtendedAttribute(attribute, of: file)
      expected.insert(attribute)
    }
    #expect(Set(try local.extendedAttributes(of: file)) == expected)
    for attribute in expected { try local.removeExtendedAttribute(attribute.name, of: file) }
    #expect(try local.extendedAttributes(of: file) == [])
    #expect(failure { try local.removeExtendedAttribute(Array("user.none".utf8), of: file) }?.kind == .noAttribute)
  }
}

/// What a thread came to.
// @unchecked: guarded by `condition`.
private final class ThreadResult: @unchecked Sendable {
  private let condition = NSCondition()
  private var identity: pthread_t?
  private var outcome: FileSystemError??

  var isDone: Bool { condition.withLock { outcome != nil } }

  func begin(_ thread: pthread_t) {
    condition.withLock {
      identity = thread
      condition.broadcast()
    }
  }

  func end(_ error: FileSystemError?) {
    condition.withLock {
      outcome = .some(error)
      condition.broadcast()
    }
  }

  func thread() -> pthread_t {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let identity { return identity }
      condition.wait()
    }
  }

  func wait() -> FileSystemError? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let outcome { return outcome }
      condition.wait()
    }
  }
}
