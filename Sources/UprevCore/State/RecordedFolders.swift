import UprevReport

/// The folders of a tree on the way to paths that a journal recorded, opened step by step beneath the root: no link is
/// followed, and what a folder was swapped for is not entered.
///
/// Paths come mostly folder by folder: the way to the last one is kept. It is used by one thread at a time.
final class RecordedFolders {
  private let fileSystem: any FileSystem
  private let root: TreeFolder
  private let handles: FolderHandles
  /// The folders below the root on the way to the last path.
  private var way: [TreeFolder] = []

  init(_ root: TreeFolder, _ fileSystem: any FileSystem) {
    self.root = root
    self.fileSystem = fileSystem
    handles = FolderHandles(fileSystem)
  }

  /// The folder that holds a document, and the document's name in it.
  ///
  /// - Returns: nil where the path leads nowhere inside a tree: it is empty, absolute, or has a part that is `.` or `..`.
  /// - Throws: ``FileSystemError``
  func place(of path: PathName) throws(FileSystemError) -> (folder: TreeFolder, file: OpenFile, name: PathName)? {
    let parts = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { PathName($0) }
    guard parts.allSatisfy(Self.isName), let name = parts.last else { return nil }
    var known = 0
    while known < way.count, known < parts.count - 1, way[known].name == parts[known] { known += 1 }
    for folder in way[known...].reversed() { handles.forget(folder) }
    way.removeSubrange(known...)
    for part in parts.dropLast().dropFirst(known) {
      let parent = way.last ?? root
      let opened = try fileSystem.open(
        part, in: try handles.handle(of: parent), [.readOnly, .directory, .beneath], mode: 0)
      let folder = TreeFolder(part, in: parent, status: try fileSystem.status(of: opened))
      handles.keep(opened, for: folder)
      way.append(folder)
    }
    let folder = way.last ?? root
    return (folder, try handles.handle(of: folder), name)
  }

  private static func isName(_ part: PathName) -> Bool {
    !part.bytes.isEmpty && part.bytes != Array(".".utf8) && part.bytes != Array("..".utf8) && !part.bytes.contains(0)
  }
}
