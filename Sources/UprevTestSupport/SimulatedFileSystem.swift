import Foundation
import UprevCore
import UprevReport

/// An in-memory file system that knows what a crash would leave of it (``SimulatedVolume/crashStates(limit:samples:using:)``).
///
/// Its descriptors are numbers of its own, never the system's. A test may act before every call, with calls of its own on the
/// same file system: these are not announced again.
// @unchecked: everything mutable is guarded by `lock`, which is not held while the hook runs.
public final class SimulatedFileSystem: FileSystem, @unchecked Sendable {
  struct Description {
    var node: Int
    var reads: Bool
    var writes: Bool
    var offset = 0
    var hasLease = false
  }

  /// Runs before a call, with its name as in ``FileSystemError/call``, how many calls there were (this one included) and the
  /// name that it is about; an `errno` fails the call.
  public typealias Hook = (_ call: String, _ number: Int, _ name: PathName?) -> Int32?

  private let lock = NSLock()
  private var current: SimulatedVolume
  private var descriptions: [Int32: Description] = [:]
  private var nextDescriptor: Int32 = 1 << 20
  private var locks: [Int: Int32] = [:]
  private var descriptionLocks: [Int: Int32] = [:]
  private var calls = 0
  private var isInHook = false
  private var hook: Hook?

  public init(_ volume: SimulatedVolume = SimulatedVolume()) {
    current = volume
  }

  /// A snapshot of what is there now, and of what is durable.
  public var volume: SimulatedVolume { lock.withLock { current } }
  /// Calls so far, without those made by a hook.
  public var callCount: Int { lock.withLock { calls } }
  /// Files and folders that are open.
  public var openCount: Int { lock.withLock { descriptions.count } }

  public func setHook(_ hook: Hook?) { lock.withLock { self.hook = hook } }

  // MARK: for the calls

  func perform<Result>(
    _ call: String, _ name: PathName? = nil, _ body: (inout SimulatedVolume) throws(SimulatedVolume.Failure) -> Result
  ) throws(FileSystemError) -> Result {
    if let number = announce(call, name) { throw FileSystemError(call: call, path: name, number: number) }
    lock.lock()
    defer { lock.unlock() }
    do throws(SimulatedVolume.Failure) {
      return try body(&current)
    } catch {
      throw FileSystemError(call: call, path: name, number: error.number)
    }
  }

  private func announce(_ call: String, _ name: PathName?) -> Int32? {
    lock.lock()
    if isInHook {
      lock.unlock()
      return nil
    }
    calls += 1
    let number = calls
    let hook = hook
    isInHook = hook != nil
    lock.unlock()
    guard let hook else { return nil }
    let result = hook(call, number, name)
    lock.withLock { isInHook = false }
    return result
  }

  /// Inside `perform` only.
  func description(_ file: OpenFile) throws(SimulatedVolume.Failure) -> Description {
    guard let description = descriptions[file.descriptor] else { throw SimulatedVolume.Failure(EBADF) }
    return description
  }

  /// Inside `perform` only: the folder that names are relative to.
  func start(_ folder: OpenFile?) throws(SimulatedVolume.Failure) -> Int? {
    guard let folder else { return nil }
    return try description(folder).node
  }

  private func makeFile(_ description: Description, _ volume: inout SimulatedVolume) -> OpenFile {
    let descriptor = nextDescriptor
    nextDescriptor += 1
    descriptions[descriptor] = description
    volume.opened(description.node)
    return OpenFile(descriptor: descriptor) { [self] in close($0) }
  }

  private func close(_ descriptor: Int32) {
    lock.withLock {
      guard let description = descriptions.removeValue(forKey: descriptor) else { return }
      if locks[description.node] == descriptor { locks[description.node] = nil }
      if descriptionLocks[description.node] == descriptor { descriptionLocks[description.node] = nil }
      current.closed(description.node)
    }
  }

  // MARK: opening, reading, writing

  public func open(
    _ name: PathName, in directory: OpenFile?, _ flags: OpenFlags, mode: UInt32
  ) throws(FileSystemError) -> OpenFile {
    try perform("openat", name) { volume throws(SimulatedVolume.Failure) in
      let place = try volume.resolve(
        name, from: try start(directory), follows: !flags.contains(.noFollow), beneath: flags.contains(.beneath))
      let writes = flags.contains(.writeOnly) || flags.contains(.readWrite)
      var description = Description(node: 0, reads: !flags.contains(.writeOnly), writes: writes)
      if let found = place.node {
        if flags.contains(.create), flags.contains(.exclusive) { throw SimulatedVolume.Failure(EEXIST) }
        let node = try volume.node(found)
        if flags.contains(.directory), node.kind != .directory { throw SimulatedVolume.Failure(ENOTDIR) }
        switch node.kind {
        case .symbolicLink: throw SimulatedVolume.Failure(ELOOP)
        case .socket, .characterDevice, .blockDevice: throw SimulatedVolume.Failure(ENXIO)
        case .fifo where writes: throw SimulatedVolume.Failure(ENXIO)
        case .directory where writes || flags.contains(.create): throw SimulatedVolume.Failure(EISDIR)
        default: break
        }
        // Whoever opens for writing waits for the lease to go; nobody can wait here.
        let isLeased = descriptions.values.contains { $0.node == found && $0.hasLease }
        if writes, isLeased { throw SimulatedVolume.Failure(EWOULDBLOCK) }
        description.node = found
      } else {
        guard flags.contains(.create) else { throw SimulatedVolume.Failure(ENOENT) }
        if flags.contains(.directory) { throw SimulatedVolume.Failure(EINVAL) }
        description.node = try volume.create(.regular, place.name, in: place.folder, mode: mode & ~0o022)
      }
      return makeFile(description, &volume)
    }
  }

