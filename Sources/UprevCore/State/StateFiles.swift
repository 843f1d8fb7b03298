import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files of a state database: made so that nobody else reads them, looked at before SQLite trusts them, and set aside.
///
/// The database itself is never opened here while SQLite has it open: closing any descriptor of a file lets go of every
/// POSIX lock that the process holds on it.
struct StateFiles {
  static let name = "state.sqlite"
  /// What SQLite keeps beside a database.
  static let companions = ["-wal", "-shm", "-journal"]
  private static let lockName = PathName("state.lock")
  /// Left by a process that met damage: the next opening looks closely.
  private static let suspectName = PathName("\(name).suspect")

  /// Resolved.
  let folder: PathName
  let fileSystem: any FileSystem

  var database: PathName { path(Self.name) }

  func path(_ name: String) -> PathName {
    PathName(folder.bytes + (folder.bytes.last == 0x2F ? [] : [0x2F]) + Array(name.utf8))
  }

  /// - Throws: ``JournalError`` where others could write what undo trusts.
  func openFolder() throws(JournalError) -> OpenFile {
    let file: OpenFile
    let status: FileStatus
    do {
      file = try fileSystem.open(folder, in: nil, [.directory], mode: 0)
      status = try fileSystem.status(of: file)
    } catch {
      throw .failed(error)
    }
    guard status.user == geteuid() else { throw .ownedByOther(folder) }
    guard status.mode & 0o022 == 0 else { throw .writableByOthers(folder) }
    return file
  }

  /// Takes the lock under which databases are opened, made and set aside.
  ///
  /// - Returns: what holds the lock for as long as it lives.
  func lock(in open: OpenFile, waitSeconds: Double) throws(JournalError) -> OpenFile {
    let file: OpenFile
    do {
      file = try fileSystem.open(
        Self.lockName, in: open, [.readWrite, .create, .noFollow, .nonBlocking], mode: 0o600)
    } catch {
      throw .failed(error)
    }
    let deadline = MonotonicClock.seconds + waitSeconds
    while true {
      do {
        if try isLocked(file) { return file }
      } catch {
        throw .failed(error)
      }
      guard MonotonicClock.seconds < deadline else { throw .locked(folder) }
      usleep(20_000)
    }
  }

  private func isLocked(_ file: OpenFile) throws(FileSystemError) -> Bool {
    do {
      return try fileSystem.lock(file)
    } catch  where error.kind == .unsupported || error.kind == .badDescriptor {
      return try fileSystem.lockDescription(of: file)
    }
  }

  /// Makes an empty database where there is none, and looks at the files where there are some.
  ///
  /// - Returns: whether it was made.
  /// - Throws: ``JournalError`` where one of the files is a link, has another name too, or belongs to somebody else.
  func prepare(in open: OpenFile) throws(JournalError) -> Bool {
    do {
      let isThere = try isPlain(Self.name, in: open)
      for suffix in Self.companions { _ = try isPlain(Self.name + suffix, in: open) }
      if isThere { return false }
      let file = try fileSystem.open(
        PathName(Self.name), in: open, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
      // Whatever the umask took away; SQLite gives its own files the mode of the database.
      try fileSystem.setMode(file, 0o600)
      try fileSystem.synchronize(file)
      try synchronize(open)
      return true
    } catch let error as JournalError {
      throw error
    } catch let error as FileSystemError {
      throw .failed(error)
    } catch {
      throw .unexpected(error, database)
    }
  }

  /// Whether SQLite's own files stand there without their database: those of another one, which must not be read into a new.
  func hasStrayCompanions(in open: OpenFile) throws(JournalError) -> Bool {
    do {
      if try status(Self.name, in: open) != nil { return false }
      for suffix in Self.companions where try status(Self.name + suffix, in: open) != nil { return true }
      return false
    } catch {
      throw .failed(error)
    }
  }

  private func isPlain(_ name: String, in open: OpenFile) throws -> Bool {
    guard let status = try status(name, in: open) else { return false }
    guard status.kind == .regular, status.linkCount == 1 else { throw JournalError.notPlain(path(name)) }
    guard status.user == geteuid() else { throw JournalError.ownedByOther(path(name)) }
    if status.mode & 0o077 != 0 {
      try fileSystem.setMode(
        fileSystem.open(PathName(name), in: open, [.readOnly, .noFollow, .nonBlocking], mode: 0), 0o600)
    }
    return true
  }

  func status(_ name: String, in open: OpenFile) throws(FileSystemError) -> FileStatus? {
    do {
      return try fileSystem.status(of: PathName(name), in: open, followingLinks: false)
    } catch  where error.kind == .absent {
      return nil
    }
  }

  /// Renames the database and what SQLite keeps beside it, and says why in a text beside them. Nothing is removed.
  ///
  /// - Returns: the database's new path.
  func setAside(_ reason: String, at time: Timestamp, in open: OpenFile) throws(JournalError) -> PathName {
    do throws(FileSystemError) {
      let stem = try freeName(at: time, in: open)
      let text = "uprev set this database aside at \(time.rfc3339), because it was damaged:\n\(reason)\n"
      let file = try fileSystem.open(
        PathName(stem + ".txt"), in: open, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      var bytes = Array(text.utf8)
      let written: Result<Void, FileSystemError> = bytes.withUnsafeMutableBytes { buffer in
        do throws(FileSystemError) {
          return .success(try fileSystem.write(file, UnsafeRawBufferPointer(buffer)))
        } catch {
          return .failure(error)
        }
      }
      try written.get()
      // The database last: a log that stayed behind alone would be read into the next database.
      for suffix in Self.companions + [""] {
        guard try status(Self.name + suffix, in: open) != nil else { continue }
        try AtomicReplace(fileSystem).place(
          PathName(stem + suffix), in: open, from: PathName(Self.name + suffix), in: open)
      }
      try fileSystem.synchronize(file)
      try synchronize(open)
      return path(stem)
    } catch {
      throw .failed(error)
    }
  }

  private func freeName(at time: Timestamp, in open: OpenFile) throws(FileSystemError) -> String {
    var number = 1
    while true {
      let name = "\(Self.name).damaged-\(time.basic)-\(number)"
      if try status(name, in: open) == nil, try status(name + ".txt", in: open) == nil { return name }
      number += 1
    }
  }

  /// Asks the next opening to look closely. What goes wrong here is no harm: the damage shows again.
  func markSuspect() {
    _ = try? fileSystem.open(path("\(Self.suspectName)"), in: nil, [.writeOnly, .create, .noFollow], mode: 0o600)
  }

  func isSuspect(in open: OpenFile) throws(FileSystemError) -> Bool {
    try status("\(Self.suspectName)", in: open) != nil
  }

  func clearSuspicion(in open: OpenFile) throws(FileSystemError) {
    do {
      try fileSystem.unlink(Self.suspectName, in: open)
    } catch  where error.kind == .absent {
      // Nobody asked.
    }
  }

  private func synchronize(_ open: OpenFile) throws(FileSystemError) {
    do {
      try fileSystem.synchronize(open)
    } catch  where error.kind == .unsupported {
      // Some file systems flush no folders.
    }
  }

  /// Bytes of the database and of what SQLite keeps beside it.
  func size() -> Int64 {
    ([""] + Self.companions).reduce(0) { sum, suffix in
      let status = try? fileSystem.status(of: path(Self.name + suffix), in: nil, followingLinks: false)
      return sum + (status?.size ?? 0)
    }
  }
}
