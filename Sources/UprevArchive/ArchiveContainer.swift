import UprevCore
import UprevReport

/// An archive: a tar, which can be changed in place, or a cpio, zip or 7zip, which can be read and copied.
final class ArchiveContainer: Container {
  let fileSystem: any FileSystem
  let location: ArchiveLocation
  let file: OpenFile
  /// As it was when the file was opened.
  let status: FileStatus
  let format: ArchiveFormat
  let filter: ArchiveFilter?

  init(
    _ fileSystem: any FileSystem, _ location: ArchiveLocation, _ file: OpenFile, _ status: FileStatus,
    _ format: ArchiveFormat, _ filter: ArchiveFilter?
  ) {
    self.fileSystem = fileSystem
    self.location = location
    self.file = file
    self.status = status
    self.format = format
    self.filter = filter
  }

  var kind: TargetKind { .archive }
  var rewritesWhole: Bool { format == .tar }
  var refusalToChange: TargetError? {
    format == .tar ? nil : ArchiveWords.onlyTarInPlace(location.path, format.rawValue)
  }

  func journalTarget() throws -> JournalTarget {
    do throws(FileSystemError) {
      let resolved = try fileSystem.resolved(location.path)
      return JournalTarget(path: location.path, resolvedPath: resolved, kind: .archive, identity: status.identity)
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
  }

  func claim(_ options: ContainerClaimOptions, warn: WarningSink) throws {
  }

  func makeReader(_ options: ContainerReadOptions) throws -> any ContainerReader {
    let reader: any ContainerReader =
      switch format {
      case .tar: try TarReader(try makeFilterReader(), location.path, options)
      case .cpio, .zip, .sevenZip: try EntryReader(self, options)
      }
    return ChangeCheckingReader(reader, self)
  }

  func makeWriter(
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> any ContainerWriter {
    switch format {
    case .tar: TarSplicer(inPlace: self, options, sink: sink, warn: warn)
    case .cpio, .zip, .sevenZip: UnchangingWriter(self, sink: sink)
    }
  }

  /// A reader of the decompressed content, from its beginning.
  func makeFilterReader() throws(TargetError) -> FilterReader {
    try FilterReader(fileSystem, file, path: location.path, filter: filter)
  }

  /// The same file, opened once more, so that it has an offset of its own.
  /// - Throws: ``TargetError`` `changed-during-run` where the name leads elsewhere by now.
  func reopened() throws(TargetError) -> OpenFile {
    do {
      let file = try fileSystem.open(location.name, in: location.folder, [.readOnly, .noFollow, .nonBlocking], mode: 0)
      let now = try fileSystem.status(of: file)
      if status.isUnchanged(in: now) { return file }
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
    throw ArchiveWords.changedDuringRun(location.path)
  }

  /// Whether what was read is still what was opened.
  func isUnchanged() throws(TargetError) -> Bool {
    do {
      return status.isUnchanged(in: try fileSystem.status(of: file))
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
  }
}

/// The writer in place for an archive that cannot be changed there: fine as long as nothing is to change.
final class UnchangingWriter: ContainerWriter {
  private let container: ArchiveContainer
  private let sink: DecisionSink

  init(_ container: ArchiveContainer, sink: @escaping DecisionSink) {
    self.container = container
    self.sink = sink
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .passthrough: break
    case .decision(let decision): sink(decision)
    case .document(_, let decision):
      sink(decision)
      if decision.outcome == .migrated, let refusal = container.refusalToChange { throw refusal }
    }
  }

  func finish() throws -> Bool { true }
  func abandon() {}
}
