import UprevReport

/// One execution of `undo`: puts back what another run changed, and is written down like any run, so that it can be undone
/// in turn.
///
/// Targets are taken one after the other, the last first; one that fails does not stop the next.
public final class Undo {
  private let run: JournaledRun
  private let runs: any JournaledRuns
  private let targets: [JournaledTarget]
  private let options: RunOptions
  private let isForced: Bool
  private let tool: (name: String, version: String)
  private let fileSystem: any FileSystem
  private let clock: any RunClock
  private let openers: [any ContainerOpener]
  private let journal: (any RunJournal)?
  private let shouldStop: @Sendable () -> Bool
  private let observer: (any RunObserver)?
  /// The undo's own name.
  public let id: RunID
  private let startedAt: Timestamp

  /// - Parameters:
  ///   - run: what is to be undone.
  ///   - targets: those of it that are to be undone.
  ///   - runs: what knows it.
  ///   - options: of these the targets and everything about pipelines are not used.
  ///   - isForced: whether documents that were changed since are put back too, their present text kept beside them.
  ///   - journal: where the undo itself is written down; not used in a dry run.
  public init(
    _ run: JournaledRun, targets: [JournaledTarget]? = nil, in runs: any JournaledRuns, options: RunOptions,
    isForced: Bool, tool: (name: String, version: String), fileSystem: any FileSystem, clock: any RunClock,
    openers: [any ContainerOpener],
    journal: (any RunJournal)?, shouldStop: @escaping @Sendable () -> Bool = { false },
    observer: (any RunObserver)? = nil
  ) {
    self.run = run
    self.runs = runs
    // Where targets overlap, what was changed last is put back first.
    self.targets = (targets ?? run.targets).reversed()
    self.options = options
    self.isForced = isForced
    self.tool = tool
    self.fileSystem = fileSystem
    self.clock = clock
    self.openers = openers
    self.journal = options.isDryRun ? nil : journal
    self.shouldStop = shouldStop
    self.observer = observer
    startedAt = clock.now()
    id = RunID(startedAt: startedAt, random: UInt32.random(in: 0...UInt32.max))
  }

  /// Does it.
  ///
  /// - Parameter report: as for ``Run/execute(report:)``.
  public func execute(report: ((UnsafeRawBufferPointer) throws -> Void)? = nil) -> RunResult {
    let formats = FormatNames()
    let ledger = RunLedger(
      options: options, formatName: { formats.names.indices.contains($0) ? formats.names[$0] : nil },
      observer: observer)
    if let report {
      ledger.begin(
        ReportHeader(
          toolName: tool.name, toolVersion: tool.version, command: options.command, runID: id.description,
          startedAt: startedAt, dryRun: options.isDryRun, jobs: options.jobs, pipelines: []),
        sink: report)
    }
    do throws(JournalError) {
      try journal?.begin(JournalRun(id: id, command: options.command, startedAt: startedAt, undoes: run.id))
    } catch {
      return finish(ledger, error: .notJournaled(error))
    }
    for target in targets {
      let path = target.target.resolvedPath
      guard !shouldStop() else {
        ledger.end(TargetRecord(path: path, error: TargetError.interrupted.report))
        continue
      }
      let (record, stages) = execute(
        target, formats, sink: { ledger.record($0, in: path) }, warn: { ledger.warn($0, in: path) })
      ledger.end(record, stages)
    }
    return finish(ledger, error: ledger.hasInterruptedTarget ? .interrupted : nil)
  }

  private func finish(_ ledger: RunLedger, error: TargetError?) -> RunResult {
    ledger.finish(id, error: error, journal: journal, clock: clock)
  }

  private func execute(
    _ target: JournaledTarget, _ formats: FormatNames, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) -> (record: TargetRecord, stages: StageRecords) {
    var record = TargetRecord(path: target.target.resolvedPath, kind: target.target.kind)
    var stages = StageRecords()
    // A run that did not end may have left something even where it had noted nothing.
    guard target.changeCount > 0 || run.finishedAt == nil else {
      record.committed = !options.isDryRun
      return (record, stages)
    }
    var targetJournal: (any TargetJournal)?
    do {
      switch target.target.kind {
      case .tree:
        try undoTree(target, formats, &record, &stages, &targetJournal, sink: sink, warn: warn)
      case .archive:
        try undoArchive(target, &record, &targetJournal, warn: warn)
      }
    } catch let error as TargetError {
      record.error = error.report
    } catch let error as JournalError {
      record.error = TargetError.journalUnreadable(error).report
    } catch {
      record.error = TargetError.unexpected(error).report
    }
    do throws(JournalError) {
      try targetJournal?.finish(record)
    } catch {
      record.error = record.error ?? TargetError.notJournaled(error).report
    }
    return (record, stages)
  }

