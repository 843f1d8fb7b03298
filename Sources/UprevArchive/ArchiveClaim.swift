import UprevCore
import UprevReport

/// The lock that makes an archive one run's alone.
///
/// It is an exclusive `flock(2)` on the file itself, held for as long as this lives. Since a run replaces the file by another
/// one, whoever gets the lock must look whether the path still leads to the file that it locked: ``isCurrent(_:_:)``.
///
/// A network file system may grant it only on files that are open for writing: there it is an OFD lock (`fcntl(2)`) on a file
/// `.uprev-lock-NAME` beside the archive. That file stays: were it removed, two runs could lock two files of the same name.
struct ArchiveClaim {
  private let holder: OpenFile

  /// - Parameter file: the archive, open.
  /// - Returns: nil where another run holds it.
  /// - Throws: ``FileSystemError``
  static func take(
    _ file: OpenFile, _ location: ArchiveLocation, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> ArchiveClaim? {
    do {
      return try fileSystem.lock(file) ? ArchiveClaim(holder: file) : nil
    } catch  where [.unsupported, .badDescriptor, .noLocks].contains(error.kind) {
      let lockFile = try fileSystem.open(
        lockName(of: location.name), in: location.folder, [.readWrite, .create, .noFollow, .nonBlocking], mode: 0o600)
      return try fileSystem.lockDescription(of: lockFile) ? ArchiveClaim(holder: lockFile) : nil
    }
  }

  /// The lock itself goes when the last descriptor is closed; this is sooner.
  func release(_ fileSystem: any FileSystem) {
    try? fileSystem.unlock(holder)
  }

  /// A name of at most 255 bytes: what does not fit is told by its hash.
  private static func lockName(of name: PathName) -> PathName {
    let prefix = Array(".uprev-lock-".utf8)
    if prefix.count + name.bytes.count <= 255 { return PathName(prefix + name.bytes) }
    let hash = name.bytes.withUnsafeBytes { SHA256.hash($0) }
    return PathName(prefix + hash.flatMap { [$0 >> 4, $0 & 15] }.map { $0 < 10 ? $0 + 0x30 : $0 + 0x57 })
  }
}
