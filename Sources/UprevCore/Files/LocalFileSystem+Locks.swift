import CSystem
import UprevReport

extension LocalFileSystem {
  public func takeReadLease(on file: OpenFile) throws(FileSystemError) -> ReadLease {
    let answer = uprev_take_read_lease(file.descriptor)
    if answer >= 0 { return answer == 0 ? .granted : .openForWriting }
    switch FailureKind(-answer) {
    // EACCES: not the owner; EINVAL: no leases there.
    case .accessDenied, .notPermitted, .unsupported: return .unavailable
    default: throw FileSystemError(call: "fcntl", path: nil, number: -answer)
    }
  }

  public func releaseLease(of file: OpenFile) throws(FileSystemError) {
    try check("fcntl", uprev_release_lease(file.descriptor))
  }

  public func holdsReadLease(on file: OpenFile) throws(FileSystemError) -> Bool {
    try check("fcntl", uprev_holds_read_lease(file.descriptor)) == 1
  }

  public func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
    try check("flock", uprev_lock(file.descriptor)) == 1
  }

  public func unlock(_ file: OpenFile) throws(FileSystemError) {
    try check("flock", uprev_unlock(file.descriptor))
  }

  public func lockDescription(of file: OpenFile) throws(FileSystemError) -> Bool {
    try check("fcntl", uprev_lock_description(file.descriptor)) == 1
  }

  public func flags(of file: OpenFile) throws(FileSystemError) -> UInt32? {
    let flags = uprev_flags(file.descriptor)
    if flags >= 0 { return UInt32(truncatingIfNeeded: flags) }
    let number = Int32(truncatingIfNeeded: -flags)
    if FailureKind(number) == .unsupported { return nil }
    throw FileSystemError(call: "ioctl", path: nil, number: number)
  }

  public func setFlags(_ flags: UInt32, of file: OpenFile) throws(FileSystemError) {
    try check("ioctl", uprev_set_flags(file.descriptor, flags))
  }

  public func fileSystemStatus(of file: OpenFile) throws(FileSystemError) -> FileSystemStatus {
    var status = uprev_file_system()
    try check("fstatfs", uprev_file_system(file.descriptor, &status))
    let kind: FileSystemStatus.Kind =
      switch Int(status.kind) {
      case UPREV_FILE_SYSTEM_NETWORK: .network
      case UPREV_FILE_SYSTEM_FUSE: .fuse
      case UPREV_FILE_SYSTEM_OVERLAY: .overlay
      default: .local
      }
    let kernel = uprev_kernel_version()
    // 0: no Linux, where the call that stands for syncfs tells errors.
    let reportsFlushErrors = (kernel == 0 || kernel >= 5008) && kind != .fuse && kind != .overlay
    return FileSystemStatus(
      kind: kind, freeBytes: status.free_bytes, freeInodes: status.free_inodes, reportsFlushErrors: reportsFlushErrors,
      keepsRoomForMappedFiles: status.block_size >= 4096 && status.is_copy_on_write == 0,
      keepsChangeTimes: status.keeps_change_times != 0)
  }

  public func clone(_ source: OpenFile, to destination: OpenFile) throws(FileSystemError) {
    try check("ioctl", uprev_clone(source.descriptor, destination.descriptor))
  }
}
