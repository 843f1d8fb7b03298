import LosslessJSON
import UprevReport

/// Changes a tree in place, batch by batch.
///
/// At every moment every document is whole, in its old or its new form, under its name. A document that cannot be written
/// is `rejected`, one that another program removed is `skipped` and does not come back, one that another program changed is
/// `rejected` and keeps the change; the others go on. A full disk fails the target too, at the end, when all that fits is
/// written. `abandon()` reports what was decided and not written as `rejected` (`write-failed`): it is unchanged.
final class TreeWriter: ContainerWriter {
  /// A decision that waits for its batch.
  private struct Held {
    var decision: Decision
    var staged: StagedDocument?
  }

  private let container: TreeContainer
  private let options: ContainerWriteOptions
  private let sink: DecisionSink
  private let stage: Stage
  private let commit: Commit
  private var held: [Held] = []
  private var stagedCount = 0
  private var stagedBytes = 0
  /// What fails the target once everything else is done.
  private var failure: TargetError?
  private var isDone = false

  init(
    _ container: TreeContainer, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) {
    self.container = container
    self.options = options
    self.sink = sink
    stage = Stage(container.fileSystem, options, warn: warn)
    commit = Commit(container.fileSystem, options.durability)
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .passthrough: return
    case .decision(let decision): hold(decision, nil)
    case .document(let document, let decision): write(document, decision)
    }
    // Decisions without a text of their own wait too, behind one that has: their number is bounded as well.
    if stagedCount >= max(options.batchCount, 1) || stagedBytes >= options.batchBytes || stage.folders.isFull
      || held.count / 4 >= max(options.batchCount, 1)
    {
      commitBatch()
    }
  }

  func finish() throws -> Bool {
    guard !isDone else { return failure == nil }
    commitBatch()
    stage.folders.removeAll()
    isDone = true
    if let failure { throw failure }
    return true
  }

  func abandon() {
    guard !isDone else { return }
    isDone = true
    for entry in held {
      entry.staged.map { $0.staging.remove($0.temporary) }
      sink(entry.staged == nil ? entry.decision : entry.decision.rejected(.stoppedBeforeWritten))
    }
    held = []
    stage.folders.removeAll()
  }

  private func write(_ document: Document, _ decision: Decision) {
    guard decision.outcome == .migrated else { return hold(decision, nil) }
    guard let text = decision.replacement, let origin = document.origin as? TreeDocumentOrigin else {
      return hold(decision.rejected(.nothingToWrite), nil)
    }
    do throws(StagingFolder.Failure) {
      let staged = try stage.stage(text, for: origin)
      stagedCount += 1
      stagedBytes += text.count
      hold(decision, staged)
    } catch {
      hold(decision.rejected(documentError(error, document.reference.path)), nil)
    }
  }

  private func documentError(_ failure: StagingFolder.Failure, _ path: PathName) -> DocumentError {
    switch failure {
    case .text(let error):
      noteFullDisk(error)
      return error.documentError(.writing, about: path)
    case .attributes(let error):
      noteFullDisk(error)
      return .attributesNotKept(error, about: path)
    }
  }

  private func noteFullDisk(_ error: FileSystemError) {
    if [.diskFull, .quotaExceeded].contains(error.kind) { failure = failure ?? .diskFull }
  }

  private func hold(_ decision: Decision, _ staged: StagedDocument?) {
    if staged == nil, held.isEmpty { return sink(decision) }
    held.append(Held(decision: decision, staged: staged))
  }

  private func commitBatch() {
    do throws(FileSystemError) {
      try commit.flush(held.lazy.compactMap(\.staged))
      for index in held.indices { settle(index) }
      if let failed = commit.flushFolders() {
        let path = failed.folder.parent == nil ? container.path : failed.folder.path
        failure = failure ?? .foldersNotFlushed(failed.error, about: path)
      }
    } catch {
      dropBatch(error)
    }
    let done = held
    held = []
    stagedCount = 0
    stagedBytes = 0
    stage.folders.removeBesides()
    for entry in done { sink(entry.decision) }
  }

  /// Puts one document in place and makes its decision final.
  private func settle(_ index: Int) {
    guard let staged = held[index].staged else { return }
    let decision = held[index].decision
    var result = commit.replace(staged)
    if case .outOfReach = result, let text = decision.replacement {
      do throws(StagingFolder.Failure) {
        result = commit.replace(try stage.stageBeside(text, for: staged.origin))
      } catch {
        held[index].decision = decision.rejected(documentError(error, decision.reference.path))
        return
      }
    }
    switch result {
    case .replaced:
      if staged.origin.isHardLinked { held[index].decision.warnings.append(.hardLinked(decision.reference.path)) }
    case .vanished:
      held[index].decision = decision.vanished
    case .changed:
      held[index].decision = decision.rejected(.changedBeforeReplaced)
    case .outOfReach(let error), .failed(let error):
      noteFullDisk(error)
      held[index].decision = decision.rejected(error.documentError(.writing, about: decision.reference.path))
    }
  }

  private func dropBatch(_ error: FileSystemError) {
    noteFullDisk(error)
    for index in held.indices {
      guard let staged = held[index].staged else { continue }
      staged.staging.remove(staged.temporary)
      held[index].decision = held[index].decision.rejected(.batchNotFlushed(error))
    }
  }
}

extension Decision {
  /// The same document, gone before it was written: nothing comes back.
  fileprivate var vanished: Decision {
    var result = rejected(.changedBeforeReplaced)
    result.outcome = .skipped
    result.error = nil
    return result
  }
}
