import LosslessJSON
import UprevReport

/// Changes a tree in place, batch by batch: while one batch is staged, the one before is flushed, the one before that exchanged
/// with its documents, and what came out of the one before that looked at again and unlinked.
///
/// At every moment every document is whole, in its old or its new form, under its name. A document that cannot be written
/// is `rejected`; one that another program removed is `skipped` and does not come back; one that another program changed is
/// read and decided again, a few times, and `rejected` if it does not rest. The others go on. A full disk fails the target
/// too, at the end, when all that fits is written; a journal that cannot be written, or folders that cannot be flushed,
/// stop it at once. `abandon()` reports what was decided and not written as `rejected` (`write-failed`): it is unchanged.
final class TreeWriter: ContainerWriter {
  /// A decision that waits for its batch.
  struct Held {
    var decision: Decision
    var staged: StagedDocument?
  }

  /// A batch on its way through ``Flush``, ``Commit`` and ``Retirement``.
  private struct Batch {
    var held: [Held] = []
    /// Those of `held` that are to be replaced, in order.
    private(set) var staged: [StagedDocument] = []

    init() {}

    init(_ held: [Held]) {
      self.held = held
      staged = held.compactMap(\.staged)
    }
  }

  /// How often a document that changes again and again is read again.
  static let maximumRereads = 3

  let container: TreeContainer
  let options: ContainerWriteOptions
  private let sink: DecisionSink
  let warn: WarningSink
  let staging: Staging
  private let flush: Flush
  private let commit: Commit
  private let retirement: Retirement
  /// For single documents, on the caller's thread, while batches are exchanged and unlinked, and none is flushed.
  let single: (flush: Flush, commit: Commit, retirement: Retirement)
  let handles: FolderHandles
  private let flushing: SideThread<Transferred<Flush.Outcome>>
  private let committing: SideThread<Transferred<Commit.Outcome>>
  private let retiring: SideThread<Transferred<Retirement.Outcome>>
  var batchNumber = 0
  /// The batches that are being retired, committed and flushed; their decisions come in this order, before those held.
  private var retired = Batch()
  private var committed = Batch()
  private var flushed = Batch()
  var held: [Held] = []
  private var stagedCount = 0
  private var stagedBytes = 0
  private var growth: BatchGrowth
  /// What fails the target once everything else is done.
  var failure: TargetError?
  /// Whether nothing more may be changed.
  var isStopped = false
  private var isDone = false
  /// Documents that were replaced while it could not be seen whether anybody was writing.
  var unwatched: (count: Int, first: PathName)?

  init(
    _ container: TreeContainer, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) {
    self.container = container
    self.options = options
    self.sink = sink
    self.warn = warn
    let fileSystem = container.fileSystem
    growth = BatchGrowth(maximum: options.batchCount)
    staging = Staging(fileSystem, options, warn: warn)
    let locks = container.folderLocks
    flush = Flush(fileSystem, options)
    commit = Commit(fileSystem, options, locks)
    retirement = Retirement(fileSystem, options, locks)
    single = (
      Flush(fileSystem, options), Commit(fileSystem, options, locks), Retirement(fileSystem, options, locks)
    )
    handles = FolderHandles(fileSystem)
    // It waits for the disk nearly all of its time.
    flushing = SideThread(isInline: options.sideThreads < 1)
    committing = SideThread(isInline: options.sideThreads < 1)
    retiring = SideThread(isInline: options.sideThreads < 2)
  }

  func write(_ element: consuming DecidedElement) throws {
    if isStopped, let failure { throw failure }
    switch consume element {
    case .passthrough: return
    case .decision(let decision): hold(Held(decision: decision))
    case .document(let document, let decision): write(document, consume decision)
    }
    if staging.folders.isFull {
      beginFlush()
      drain()
      staging.folders.removeBesides()
    } else if stagedCount >= growth.limit || stagedBytes >= options.batchBytes || held.count / 4 >= growth.limit {
      // Decisions without a text of their own wait too, behind one that has: their number is bounded as well.
      beginFlush()
    } else {
      advance()
    }
  }

