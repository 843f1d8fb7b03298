import UprevReport

/// Puts a finished temporary in the place of a name, in one step that leaves the old or the new file and nothing between.
///
/// This is the one place of the project that renames. It flushes nothing: the temporary is to be flushed before, the
/// folder after (``Durability``). The temporary is left where it is unless it was put in place.
public struct AtomicReplace: Sendable {
  private let fileSystem: any FileSystem

  public init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  /// What became of the name.
  public enum Result: Hashable, Sendable {
    case replaced
    /// Nothing has the name any more; nothing was put there.
    case vanished
    /// The name leads to another file, or to one that has changed; it was left alone.
    case changed
  }

  /// Replaces `name` by `temporary`, if `name` is still the file that had the status `expected`.
  ///
  /// Between the look and the rename a small window remains, in which another program's replacement would be lost.
  /// - Throws: ``FileSystemError`` of `fstatat` (other than a missing name) or `renameat`; then nothing was replaced.
  public func replace(
    _ name: PathName, in folder: OpenFile?, with temporary: PathName, in temporaryFolder: OpenFile?,
    ifStill expected: FileStatus
  ) throws(FileSystemError) -> Result {
    let now: FileStatus
    do {
      now = try fileSystem.status(of: name, in: folder, followingLinks: false)
    } catch  where error.kind == .absent {
      return .vanished
    }
    guard expected.isUnchanged(in: now) else { return .changed }
    try replace(name, in: folder, with: temporary, in: temporaryFolder)
    return .replaced
  }

  /// Puts `temporary` at `name`, whatever was there: `rename(2)`.
  public func replace(
    _ name: PathName, in folder: OpenFile?, with temporary: PathName, in temporaryFolder: OpenFile?
  ) throws(FileSystemError) {
    try fileSystem.rename(temporary, in: temporaryFolder, to: name, in: folder, .replacing)
  }

  /// Swaps the two names in one step: each then leads to what the other led to. Nothing is lost, whatever they are.
  ///
  /// - Throws: ``FileSystemError``: of kind ``FailureKind/absent`` where one of them is missing, ``FailureKind/unsupported``
  ///   where the file system cannot exchange.
  public func exchange(
    _ name: PathName, in folder: OpenFile?, with other: PathName, in otherFolder: OpenFile?
  ) throws(FileSystemError) {
    try fileSystem.rename(other, in: otherFolder, to: name, in: folder, .exchanging)
  }

  /// Puts `temporary`, a file or a folder, at `name`, where nothing is.
  ///
  /// - Throws: ``FileSystemError`` of kind ``FailureKind/exists`` where something is, and nothing of it is lost.
  public func place(
    _ name: PathName, in folder: OpenFile?, from temporary: PathName, in temporaryFolder: OpenFile?
  ) throws(FileSystemError) {
    do {
      try fileSystem.rename(temporary, in: temporaryFolder, to: name, in: folder, .exclusive)
      return
    } catch  where error.kind == .unsupported {
      // NFS and some FUSE file systems know no exclusive rename.
    }
    let kind = try fileSystem.status(of: temporary, in: temporaryFolder, followingLinks: false).kind
    if kind == .directory {
      // A plain rename of a folder replaces nothing but an empty folder.
      try fileSystem.rename(temporary, in: temporaryFolder, to: name, in: folder, .replacing)
    } else {
      try fileSystem.makeHardLink(name, in: folder, to: temporary, in: temporaryFolder)
      try fileSystem.unlink(temporary, in: temporaryFolder)
    }
  }
}
