import CSystem
import UprevReport

/// The machine's own file system, by the system calls that ``FileSystem`` names.
public struct LocalFileSystem: FileSystem {
  public init() {}

  public func open(
    _ name: PathName, in directory: OpenFile?, _ flags: OpenFlags, mode: UInt32
  ) throws(FileSystemError) -> OpenFile {
    let descriptor = try onName("openat", name) { uprev_open(number(directory), $0, UInt32(flags.rawValue), mode) }
    return OpenFile(descriptor: descriptor) { _ = uprev_close($0) }
  }

  public func read(
    _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64?
  ) throws(FileSystemError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    // A negative offset would mean the file's own to the call below.
    if let offset, offset < 0 { throw FileSystemError(call: "pread", path: nil, number: invalidArgument) }
    return try check(offset == nil ? "read" : "pread", uprev_read(file.descriptor, base, buffer.count, offset ?? -1))
  }

  public func write(_ file: OpenFile, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    guard let base = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      written += try check("write", uprev_write(file.descriptor, base + written, bytes.count - written))
    }
  }

  public func copy(
    from source: OpenFile, to destination: OpenFile, count: Int
  ) throws(FileSystemError) -> Int {
    guard count > 0 else { return 0 }
    var stored: Int64 = 0
    let hole = try check("lseek", uprev_copy_hole(source.descriptor, destination.descriptor, Int64(count), &stored))
    if hole > 0 { return Int(hole) }
    let count = min(count, Int(stored))
    let copied = uprev_copy_range(source.descriptor, destination.descriptor, count)
    // 0 is no proof of the end where the kernel makes the content up (procfs), and many file systems cannot do it at all.
    if copied > 0 { return copied }
    if copied < 0, !Self.meansCopyByHand(Int32(-copied)) {
      throw FileSystemError(call: "copy_file_range", path: nil, number: Int32(-copied))
    }
    let size = min(count, 1 << 18)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    let read = try read(source, into: buffer, at: nil)
    try write(destination, UnsafeRawBufferPointer(rebasing: buffer[..<read]))
    return read
  }

  public func status(of file: OpenFile) throws(FileSystemError) -> FileStatus {
    var status = uprev_status()
    try check("fstat", uprev_status(file.descriptor, &status))
    return FileStatus(status)
  }

  public func status(
    of name: PathName, in directory: OpenFile?, followingLinks: Bool
  ) throws(FileSystemError) -> FileStatus {
    var status = uprev_status()
    _ = try onName("fstatat", name) {
      uprev_status_of_name(number(directory), $0, followingLinks ? 1 : 0, &status)
    }
    return FileStatus(status)
  }

  public func forEachName(
    in directory: OpenFile, _ body: (UnsafeRawBufferPointer, FileKind?) -> Void
  ) throws(FileSystemError) {
    var stream: UnsafeMutableRawPointer?
    try check("fdopendir", uprev_directory_open(directory.descriptor, &stream))
    defer { uprev_directory_close(stream) }
    var name: UnsafePointer<CChar>?
    var length = 0
    var kind: UInt8 = 0
    while try check("readdir", uprev_directory_next(stream, &name, &length, &kind)) == 1 {
      let bytes = UnsafeRawBufferPointer(start: name, count: length)
      if bytes.elementsEqual([UInt8(ascii: ".")]) { continue }
      if bytes.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) { continue }
      let known = FileKind(number: kind)
      body(bytes, known == .unknown ? nil : known)
    }
  }

  public func makeDirectory(_ name: PathName, in directory: OpenFile?, mode: UInt32) throws(FileSystemError) {
    _ = try onName("mkdirat", name) { uprev_make_directory(number(directory), $0, mode) }
  }

  public func makeSymbolicLink(
    _ name: PathName, in directory: OpenFile?, to destination: PathName
  ) throws(FileSystemError) {
    _ = try onNames("symlinkat", name, destination) { uprev_make_symbolic_link(number(directory), $0, $1) }
  }

  public func symbolicLinkDestination(
    _ name: PathName, in directory: OpenFile?
  ) throws(FileSystemError) -> PathName {
    var size = 512
    while true {
      var buffer = [CChar](repeating: 0, count: size)
      let count = Int(
        try onName("readlinkat", name) {
          Int32(clamping: uprev_read_symbolic_link(number(directory), $0, &buffer, size))
        })
      if count < size { return PathName(buffer[..<count].lazy.map { UInt8(bitPattern: $0) }) }
      size *= 4
    }
  }

  public func makeHardLink(
    _ name: PathName, in directory: OpenFile?, to existing: PathName, in existingDirectory: OpenFile?
  ) throws(FileSystemError) {
    _ = try onNames("linkat", name, existing) {
      uprev_make_hard_link(number(directory), $0, number(existingDirectory), $1)
    }
  }

  public func makeNode(
    _ name: PathName, in directory: OpenFile?, like status: FileStatus
  ) throws(FileSystemError) {
    _ = try onName("mknodat", name) {
      uprev_make_node(number(directory), $0, status.kind.number, status.mode, status.representedDevice)
    }
  }

  public func rename(
    _ name: PathName, in directory: OpenFile?, to newName: PathName, in newDirectory: OpenFile?, _ mode: RenameMode
  ) throws(FileSystemError) {
    let number: (call: String, mode: Int) =
      switch mode {
      case .replacing: ("renameat", UPREV_RENAME_REPLACE)
      case .exclusive: ("renameat2", UPREV_RENAME_EXCLUSIVE)
      case .exchanging: ("renameat2", UPREV_RENAME_EXCHANGE)
      }
    _ = try onNames(number.call, name, newName) {
      uprev_rename(self.number(directory), $0, self.number(newDirectory), $1, Int32(number.mode))
    }
  }

  public func unlink(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    _ = try onName("unlinkat", name) { uprev_unlink(number(directory), $0) }
  }

  public func removeDirectory(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    _ = try onName("rmdir", name) { uprev_remove_directory(number(directory), $0) }
  }

  public func setMode(_ file: OpenFile, _ mode: UInt32) throws(FileSystemError) {
    try check("fchmod", uprev_set_mode(file.descriptor, mode))
  }

  public func setOwner(_ file: OpenFile, user: UInt32, group: UInt32) throws(FileSystemError) {
    try check("fchown", uprev_set_owner(file.descriptor, user, group))
  }

  public func setOwner(
    _ name: PathName, in directory: OpenFile?, user: UInt32, group: UInt32
  ) throws(FileSystemError) {
    _ = try onName("fchownat", name) { uprev_set_owner_of_name(number(directory), $0, user, group) }
  }

  public func setTimes(
    _ name: PathName, in directory: OpenFile?, access: FileTime, modification: FileTime
  ) throws(FileSystemError) {
    _ = try onName("utimensat", name) {
      uprev_set_times(
        number(directory), $0, access.seconds, access.nanoseconds, modification.seconds, modification.nanoseconds)
    }
  }

  public func synchronize(_ file: OpenFile) throws(FileSystemError) {
    try check("fsync", uprev_synchronize(file.descriptor))
  }

  public func beginWriteback(of file: OpenFile) {
    _ = uprev_begin_writeback(file.descriptor)
  }

  public func synchronizeFileSystem(of file: OpenFile) throws(FileSystemError) {
    try check("syncfs", uprev_synchronize_file_system(file.descriptor))
  }

  public func truncate(_ file: OpenFile, to size: Int64) throws(FileSystemError) {
    try check("ftruncate", uprev_truncate(file.descriptor, size))
  }

  public func resolved(_ name: PathName) throws(FileSystemError) -> PathName {
    var path: UnsafeMutablePointer<CChar>?
    _ = try onName("realpath", name) { uprev_real_path($0, &path) }
    defer { uprev_free(path) }
    return PathName(UnsafeBufferPointer(start: path, count: path.map(length) ?? 0).lazy.map { UInt8(bitPattern: $0) })
  }

  /// Whether `copy_file_range(2)` refused this pair of files rather than failed.
  private static func meansCopyByHand(_ number: Int32) -> Bool {
    switch FailureKind(number) {
    case .unsupported, .otherDevice, .notPermitted, .busy: true
    default: false
    }
  }
}

