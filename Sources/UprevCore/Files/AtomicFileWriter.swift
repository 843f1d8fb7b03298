import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file piece by piece, buffered, and lets it appear whole or not at all.
///
/// The bytes go to a temporary of mode 0600 beside the destination; `finish()` gives it another mode where one is asked for,
/// flushes it and renames it over whatever regular file has the name. A destination that is no regular file (a fifo,
/// `/dev/null`) is written to directly, for there is nothing to replace. A symbolic link is resolved, once. It is used by one
/// thread at a time.
public final class AtomicFileWriter {
  private static let bufferSize = 1 << 16

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

  /// - Parameters:
  ///   - temporaries: the folder for the temporary, on the destination's file system; nil: the destination's own. What
  ///     killed runs left of theirs there is removed.
  ///   - mode: the permission bits of the file once it is whole; nil: it stays the owner's alone.
  /// - Throws: ``FileSystemError``
  public init(
    _ path: PathName, runID: String, temporariesIn temporaries: PathName? = nil, durability: Durability = .batch,
    mode: UInt32? = nil,
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
        try Self.refusePlantedLink(path, fileSystem)
        place = try fileSystem.resolved(path)
      }
      let (above, name) = place.splitAtLastComponent
      self.name = name
      folder = try fileSystem.open(above, in: nil, [.readOnly, .directory], mode: 0)
      var beside = folder
      if let temporaries { beside = try fileSystem.open(temporaries, in: nil, [.readOnly, .directory], mode: 0) }
      DeadTemporaries(fileSystem).sweep(beside, [.file])
      let made = try TemporaryFile.make(.file, of: runID, in: beside, fileSystem)
      file = made.file
      temporary = made
    }
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// In a folder like `/tmp` a link of somebody else's is not followed, as the kernel does with `fs.protected_symlinks` set: what
  /// it leads to would be replaced with this user's rights.
  private static func refusePlantedLink(
    _ path: PathName, _ fileSystem: any FileSystem
  ) throws(FileSystemError) {
    let link = try fileSystem.status(of: path, in: nil, followingLinks: false)
    let folder = try fileSystem.status(of: path.splitAtLastComponent.folder, in: nil, followingLinks: true)
    let isShared = folder.mode & 0o1002 == 0o1002
    if isShared, link.user != geteuid(), link.user != folder.user {
      throw FileSystemError(call: "openat", path: path, number: accessDeniedNumber)
    }
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
