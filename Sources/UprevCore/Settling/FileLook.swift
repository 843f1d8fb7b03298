import UprevReport

/// Looks at files as a ``Settlement`` needs it: which file a name leads to, what it holds, whether somebody writes to it.
///
/// It is used by one thread at a time.
final class FileLook {
  /// A file that was looked at.
  struct Seen {
    let sighting: Sighting
    /// Open for reading, for as long as this lives; nil for what is no regular file. A lease that was granted goes with it.
    let file: OpenFile?
    /// nil where no lease was asked for.
    let lease: ReadLease?
    /// Its time of change before its bytes and attributes were read; nil where they were not.
    var change: FileTime?
  }

  private let fileSystem: any FileSystem
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  deinit { buffer.deallocate() }

  /// - Parameter takesLease: whether to ask for a read lease before reading, and to keep it with the file.
  /// - Returns: nil where nothing has the name.
  /// - Throws: ``FileSystemError`` where it cannot be told what is there.
  func look(
    at name: PathName, in folder: OpenFile, takesLease: Bool
  ) throws(FileSystemError) -> Seen? {
    let file: OpenFile
    do {
      // A new time of access would be one more change for the journal of the file system, of a file that is about to go.
      file = try fileSystem.open(name, in: folder, [.readOnly, .beneath, .nonBlocking, .withoutAccess], mode: 0)
    } catch {
      switch error.kind {
      case .absent: return nil
      case .symbolicLink, .noDevice:
        // A link, a socket or a device; of a regular file the error says nothing about what it is.
        if try fileSystem.status(of: name, in: folder, followingLinks: false).kind == .regular { throw error }
        return try lookWithoutOpening(name, in: folder)
      default: throw error
      }
    }
    let status = try fileSystem.status(of: file)
    guard status.kind == .regular else {
      return Seen(
        sighting: Sighting(file: status.identity, content: nil, isOpenForWriting: false), file: nil, lease: nil)
    }
    // Before the reading: what is read under a lease stays.
    let lease = takesLease ? try fileSystem.takeReadLease(on: file) : nil
    if lease == .openForWriting {
      return Seen(
        sighting: Sighting(file: status.identity, content: nil, isOpenForWriting: true), file: file, lease: lease)
    }
    let sha256 = try hash(of: file, expecting: status.size)
    let attributes = FileAttributes(
      status, try fileSystem.extendedAttributes(of: file),
      flags: try fileSystem.flags(of: file))
    let content = Sighting.Content(sha256: sha256, attributes: attributes)
    return Seen(
      sighting: Sighting(file: status.identity, content: content, isOpenForWriting: false), file: file, lease: lease,
      change: status.change)
  }

  /// Which file it is, where no more can be said.
  func lookWithoutOpening(_ name: PathName, in folder: OpenFile) throws(FileSystemError) -> Seen? {
    do {
      let status = try fileSystem.status(of: name, in: folder, followingLinks: false)
      return Seen(
        sighting: Sighting(file: status.identity, content: nil, isOpenForWriting: false), file: nil, lease: nil)
    } catch  where error.kind == .absent {
      return nil
    }
  }

  private func hash(of file: OpenFile, expecting size: Int64) throws(FileSystemError) -> [UInt8] {
    var hash = SHA256()
    var total: Int64 = 0
    while true {
      let count = try fileSystem.read(file, into: buffer, at: nil)
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      total += Int64(count)
      // A short count where the end is expected is the end.
      if count == 0 || (total == size && count < buffer.count) { return hash.finish() }
    }
  }
}
