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
    let (folder, name) = try place(for: relative)
    let opened = try fileSystem.open(name, in: folder, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
    try bytes.withUnsafeBufferPointer { (buffer) throws(FileSystemError) in
      try fileSystem.write(opened, UnsafeRawBufferPointer(buffer))
    }
  }

  /// Copies a file of the folder around this one to the same place in this one; once, however often it is asked for.
  func copyFile(_ relative: String) throws(FileSystemError) {
    let (folder, name) = try place(for: relative)
    let source = try fileSystem.open(PathName(relative), in: parent, [.readOnly, .nonBlocking], mode: 0)
    do throws(FileSystemError) {
      try copy(source, to: name, in: folder)
    } catch  where error.kind == .exists {
      // Two paths that lead to one file.
    }
  }

  /// Copies the regular files of such a folder, and of the folders in it, without what is hidden.
  func copyFolder(_ relative: String) throws(FileSystemError) {
    var pending = [(path: relative, depth: 0)]
    while let (path, depth) = pending.popLast() {
      let folder: OpenFile
      do throws(FileSystemError) {
        folder = try fileSystem.open(PathName(path), in: parent, [.readOnly, .directory, .beneath], mode: 0)
      } catch {
        if error.kind == .absent { return }
        throw error
      }
      var names: [String] = []
      try fileSystem.forEachName(in: folder) { bytes, _ in
        if bytes.first != UInt8(ascii: "."), let name = String(validating: Array(bytes), as: UTF8.self) {
          names.append(name)
        }
      }
      for name in names.sorted() {
        switch try fileSystem.status(of: PathName(name), in: folder, followingLinks: false).kind {
        case .directory where depth < Self.maximumDepth: pending.append(("\(path)/\(name)", depth + 1))
        case .regular:
          let source = try fileSystem.open(PathName(name), in: folder, [.readOnly, .beneath, .nonBlocking], mode: 0)
          let (place, _) = try self.place(for: "\(path)/\(name)")
          try copy(source, to: PathName(name), in: place)
        default: break
        }
      }
    }
  }

  /// Levels of a folder that is copied.
  private static let maximumDepth = 4

  private func copy(_ source: OpenFile, to name: PathName, in folder: OpenFile) throws(FileSystemError) {
    let mode = try fileSystem.status(of: source).mode & 0o777
    let copy = try fileSystem.open(name, in: folder, [.readWrite, .create, .exclusive, .noFollow], mode: mode)
    while try fileSystem.copy(from: source, to: copy, count: 1 << 30) > 0 {}
  }

  /// The folder, made where it is not there, and the last component of a path.
  private func place(for relative: String) throws(FileSystemError) -> (folder: OpenFile, name: PathName) {
    let components = relative.split(separator: "/").filter { $0 != "." }.map { PathName(String($0)) }
    var folder = file
    for component in components.dropLast() {
      do throws(FileSystemError) {
        try fileSystem.makeDirectory(component, in: folder, mode: 0o777)
      } catch  where error.kind == .exists {
        // Made for an earlier file.
      }
      folder = try fileSystem.open(component, in: folder, [.readOnly, .directory, .beneath], mode: 0)
    }
    return (folder, components.last ?? PathName("."))
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