extension LocalFileSystem {
  private func number(_ directory: OpenFile?) -> Int32 { directory?.descriptor ?? uprev_working_folder }

  private func length(_ text: UnsafeMutablePointer<CChar>) -> Int {
    var count = 0
    while text[count] != 0 { count += 1 }
    return count
  }

  /// Calls with the name as C holds it. A name with a zero byte inside is no name: `EINVAL`.
  private func onName(
    _ call: String, _ name: PathName, _ body: (UnsafePointer<CChar>) -> Int32
  ) throws(FileSystemError) -> Int32 {
    let result = withCName(name, body)
    if result < 0 { throw FileSystemError(call: call, path: name, number: -result) }
    return result
  }

  private func onNames(
    _ call: String, _ name: PathName, _ other: PathName,
    _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) throws(FileSystemError) -> Int32 {
    let result = withCName(name) { first in withCName(other) { second in body(first, second) } }
    if result < 0 { throw FileSystemError(call: call, path: name, number: -result) }
    return result
  }
}

/// `body`'s value, or `-EINVAL` for a name that C cannot hold.
func withCName(_ name: PathName, _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
  name.bytes.withUnsafeBytes { bytes in
    withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { buffer in
      buffer.copyMemory(from: bytes)
      buffer[bytes.count] = 0
      if bytes.contains(0) { return -invalidArgument }
      return buffer.withMemoryRebound(to: CChar.self) { text in
        guard let base = text.baseAddress else { return -invalidArgument }
        return body(UnsafePointer(base))
      }
    }
  }
}

/// The value of a system call, or its failure as an error.
@discardableResult
func check<Value: FixedWidthInteger & SignedInteger>(_ call: String, _ result: Value) throws(FileSystemError) -> Value {
  if result < 0 { throw FileSystemError(call: call, path: nil, number: Int32(truncatingIfNeeded: 0 - result)) }
  return result
}
