import LosslessJSON
import UprevReport

/// The last stage, first part: writes replacements into temporaries. Nothing of the target changes.
///
/// It is used by one thread at a time. What it staged is handed to ``Flush``, which works while the next batch is staged.
final class Staging {
  let folders: StagingFolders
  /// Counts temporaries that stay open until they are exchanged: a quarter of what goes beyond the fewest files that a run does with.
  private let held = HeldFiles(
    limit: min(max(OpenFileLimit.current - Staging.fewestFiles, 0) / 4, Staging.maximumHeld))
  private static let fewestFiles = 64
  /// Three batches: the one in hand, and those that are flushed and exchanged meanwhile.
  private static let maximumHeld = 3 * 2048
  private let options: ContainerWriteOptions
  /// What the last temporary is called. Long names, because ext4 searches a folder's block from its beginning: fewer of them are
  /// in one.
  private var lastSlot: UInt64 = 1_000_000_000_000_000_000

  init(_ fileSystem: any FileSystem, _ options: ContainerWriteOptions, warn: @escaping WarningSink) {
    folders = StagingFolders(fileSystem, runID: options.runID, warn: warn)
    self.options = options
  }

  /// What goes wrong with one document.
  enum Failure: Error {
    case folder(StagingFolder.Failure)
    /// The reverse delta does not give the old text back.
    case delta
  }

  /// - Parameters:
  ///   - document: what was read; its origin is `origin`.
  ///   - decision: its replacement is `text`.
  /// - Throws: ``Failure``; then nothing of the temporary is left.
  func stage(
    _ text: JSONText, for document: Document, _ origin: TreeDocumentOrigin, _ decision: Decision
  ) throws(Failure) -> StagedDocument {
    try write(text, for: document, origin, decision, late: false) { folder throws(FileSystemError) in
      try folders.staging(for: folder)
    }
  }

  /// Again, beside the document, after an exchange from the first place did not reach it.
  func stageBeside(
    _ text: JSONText, for document: Document, _ origin: TreeDocumentOrigin, _ decision: Decision
  ) throws(Failure) -> StagedDocument {
    try write(text, for: document, origin, decision, late: true) { folder throws(FileSystemError) in
      try folders.stagingBeside(folder)
    }
  }

  private func write(
    _ text: JSONText, for document: Document, _ origin: TreeDocumentOrigin, _ decision: Decision, late: Bool,
    in place: (TreeFolder) throws(FileSystemError) -> StagingFolder
  ) throws(Failure) -> StagedDocument {
    let change = try stagedChange(text, document, decision)
    let staging: StagingFolder
    do throws(FileSystemError) {
      try origin.readAttributes()
      staging = try place(origin.folder)
    } catch {
      throw .folder(.text(error))
    }
    lastSlot += 1
    let slot = PathName(String(lastSlot))
    let flushing = options.durability == .file || (options.durability == .batch && !staging.reportsFlushErrors)
    let (file, status): (OpenFile, FileStatus)
    do throws(StagingFolder.Failure) {
      (file, status) = try staging.write(text, to: slot, like: origin, flushing: flushing)
    } catch {
      throw .folder(error)
    }
    let attributes = origin.fileAttributes
    let before = decision.sha256Before ?? document.text.withUnsafeBytes { SHA256.hash($0) }
    let after = decision.sha256After ?? text.withUnsafeBytes { SHA256.hash($0) }
    let staged = StagedDocument(
      origin: origin, staging: staging, slot: slot, isBeside: staging.parent === origin.folder,
      original: Sighting(
        file: origin.status.identity, content: Sighting.Content(sha256: before, attributes: attributes),
        isOpenForWriting: false),
      temporary: Sighting(
        file: status.identity, content: Sighting.Content(sha256: after, attributes: attributes), isOpenForWriting: false
      ),
      change: change.map { change in
        JournalChange(
          path: change.path, format: change.format, from: change.from, to: change.to,
          before: JournalChange.Side(
            file: origin.status.identity, sha256: before, size: document.text.count, attributes: attributes,
            modification: origin.status.modification),
          after: JournalChange.Side(
            file: status.identity, sha256: after, size: text.count, attributes: attributes,
            modification: status.modification), reverseDelta: change.reverseDelta)
      })
    // Where nothing is exchanged it is of no use; where a flush tells no errors, closing may.
    if staging.exchanges, staging.reportsFlushErrors { staged.keep(held.hold(file)) }
    if options.remembersFiles, origin.keepsChangeTimes {
      staged.stagedModification = status.modification
      staged.format = decision.reference.format
    }
    return staged
  }

  private func stagedChange(
    _ text: JSONText, _ document: Document, _ decision: Decision
  ) throws(Failure) -> StagedChange? {
    guard options.journal != nil else { return nil }
    let delta = TextDelta.forJournal(from: text, to: document.text)
    let encoded = delta.encoded()
    // As it will be read back.
    guard let decoded = try? TextDelta(decoding: encoded),
      let old = text.withUnsafeBytes({ try? decoded.applied(to: $0) }), old.elementsEqual(document.text.bytes)
    else { throw .delta }
    let format = decision.reference.format.flatMap { index in
      options.formatNames.indices.contains(index) ? options.formatNames[index] : nil
    }
    return StagedChange(
      path: document.reference.path, format: format, from: decision.from?.description, to: decision.to?.description,
      reverseDelta: encoded)
  }
}
