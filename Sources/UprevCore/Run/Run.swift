import UprevReport

/// One execution of the pipeline over its targets, from the command's options to the report.
///
/// Targets are taken one after the other; a target that fails does not stop the next. Everything but the decisions happens
/// on the calling thread and on one reader thread a target.
public final class Run {
  private let options: RunOptions
  private let tool: (name: String, version: String)
  private let fileSystem: any FileSystem
  private let clock: any RunClock
  private let openers: [any ContainerOpener]
  private let shouldStop: @Sendable () -> Bool
  private let journal: (any RunJournal)?
  private let warnings: [WarningRecord]
  private let observer: (any RunObserver)?
  /// The run's name: in its report, in its staging folders, in its state.
  public let id: RunID
  private let startedAt: Timestamp

  /// - Parameters:
  ///   - openers: tried in order; the first that opens a target keeps it.
  ///   - journal: where changes are written down before they are made; nil: they cannot be undone. A run that changes nothing
  ///     in place does not use it.
  ///   - warnings: what was noticed before the run, for its report.
  ///   - shouldStop: asked between batches; true ends the run early and cleanly.
  public init(
    options: RunOptions, tool: (name: String, version: String), fileSystem: any FileSystem, clock: any RunClock,
    openers: [any ContainerOpener], journal: (any RunJournal)? = nil,
    warnings: [WarningRecord] = [], shouldStop: @escaping @Sendable () -> Bool = { false },
    observer: (any RunObserver)? = nil
  ) {
    self.options = options
    self.tool = tool
    self.fileSystem = fileSystem
    self.clock = clock
    self.openers = openers
    self.shouldStop = shouldStop
    self.observer = observer
    self.warnings = warnings
    self.journal = options.changesInPlace ? journal : nil
    startedAt = clock.now()
    id = RunID(startedAt: startedAt, random: UInt32.random(in: 0...UInt32.max))
  }

  /// Does what the options ask for.
  ///
  /// - Parameter report: takes the bytes of the JSON report, piece by piece, as they become known; nil where none is wanted.
  /// - Returns: what happened. Nothing is thrown: what goes wrong is in the result, the report, and the exit status.
  public func execute(report: ((UnsafeRawBufferPointer) throws -> Void)? = nil) -> RunResult {
    let formats = options.pipelines.flatMap(\.formats)
    let ledger = RunLedger(options: options, formats: formats, observer: observer)
    if let report {
      ledger.begin(
        ReportHeader(
          toolName: tool.name, toolVersion: tool.version, command: options.command, runID: id.description,
          startedAt: startedAt, dryRun: options.isDryRun, jobs: options.jobs,
          pipelines: options.pipelines.map { PipelineRecord(name: $0.name, digest: $0.digest) }),
        sink: report)
    }
    for warning in warnings { ledger.note(warning) }
    do throws(JournalError) {
      try journal?.begin(JournalRun(id: id, command: options.command, startedAt: startedAt))
    } catch {
      return finish(ledger, error: .notJournaled(error))
    }
    let targetRun = TargetRun(
      options: options, decider: Decider(formats: formats, hashesUnlisted: options.listsEveryDocument),
      journal: journal,
      readOptions: ContainerReadOptions(
        claims: Claims(formats: formats.map(\.files), excluded: options.excluded),
        maximumDocumentSize: options.maximumDocumentSize, yieldsPassthrough: false),
      writeOptions: ContainerWriteOptions(
        runID: id.description, durability: options.durability, sideThreads: options.jobs),
      openers: openers, pool: WorkerPool(workers: options.jobs, maximumBytes: Self.maximumBytesInHand), clock: clock,
      shouldStop: shouldStop)
    for target in options.targets {
      guard !shouldStop() else {
        ledger.end(TargetRecord(path: target, error: TargetError.interrupted.report))
        continue
      }
      let (record, stages) = targetRun.execute(
        target, sink: { ledger.record($0, in: target) }, warn: { ledger.warn($0, in: target) })
      ledger.end(record, stages)
    }
    return finish(ledger, error: shouldStop() ? .interrupted : nil)
  }

  /// Bytes between the reader and the writer before the reader waits.
  private static let maximumBytesInHand = 16 << 20

  private func finish(_ ledger: RunLedger, error: TargetError?) -> RunResult {
    var failure = error?.report
    var conclusion = conclude(ledger, failure)
    let finishedAt = clock.now()
    do throws(JournalError) {
      try journal?.finish(JournalEnd(finishedAt: finishedAt, status: conclusion.status, summary: ledger.summary))
    } catch {
      failure = failure ?? TargetError.notJournaled(error).report
      conclusion = conclude(ledger, failure)
    }
    ledger.writing {
      try $0.finish(
        ReportTail(
          targets: ledger.targets, summary: ledger.summary, stages: ledger.stages, warnings: ledger.warnings,
          error: failure, status: conclusion.status, finishedAt: finishedAt))
    }
    return RunResult(
      id: id, conclusion: conclusion, summary: ledger.summary, targets: ledger.targets, error: failure,
      reportError: ledger.reportError)
  }
}

extension Run {
  private func conclude(_ ledger: RunLedger, _ error: ReportError?) -> RunConclusion {
    RunConclusion(summary: ledger.summary, targets: ledger.targets, error: error, strict: options.isStrict)
  }
}

/// What a run came to.
public struct RunResult {
  public var id: RunID
  /// Its status and exit status.
  public var conclusion: RunConclusion
  public var summary: Summary
  public var targets: [TargetRecord]
  /// What stopped the run as a whole.
  public var error: ReportError?
  /// Why the report is not whole, if it is not.
  public var reportError: (any Error)?
}
