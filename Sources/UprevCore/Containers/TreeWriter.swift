import LosslessJSON
import UprevReport

/// Changes a tree in place, batch by batch: while one batch is put in place, the next is staged.
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

  private static let firstBatchCount = 1024

  private let container: TreeContainer
  private let options: ContainerWriteOptions
  private let sink: DecisionSink
  private let staging: Staging
  private let commit: Commit
  private let committing: SideThread<Transferred<Commit.Outcome>>
  /// The batch that is being put in place; its decisions come before those held.
  private var inFlight: [Held] = []
  private var held: [Held] = []
  private var stagedCount = 0
  private var stagedBytes = 0
  /// Documents of the batch in hand at most. Batches grow, so that a small tree is committed while it is staged too.
  private var countLimit: Int
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
    countLimit = min(max(options.batchCount, 1), Self.firstBatchCount)
    staging = Staging(container.fileSystem, options, warn: warn)
    commit = Commit(container.fileSystem, options.durability)
    committing = SideThread(isInline: options.sideThreads < 1)
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .passthrough: return
    case .decision(let decision): hold(decision, nil)
    case .document(let document, let decision): write(document, decision)
    }
    if staging.folders.isFull {
      beginCommit()
      settle()
      staging.folders.removeBesides()
    } else if stagedCount >= countLimit || stagedBytes >= options.batchBytes
      || held.count / 4 >= countLimit
    {
      // Decisions without a text of their own wait too, behind one that has: their number is bounded as well.
      beginCommit()
    }
  }

  func finish() throws -> Bool {
    guard !isDone else { return failure == nil }
    beginCommit()
    settle()
    staging.folders.removeAll()
    isDone = true
    if let failure { throw failure }
    return true
  }

  func abandon() {
    guard !isDone else { return }
    isDone = true
    settle()
    for entry in held {
      entry.staged?.removeTemporary()
      sink(entry.staged == nil ? entry.decision : entry.decision.rejected(.stoppedBeforeWritten))
    }
    held = []
    staging.folders.removeAll()
  }

  private func write(_ document: Document, _ decision: Decision) {
    guard decision.outcome == .migrated else { return hold(decision, nil) }
    guard let text = decision.replacement, let origin = document.origin as? TreeDocumentOrigin else {
      return hold(decision.rejected(.nothingToWrite), nil)
    }
    do throws(StagingFolder.Failure) {
      let staged = try staging.stage(text, for: origin)
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
    if staged == nil, held.isEmpty, inFlight.isEmpty { return sink(decision) }
    held.append(Held(decision: decision, staged: staged))
  }

  /// Hands what is held to the committing thread, once that is done with the batch before.
  private func beginCommit() {
    settle()
    guard !held.isEmpty else { return }
    inFlight = held
    held = []
    stagedCount = 0
    stagedBytes = 0
    countLimit = min(max(options.batchCount, 1), 2 * countLimit)
    staging.folders.takeTurns()
    let batch = inFlight.compactMap(\.staged)
    let commit = commit
    committing.begin { Transferred(commit.run(batch)) }
  }

  /// Waits for the batch in flight and makes its decisions final.
  private func settle() {
    guard let outcome = committing.wait() else { return }
    var batch = inFlight
    inFlight = []
    switch outcome.value {
    case .settled(let results, let unflushed):
      var remaining = results[...]
      for index in batch.indices where batch[index].staged != nil {
        if let result = remaining.popFirst() { settle(&batch[index], result) }
      }
      if let unflushed { noteUnflushed(unflushed) }
    case .notFlushed(let error):
      drop(&batch, error)
      // The file system told its error once, and it may be about what was staged meanwhile.
      drop(&held, error)
    }
    for entry in batch { sink(entry.decision) }
  }

  /// Makes one document's decision final.
  private func settle(_ entry: inout Held, _ result: Commit.Result) {
    guard let staged = entry.staged else { return }
    switch result {
    case .replaced:
      entry.decision.warnings += staged.origin.warningsOfReplacing(entry.decision.reference.path)
      return
    case .vanished:
      entry.decision = entry.decision.vanished
    case .changed:
      entry.decision = entry.decision.rejected(.changedBeforeReplaced)
    case .outOfReach where !staged.isBeside:
      staged.removeTemporary()
      return replaceFromBeside(&entry, staged)
    case .outOfReach(let error), .failed(let error):
      noteFullDisk(error)
      entry.decision = entry.decision.rejected(error.documentError(.writing, about: entry.decision.reference.path))
    }
    staged.removeTemporary()
  }

  /// Once more, from a staging folder beside the document, which a rename reaches.
  private func replaceFromBeside(_ entry: inout Held, _ staged: StagedDocument) {
    guard let text = entry.decision.replacement else { return }
    do throws(StagingFolder.Failure) {
      let beside = try staging.stageBeside(text, for: staged.origin)
      entry.staged = beside
      switch commit.run([beside]) {
      case .settled(let results, let unflushed):
        if let result = results.first { settle(&entry, result) }
        if let unflushed { noteUnflushed(unflushed) }
      case .notFlushed(let error):
        beside.removeTemporary()
        entry.decision = entry.decision.rejected(.batchNotFlushed(error))
      }
    } catch {
      entry.decision = entry.decision.rejected(documentError(error, entry.decision.reference.path))
    }
  }

  private func noteUnflushed(_ failed: (error: FileSystemError, folder: TreeFolder)) {
    let path = failed.folder.parent == nil ? container.path : failed.folder.path
    failure = failure ?? .foldersNotFlushed(failed.error, about: path)
  }

  private func drop(_ batch: inout [Held], _ error: FileSystemError) {
    noteFullDisk(error)
    for index in batch.indices {
      guard let staged = batch[index].staged else { continue }
      staged.removeTemporary()
      batch[index].staged = nil
      batch[index].decision = batch[index].decision.rejected(.batchNotFlushed(error))
    }
  }
}

/// Carries a batch's outcome back from the committing thread.
// @unchecked: its folders are immutable but for their `deinit`; one thread has it at a time.
private struct Transferred<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
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
