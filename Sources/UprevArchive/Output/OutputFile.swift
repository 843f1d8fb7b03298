import UprevCore
import UprevReport

/// A new archive under construction, in a temporary in the folder where it is to be.
///
/// Used by one thread at a time. The temporary goes away with the object unless it was put in place.
final class OutputFile {
  let temporary: TemporaryFile
  private let fileSystem: any FileSystem
  private let location: ArchiveLocation
  private let durability: Durability

  /// - Throws: ``TargetError``
  init(
    _ fileSystem: any FileSystem, at location: ArchiveLocation, _ options: ContainerWriteOptions
  ) throws(TargetError) {
    self.fileSystem = fileSystem
    self.location = location
    durability = options.durability
    do {
      temporary = try Self.makeTemporary(fileSystem, in: location.folder, runID: options.runID)
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  /// Two archives of one folder may be under construction in one run.
  private static func makeTemporary(
    _ fileSystem: any FileSystem, in folder: OpenFile, runID: String
  ) throws(FileSystemError) -> TemporaryFile {
    var attempt = 0
    while true {
      do {
        return try TemporaryFile(
          PathName(".uprev-\(runID)-archive-\(attempt)"), in: folder, fileSystem: fileSystem)
      } catch  where error.kind == .exists && attempt < 1000 {
        attempt += 1
      }
    }
  }

  /// Replaces `original`, with its owner, attributes and mode, if the name still leads to it, unchanged since `status`.
  /// - Throws: ``TargetError``; nothing was replaced then.
  func replace(_ original: OpenFile, _ status: FileStatus) throws(TargetError) {
    do {
      try temporary.setAttributes(like: status, try fileSystem.extendedAttributes(of: original))
    } catch {
      throw ArchiveWords.attributesNotKept(error, location.path)
    }
    try flush()
    guard try !isOpenForWriting(original) else { throw ArchiveWords.openForWriting(location.path) }
    let result: AtomicReplace.Result
    do {
      result = try temporary.replace(location.name, in: location.folder, ifStill: status)
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
    guard result == .replaced else { throw ArchiveWords.changedDuringRun(location.path) }
    try flushFolder()
  }

  /// Whether some process is known to have the file open for writing.
  private func isOpenForWriting(_ file: OpenFile) throws(TargetError) -> Bool {
    do {
      switch try fileSystem.takeReadLease(on: file) {
      case .openForWriting: return true
      case .unavailable: return false
      case .granted:
        try fileSystem.releaseLease(of: file)
        return false
      }
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  /// Takes the place that was chosen for it, where nothing is, with `mode`.
  /// - Throws: ``TargetError``
  func place(mode: UInt32) throws(TargetError) {
    do {
      try fileSystem.setMode(temporary.file, mode)
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
    try flush()
    do {
      try temporary.place(at: location.name, in: location.folder)
    } catch {
      throw error.kind == .exists
        ? ArchiveWords.exists(location.path) : ArchiveWords.writeFailed(error, location.path)
    }
    try flushFolder()
  }

  /// - Throws: ``TargetError``
  func remove() throws(TargetError) {
    do {
      try temporary.remove()
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  private func flush() throws(TargetError) {
    guard durability != .none else { return }
    do {
      try temporary.flush()
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  private func flushFolder() throws(TargetError) {
    guard durability != .none else { return }
    do {
      try fileSystem.synchronize(location.folder)
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }
}

/// Where an archive is, or is to be: a name in an open folder.
struct ArchiveLocation {
  /// As people know it.
  var path: PathName
  let folder: OpenFile
  let name: PathName

  /// - Parameter path: of a file, which need not exist; its folder must.
  /// - Throws: ``FileSystemError``
  init(_ fileSystem: any FileSystem, _ path: PathName) throws(FileSystemError) {
    self.path = path
    var parts = path.bytes[...]
    while parts.count > 1, parts.last == 0x2f { parts.removeLast() }
    if let slash = parts.lastIndex(of: 0x2f) {
      name = PathName(parts[(slash + 1)...])
      folder = try fileSystem.open(
        slash == parts.startIndex ? PathName("/") : PathName(parts[..<slash]), in: nil, [.readOnly, .directory], mode: 0
      )
    } else {
      name = PathName(parts)
      folder = try fileSystem.open(PathName("."), in: nil, [.readOnly, .directory], mode: 0)
    }
  }
}
