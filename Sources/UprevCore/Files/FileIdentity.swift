/// Which file of the machine: for as long as it is held open, no other file is called the same.
public struct FileIdentity: Hashable, Sendable {
  /// `st_dev`
  public let device: UInt64
  /// `st_ino`
  public let inode: UInt64

  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

extension FileStatus {
  public var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}
