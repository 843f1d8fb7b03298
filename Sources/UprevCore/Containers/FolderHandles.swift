import UprevReport

/// Open descriptors of a tree's folders, a bounded number of them; others are opened again on the way from the root.
///
/// It is used by one thread at a time.
final class FolderHandles {
  private struct Entry {
    /// Kept, so that its address stays its own.
    let folder: TreeFolder
    let file: OpenFile
    var lastUse: Int
  }

  private let fileSystem: any FileSystem
  private let capacity: Int
  private var entries: [ObjectIdentifier: Entry] = [:]
  private var uses = 0
  private var last: (folder: TreeFolder, file: OpenFile)?

  /// - Parameter capacity: folders held open at most, the roots aside; at least 1.
  init(_ fileSystem: any FileSystem, capacity: Int = FolderHandles.usualCapacity) {
    self.fileSystem = fileSystem
    self.capacity = max(capacity, 1)
  }

  /// 64, or less where the process may hold few files open: a run has several of these.
  private static var usualCapacity: Int { min(max(OpenFileLimit.current / 16, 2), 64) }

  /// The folder, open. No link is followed on the way.
  ///
  /// - Throws: ``FileSystemError``; of kind ``FailureKind/absent`` where the folder's place is another folder's now.
  func handle(of folder: TreeFolder) throws(FileSystemError) -> OpenFile {
    if let last, last.folder === folder { return last.file }
    var missing: [TreeFolder] = []
    var nearest = folder
    var file = known(nearest)
    while file == nil, let above = nearest.parent {
      missing.append(nearest)
      nearest = above
      file = known(nearest)
    }
    guard var file else { throw FileSystemError(call: "openat", path: folder.path, number: absentNumber) }
    for next in missing.reversed() {
      let opened = try fileSystem.open(next.name, in: file, [.readOnly, .directory, .beneath], mode: 0)
      let status = try fileSystem.status(of: opened)
      guard status.device == next.identity.device, status.inode == next.identity.inode else {
        throw FileSystemError(call: "openat", path: next.path, number: absentNumber)
      }
      keep(opened, for: next)
      file = opened
    }
    last = (folder, file)
    return file
  }

  /// Takes a folder's descriptor that is open already.
  func keep(_ file: OpenFile, for folder: TreeFolder) {
    if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      entries[oldest.key] = nil
    }
    uses += 1
    entries[ObjectIdentifier(folder)] = Entry(folder: folder, file: file, lastUse: uses)
  }

  /// Closes a folder that will not be needed again.
  func forget(_ folder: TreeFolder) {
    entries[ObjectIdentifier(folder)] = nil
    if last?.folder === folder { last = nil }
  }

  private func known(_ folder: TreeFolder) -> OpenFile? {
    if let root = folder.rootFile { return root }
    guard var entry = entries[ObjectIdentifier(folder)] else { return nil }
    uses += 1
    entry.lastUse = uses
    entries[ObjectIdentifier(folder)] = entry
    return entry.file
  }
}