  private var claimOptions: ContainerClaimOptions {
    ContainerClaimOptions(runID: id.description, waitSeconds: options.waitSeconds, shouldStop: shouldStop)
  }

  private func writeOptions(_ targetJournal: (any TargetJournal)?) -> ContainerWriteOptions {
    var writeOptions = ContainerWriteOptions(
      runID: id.description, durability: options.durability, sideThreads: options.jobs)
    writeOptions.journal = targetJournal
    return writeOptions
  }

  private func undoArchive(
    _ target: JournaledTarget, _ record: inout TargetRecord, _ targetJournal: inout (any TargetJournal)?,
    warn: @escaping WarningSink
  ) throws {
    guard let original = try runs.original(of: target) else { return }
    var restorationOptions = OriginalRestoration.Options(
      isForced: isForced, isDryRun: options.isDryRun, claim: claimOptions, write: writeOptions(nil))
    let restoration = try OriginalRestoration(target.target.resolvedPath, restorationOptions, fileSystem)
    defer { restoration.release() }
    targetJournal = try begin(restoration.journalTarget(target.target.resolvedPath))
    restorationOptions.write.journal = targetJournal
    let isRestored = try restoration.run(original, restorationOptions, warn: warn)
    record.committed = isRestored && !options.isDryRun
  }

  private func undoTree(
    _ target: JournaledTarget, _ formats: FormatNames, _ record: inout TargetRecord, _ stages: inout StageRecords,
    _ targetJournal: inout (any TargetJournal)?, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws {
    let container = try open(target)
    defer { container.release() }
    guard let tree = container as? TreeContainer else {
      throw TargetError.otherKind(target.target.resolvedPath, was: .tree)
    }
    if !options.isDryRun {
      try tree.claim(claimOptions, warn: warn)
      try tree.recoverInterruptedRuns(shouldStop: shouldStop, warn: warn)
      targetJournal = try begin(tree.journalTarget())
    }
    record.committed = !options.isDryRun
    try undo(target, in: tree, formats, writeOptions(targetJournal), &stages, sink: sink, warn: warn)
  }

  private func begin(_ target: JournalTarget) throws -> (any TargetJournal)? {
    do throws(JournalError) {
      return try journal?.begin(target)
    } catch {
      throw TargetError.notJournaled(error)
    }
  }

  private func open(_ target: JournaledTarget) throws -> any Container {
    let path = target.target.resolvedPath
    for opener in openers {
      guard let container = try opener.open(path) else { continue }
      guard container.kind == target.target.kind else { throw TargetError.otherKind(path, was: target.target.kind) }
      return container
    }
    throw TargetError.unknownKind
  }

  private func undo(
    _ target: JournaledTarget, in tree: TreeContainer, _ formats: FormatNames, _ writeOptions: ContainerWriteOptions,
    _ stages: inout StageRecords, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws {
    // The writer must know every format before it begins; and what was recorded twice is found in the same walk.
    var repeated = RepeatedPaths()
    try runs.forEachChange(of: target) { change in
      _ = formats.number(of: change.format)
      repeated.add(change.path)
    }
    var writeOptions = writeOptions
    writeOptions.formatNames = formats.names
    let writer: any ContainerWriter =
      options.isDryRun
      ? DryRunWriter(refusal: nil, sink: sink) : try tree.makeWriter(writeOptions, sink: sink, warn: warn)
    let undoTree = UndoTree(
      target, in: tree, formats: formats,
      options: UndoTree.Options(
        isForced: isForced, isDryRun: options.isDryRun, maximumDocumentSize: options.maximumDocumentSize,
        runID: id.description, flushes: options.durability != .none), warn: warn)
    var writeSeconds = 0.0
    defer {
      stages[.read].seconds += undoTree.readSeconds
      stages[.write].seconds += writeSeconds
    }
    func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
      let began = clock.seconds()
      defer { writeSeconds += clock.seconds() - began }
      return try body()
    }
    do {
      do {
        try undoTree.run(runs, repeated: repeated, shouldStop: shouldStop) { element in
          try timed { try writer.write(element) }
        }
      } catch let error as TargetError where error.code == .interrupted {
        // What was decided before the signal stands for itself.
        _ = try timed { try writer.finish() }
        throw error
      }
      _ = try timed { try writer.finish() }
    } catch {
      writer.abandon()
      throw error
    }
  }
}
