import UprevCore
import UprevReport

/// Opens archives: tar, cpio, zip and 7zip, plain or in one of gzip, zstd, xz, bzip2 and lz4.
public struct ArchiveContainerOpener: ContainerOpener {
  private let fileSystem: any FileSystem
  private let limits: ArchiveLimits

  /// - Parameters:
  ///   - fileSystem: what archives are read from and written to.
  ///   - limits: what an archive may ask for.
  public init(_ fileSystem: any FileSystem = LocalFileSystem(), limits: ArchiveLimits = ArchiveLimits()) {
    self.fileSystem = fileSystem
    self.limits = limits
  }

  /// - Parameter path: the target as given; a symbolic link is resolved, once.
  /// - Returns: nil for what is no regular file, or a file whose content is no archive.
  /// - Throws: ``TargetError``: `archive-damaged` where the name ends like an archive's and the content is none,
  ///   `archive-unsupported`, `read-failed`, `permission-denied`.
  public func open(_ path: PathName) throws -> (any Container)? {
    guard let opened = try openFile(path) else { return nil }
    let (location, file, status) = opened
    let content = try probe(file, path)
    guard let content else {
      if ArchiveName.promisesArchive(path) { throw ArchiveWords.noArchive(path) }
      return nil
    }
    return ArchiveContainer(fileSystem, location, file, status, content.format, content.filter, limits)
  }

  /// - Returns: nil where the content is no archive, or begins like something compressed, is not, and nobody says it is.
  private func probe(_ file: OpenFile, _ path: PathName) throws(TargetError) -> ArchiveFormat.Content? {
    do {
      return try ArchiveFormat.probe(fileSystem, file, path)
    } catch {
      if error.code == .archiveDamaged, !ArchiveName.promisesArchive(path) { return nil }
      throw error
    }
  }

  private func openFile(_ path: PathName) throws(TargetError) -> (ArchiveLocation, OpenFile, FileStatus)? {
    do {
      let real = try fileSystem.resolved(path)
      guard try fileSystem.status(of: real, in: nil, followingLinks: false).kind == .regular else { return nil }
      var location = try ArchiveLocation(fileSystem, real)
      location.path = path
      // A fifo that takes its place must not make this wait.
      let file = try fileSystem.open(location.name, in: location.folder, [.noFollow, .nonBlocking], mode: 0)
      let status = try fileSystem.status(of: file)
      return status.kind == .regular ? (location, file, status) : nil
    } catch {
      throw ArchiveWords.readFailed(error, path)
    }
  }

  /// Archives and trees can be copied to a name that ends in `.tar`, `.tar.gz`, `.tar.zst`, `.tar.xz`, `.tar.bz2`,
  /// `.tar.lz4`, `.tgz`, `.tzst`, `.txz` or `.tbz2`; nothing else can.
  public func canCopy(_ kind: TargetKind, to output: PathName) -> Bool {
    ArchiveName(of: output)?.kind == .tar
  }

  /// A writer that makes a migrated copy of an archive or a tree, as a tar. A tar's raw blocks are copied; anything else
  /// becomes pax.
  ///
  /// - Throws: ``TargetError``: `write-failed` where something is at `output`, or it cannot be made.
  public func makeCopyWriter(
    of container: any Container, to output: PathName, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) throws -> any ContainerWriter {
    guard let name = ArchiveName(of: output), name.kind == .tar else { throw ArchiveWords.noArchiveName(output) }
    let location: ArchiveLocation
    do {
      location = try ArchiveLocation(fileSystem, output)
    } catch {
      throw ArchiveWords.writeFailed(error, output)
    }
    try checkAbsent(location)
    if let tree = container as? TreeContainer { try checkOutside(tree, location) }
    if let archive = container as? ArchiveContainer, archive.format == .tar {
      return try TarSplicer(copying: archive, to: location, filter: name.filter, options, sink: sink, warn: warn)
    }
    return try PaxWriter(
      fileSystem, of: container, to: location, filter: name.filter, options, sink: sink, warn: warn)
  }

  private func checkOutside(_ tree: TreeContainer, _ location: ArchiveLocation) throws(TargetError) {
    let isInside: Bool
    do {
      isInside = try tree.holds(location.folder)
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
    if isInside { throw ArchiveWords.insideTarget(location.path) }
  }

  private func checkAbsent(_ location: ArchiveLocation) throws(TargetError) {
    do {
      _ = try fileSystem.status(of: location.name, in: location.folder, followingLinks: false)
    } catch  where error.kind == .absent {
      return
    } catch {
      throw ArchiveWords.writeFailed(error, location.path)
    }
    throw ArchiveWords.exists(location.path)
  }
}
