import UprevReport

/// Removes a folder of this project's own with everything in it, without recursion and without following a link.
struct RemoveTree {
  private struct Frame {
    let folder: TreeFolder
    var files: [PathName]
    var folders: [PathName]
  }

  private let fileSystem: any FileSystem
  private let handles: FolderHandles

  init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
    handles = FolderHandles(fileSystem)
  }

  /// - Parameter root: open; its name in `parent` is `name`.
  /// - Throws: ``FileSystemError`` of the first thing that cannot be removed.
  func remove(_ name: PathName, in parent: OpenFile, open root: OpenFile) throws(FileSystemError) {
    let folder = TreeFolder(root: root, status: try fileSystem.status(of: root))
    var frames = [try enter(folder)]
    while var frame = frames.popLast() {
      let file = try handles.handle(of: frame.folder)
      for name in frame.files { try fileSystem.unlink(name, in: file) }
      frame.files = []
      if let next = frame.folders.popLast() {
        frames.append(frame)
        let opened = try fileSystem.open(next, in: file, [.readOnly, .directory, .beneath], mode: 0)
        let child = TreeFolder(next, in: frame.folder, status: try fileSystem.status(of: opened))
        handles.keep(opened, for: child)
        frames.append(try enter(child))
      } else if let above = frame.folder.parent {
        handles.forget(frame.folder)
        try fileSystem.removeDirectory(frame.folder.name, in: try handles.handle(of: above))
      }
    }
    try fileSystem.removeDirectory(name, in: parent)
  }

  private func enter(_ folder: TreeFolder) throws(FileSystemError) -> Frame {
    let file = try handles.handle(of: folder)
    // A copied folder may be one that its owner cannot write to.
    try fileSystem.setMode(file, 0o700)
    var names: [(PathName, FileKind?)] = []
    try fileSystem.forEachName(in: file) { names.append((PathName($0), $1)) }
    var frame = Frame(folder: folder, files: [], folders: [])
    for (name, known) in names {
      let kind: FileKind
      if let known {
        kind = known
      } else {
        kind = try fileSystem.status(of: name, in: file, followingLinks: false).kind
      }
      if kind == .directory { frame.folders.append(name) } else { frame.files.append(name) }
    }
    return frame
  }
}
