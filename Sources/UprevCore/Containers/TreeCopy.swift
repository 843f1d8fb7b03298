import LosslessJSON
import UprevReport

/// A copy of a tree, or of one file, under construction: it gets the pieces in the order of discovery.
///
/// Folders are made with mode 0700 and get their own attributes and times when the walk has left them.
final class TreeCopy {
  private struct Frame {
    let source: TreeFolder
    let chunk: TreePassthrough
    let copy: TreeFolder
  }

  private struct Link: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Past this many files with several names, further ones are copied as separate files.
  private static let linkLimit = 1 << 16

  private let container: TreeContainer
  private let fileSystem: any FileSystem
  private let warn: WarningSink
  private let source: TreeSource
  private let handles: FolderHandles
  /// The copy's name while it is under construction, and the folder that holds it.
  let name: PathName
  private let parent: OpenFile
  private var frames: [Frame] = []
  private var links: [Link: (folder: TreeFolder, name: PathName)] = [:]
  private var isBegun = false
  private let runID: String
  private let isDurable: Bool
  /// Says to those that come after a kill which file or folder is the copy.
  private var mark: TemporaryFile?

  /// - Parameter isDurable: whether the mark of the copy must outlive a power failure.
  init(
    of container: TreeContainer, in parent: OpenFile, runID: String, isDurable: Bool, warn: @escaping WarningSink
  ) {
    self.runID = runID
    self.isDurable = isDurable
    self.container = container
    fileSystem = container.fileSystem
    source = TreeSource(container)
    handles = FolderHandles(container.fileSystem)
    name = OwnName.make(runID, OwnName.copySuffix)
    self.parent = parent
    self.warn = warn
  }

  // MARK: Pieces

  func add(_ chunk: TreePassthrough) throws(FileSystemError) {
    switch chunk.content {
    case .folder(let folder): try addFolder(folder, chunk)
    case .file: try addFile(chunk)
    case .symbolicLink: try addSymbolicLink(chunk)
    case .special: try addSpecial(chunk)
    }
  }

  /// - Parameter replacement: the new text; nil where the document is copied as it is.
  func add(
    _ document: Document, _ origin: TreeDocumentOrigin, _ replacement: JSONText?
  ) throws(FileSystemError) {
    let place = try place(of: origin.name, in: origin.folder)
    let path = document.reference.path
    if replacement == nil, try linked(origin.status, to: place) { return }
    try makeFile(place) { file throws(FileSystemError) in
      try (replacement ?? document.text).withUnsafeBytes { bytes throws(FileSystemError) in
        try fileSystem.write(file, bytes)
      }
      try setAttributes(of: file, origin.status, origin.attributes, path)
    }
    // A migrated document is a new file, as it is where a tree is changed in place.
    guard replacement == nil else { return }
    setTimes(place, origin.status, path)
    remember(origin.status, place)
  }

  private func addFolder(_ folder: TreeFolder, _ chunk: TreePassthrough) throws(FileSystemError) {
    let copy: TreeFolder
    if folder.parent == nil {
      mark = try TemporaryFile.make(.copyMark, of: runID, in: parent, fileSystem)
      try fileSystem.makeDirectory(name, in: parent, mode: 0o700)
      isBegun = true
      let file = try fileSystem.open(name, in: parent, [.readOnly, .directory, .beneath], mode: 0)
      copy = TreeFolder(root: file, status: try fileSystem.status(of: file))
      try record(copy.identity)
    } else {
      let place = try place(of: chunk.name, in: chunk.folder)
      guard let above = place.folder else { throw unplaced(chunk.path) }
      try fileSystem.makeDirectory(chunk.name, in: place.handle, mode: 0o700)
      let file = try fileSystem.open(chunk.name, in: place.handle, [.readOnly, .directory, .beneath], mode: 0)
      copy = TreeFolder(chunk.name, in: above, status: try fileSystem.status(of: file))
      handles.keep(file, for: copy)
    }
    frames.append(Frame(source: folder, chunk: chunk, copy: copy))
  }