  func finish() throws -> Bool {
    guard !isDone else { return failure == nil }
    beginFlush()
    drain()
    dropHeld()
    end()
    if let failure { throw failure }
    return true
  }

  func abandon() {
    guard !isDone else { return }
    drain()
    dropHeld()
    end()
  }

  /// What was staged and is not to be committed any more.
  private func dropHeld() {
    for entry in held {
      entry.staged?.removeTemporary()
      sink(entry.staged == nil ? entry.decision : entry.decision.rejected(.stoppedBeforeWritten))
    }
    held = []
  }

  private func end() {
    isDone = true
    staging.folders.removeAll()
    if let unwatched { warn(.unwatched(unwatched.count, first: unwatched.first)) }
  }

  // MARK: staging

  private func write(_ document: Document, _ decision: consuming Decision) {
    guard decision.outcome == .migrated else { return hold(Held(decision: decision)) }
    guard let text = decision.replacement, let origin = document.origin as? TreeDocumentOrigin else {
      return hold(Held(decision: decision.rejected(.nothingToWrite)))
    }
    do throws(Staging.Failure) {
      let staged = try staging.stage(text, for: document, origin, decision)
      stagedCount += 1
      // What the journal and the manifest hold of it counts too.
      stagedBytes += text.count + document.text.count + origin.attributes.reduce(0) { $0 + 4 * $1.value.count }
      // The text is in the temporary now. In memory it would stay for as long as the batch takes, and deciding again gives
      // it back in the one case in which it is needed once more.
      if options.redecide != nil { decision.replacement = nil }
      hold(Held(decision: decision, staged: staged))
    } catch {
      hold(Held(decision: decision.rejected(documentError(error, document.reference.path))))
    }
  }

  func documentError(_ failure: Staging.Failure, _ path: PathName) -> DocumentError {
    switch failure {
    case .folder(.text(let error)), .folder(.attributes(let error)): noteFullDisk(error)
    case .delta: break
    }
    return failure.documentError(about: path)
  }

  func noteFullDisk(_ error: FileSystemError) {
    if [.diskFull, .quotaExceeded].contains(error.kind) { failure = failure ?? .diskFull }
  }

  private func hold(_ entry: Held) {
    let isFirst = held.isEmpty && flushed.held.isEmpty && committed.held.isEmpty && retired.held.isEmpty
    if entry.staged == nil, isFirst { return sink(entry.decision) }
    held.append(entry)
  }

  // MARK: batches

  /// Hands what is held to the flushing thread, once that is done with the batch before.
  private func beginFlush() {
    settleFlush()
    guard !held.isEmpty, !isStopped else { return }
    flushed = Batch(held)
    held = []
    growth.didEnd(stagedCount)
    stagedCount = 0
    stagedBytes = 0
    staging.folders.takeTurns()
    batchNumber += 1
    let (batch, number, flush) = (flushed.staged, batchNumber, flush)
    flushing.begin { Transferred(flush.run(batch, number: number)) }
  }

  /// Hands on the batches that another thread is done with, without waiting for one: a batch is not to lie where it is until the
  /// next one is complete.
  private func advance() {
    // A document that changed under way is replaced alone, with a flush of its own. It must not take from the flush of a batch what
    // the file system tells only once.
    if retiring.isDone, !flushing.isBusy || flushing.isDone { settleRetirement() }
    if committing.isDone, !retiring.isBusy { settleCommit() }
    if flushing.isDone, !committing.isBusy { settleFlush() }
  }

  /// Waits for everything on its way, and makes its decisions final.
  private func drain() {
    settleFlush()
    settleCommit()
    settleRetirement()
  }

