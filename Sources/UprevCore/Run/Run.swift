import LosslessJSON
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
  private let known: (any KnownStore)?
  private let warnings: [WarningRecord]
  private let failure: TargetError?
  private let plan: Plan?
  private let observer: (any RunObserver)?
  private let gatherRecords: (any GatherRecords)?
  /// The run's name: in its report, in its staging folders, in its state.
  public let id: RunID
  public let startedAt: Timestamp

  /// - Parameters:
  ///   - openers: tried in order; the first that opens a target keeps it.
  ///   - journal: where changes are written down before they are made; nil: they cannot be undone. A run that changes nothing
  ///     in place does not use it.
  ///   - known: where the run finds, and leaves, which documents are known to be current; nil: each is read. A run that changes
  ///     nothing in place does not use it.
  ///   - gatherRecords: where what migrations gather over all documents is remembered; a run that changes nothing in place only
  ///     looks at it.
  ///   - warnings: what was noticed before the run, for its report.
  ///   - failure: why there is no journal, or no plan, where there should be one: then nothing is touched, and that is
  ///     reported.
  ///   - plan: what alone is done; the options' targets are the plan's, in its order. Nil: everything is.
  ///   - shouldStop: asked between batches; true ends the run early and cleanly.
  public init(
    options: RunOptions, tool: (name: String, version: String), fileSystem: any FileSystem, clock: any RunClock,
    openers: [any ContainerOpener], journal: (any RunJournal)? = nil, known: (any KnownStore)? = nil,
    gatherRecords: (any GatherRecords)? = nil, warnings: [WarningRecord] = [], failure: TargetError? = nil,
    plan: Plan? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false },
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
    self.failure = failure
    self.plan = plan
    self.gatherRecords = gatherRecords
    self.journal = options.changesInPlace ? journal : nil
    // What is applied is compared with its plan, document by document.
    self.known = options.changesInPlace && plan == nil ? known : nil
    startedAt = clock.now()
    id = RunID(startedAt: startedAt, random: UInt32.random(in: 0...UInt32.max))
  }

  /// Does what the options ask for.
  ///
  /// - Parameters:
  ///   - report: takes the bytes of the JSON report, piece by piece, as they become known; nil where none is wanted.
  ///   - recorder: takes what a dry run would do.
  /// - Returns: what happened. Nothing is thrown: what goes wrong is in the result, the report, and the exit status.
  public func execute(
    report: ((UnsafeRawBufferPointer) throws -> Void)? = nil, recorder: PlanRecorder? = nil
  ) -> RunResult {
    let options = options
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
    if let failure { return finish(ledger, error: failure) }
    if let error = programsNotAllowed { return finish(ledger, error: error) }
    do throws(JournalError) {
      try journal?.begin(JournalRun(id: id, command: options.command, startedAt: startedAt))
    } catch {
      return finish(ledger, error: .notJournaled(error))
    }
    var writeOptions = ContainerWriteOptions(
      runID: id.description, durability: options.durability, sideThreads: options.jobs)
    writeOptions.compression = options.compression
    writeOptions.formatNames = formats.map(\.name)
    writeOptions.isAllOrNothing = options.isAllOrNothing
    writeOptions.keepOriginalsDays = options.keepOriginalsDays
    let targetRun = TargetRun(
      options: options,
      makeDecider: { [options] in Self.decider(formats, options, $0, describes: recorder != nil) },
      gathering: gathering(formats),
      journal: journal,
      known: known.map { KnownRun($0, options, tool: tool, clock: clock) },
      readOptions: ContainerReadOptions(
        claims: Claims(
          formats: formats.map(\.files), excluded: options.excluded,
          leftAlone: Set(formats.indices.filter(options.targetVersions.leavesAlone))),
        maximumDocumentSize: options.maximumDocumentSize, maximumPathLength: options.maximumPathLength,
        yieldsPassthrough: false),
      writeOptions: writeOptions,
      openers: openers, pool: WorkerPool(workers: options.jobs, maximumBytes: Self.maximumBytesInHand), clock: clock,
      shouldStop: shouldStop, isHeard: observer?.hearsEveryDecision ?? false,
      recordKnown: { count in
        let goals = options.targetVersions
        let version = count.outcome == .current ? count.format.map { goals.goal(of: $0, in: formats) } : nil
        ledger.record(count, version: version)
      },
      rejections: RejectionCounter(RejectionTally(limit: options.rejectionLimit)), plan: plan, recorder: recorder)
    var isStopped = false
    if options.isAllOrNothing && !options.isDryRun {
      isStopped = changeAllOrNothing(targetRun, ledger)
    } else {
      for (number, target) in options.targets.enumerated() {
        guard let pending = begin(target, number, targetRun, ledger) else { continue }
        targetRun.conclude(pending, commits: true)
        ledger.end(pending.record, pending.stages)
      }
    }
    return finish(ledger, error: isStopped || ledger.hasInterruptedTarget ? .interrupted : nil)
  }

  /// - Returns: nil where the run was stopped before.
  private func begin(
    _ target: PathName, _ number: Int, _ targetRun: TargetRun, _ ledger: RunLedger
  ) -> TargetRun.Pending? {
    guard !shouldStop() else {
      ledger.end(TargetRecord(path: target, error: TargetError.interrupted.report))
      return nil
    }
    let tally = targetRun.rejections.tally
    if let limit = tally.limit, tally.isExceeded {
      ledger.end(
        TargetRecord(path: target, error: TargetError.tooManyRejected(limit, tally, isBegun: false).report))
      return nil
    }
    return targetRun.begin(
      target, number: number, sink: { ledger.record($0, in: target) }, warn: { ledger.warn($0, in: target) })
  }

  /// Decides about everything first. If one document is rejected, or one target fails, nothing is changed; otherwise the
  /// targets are changed one after the other, each as a whole.
  /// - Returns: whether nothing was changed because the run was asked to stop.
  private func changeAllOrNothing(_ targetRun: TargetRun, _ ledger: RunLedger) -> Bool {
    let pending = options.targets.enumerated().compactMap { begin($1, $0, targetRun, ledger) }
    let conclusion = ledger.conclude(pending.compactMap(\.record.error).first)
    let isStopped = shouldStop()
    var commits = conclusion.exitStatus == 0 && pending.count == options.targets.count && !isStopped
    for target in pending where commits { commits = targetRun.prepare(target) }
    for target in pending {
      targetRun.conclude(target, commits: commits)
      if target.record.error != nil { commits = false }
      ledger.end(target.record, target.stages)
    }
    return isStopped
  }

  /// Before anything is touched: nothing of a pipeline with programs is used by a run that allows none.
  private var programsNotAllowed: TargetError? {
    guard options.job == .migrate, options.programs == nil,
      let pipeline = options.pipelines.first(where: \.runsPrograms)
    else { return nil }
    return .programsNotAllowed(pipeline.name)
  }

  /// - Returns: nil where no migration on the way of a document gathers anything.
  private func gathering(_ formats: [Format]) -> TargetGathering? {
    guard options.job == .migrate else { return nil }
    let plan = GatherPlan(
      formats, targets: options.targetVersions.versions,
      leftAlone: Set(formats.indices.filter(options.targetVersions.leavesAlone)))
    if plan.edges.isEmpty { return nil }
    return TargetGathering(
      plan: plan, formats: formats,
      pipelines: options.pipelines.flatMap { Array(repeating: $0.name, count: $0.formats.count) },
      targets: options.targetVersions.versions, limits: Self.limits(options), records: gatherRecords,
      isRecording: options.changesInPlace && gatherRecords != nil, gathersAgain: options.gathersAgain,
      programs: options.programs,
      pool: WorkerPool(workers: options.jobs, maximumBytes: Self.maximumBytesInHand), batchCount: options.batchCount,
      shouldStop: shouldStop, warnsOfLoss: options.changesInPlace)
  }

  private static func limits(_ options: RunOptions) -> JSONReadingOptions {
    // Sizes are the readers' business: nothing that is larger is read at all.
    JSONReadingOptions(maximumDepth: options.maximumDepth, maximumSize: .max)
  }

  /// - Parameter describes: whether each decision says what it changes.
  private static func decider(
    _ formats: [Format], _ options: RunOptions, _ gathered: GatheredTarget, describes: Bool
  ) -> any DocumentDecider {
    let limits = limits(options)
    switch options.job {
    case .migrate:
      let decider = Decider(
        formats: formats, targets: options.targetVersions.versions, limits: limits,
        hashesUnlisted: options.listsEveryDocument, gathered: gathered)
      return describes ? DescribingDecider(decider: decider, maximumDepth: options.maximumDepth) : decider
    case .validate(let violationLimit):
      return ValidationDecider(
        formats: formats, limits: limits, violationLimit: violationLimit, hashesUnlisted: options.listsEveryDocument)
    }
  }

  /// Bytes between the reader and the writer before the reader waits.
  private static let maximumBytesInHand = 16 << 20

  private func finish(_ ledger: RunLedger, error: TargetError?) -> RunResult {
    ledger.finish(id, error: error, journal: journal, clock: clock)
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
