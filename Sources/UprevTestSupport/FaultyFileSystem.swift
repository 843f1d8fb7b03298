import Foundation
import UprevCore
import UprevReport

/// A file system that fails the calls it is told to, counts all of them, and may let a test act before one.
///
/// Calls are named as in ``FileSystemError/call`` (`openat`, `fstat`, `fstatat`, `readdir`, `write`, …).
public struct FaultyFileSystem: FileSystem {
  /// One call that fails.
  public struct Fault: Sendable {
    /// The system call's name; nil counts every call.
    public var call: String?
    /// From 1.
    public var occurrence: Int
    /// The `errno` it fails with.
    public var number: Int32
    /// Whether every later call of this name fails too.
    public var isPermanent: Bool
    /// A read or a copy gives one byte and does not fail; a write writes half of its bytes, and then fails.
    public var isShort: Bool

    public init(
      _ call: String?, occurrence: Int = 1, number: Int32, isPermanent: Bool = false, isShort: Bool = false
    ) {
      self.isShort = isShort
      self.call = call
      self.occurrence = occurrence
      self.number = number
      self.isPermanent = isPermanent
    }
  }

  /// What happened so far; shared by copies of the file system.
  public final class Record: @unchecked Sendable {
    // Guarded by `lock`.
    private var counts: [String: Int] = [:]
    private var all = 0
    private var failed: [String] = []
    private let lock = NSLock()

    /// How often a call was made; nil counts every call.
    public func count(_ call: String? = nil) -> Int {
      lock.withLock { call.map { counts[$0] ?? 0 } ?? all }
    }

    /// Every call's name and how often it was made.
    public var byCall: [String: Int] { lock.withLock { counts } }

    /// The names of the calls that were made to fail, in order.
    public var failures: [String] { lock.withLock { failed } }

    fileprivate func note(_ call: String) -> (ofCall: Int, ofAll: Int) {
      lock.withLock {
        counts[call, default: 0] += 1
        all += 1
        return (counts[call] ?? 0, all)
      }
    }

    fileprivate func fail(_ call: String) { lock.withLock { failed.append(call) } }
  }

  public let record = Record()
  private let base: any FileSystem
  private let faults: [Fault]
  private let flushes: Bool
  private let age: Int64
  private let before: @Sendable (_ call: String, _ occurrence: Int, _ name: PathName?) -> Int32?

  /// - Parameters:
  ///   - flushes: false makes `fsync` and `syncfs` count and do nothing, which saves minutes where a test makes thousands.
  ///   - age: seconds that every time of a file lies further back than it does.
  ///   - before: runs before each call, with its name, how often it was made (this one included) and the name it
  ///   is about; the `errno` it answers, if any, fails the call.
  public init(
    _ base: any FileSystem = LocalFileSystem(), faults: [Fault] = [], flushes: Bool = true, age: Int64 = 0,
    before: @escaping @Sendable (_ call: String, _ occurrence: Int, _ name: PathName?) -> Int32? = { _, _, _ in nil }
  ) {
    self.base = base
    self.faults = faults
    self.flushes = flushes
    self.age = age
    self.before = before
  }

  /// - Returns: the fault, where it leaves something of the call to be done.
  @discardableResult
  private func pass(_ call: String, _ name: PathName? = nil) throws(FileSystemError) -> Fault? {
    let count = record.note(call)
    if let number = before(call, count.ofCall, name) {
      record.fail(call)
      throw FileSystemError(call: call, path: name, number: number)
    }
    for fault in faults where fault.call == nil || fault.call == call {
      let occurrence = fault.call == nil ? count.ofAll : count.ofCall
      if occurrence == fault.occurrence || (fault.isPermanent && occurrence > fault.occurrence) {
        record.fail(call)
        if fault.isShort { return fault }
        throw FileSystemError(call: call, path: name, number: fault.number)
      }
    }
    return nil
  }

  public func open(
    _ name: PathName, in directory: OpenFile?, _ flags: OpenFlags, mode: UInt32
  ) throws(FileSystemError) -> OpenFile {
    try pass("openat", name)
    return try base.open(name, in: directory, flags, mode: mode)
  }

