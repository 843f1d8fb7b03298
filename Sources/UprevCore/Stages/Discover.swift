import UprevReport

/// What the walk of a tree meets, in the order of discovery.
enum Discovered {
  /// A folder, before what is in it.
  case folder(TreeFolder, path: PathName, status: FileStatus)
  /// Anything that is no folder.
  case entry(DiscoveredEntry)
  /// A folder that cannot be entered or listed.
  case unreadableFolder(path: PathName, FileSystemError)
  /// Something whose path is longer than allowed; a folder is not entered.
  case tooLong(path: PathName)
}

/// A name in a folder, nothing about it opened yet.
struct DiscoveredEntry {
  let folder: TreeFolder
  let name: PathName
  /// Inside the target.
  let path: PathName
  let kind: FileKind
}

/// The first stage: walks a tree depth first, folder by folder, without recursion and without following a link.
///
/// Whole paths come in byte order. What is named `.uprev-*` does not exist for it. Memory: the names of the folders on the
/// way from the root to the current place; descriptors: those of ``FolderHandles``.
struct Discover {
  private struct Frame {
    let folder: TreeFolder
    let names: FolderNames
    var next = 0
    /// How much of `path` is the path of this folder, with its slash.
    let prefix: Int
  }

  private let fileSystem: any FileSystem
  private let maximumPathLength: Int
  let handles: FolderHandles
  /// Is told of each folder that holds names of Uprev's own, before anything else of it is given out.
  private let recovery: StagingRecovery?
  private var frames: [Frame] = []
  private var path: [UInt8] = []
  private var root: TreeFolder?
  private var single: DiscoveredEntry?

  /// A walk of everything below `root`.
  ///
  /// - Parameter maximumPathLength: bytes of a path inside the tree.
  init(
    root: TreeFolder, recovery: StagingRecovery? = nil,
    maximumPathLength: Int = RunOptions.defaultMaximumPathLength, _ fileSystem: any FileSystem
  ) {
    self.fileSystem = fileSystem
    self.recovery = recovery
    self.maximumPathLength = maximumPathLength
    handles = FolderHandles(fileSystem)
    self.root = root
  }

  /// A walk of one file. What interrupted runs left in its folder is met all the same.
  init(single name: PathName, in root: TreeFolder, recovery: StagingRecovery? = nil, _ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
    self.recovery = recovery
    maximumPathLength = .max
    handles = FolderHandles(fileSystem)
    single = DiscoveredEntry(folder: root, name: name, path: name, kind: .regular)
  }

  /// - Throws: ``FileSystemError`` where the root itself cannot be listed.
  mutating func next() throws(FileSystemError) -> Discovered? {
    if let entry = single {
      single = nil
      if recovery != nil { _ = try names(of: try handles.handle(of: entry.folder)) }
      return .entry(entry)
    }
    if let folder = root {
      root = nil
      let file = try handles.handle(of: folder)
      let status = try fileSystem.status(of: file)
      frames.append(Frame(folder: folder, names: try names(of: file), prefix: 0))
      return .folder(folder, path: PathName(""), status: status)
    }
    while let top = frames.indices.last {
      path.removeSubrange(frames[top].prefix...)
      let index = frames[top].next
      guard index < frames[top].names.count else {
        handles.forget(frames.removeLast().folder)
        continue
      }
      frames[top].next += 1
      frames[top].names.append(index, to: &path)
      let name = frames[top].names.name(index)
      let kind = frames[top].names.kind(index)
      let folder = frames[top].folder
      if path.count > maximumPathLength { return .tooLong(path: currentPath) }
      if kind != .directory {
        return .entry(DiscoveredEntry(folder: folder, name: name, path: currentPath, kind: kind))
      }
      if let found = enter(name, in: folder) { return found }
    }
    return nil
  }

  /// A copy of exactly its size. Were the array itself given out, each later change would copy it with some room to spare, and
  /// each such copy would have a little more of that than the one before.
  private var currentPath: PathName { path.withUnsafeBytes { PathName($0) } }

  /// Opens a folder and makes it the current one; nil where it is gone, or a folder no more.
  private mutating func enter(_ name: PathName, in parent: TreeFolder) -> Discovered? {
    do {
      let above = try handles.handle(of: parent)
      let file = try fileSystem.open(name, in: above, [.readOnly, .directory, .beneath], mode: 0)
      let status = try fileSystem.status(of: file)
      let names = try names(of: file)
      let folder = TreeFolder(name, in: parent, status: status)
      handles.keep(file, for: folder)
      let found = Discovered.folder(folder, path: currentPath, status: status)
      path.append(UInt8(ascii: "/"))
      frames.append(Frame(folder: folder, names: names, prefix: path.count))
      return found
    } catch {
      switch error.kind {
      case .absent, .noDirectory, .symbolicLink: return nil
      default: return .unreadableFolder(path: currentPath, error)
      }
    }
  }

  /// The names in the folder at `path`, after what interrupted runs left in it was dealt with.
  private func names(of folder: OpenFile) throws(FileSystemError) -> FolderNames {
    let names = try FolderNames(of: folder, fileSystem)
    guard let recovery, !names.own.isEmpty, recovery.enter(folder, at: currentPath, names.own) else { return names }
    return try FolderNames(of: folder, fileSystem)
  }
}
