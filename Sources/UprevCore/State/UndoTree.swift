import LosslessJSON
import UprevReport

/// Puts back the documents that a run changed in one tree.
///
/// A document is found by its path beneath the root, with no link followed, and known by its bytes: if they are what the run
/// left, the old ones go in through the tree's ordinary writer, with everything that protects a document there. Owner,
/// mode, access control list, attributes and the time of modification that were changed since stay as they are.
final class UndoTree {
  struct Options {
    var isForced: Bool
    var isDryRun: Bool
    var maximumDocumentSize: Int
    /// The id of the undo itself.
    var runID: String
    var flushes: Bool
  }

  private let target: JournaledTarget
  private let options: Options
  private let fileSystem: any FileSystem
  private let root: TreeFolder
  private let folders: RecordedFolders
  private let formats: FormatNames
  private let warn: WarningSink
  /// Whether the root is another folder than the one that the run changed.
  private let isElsewhere: Bool
  private(set) var readSeconds = 0.0

  init(
    _ target: JournaledTarget, in container: TreeContainer, formats: FormatNames, options: Options,
    warn: @escaping WarningSink
  ) {
    self.target = target
    self.options = options
    self.formats = formats
    self.warn = warn
    fileSystem = container.fileSystem
    root = container.root
    folders = RecordedFolders(container.root, container.fileSystem)
    // A tree of one file is known by the file's bytes alone: the run itself replaced the file.
    isElsewhere = container.single == nil && container.root.identity != target.target.identity
    if isElsewhere { warn(.targetMoved(target.target.resolvedPath)) }
  }

  /// Reads the journal's records of the target, and hands each document to `write`, decided.
  ///
  /// - Throws: ``JournalError``, ``TargetError`` `interrupted` when asked to stop, and what `write` throws.
  func run(
    _ runs: any JournaledRuns, repeated: RepeatedPaths, shouldStop: () -> Bool, write: (DecidedElement) throws -> Void
  ) throws {
    // Documents that may have been recorded several times come last, each with all its records.
    var order: [PathName] = []
    var held: [PathName: [JournalChange]] = [:]
    try runs.forEachChange(of: target) { change in
      guard repeated.contains(change.path) else {
        if shouldStop() { throw TargetError.interrupted }
        return try write(undo([change]))
      }
      if held[change.path] == nil { order.append(change.path) }
      held[change.path, default: []].append(change)
    }
    for path in order {
      if shouldStop() { throw TargetError.interrupted }
      if let changes = held[path] { try write(undo(changes)) }
    }
  }

  /// - Parameter changes: every record of one document; not empty.
  private func undo(_ changes: [JournalChange]) -> DecidedElement {
    let began = MonotonicClock.seconds
    defer { readSeconds += MonotonicClock.seconds - began }
    let path = changes[0].path
    let reference = DocumentReference(path: path, format: formats.number(of: changes[0].format))
    func end(_ outcome: Outcome, _ error: DocumentError? = nil) -> DecidedElement {
      .decision(Decision(reference: reference, outcome: outcome, error: error))
    }
    let found: Read.Result
    let place: (folder: TreeFolder, file: OpenFile, name: PathName)
    do throws(FileSystemError) {
      guard let there = try folders.place(of: path) else { return end(.rejected, .recordDamaged) }
      place = there
      let sizes = changes.flatMap { [$0.before.size, $0.after.size] }
      // Without --force, what is larger than any of its texts need not be read to be known as changed.
      let limit = max(sizes.max() ?? 0, options.isForced ? options.maximumDocumentSize : 0)
      var read = Read(fileSystem, maximumSize: limit)
      found = read.read(place.name, in: place.folder, open: place.file)
    } catch {
      switch error.kind {
      case .absent: return end(.skipped)
      // A link or a file took a folder's place.
      case .symbolicLink, .noDirectory: return end(.rejected, .changedSinceRun)
      default: return end(.rejected, error.documentError(.reading, about: path))
      }
    }
    switch found {
    case .absent: return end(.skipped)
    case .notRegular: return end(.rejected, .changedSinceRun)
    case .tooLarge(let status):
      return end(
        .rejected, options.isForced ? .tooLarge(status, limit: options.maximumDocumentSize) : .changedSinceRun)
    case .changing: return end(.rejected, .changedWhileRead)
    case .failed(let error): return end(.rejected, error.documentError(.reading, about: path))
    case .document(let text, let origin):
      return undo(changes, Document(reference: reference, text: text, origin: origin), origin, in: place.file)
    }
  }

