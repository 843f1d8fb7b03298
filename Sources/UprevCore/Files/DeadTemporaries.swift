import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes temporaries of runs that were killed, where they stand outside of a staging folder: beside a report, an archive or
/// a copy that never came to be.
///
/// Such a run holds a lock on its temporary. What is removed has a name that runs give, is a regular file of this user's or of
/// root's, and its lock is free; that is looked at once more under the lock, so that of two who clean up one does nothing. A
/// run whose temporary is taken for dead between its making and its locking sees that it is gone, and makes another.
public struct DeadTemporaries {
  /// What became of one name.
  enum Outcome: Hashable {
    /// No such temporary, or gone, or somebody else's.
    case nothing
    case alive
    case removed
    /// What the mark of a copy speaks of is another file or folder.
    case strange
  }

  private let fileSystem: any FileSystem
  private let user: UInt32

  public init(_ fileSystem: any FileSystem) {
    self.init(fileSystem, user: geteuid())
  }

  init(_ fileSystem: any FileSystem, user: UInt32) {
    self.fileSystem = fileSystem
    self.user = user
  }

  /// Removes those in a folder in which a run is about to make its own. What cannot be removed now stays for the next.
  public func sweep(_ folder: OpenFile, _ kinds: Set<TemporaryKind> = Set(TemporaryKind.allCases)) {
    var names: [PathName] = []
    try? fileSystem.forEachName(in: folder) { bytes, _ in
      guard OwnName.isOwn(bytes) else { return }
      let name = PathName(bytes)
      if let temporary = OwnName.temporary(name), kinds.contains(temporary.kind) { names.append(name) }
    }
    for name in names.sorted() { _ = try? remove(name, in: folder) }
  }

  /// Whether a name is that of a temporary whose run lives no more.
  func isDead(_ name: PathName, in folder: OpenFile) throws(FileSystemError) -> Bool {
    guard OwnName.temporary(name) != nil, case .dead = try look(name, in: folder) else { return false }
    return true
  }

  /// - Throws: ``FileSystemError`` where it cannot be looked at or removed; it can be tried again.
  func remove(_ name: PathName, in folder: OpenFile) throws(FileSystemError) -> Outcome {
    guard let temporary = OwnName.temporary(name) else { return .nothing }
    switch try look(name, in: folder) {
    case .nothing: return .nothing
    case .alive: return .alive
    case .dead(let file):
      if temporary.kind == .copyMark {
        let copy = OwnName.make(temporary.runID, OwnName.copySuffix)
        guard try removeCopy(copy, in: folder, CopyMark(fileSystem).read(file)) else { return .strange }
      }
      try unlink(name, in: folder)
      return withExtendedLifetime(file) { .removed }
    }
  }

  private enum Look {
    case nothing
    case alive
    /// Open and locked.
    case dead(OpenFile)
  }

  /// A process that this one is just starting holds its descriptors, and with them its locks, until it runs a program of its own.
  private static let lockAttempts = 10

  private func look(_ name: PathName, in folder: OpenFile) throws(FileSystemError) -> Look {
    do {
      let seen = try fileSystem.status(of: name, in: folder, followingLinks: false)
      guard seen.kind == .regular, seen.user == user || seen.user == 0 else { return .nothing }
      let file = try fileSystem.open(name, in: folder, [.readWrite, .noFollow, .nonBlocking], mode: 0)
      guard try fileSystem.status(of: file).identity == seen.identity else { return .nothing }
      guard try isFree(file) else { return .alive }
      let now = try fileSystem.status(of: name, in: folder, followingLinks: false)
      return now.identity == seen.identity ? .dead(file) : .nothing
    } catch  where [.absent, .symbolicLink].contains(error.kind) {
      return .nothing
    }
  }

  private func isFree(_ file: OpenFile) throws(FileSystemError) -> Bool {
    do {
      for _ in 0..<Self.lockAttempts {
        if try fileSystem.lock(file) { return true }
        MonotonicClock.sleep(seconds: 0.005)
      }
      return false
    } catch  where [.unsupported, .badDescriptor, .noLocks].contains(error.kind) {
      // Nobody can say that its run is dead.
      return false
    }
  }

  /// Removes the copy that a mark speaks of. A mark that says nothing was written before anything came into the copy.
  ///
  /// - Returns: false where what has the name is another file or folder.
  private func removeCopy(
    _ name: PathName, in folder: OpenFile, _ marked: FileIdentity?
  ) throws(FileSystemError) -> Bool {
    do throws(FileSystemError) {
      let seen = try fileSystem.status(of: name, in: folder, followingLinks: false)
      guard seen.kind == .directory else {
        let isIt = if let marked { marked == seen.identity } else { seen.size == 0 }
        guard seen.kind == .regular, isIt else { return false }
        try unlink(name, in: folder)
        return true
      }
      guard let marked else { return try removeEmptyFolder(name, in: folder) }
      let file = try fileSystem.open(name, in: folder, [.readOnly, .directory, .beneath], mode: 0)
      guard try fileSystem.status(of: file).identity == marked else { return false }
      try RemoveTree(fileSystem).remove(name, in: folder, open: file)
      return true
    } catch {
      if error.kind == .absent { return true }
      throw error
    }
  }

  /// - Returns: false where something is in it.
  private func removeEmptyFolder(_ name: PathName, in folder: OpenFile) throws(FileSystemError) -> Bool {
    do throws(FileSystemError) {
      try fileSystem.removeDirectory(name, in: folder)
      return true
    } catch {
      if error.kind == .exists { return false }
      throw error
    }
  }

  private func unlink(_ name: PathName, in folder: OpenFile) throws(FileSystemError) {
    do throws(FileSystemError) {
      try fileSystem.unlink(name, in: folder)
    } catch {
      // Otherwise somebody else tidied up.
      if error.kind != .absent { throw error }
    }
  }
}

/// What the mark of a copy says: device and inode of what is under construction.
struct CopyMark {
  private static let maximumSize = 64
  private let fileSystem: any FileSystem

  init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  func write(_ copy: FileIdentity, to file: OpenFile) throws(FileSystemError) {
    try Array("\(copy.device) \(copy.inode)\n".utf8).withUnsafeBufferPointer { bytes throws(FileSystemError) in
      try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
    }
  }

  /// - Returns: nil where it says nothing, or not all of it.
  func read(_ file: OpenFile) throws(FileSystemError) -> FileIdentity? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.maximumSize, alignment: 1)
    defer { buffer.deallocate() }
    let count = try fileSystem.read(file, into: buffer, at: 0)
    let words = buffer[..<count].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 2, words[1].last == UInt8(ascii: "\n"),
      let device = UInt64(String(decoding: words[0], as: UTF8.self)),
      let inode = UInt64(String(decoding: words[1].dropLast(), as: UTF8.self))
    else { return nil }
    return FileIdentity(device: device, inode: inode)
  }
}
