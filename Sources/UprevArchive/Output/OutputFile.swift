import UprevCore
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A new archive under construction, in a temporary in the folder where it is to be.
///
/// Used by one thread at a time. The temporary goes away with the object unless it was put in place.
final class OutputFile {
  private enum Temporary {
    /// To be exchanged with the archive that it replaces.
    case replacing(FileReplacement)
    /// To be put where nothing is.
    case new(TemporaryFile)
  }

  /// The temporary: open for reading and writing until ``closeForWriting()``.
  var file: OpenFile {
    switch temporary {
    case .replacing(let replacement): replacement.temporary
    case .new(let temporary): temporary.file
    }
  }
  private let temporary: Temporary
  private let fileSystem: any FileSystem
  private let location: ArchiveLocation
  private let durability: Durability

  /// - Parameter replaces: whether it is to replace what is at `location`; otherwise nothing may be there.
  /// - Throws: ``TargetError``
  init(
    _ fileSystem: any FileSystem, at location: ArchiveLocation, replaces: Bool, _ options: ContainerWriteOptions
  ) throws(TargetError) {
    self.fileSystem = fileSystem
    self.location = location
    durability = options.durability
    do throws(FileSystemError) {
      if replaces {
        let replacement = try FileReplacement(in: location.folder, options, fileSystem)
        temporary = .replacing(replacement)
      } else {
        DeadTemporaries(fileSystem).sweep(location.folder)
        let new = try TemporaryFile.make(.archive, of: options.runID, in: location.folder, fileSystem)
        temporary = .new(new)
      }
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  /// Nothing more is written, and nobody keeps ``file`` from before.
  func closeForWriting() throws(TargetError) {
    guard case .replacing(let replacement) = temporary else { return }
    do throws(FileSystemError) {
      try replacement.closeForWriting()
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
  }

  /// Gives it owner, attributes and mode of the archive that it is to replace, and makes it durable.
  ///
  /// - Returns: its status.
  /// - Throws: ``TargetError``, also where a program has that archive open for writing.
  func prepare(like original: OpenFile, _ status: FileStatus) throws(TargetError) -> FileStatus {
    guard case .replacing(let replacement) = temporary else { throw ArchiveWords.foreignElement(location.path) }
    do throws(FileSystemError) {
      try replacement.setAttributes(like: original, status)
    } catch {
      throw ArchiveWords.attributesNotKept(error, location.path)
    }
    do throws(FileSystemError) {
      try replacement.flush()
      guard try !isOpenForWriting(original) else { throw FileSystemError(call: "fcntl", path: nil, number: EBUSY) }
      return try fileSystem.status(of: file)
    } catch {
      throw error.kind == .busy
        ? ArchiveWords.openForWriting(location.path) : ArchiveWords.writeFailed(error, location.path)
    }
  }

  /// Replaces the archive, if the name still leads to what was read.
  ///
  /// - Parameters:
  ///   - original: as it was read.
  ///   - new: this file.
  ///   - watch: tells whether anybody has written to the archive since it was read; nil: it is read again.
  /// - Returns: what became of it.
  func replace(
    _ original: Sighting, _ status: FileStatus, with new: Sighting, watch: WriteWatch?
  ) -> FileReplacement.Outcome {
    guard case .replacing(let replacement) = temporary else { return .changed }
    return replacement.replace(location.name, original, status, with: new, watch: watch)
  }

  /// Whether some process is known to have the file open for writing.
  private func isOpenForWriting(_ file: OpenFile) throws(FileSystemError) -> Bool {
    switch try fileSystem.takeReadLease(on: file) {
    case .openForWriting: return true
    case .unavailable: return false
    case .granted:
      try fileSystem.releaseLease(of: file)
      return false
    }
  }

  /// Takes the place that was chosen for it, where nothing is, with `mode`.
  /// - Throws: ``TargetError``
  func place(mode: UInt32) throws(TargetError) {
    guard case .new(let temporary) = temporary else { throw ArchiveWords.exists(location.path) }
    do throws(FileSystemError) {
      try fileSystem.setMode(file, mode)
      if durability != .none { try temporary.flush() }
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
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
    do throws(FileSystemError) {
      switch temporary {
      case .replacing(let replacement): try replacement.remove()
      case .new(let temporary): try temporary.remove()
      }
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