  /// Waits for the batch that is being flushed, and hands it to the committing thread.
  private func settleFlush() {
    guard var outcome = flushing.wait()?.value else { return }
    while case .noRoom(let error, let manifests) = outcome {
      remove(manifests)
      // What is unlinked makes room too.
      settleCommit()
      settleRetirement()
      makeRoom(error)
      batchNumber += 1
      outcome = flush.run(flushed.staged, number: batchNumber)
    }
    settleCommit()
    var batch = flushed
    flushed = Batch()
    switch outcome {
    case .flushed(let manifests) where !isStopped:
      committed = batch
      let (documents, commit) = (batch.staged, commit)
      committing.begin { Transferred(commit.run(documents, manifests)) }
      return
    case .flushed(let manifests):
      // It is known by now that nothing more may be changed.
      withdraw(batch.staged)
      drop(&batch.held, .stoppedBeforeWritten)
      remove(manifests)
    case .notJournaled(let error, let manifests):
      stop(.notJournaled(error))
      drop(&batch.held, .notJournaled(error))
      drop(&held, .notJournaled(error))
      remove(manifests)
    case .noRoom(let error, let manifests), .notFlushed(let error, let manifests):
      noteFullDisk(error)
      withdraw(batch.staged)
      drop(&batch.held, .batchNotFlushed(error))
      // The file system told its error once, and it may be about what was staged meanwhile.
      drop(&held, .batchNotFlushed(error))
      remove(manifests)
    }
    settleRetirement()
    for entry in batch.held { sink(entry.decision) }
  }

  /// The batch, without its last part: what that took up may hold the manifest of the rest.
  private func makeRoom(_ error: FileSystemError) {
    noteFullDisk(error)
    var count = (flushed.staged.count + 1) / 2
    for index in flushed.held.indices.reversed() where count > 0 {
      guard let staged = flushed.held[index].staged else { continue }
      count -= 1
      staged.removeTemporary()
      let path = flushed.held[index].decision.reference.path
      flushed.held[index].staged = nil
      flushed.held[index].decision = flushed.held[index].decision.rejected(error.documentError(.writing, about: path))
    }
    flushed = Batch(flushed.held)
  }

  /// Waits for the batch that is being committed, and hands it to the retiring thread.
  private func settleCommit() {
    guard let outcome = committing.wait()?.value else { return }
    settleRetirement()
    retired = committed
    committed = Batch()
    guard let unflushed = outcome.unflushed else {
      let (batch, retirement) = (retired.staged, retirement)
      retiring.begin { Transferred(retirement.run(batch, outcome.results, outcome.manifests)) }
      return
    }
    // What is in place stays there, what came out stays in its slot: nothing is unlinked before it is durable.
    stop(.foldersNotFlushed(unflushed.error, about: path(of: unflushed.folder)))
    leave(&retired.held, outcome.results)
    for entry in retired.held { sink(entry.decision) }
    retired = Batch()
  }

  func path(of folder: TreeFolder) -> PathName {
    folder.parent == nil ? container.path : folder.path
  }

  /// Waits for the batch that is being retired, and makes its decisions final.
  private func settleRetirement() {
    guard let outcome = retiring.wait()?.value else { return }
    note(outcome)
    // Apart from what the writer holds: a document that is decided again goes through the writer once more.
    var batch = retired
    retired = Batch()
    var results = outcome.results[...]
    var undone: [StagedDocument] = []
    for (document, result) in zip(batch.staged, results) where result.isWithoutEffect { undone.append(document) }
    withdraw(undone)
    for index in batch.held.indices where batch.held[index].staged != nil {
      if let result = results.popFirst() { settle(&batch.held[index], result, rereads: 0) }
    }
    for entry in batch.held { sink(entry.decision) }
  }

  func note(_ outcome: Retirement.Outcome) {
    for staging in outcome.left { staging.leave() }
    for leftover in outcome.leftovers { leftover.staging.addLeftover(leftover.name) }
  }

  func stop(_ error: TargetError) {
    failure = failure ?? error
    isStopped = true
  }
}

/// Carries a batch's outcome back from another thread.
// @unchecked: its folders are immutable but for their `deinit`; one thread has it at a time.
private struct Transferred<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