  private func undo(
    _ changes: [JournalChange], _ document: Document, _ origin: TreeDocumentOrigin, in folder: OpenFile
  ) -> DecidedElement {
    let sha256 = document.text.sha256
    var decision = Decision(reference: document.reference, outcome: .rejected)
    decision.bytesBefore = document.text.count
    decision.sha256Before = sha256
    switch UndoJudgement.judge(changes, present: document.text, sha256: sha256) {
    case .restore(let restoration):
      decision.from = restoration.newest.to.map { FormatVersion(journaled: $0) }
      return restore(restoration, document, origin, decision, comparing: true)
    case .current(let change):
      decision.outcome = .current
      decision.from = change.from.map { FormatVersion(journaled: $0) }
    case .damaged, nil:
      decision.error = .recordDamaged
    case .changed:
      guard options.isForced else {
        decision.error = .changedSinceRun
        break
      }
      guard !isElsewhere else {
        decision.error = .changedInMovedTarget
        break
      }
      guard let restoration = UndoJudgement.recorded(changes) else {
        decision.error = .oldTextNotWhole
        break
      }
      do throws(FileSystemError) {
        if let name = try keep(document, origin, in: folder) {
          decision.warnings.append(.presentTextKept(name, besides: document.reference.path))
        }
      } catch {
        decision.error = error.documentError(.writing, about: document.reference.path)
        break
      }
      return restore(restoration, document, origin, decision, comparing: false)
    }
    return .decision(decision)
  }

  /// - Parameter comparing: whether it says which attributes were changed since; otherwise the text was too.
  private func restore(
    _ restoration: UndoJudgement.Restoration, _ document: Document, _ origin: TreeDocumentOrigin, _ decision: Decision,
    comparing: Bool
  ) -> DecidedElement {
    var decision = decision
    decision.outcome = .migrated
    decision.to = restoration.oldest.from.map { FormatVersion(journaled: $0) }
    decision.replacement = restoration.text
    decision.bytesAfter = restoration.text.count
    decision.sha256After = restoration.oldest.before.sha256
    let left = restoration.newest.after
    let path = document.reference.path
    let isTimeAsLeft = origin.status.modification == left.modification
    let origin = origin.restoring(
      isTimeAsLeft ? restoration.oldest.before.modification : origin.status.modification)
    if comparing {
      let changed = origin.fileAttributes.differences(from: left.attributes) + (isTimeAsLeft ? [] : [.modification])
      if !changed.isEmpty { decision.warnings.append(.changedSince(changed, of: path)) }
    }
    return .document(Document(reference: document.reference, text: document.text, origin: origin), decision)
  }

  /// Saves the present text beside the document, durably, under a name that nothing has.
  ///
  /// - Returns: its name; nil in a dry run.
  private func keep(
    _ document: Document, _ origin: TreeDocumentOrigin, in folder: OpenFile
  ) throws(FileSystemError) -> PathName? {
    guard !options.isDryRun else { return nil }
    return try KeptFile(fileSystem).keep(
      copyOf: document.text, like: origin, beside: origin.name, in: folder, runID: options.runID,
      flushing: options.flushes)
  }
}

/// Numbers for the formats' names that a journal mentions.
final class FormatNames {
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]

  func number(of name: String?) -> Int? {
    guard let name else { return nil }
    if let number = numbers[name] { return number }
    names.append(name)
    numbers[name] = names.count - 1
    return names.count - 1
  }
}

extension FormatVersion {
  /// - Parameter text: as ``FormatVersion/description`` gave it.
  init(journaled text: String) {
    if let number = JSONDecimal(literal: Array(text.utf8)), number.description == text {
      self = .integer(number)
    } else {
      self = .string(text)
    }
  }
}