  private func addFile(_ chunk: TreePassthrough) throws(FileSystemError) {
    let place = try place(of: chunk.name, in: chunk.folder)
    if try linked(chunk.status, to: place) { return }
    let opened: (file: OpenFile, status: FileStatus, attributes: [ExtendedAttribute])
    do throws(FileSystemError) {
      opened = try source.open(chunk)
    } catch {
      if error.kind != .absent { warn(.notCopied(chunk.path, error)) }
      return
    }
    try makeFile(place) { file throws(FileSystemError) in
      while try fileSystem.copy(from: opened.file, to: file, count: 1 << 30) > 0 {}
      try setAttributes(of: file, opened.status, opened.attributes, chunk.path)
    }
    setTimes(place, opened.status, chunk.path)
    remember(opened.status, place)
  }

  private func addSymbolicLink(_ chunk: TreePassthrough) throws(FileSystemError) {
    let place = try place(of: chunk.name, in: chunk.folder)
    let destination: PathName
    do throws(FileSystemError) {
      destination = try source.destination(of: chunk)
    } catch {
      if error.kind != .absent { warn(.notCopied(chunk.path, error)) }
      return
    }
    try fileSystem.makeSymbolicLink(place.name, in: place.handle, to: destination)
    setOwner(place, chunk.status, chunk.path)
    setTimes(place, chunk.status, chunk.path)
  }

  private func addSpecial(_ chunk: TreePassthrough) throws(FileSystemError) {
    let place = try place(of: chunk.name, in: chunk.folder)
    do throws(FileSystemError) {
      try fileSystem.makeNode(place.name, in: place.handle, like: chunk.status)
    } catch {
      // Devices are root's; anything else that goes wrong here goes wrong for the whole copy.
      guard [.notPermitted, .accessDenied, .unsupported].contains(error.kind) else { throw error }
      warn(.notCopied(chunk.path, error))
      return
    }
    setOwner(place, chunk.status, chunk.path)
    setTimes(place, chunk.status, chunk.path)
  }

  // MARK: Places

  /// Where a piece goes.
  private struct Place {
    /// nil where the copy is one file.
    let folder: TreeFolder?
    let handle: OpenFile
    let name: PathName
  }

  private func place(of name: PathName, in folder: TreeFolder) throws(FileSystemError) -> Place {
    if container.single != nil {
      if mark == nil { mark = try TemporaryFile.make(.copyMark, of: runID, in: parent, fileSystem) }
      return Place(folder: nil, handle: parent, name: self.name)
    }
    while let frame = frames.last, frame.source !== folder, frames.count > 1 { try leave() }
    guard let frame = frames.last, frame.source === folder else {
      throw unplaced(name)
    }
    return Place(folder: frame.copy, handle: try handles.handle(of: frame.copy), name: name)
  }

  /// A piece came whose folder did not come before it.
  private func unplaced(_ name: PathName) -> FileSystemError {
    FileSystemError(call: "openat", path: name, number: absentNumber)
  }

  /// Gives the innermost folder its attributes and times, now that nothing more comes into it.
  private func leave() throws(FileSystemError) {
    guard let frame = frames.popLast() else { return }
    let file = try handles.handle(of: frame.copy)
    var attributes: [ExtendedAttribute] = []
    do throws(FileSystemError) {
      attributes = try source.open(frame.chunk).attributes
    } catch {
      warn(.attributeNotKept(frame.chunk.path, error))
    }
    try setAttributes(of: file, frame.chunk.status, attributes, frame.chunk.path)
    let above = frame.copy.parent
    let handle = try above.map { folder throws(FileSystemError) in try handles.handle(of: folder) } ?? parent
    let name = above == nil ? self.name : frame.copy.name
    setTimes(Place(folder: above, handle: handle, name: name), frame.chunk.status, frame.chunk.path)
    handles.forget(frame.copy)
  }

  /// Writes into the mark what the copy is, before anything comes into it.
  private func record(_ copy: FileIdentity) throws(FileSystemError) {
    guard let mark else { return }
    try CopyMark(fileSystem).write(copy, to: mark.file)
    guard isDurable else { return }
    try mark.flush()
    try fileSystem.synchronize(parent)
  }

