import UprevCore
import UprevReport

/// Puts the new form of an archive in the place of the old one, which is kept for undo where there is a journal.
///
/// It is used by one thread at a time.
struct ArchiveReplacement {
  private let container: ArchiveContainer
  private let options: ContainerWriteOptions
  private let warn: WarningSink

  /// Files beside an archive whose names end so are its checksums and signatures.
  private static let sidecars = [".sha256", ".sha512", ".sha1", ".md5", ".asc", ".sig", ".minisig"]

  private var fileSystem: any FileSystem { container.fileSystem }
  private var location: ArchiveLocation { container.location }

  init(_ container: ArchiveContainer, _ options: ContainerWriteOptions, warn: @escaping WarningSink) {
    self.container = container
    self.options = options
    self.warn = warn
  }

  /// - Parameter hash: of the new file, which was read whole.
  /// - Throws: ``TargetError``; then the old archive, or what another program made of it, is in its place, unless the error
  ///   says otherwise.
  func replace(with output: OutputFile, _ hash: ReadHash?) throws(TargetError) {
    let newStatus = try output.prepare(like: container.file, container.status)
    guard let newHash = hash?.finish(size: newStatus.size) else {
      throw ArchiveWords.verificationFailed(location.path, "not all of it was read")
    }
    let original = try sighting(container.file, container.status, try container.contentHash())
    let new = try sighting(output.file, newStatus, newHash)
    let wasLinked = container.status.linkCount > 1
    try checkUnchanged()
    // From here on a lease is held: keeping a further name moves the time of change, which tells nothing any more.
    var watch = container.watch
    defer { container.watch?.letGo() }
    if watch?.close() == false { watch = nil }
    let kept = try keep(original, new, newStatus)
    // A copy moved no time, and nobody had to wait for it.
    if let kept, !kept.kept.isLink, watch?.close() == false { watch = nil }
    let outcome = output.replace(original, container.status, with: new, watch: watch)
    switch outcome {
    case .replaced, .unsettled: break
    case .vanished, .changed, .kept, .busy, .failed: withdraw(kept)
    }
    try judge(outcome)
    if wasLinked { warn(ArchiveWords.hardLinked(location.path)) }
    warnOfSidecars()
  }

  private func sighting(_ file: OpenFile, _ status: FileStatus, _ sha256: [UInt8]) throws(TargetError) -> Sighting {
    do throws(FileSystemError) {
      let attributes = FileAttributes(
        status, try fileSystem.extendedAttributes(of: file), flags: try fileSystem.flags(of: file))
      return Sighting(
        file: status.identity, content: Sighting.Content(sha256: sha256, attributes: attributes),
        isOpenForWriting: false)
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
  }

  /// What would be found after the exchange is better found before.
  private func checkUnchanged() throws(TargetError) {
    do throws(FileSystemError) {
      let now = try fileSystem.status(of: location.name, in: location.folder, followingLinks: false)
      if container.status.isUnchanged(in: now) { return }
    } catch {
      if error.kind != .absent { throw ArchiveWords.readFailed(error, location.path) }
    }
    throw ArchiveWords.changedDuringRun(location.path)
  }

  private func judge(_ outcome: FileReplacement.Outcome) throws(TargetError) {
    switch outcome {
    case .replaced(let isWatched, let unflushed):
      if !isWatched { warn(ArchiveWords.unprotected(location.path)) }
      if let unflushed { throw ArchiveWords.notFlushed(unflushed, location.path) }
    case .vanished, .changed: throw ArchiveWords.changedDuringRun(location.path)
    case .kept(let name):
      warn(ArchiveWords.kept(name, besides: location.path))
      throw ArchiveWords.changedDuringRun(location.path)
    case .busy: throw ArchiveWords.busy(location.path, process: nil)
    case .failed(let error): throw ArchiveWords.writeFailed(error, location.path)
    case .unsettled(let error): throw ArchiveWords.unsettled(error, location.path)
    }
  }

  // MARK: original

  private struct Original {
    let folder: OriginalsFolder
    let kept: OriginalsFolder.Kept
    let journal: any TargetJournal
  }

  /// Keeps the original and writes it down, where there is a journal.
  private func keep(_ original: Sighting, _ new: Sighting, _ newStatus: FileStatus) throws(TargetError) -> Original? {
    guard let journal = options.journal else { return nil }
    guard options.keepOriginalsDays > 0 else {
      warn(ArchiveWords.originalNotKept(location.path))
      return nil
    }
    guard let folder = try OriginalsFolder(beside: location, makes: true, fileSystem) else { return nil }
    let status = container.status
    let kept = try folder.keep(
      try container.reopened(), status, runID: options.runID, days: options.keepOriginalsDays,
      flushes: options.durability != .none, willCopy: { container.watch?.letGo() })
    if kept.isLink { container.didLink(kept.status) }
    guard let before = original.content, let after = new.content else { return nil }
    let record = JournalOriginal(
      keptPath: try keptPath(kept.name),
      before: JournalChange.Side(
        file: kept.status.identity, sha256: before.sha256, size: Int(status.size), attributes: before.attributes,
        modification: status.modification),
      after: JournalChange.Side(
        file: new.file, sha256: after.sha256, size: Int(newStatus.size), attributes: after.attributes,
        modification: newStatus.modification))
    do throws(JournalError) {
      try journal.record(record)
    } catch {
      folder.remove(kept)
      throw ArchiveWords.notJournaled(error, location.path)
    }
    return Original(folder: folder, kept: kept, journal: journal)
  }

  private func keptPath(_ name: PathName) throws(TargetError) -> PathName {
    do throws(FileSystemError) {
      let archive = try fileSystem.resolved(location.path)
      guard let slash = archive.bytes.lastIndex(of: 0x2f) else { return name }
      return PathName(archive.bytes[...slash] + OriginalsFolder.name.bytes + [0x2f] + name.bytes)
    } catch {
      throw ArchiveWords.readFailed(error, location.path)
    }
  }

  private func withdraw(_ original: Original?) {
    guard let original else { return }
    do throws(JournalError) {
      try original.journal.withdrawOriginal()
    } catch {
      // The record stays, and so must what it names.
      return warn(ArchiveWords.notJournaled(location.path, error))
    }
    original.folder.remove(original.kept)
  }

  // MARK: neighbours

  private func warnOfSidecars() {
    for suffix in Self.sidecars {
      let name = PathName(location.name.bytes + Array(suffix.utf8))
      if (try? fileSystem.status(of: name, in: location.folder, followingLinks: false)) != nil {
        warn(ArchiveWords.checksumStale(location.path, name))
      }
    }
  }
}
