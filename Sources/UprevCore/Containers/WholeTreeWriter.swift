import LosslessJSON
import UprevReport

/// Changes a tree as a whole or not at all: everything is staged, written down and flushed first, then every document is
/// exchanged with its replacement, looked at twice, and only then is a mark made from which there is no way back.
///
/// What is staged stays on the disk and not in memory: the manifests are read again for the exchanges. What is not marked is
/// rolled back, here or by recovery after a kill; until then the tree is mixed. Decisions are handed on at once: they took
/// effect if the target is committed.
final class WholeTreeWriter: ContainerWriter {
  private enum State {
    case staging
    case prepared
    case done
  }

  private let container: TreeContainer
  private let options: ContainerWriteOptions
  private let sink: DecisionSink
  private let warn: WarningSink
  private let staging: Staging
  private let manifestFiles: ManifestFiles
  private let handles: FolderHandles
  private var batch: [StagedDocument] = []
  private var written: [ManifestFile] = []
  private var batchNumber = 0
  private var state = State.staging
  /// A document could not be staged, and was rejected.
  private var isRefused = false

  init(
    _ container: TreeContainer, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) {
    self.container = container
    self.options = options
    self.sink = sink
    self.warn = warn
    staging = Staging(container.fileSystem, options, warn: warn)
    manifestFiles = ManifestFiles(fileSystem: container.fileSystem, options: options)
    handles = FolderHandles(container.fileSystem)
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .passthrough: return
    case .decision(let decision): sink(decision)
    case .document(let document, let decision): try write(document, decision)
    }
  }

  private func write(_ document: Document, _ decision: Decision) throws {
    guard decision.outcome == .migrated else { return sink(decision) }
    guard let text = decision.replacement, let origin = document.origin as? TreeDocumentOrigin else {
      isRefused = true
      return sink(decision.rejected(.nothingToWrite))
    }
    do throws(Staging.Failure) {
      let staged = try staging.stage(text, for: document, origin, decision)
      batch.append(staged)
    } catch {
      isRefused = true
      sink(decision.rejected(error.documentError(about: document.reference.path)))
      // What follows would not fit either, and nothing is to be changed any more.
      if error.isFullDisk { throw TargetError.diskFull }
      return
    }
    var decision = decision
    decision.warnings += origin.warningsOfReplacing(document.reference.path)
    sink(decision)
    if batch.count >= max(options.batchCount, 1) { try endBatch() }
  }

  /// Writes down what was staged, and forgets it.
  private func endBatch() throws {
    guard !batch.isEmpty else { return }
    guard batch.allSatisfy(\.staging.exchanges) else { throw TargetError.cannotExchange(container.path) }
    batchNumber += 1
    do throws(FileSystemError) {
      try manifestFiles.write(batch, batchNumber, &written)
    } catch {
      throw error.targetError(.writing, about: container.path)
    }
    let changes = batch.compactMap { $0.takeChange() }
    if !changes.isEmpty { try options.journal?.record(changes) }
    batch = []
  }

  func prepare() throws {
    guard state == .staging else { return }
    try endBatch()
    do throws(FileSystemError) {
      try manifestFiles.flush(written.lazy.map(\.staging), handles)
    } catch {
      throw error.targetError(.writing, about: container.path)
    }
    state = .prepared
  }

  func finish() throws -> Bool {
    if state == .done { return false }
    guard !isRefused else {
      abandon()
      return false
    }
    try prepare()
    switch swapAll() {
    case nil:
      end()
      return true
    case .before(let error):
      withdraw()
      end()
      throw error
    case .undecided(let error):
      // Whether the mark is durable is not known: whoever recovers sees it, or does not.
      let left = staging.folders.all.map(\.path)
      letGo()
      for path in left { warn(.leftForRecovery(path)) }
      throw error
    }
  }

  /// By itself, so that nothing holds on to a staging folder, and to its lock, when it returns.
  private func swapAll() -> WholeTreeSwap.Failure? {
    do throws(WholeTreeSwap.Failure) {
      try WholeTreeSwap(container, options, written, handles).run()
      return nil
    } catch {
      return error
    }
  }

  func abandon() {
    guard state != .done else { return }
    withdraw()
    end()
  }

  /// What is in the staging folders is brought to its end as recovery would do it: forward where the mark is, back elsewhere.
  private func end() {
    let folders = staging.folders.all.map { (parent: $0.parent, name: $0.name) }
    letGo()
    let recovery = container.makeRecovery(.recover, ofOtherRuns: false)
    // The root first: its mark counts for all.
    for (parent, names) in Self.grouped(folders) {
      do throws(FileSystemError) {
        _ = recovery.enter(try handles.handle(of: parent), at: parent.path, names)
      } catch {
        recovery.missed(parent.path, error)
      }
    }
    recovery.finish()
    for warning in recovery.warnings.records where warning.code != .recovered { warn(warning) }
  }

  private func letGo() {
    state = .done
    batch = []
    written = []
    staging.folders.releaseAll()
  }

  private static func grouped(
    _ folders: [(parent: TreeFolder, name: PathName)]
  ) -> [(parent: TreeFolder, names: [PathName])] {
    var groups: [(parent: TreeFolder, names: [PathName])] = []
    for (parent, name) in folders {
      if let index = groups.firstIndex(where: { $0.parent === parent }) {
        groups[index].names.append(name)
      } else {
        groups.append((parent, [name]))
      }
    }
    return groups.sorted { $0.parent.path < $1.parent.path }
  }

  /// The journal must not say that anything was changed. Undo goes by the bytes that it finds: a record too many does no harm.
  private func withdraw() {
    guard let journal = options.journal else { return }
    do throws(JournalError) {
      try journal.withdrawAll()
    } catch {
      warn(.notWithdrawn(error))
    }
  }
}

extension Staging.Failure {
  var isFullDisk: Bool {
    switch self {
    case .folder(.text(let error)), .folder(.attributes(let error)):
      [.diskFull, .quotaExceeded].contains(error.kind)
    case .delta: false
    }
  }

  /// As the error of the document.
  func documentError(about path: PathName) -> DocumentError {
    switch self {
    case .folder(.text(let error)): error.documentError(.writing, about: path)
    case .folder(.attributes(let error)): .attributesNotKept(error, about: path)
    case .delta: .deltaNotSound
    }
  }
}
