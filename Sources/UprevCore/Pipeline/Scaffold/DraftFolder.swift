import UprevReport

/// A folder in which a pipeline is put together, beside or inside the place where it will be. It is removed with everything in
/// it unless it was put in place. Used by one thread.
final class DraftFolder {
  let name: PathName
  let path: PathName
  let parent: OpenFile
  private let file: OpenFile
  private let fileSystem: any FileSystem
  private var isPresent = true

  /// - Parameter parentPath: as messages name it.
  /// - Throws: ``FileSystemError``; then nothing is left behind.
  init(in parentPath: PathName, runID: String, _ fileSystem: any FileSystem) throws(FileSystemError) {
    self.fileSystem = fileSystem
    name = OwnName.make(runID, "-new")
    path = parentPath.path(String(decoding: name.bytes, as: UTF8.self))
    parent = try fileSystem.open(parentPath, in: nil, [.readOnly, .directory], mode: 0)
    try fileSystem.makeDirectory(name, in: parent, mode: 0o777)
    do throws(FileSystemError) {
      file = try fileSystem.open(name, in: parent, [.readOnly, .directory, .beneath], mode: 0)
    } catch {
      try? fileSystem.removeDirectory(name, in: parent)
      throw error
    }
  }

  deinit {
    // What cannot be removed stays under a name that says what it is.
    if isPresent { try? RemoveTree(fileSystem).remove(name, in: parent, open: file) }
  }

  /// Writes a file, and makes the folders that lead to it.
  func write(_ relative: String, _ bytes: [UInt8], mode: UInt32) throws(FileSystemError) {
    let components = relative.split(separator: "/").map { PathName(String($0)) }
    guard let last = components.last else { return }
    var folder = file
    for component in components.dropLast() {
      do throws(FileSystemError) {
        try fileSystem.makeDirectory(component, in: folder, mode: 0o777)
      } catch  where error.kind == .exists {
        // Made for an earlier file.
      }
      folder = try fileSystem.open(component, in: folder, [.readOnly, .directory, .beneath], mode: 0)
    }
    let opened = try fileSystem.open(last, in: folder, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
    try bytes.withUnsafeBufferPointer { (buffer) throws(FileSystemError) in
      try fileSystem.write(opened, UnsafeRawBufferPointer(buffer))
    }
  }

  /// Flushes everything, gives the folder its name, where nothing is, and flushes that.
  func place(at name: PathName) throws(FileSystemError) {
    try fileSystem.synchronizeFileSystem(of: file)
    try AtomicReplace(fileSystem).place(name, in: parent, from: self.name, in: parent)
    isPresent = false
    try fileSystem.synchronize(parent)
  }

  /// An open folder inside.
  func open(_ relative: String) throws(FileSystemError) -> OpenFile {
    relative.isEmpty
      ? file : try fileSystem.open(PathName(relative), in: file, [.readOnly, .directory, .beneath], mode: 0)
  }

  /// Flushes everything that is in it.
  func flush() throws(FileSystemError) { try fileSystem.synchronizeFileSystem(of: file) }
}
