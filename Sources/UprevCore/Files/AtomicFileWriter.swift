import UprevReport

/// Writes a file piece by piece, buffered, and lets it appear whole or not at all.
///
/// The bytes go to a temporary of mode 0600 beside the destination; `finish()` gives it another mode where one is asked for,
/// flushes it and renames it over whatever regular file has the name. A destination that is no regular file (a fifo,
/// `/dev/null`) is written to directly, for there is nothing to replace. A symbolic link is resolved, once. It is used by one
/// thread at a time.
public final class AtomicFileWriter {
  private static let bufferSize = 1 << 16
  private static let attempts = 16

  private let fileSystem: any FileSystem
  private let durability: Durability
  private let mode: UInt32?
  private let name: PathName
  private let folder: OpenFile
  private let file: OpenFile
  /// nil where the destination is written to directly.
  private let temporary: TemporaryFile?
  private var buffer: [UInt8] = []
  private var isDone = false

  /// - Parameter mode: the permission bits of the file once it is whole; nil: it stays the owner's alone.
  /// - Throws: ``FileSystemError``
  public init(
    _ path: PathName, runID: String, durability: Durability = .batch, mode: UInt32? = nil,
    fileSystem: any FileSystem = LocalFileSystem()
  ) throws(FileSystemError) {
    self.mode = mode
    self.fileSystem = fileSystem
    self.durability = durability
    let kind = try Self.kind(of: path, followingLinks: true, fileSystem)
    if let kind, kind != .regular {
      // Not resolved: what `/dev/stdout` leads to may have no path. Opening a folder for writing fails, as it should.
      (folder, name) = (try fileSystem.open(PathName("."), in: nil, [.readOnly, .directory], mode: 0), path)
      file = try fileSystem.open(path, in: nil, [.writeOnly], mode: 0)
      temporary = nil
    } else {
      var place = path
      if try Self.kind(of: path, followingLinks: false, fileSystem) == .symbolicLink {
        place = try fileSystem.resolved(path)
      }
      let (above, name) = place.splitAtLastComponent
      self.name = name
      folder = try fileSystem.open(above, in: nil, [.readOnly, .directory], mode: 0)
      let made = try Self.makeTemporary(in: folder, runID: runID, fileSystem)
      file = made.file
      temporary = made
    }
    buffer.reserveCapacity(Self.bufferSize)
  }

  private static func kind(
    of path: PathName, followingLinks: Bool, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> FileKind? {
    do {
      return try fileSystem.status(of: path, in: nil, followingLinks: followingLinks).kind
    } catch  where error.kind == .absent {
      return nil
    }
  }

  private static func makeTemporary(
    in folder: OpenFile, runID: String, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> TemporaryFile {
    var attempt = 1
    while true {
      let name = OwnName.make(runID, attempt == 1 ? "-file" : "-file-\(attempt)")
      do {
        return try TemporaryFile(name, in: folder, fileSystem: fileSystem)
      } catch  where error.kind == .exists && attempt < attempts {
        attempt += 1
      }
    }
  }

  /// Appends bytes.
  public func write(_ bytes: some Collection<UInt8>) throws(FileSystemError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flushBuffer() }
  }

  private func flushBuffer() throws(FileSystemError) {
    try buffer.withUnsafeBufferPointer { bytes throws(FileSystemError) in
      try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Puts the whole file in place, durably unless the durability is `none`.
  ///
  /// - Throws: ``FileSystemError``; unless the flush of the folder failed, what was at the destination is still there.
  public func finish() throws(FileSystemError) {
    guard !isDone else { return }
    try flushBuffer()
    guard let temporary else {
      isDone = true
      return
    }
    if let mode { try fileSystem.setMode(file, mode) }
    if durability != .none { try temporary.flush() }
    try temporary.replace(name, in: folder)
    isDone = true
    if durability != .none { try fileSystem.synchronize(folder) }
  }

  /// Leaves the destination as it is, and removes the temporary. After `finish()` it does nothing.
  public func abandon() {
    guard !isDone else { return }
    isDone = true
    buffer = []
    // A temporary that cannot be removed now is tried again when the writer goes.
    try? temporary?.remove()
  }
}
