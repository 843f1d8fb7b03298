import UprevCore
import UprevReport

/// An archive: a tar, which can be changed in place, or a cpio, zip or 7zip, which can be read and copied.
final class ArchiveContainer: Container {
  let fileSystem: any FileSystem
  let location: ArchiveLocation
  private(set) var file: OpenFile
  /// As it was when the file was opened.
  private(set) var status: FileStatus
  let format: ArchiveFormat
  let filter: ArchiveFilter?
  let limits: ArchiveLimits

  init(
    _ fileSystem: any FileSystem, _ location: ArchiveLocation, _ file: OpenFile, _ status: FileStatus,
    _ format: ArchiveFormat, _ filter: ArchiveFilter?, _ limits: ArchiveLimits
  ) {
    self.limits = limits
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

  /// A level that the filter does not take; what cannot be changed in place is never compressed.
  func refusal(of compression: Compression) -> TargetError? {
    format == .tar ? filter?.refusal(of: compression, location.path) : nil
  }

  var knowableFile: KnowableFile? {
    // What cannot be asked is not trusted.
    guard let holder = try? fileSystem.fileSystemStatus(of: file), holder.keepsChangeTimes else { return nil }
    return KnowableFile(
      status: status,
      conditions: "\(limits.maximumExpandedSize) \(limits.maximumExpansionRatio) \(limits.maximumEntries) "
        + "\(limits.maximumPathLength)")
  }

  func journalTarget() throws -> JournalTarget {
    do throws(FileSystemError) {
      let resolved = try fileSystem.resolved(location.path)
      return JournalTarget(path: location.path, resolvedPath: resolved, kind: .archive, identity: status.identity)
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
  }

  /// The lock, once the archive is claimed.
  private var lock: ArchiveClaim?
  /// Takes what is read, once the archive is claimed.
  private var hash: ReadHash?
  /// Tells whether anybody has written to the archive since it was claimed, where that can be told.
  private(set) var watch: WriteWatch?

  private static let interval = 0.1
  /// Seconds in any case: a process that is just being started holds the descriptors of the one that starts it for a moment.
  private static let leastWait = 0.05

  /// Takes the lock, brings to an end what interrupted runs left in the archive's folder, and makes sure that the path still
  /// leads to the file that is locked.
  func claim(_ options: ContainerClaimOptions, warn: WarningSink) throws {
    let beginning = ContinuousClock.now
    while lock == nil {
      do throws(FileSystemError) {
        lock = try ArchiveClaim.take(file, location, fileSystem)
        if lock != nil { try FileReplacement.recover(in: location.folder, fileSystem, warn: warn) }
        // Whoever had it before may have replaced it, and so may recovery.
        if try !isCurrent() {
          lock = nil
          try reopen()
          continue
        }
      } catch {
        lock = nil
        throw error.kind == .absent
          ? ArchiveWords.changedDuringRun(location.path) : ArchiveWords.writeFailed(error, location.path)
      }
      if lock != nil { break }
      if options.shouldStop() { throw ArchiveWords.stopped }
      guard (ContinuousClock.now - beginning) / .seconds(1) < max(options.waitSeconds, Self.leastWait) else {
        throw ArchiveWords.busy(
          location.path, process: LockHolder(fileSystem).process(holding: status.identity))
      }
      MonotonicClock.sleep(seconds: options.waitSeconds < Self.interval ? 0.01 : Self.interval)
    }
    guard try ArchiveFormat.probe(fileSystem, file, location.path).map({ $0 == (format, filter) }) ?? false else {
      throw ArchiveWords.changedDuringRun(location.path)
    }
    hash = ReadHash()
    watch = WriteWatch(file, status, now: SystemClock().now(), fileSystem)
  }

  func release() {
    lock?.release(fileSystem)
    lock = nil
  }

  private func isCurrent() throws(FileSystemError) -> Bool {
    status.isUnchanged(in: try fileSystem.status(of: location.name, in: location.folder, followingLinks: false))
  }

  private func reopen() throws(FileSystemError) {
    file = try fileSystem.open(location.name, in: location.folder, [.readOnly, .noFollow, .nonBlocking], mode: 0)
    status = try fileSystem.status(of: file)
  }

  /// Removes originals beside the archive, of whichever runs, that are kept no longer. To be called when the run has committed
  /// what it changed: until then one of them may be what the only copy is made from.
  func removeExpiredOriginals(_ runID: String, _ warn: WarningSink) {
    do throws(TargetError) {
      let folder = try OriginalsFolder(beside: location, makes: false, fileSystem)
      do throws(FileSystemError) {
        try folder?.removeExpired(before: runID)
      } catch {
        throw ArchiveWords.writeFailed(error, location.path)
      }
    } catch {
      warn(ArchiveWords.originalsNotExpired(location.path, error.report.message))
    }
  }

  /// The SHA-256 of the file: of the bytes that were read, where a reader has read all of them; otherwise of what it holds.
  func contentHash() throws(TargetError) -> [UInt8] {
    if let known = hash?.finish(size: status.size) { return known }
    return try hashOfFile(fileSystem, file, location.path, status)
  }

  /// A further name of the file was made: that moved its time of change.
  func didLink(_ now: FileStatus) {
    status.change = now.change
    status.linkCount = now.linkCount
  }

  func makeReader(_ options: ContainerReadOptions) throws -> any ContainerReader {
    let reader: any ContainerReader =
      switch format {
      case .tar:
        try TarReader(
          ReadAhead(try makeFilterReader(hash: hash)), filter: filter, location.path, measure, options)
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
  func makeFilterReader(hash: ReadHash? = nil) throws(TargetError) -> FilterReader {
    try FilterReader(fileSystem, file, path: location.path, filter: filter, hash: hash, measure: measure)
  }

  /// Counts anew what the archive asks for.
  var measure: ArchiveMeasure { ArchiveMeasure(limits, fileSize: status.size) }

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