  public func read(
    _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64?
  ) throws(FileSystemError) -> Int {
    guard try pass(offset == nil ? "read" : "pread") != nil, buffer.count > 1 else {
      return try base.read(file, into: buffer, at: offset)
    }
    return try base.read(file, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<1]), at: offset)
  }

  public func write(_ file: OpenFile, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    if let fault = try pass("write") {
      try base.write(file, UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]))
      throw FileSystemError(call: "write", path: nil, number: fault.number)
    }
    try base.write(file, bytes)
  }

  public func copy(
    from source: OpenFile, to destination: OpenFile, count: Int
  ) throws(FileSystemError) -> Int {
    let isShort = try pass("copy_file_range") != nil
    return try base.copy(from: source, to: destination, count: isShort ? min(count, 1) : count)
  }

  public func status(of file: OpenFile) throws(FileSystemError) -> FileStatus {
    try pass("fstat")
    return aged(try base.status(of: file))
  }

  public func status(
    of name: PathName, in directory: OpenFile?, followingLinks: Bool
  ) throws(FileSystemError) -> FileStatus {
    try pass("fstatat", name)
    return aged(try base.status(of: name, in: directory, followingLinks: followingLinks))
  }

  private func aged(_ status: FileStatus) -> FileStatus {
    var status = status
    status.modification.seconds -= age
    status.change.seconds -= age
    return status
  }

  public func forEachName(
    in directory: OpenFile, _ body: (UnsafeRawBufferPointer, FileKind?) -> Void
  ) throws(FileSystemError) {
    try pass("readdir")
    try base.forEachName(in: directory, body)
  }

  public func makeDirectory(_ name: PathName, in directory: OpenFile?, mode: UInt32) throws(FileSystemError) {
    try pass("mkdirat", name)
    try base.makeDirectory(name, in: directory, mode: mode)
  }

  public func makeSymbolicLink(
    _ name: PathName, in directory: OpenFile?, to destination: PathName
  ) throws(FileSystemError) {
    try pass("symlinkat", name)
    try base.makeSymbolicLink(name, in: directory, to: destination)
  }

  public func symbolicLinkDestination(
    _ name: PathName, in directory: OpenFile?
  ) throws(FileSystemError) -> PathName {
    try pass("readlinkat", name)
    return try base.symbolicLinkDestination(name, in: directory)
  }

  public func makeHardLink(
    _ name: PathName, in directory: OpenFile?, to existing: PathName, in existingDirectory: OpenFile?
  ) throws(FileSystemError) {
    try pass("linkat", name)
    try base.makeHardLink(name, in: directory, to: existing, in: existingDirectory)
  }

  public func makeNode(
    _ name: PathName, in directory: OpenFile?, like status: FileStatus
  ) throws(FileSystemError) {
    try pass("mknodat", name)
    try base.makeNode(name, in: directory, like: status)
  }

  public func rename(
    _ name: PathName, in directory: OpenFile?, to newName: PathName, in newDirectory: OpenFile?, _ mode: RenameMode
  ) throws(FileSystemError) {
    try pass(mode == .replacing ? "renameat" : "renameat2", newName)
    try base.rename(name, in: directory, to: newName, in: newDirectory, mode)
  }

  public func unlink(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    try pass("unlinkat", name)
    try base.unlink(name, in: directory)
  }

  public func removeDirectory(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    try pass("rmdir", name)
    try base.removeDirectory(name, in: directory)
  }

  public func setMode(_ file: OpenFile, _ mode: UInt32) throws(FileSystemError) {
    try pass("fchmod")
    try base.setMode(file, mode)
  }

  public func setOwner(_ file: OpenFile, user: UInt32, group: UInt32) throws(FileSystemError) {
    try pass("fchown")
    try base.setOwner(file, user: user, group: group)
  }

  public func setTimes(
    _ name: PathName, in directory: OpenFile?, access: FileTime, modification: FileTime
  ) throws(FileSystemError) {
    try pass("utimensat", name)
    try base.setTimes(name, in: directory, access: access, modification: modification)
  }

  public func setOwner(
    _ name: PathName, in directory: OpenFile?, user: UInt32, group: UInt32
  ) throws(FileSystemError) {
    try pass("fchownat", name)
    try base.setOwner(name, in: directory, user: user, group: group)
  }

  public func extendedAttributes(of file: OpenFile) throws(FileSystemError) -> [ExtendedAttribute] {
    try pass("flistxattr")
    return try base.extendedAttributes(of: file)
  }

  public func setExtendedAttribute(_ attribute: ExtendedAttribute, of file: OpenFile) throws(FileSystemError) {
    try pass("fsetxattr")
    try base.setExtendedAttribute(attribute, of: file)
  }

  public func removeExtendedAttribute(_ name: [UInt8], of file: OpenFile) throws(FileSystemError) {
    try pass("fremovexattr")
    try base.removeExtendedAttribute(name, of: file)
  }

  public func synchronize(_ file: OpenFile) throws(FileSystemError) {
    try pass("fsync")
    if flushes { try base.synchronize(file) }
  }

  public func beginWriteback(of file: OpenFile) {
    if flushes { base.beginWriteback(of: file) }
  }

  public func synchronizeFileSystem(of file: OpenFile) throws(FileSystemError) {
    try pass("syncfs")
    if flushes { try base.synchronizeFileSystem(of: file) }
  }

  public func truncate(_ file: OpenFile, to size: Int64) throws(FileSystemError) {
    try pass("ftruncate")
    try base.truncate(file, to: size)
  }

  public func resolved(_ name: PathName) throws(FileSystemError) -> PathName {
    try pass("realpath", name)
    return try base.resolved(name)
  }

  public func takeReadLease(on file: OpenFile) throws(FileSystemError) -> ReadLease {
    try pass("fcntl")
    return try base.takeReadLease(on: file)
  }

  public func releaseLease(of file: OpenFile) throws(FileSystemError) {
    try pass("fcntl")
    try base.releaseLease(of: file)
  }

  public func holdsReadLease(on file: OpenFile) throws(FileSystemError) -> Bool {
    try pass("fcntl")
    return try base.holdsReadLease(on: file)
  }

  public func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
    try pass("flock")
    return try base.lock(file)
  }

  public func unlock(_ file: OpenFile) throws(FileSystemError) {
    try pass("flock")
    try base.unlock(file)
  }

  public func lockDescription(of file: OpenFile) throws(FileSystemError) -> Bool {
    try pass("fcntl")
    return try base.lockDescription(of: file)
  }

  public func flags(of file: OpenFile) throws(FileSystemError) -> UInt32? {
    try pass("ioctl")
    return try base.flags(of: file)
  }

  public func setFlags(_ flags: UInt32, of file: OpenFile) throws(FileSystemError) {
    try pass("ioctl")
    try base.setFlags(flags, of: file)
  }

  public func fileSystemStatus(of file: OpenFile) throws(FileSystemError) -> FileSystemStatus {
    try pass("fstatfs")
    return try base.fileSystemStatus(of: file)
  }

  public func clone(_ source: OpenFile, to destination: OpenFile) throws(FileSystemError) {
    try pass("ioctl")
    try base.clone(source, to: destination)
  }
}
