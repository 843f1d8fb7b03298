import UprevReport

extension TreeContainer {
  /// Whether a folder is the tree's root or lies below it: by the way up, which no link and no other name can hide. Nothing
  /// lies inside a tree of one file.
  ///
  /// - Throws: ``FileSystemError`` where the way up cannot be gone.
  public func holds(_ folder: OpenFile) throws(FileSystemError) -> Bool {
    guard single == nil else { return false }
    var file = folder
    var status = try fileSystem.status(of: file)
    while true {
      if status.device == root.identity.device, status.inode == root.identity.inode { return true }
      file = try fileSystem.open(PathName(".."), in: file, [.readOnly, .directory], mode: 0)
      let above = try fileSystem.status(of: file)
      if above.device == status.device, above.inode == status.inode { return false }
      status = above
    }
  }
}