  /// The copy has its own name: nothing is to be removed any more.
  /// - Returns: the mark's name, if it could not be removed.
  func didPlace() -> (PathName, FileSystemError)? {
    isBegun = false
    guard let mark else { return nil }
    self.mark = nil
    do throws(FileSystemError) {
      try mark.remove()
      return nil
    } catch {
      return (mark.name, error)
    }
  }

  /// Ends the copy: no piece comes any more.
  func close() throws(FileSystemError) {
    while !frames.isEmpty { try leave() }
  }

  /// Removes all of it.
  func remove() throws(FileSystemError) {
    try removeContent()
    try mark?.remove()
    mark = nil
  }

  private func removeContent() throws(FileSystemError) {
    guard isBegun else { return }
    isBegun = false
    if container.single != nil {
      do {
        try fileSystem.unlink(name, in: parent)
      } catch  where error.kind == .absent {
        // Nothing was begun.
      }
      return
    }
    let file = try fileSystem.open(name, in: parent, [.readOnly, .directory, .beneath], mode: 0)
    try RemoveTree(fileSystem).remove(name, in: parent, open: file)
  }

  // MARK: Files

  private func makeFile(
    _ place: Place, _ fill: (OpenFile) throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    let file = try fileSystem.open(
      place.name, in: place.handle, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
    if container.single != nil {
      isBegun = true
      try record(try fileSystem.status(of: file).identity)
    }
    try fill(file)
  }

  /// Makes the copy of a file's further name a further name of its copy.
  private func linked(_ status: FileStatus, to place: Place) throws(FileSystemError) -> Bool {
    guard status.linkCount > 1, let known = links[Link(device: status.device, inode: status.inode)] else {
      return false
    }
    do throws(FileSystemError) {
      try fileSystem.makeHardLink(
        place.name, in: place.handle, to: known.name, in: try handles.handle(of: known.folder))
      return true
    } catch {
      switch error.kind {
      case .tooManyLinks, .notPermitted, .unsupported, .otherDevice: return false
      default: throw error
      }
    }
  }

  private func remember(_ status: FileStatus, _ place: Place) {
    guard status.linkCount > 1, links.count < Self.linkLimit, let folder = place.folder else { return }
    links[Link(device: status.device, inode: status.inode)] = (folder, place.name)
  }

  // MARK: Attributes

  /// All that can be given; the first that cannot is warned of, once a file. A mode is given in any case, without the
  /// set-id bits where the owner is another.
  private func setAttributes(
    of file: OpenFile, _ status: FileStatus, _ attributes: [ExtendedAttribute], _ path: PathName
  ) throws(FileSystemError) {
    var failure: FileSystemError?
    let now = try fileSystem.status(of: file)
    var mode = status.mode
    if now.user != status.user || now.group != status.group {
      do throws(FileSystemError) {
        try fileSystem.setOwner(file, user: status.user, group: status.group)
      } catch {
        failure = error
        mode &= 0o1777
      }
    }
    let present = attributes.isEmpty ? [] : try fileSystem.extendedAttributes(of: file)
    for attribute in attributes where !present.contains(attribute) {
      do throws(FileSystemError) {
        try fileSystem.setExtendedAttribute(attribute, of: file)
      } catch {
        if [.diskFull, .quotaExceeded].contains(error.kind) { throw error }
        failure = failure ?? error
      }
    }
    do throws(FileSystemError) {
      try fileSystem.setMode(file, mode)
    } catch {
      failure = failure ?? error
    }
    if let failure { warn(.attributeNotKept(path, failure)) }
  }

  private func setOwner(_ place: Place, _ status: FileStatus, _ path: PathName) {
    do throws(FileSystemError) {
      let now = try fileSystem.status(of: place.name, in: place.handle, followingLinks: false)
      guard now.user != status.user || now.group != status.group else { return }
      try fileSystem.setOwner(place.name, in: place.handle, user: status.user, group: status.group)
    } catch {
      warn(.attributeNotKept(path, error))
    }
  }

  private func setTimes(_ place: Place, _ status: FileStatus, _ path: PathName) {
    do throws(FileSystemError) {
      try fileSystem.setTimes(
        place.name, in: place.handle, access: status.access, modification: status.modification)
    } catch {
      warn(.attributeNotKept(path, error))
    }
  }
}