  public func read(
    _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64?
  ) throws(FileSystemError) -> Int {
    try perform(offset == nil ? "read" : "pread") { volume throws(SimulatedVolume.Failure) in
      let description = try description(file)
      let node = try volume.node(description.node)
      guard description.reads else { throw SimulatedVolume.Failure(EBADF) }
      if node.kind == .directory { throw SimulatedVolume.Failure(EISDIR) }
      let start = offset.map { Int($0) } ?? description.offset
      if start < 0 { throw SimulatedVolume.Failure(EINVAL) }
      let count = max(0, min(buffer.count, node.data.count - start))
      if count > 0 { buffer.copyBytes(from: node.data[start..<start + count]) }
      if offset == nil { descriptions[file.descriptor]?.offset = start + count }
      return count
    }
  }

  public func write(_ file: OpenFile, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    // Nothing is not even handed to the system.
    if bytes.isEmpty { return }
    try perform("write") { volume throws(SimulatedVolume.Failure) in try put(Array(bytes), file, &volume) }
  }

  private func put(
    _ bytes: [UInt8], _ file: OpenFile, _ volume: inout SimulatedVolume
  ) throws(SimulatedVolume.Failure) {
    let description = try description(file)
    guard description.writes else { throw SimulatedVolume.Failure(EBADF) }
    if bytes.isEmpty { return }
    let end = description.offset + bytes.count
    volume.update(description.node, isData: true) { node in
      if node.data.count < end { node.data += [UInt8](repeating: 0, count: end - node.data.count) }
      node.data.replaceSubrange(description.offset..<end, with: bytes)
    }
    descriptions[file.descriptor]?.offset = end
  }

  public func copy(
    from source: OpenFile, to destination: OpenFile, count: Int
  ) throws(FileSystemError) -> Int {
    try perform("copy_file_range") { volume throws(SimulatedVolume.Failure) in
      let from = try description(source)
      let data = try volume.node(from.node).data
      guard from.reads else { throw SimulatedVolume.Failure(EBADF) }
      let bytes = Array(data.dropFirst(from.offset).prefix(max(0, count)))
      try put(bytes, destination, &volume)
      descriptions[source.descriptor]?.offset += bytes.count
      return bytes.count
    }
  }

  public func truncate(_ file: OpenFile, to size: Int64) throws(FileSystemError) {
    try perform("ftruncate") { volume throws(SimulatedVolume.Failure) in
      let description = try description(file)
      guard description.writes, size >= 0 else { throw SimulatedVolume.Failure(EINVAL) }
      volume.update(description.node, isData: true) { node in
        let count = Int(size)
        if node.data.count > count { node.data.removeLast(node.data.count - count) }
        node.data += [UInt8](repeating: 0, count: count - node.data.count)
      }
    }
  }

  public func synchronize(_ file: OpenFile) throws(FileSystemError) {
    try perform("fsync") { volume throws(SimulatedVolume.Failure) in volume.synchronize(try description(file).node) }
  }

  public func beginWriteback(of file: OpenFile) {}

  public func synchronizeFileSystem(of file: OpenFile) throws(FileSystemError) {
    try perform("syncfs") { volume throws(SimulatedVolume.Failure) in
      _ = try description(file)
      volume.synchronizeAll()
    }
  }

  // MARK: locks and leases

  public func takeReadLease(on file: OpenFile) throws(FileSystemError) -> ReadLease {
    try perform("fcntl") { volume throws(SimulatedVolume.Failure) in
      let description = try description(file)
      guard try volume.node(description.node).kind == .regular else { return .unavailable }
      if descriptions.values.contains(where: { $0.node == description.node && $0.writes }) { return .openForWriting }
      descriptions[file.descriptor]?.hasLease = true
      return .granted
    }
  }

  public func releaseLease(of file: OpenFile) throws(FileSystemError) {
    try perform("fcntl") { _ throws(SimulatedVolume.Failure) in
      guard try description(file).hasLease else { throw SimulatedVolume.Failure(EAGAIN) }
      descriptions[file.descriptor]?.hasLease = false
    }
  }

  public func holdsReadLease(on file: OpenFile) throws(FileSystemError) -> Bool {
    try perform("fcntl") { _ throws(SimulatedVolume.Failure) in
      let description = try description(file)
      return description.hasLease
        && !descriptions.values.contains { $0.node == description.node && $0.writes }
    }
  }

  public func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
    try perform("flock") { _ throws(SimulatedVolume.Failure) in
      let node = try description(file).node
      if let owner = locks[node], owner != file.descriptor { return false }
      locks[node] = file.descriptor
      return true
    }
  }

  public func unlock(_ file: OpenFile) throws(FileSystemError) {
    try perform("flock") { _ throws(SimulatedVolume.Failure) in
      let node = try description(file).node
      if locks[node] == file.descriptor { locks[node] = nil }
    }
  }

  public func lockDescription(of file: OpenFile) throws(FileSystemError) -> Bool {
    try perform("fcntl") { _ throws(SimulatedVolume.Failure) in
      let description = try description(file)
      guard description.writes else { throw SimulatedVolume.Failure(EBADF) }
      if let owner = descriptionLocks[description.node], owner != file.descriptor { return false }
      descriptionLocks[description.node] = file.descriptor
      return true
    }
  }
}
