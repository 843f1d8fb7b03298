import CSystem

extension FileStatus {
  /// What the system's call filled in.
  init(_ status: uprev_status) {
    self.init(
      kind: FileKind(number: status.kind), device: status.device, inode: status.inode, mode: status.mode,
      linkCount: status.link_count, user: status.user, group: status.group,
      representedDevice: status.represented_device, size: status.size,
      access: FileTime(seconds: status.access_seconds, nanoseconds: status.access_nanoseconds),
      modification: FileTime(seconds: status.modification_seconds, nanoseconds: status.modification_nanoseconds),
      change: FileTime(seconds: status.change_seconds, nanoseconds: status.change_nanoseconds))
  }

  /// Whether a name still leads to the file that had this status: the same inode of the same device, of the same size, and
  /// not changed since (`mtime`, `ctime`, mode and owner).
  ///
  /// The change time of a file with several names moves when one of the others is replaced or removed, which is no change
  /// of its text: there it does not count.
  public func isUnchanged(in now: FileStatus) -> Bool {
    kind == now.kind && device == now.device && inode == now.inode && size == now.size
      && modification == now.modification && mode == now.mode && user == now.user && group == now.group
      && (change == now.change || linkCount > 1)
  }
}

extension FileKind {
  init(number: UInt8) {
    self =
      switch Int(number) {
      case UPREV_KIND_REGULAR: .regular
      case UPREV_KIND_DIRECTORY: .directory
      case UPREV_KIND_SYMBOLIC_LINK: .symbolicLink
      case UPREV_KIND_FIFO: .fifo
      case UPREV_KIND_SOCKET: .socket
      case UPREV_KIND_CHARACTER_DEVICE: .characterDevice
      case UPREV_KIND_BLOCK_DEVICE: .blockDevice
      default: .unknown
      }
  }

  var number: UInt8 {
    let number =
      switch self {
      case .regular: UPREV_KIND_REGULAR
      case .directory: UPREV_KIND_DIRECTORY
      case .symbolicLink: UPREV_KIND_SYMBOLIC_LINK
      case .fifo: UPREV_KIND_FIFO
      case .socket: UPREV_KIND_SOCKET
      case .characterDevice: UPREV_KIND_CHARACTER_DEVICE
      case .blockDevice: UPREV_KIND_BLOCK_DEVICE
      case .unknown: UPREV_KIND_UNKNOWN
      }
    return UInt8(number)
  }
}
