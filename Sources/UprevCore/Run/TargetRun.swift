import UprevReport

/// One target of a run, from opening to committing.
struct TargetRun {
  let options: RunOptions
  /// Decides about the documents of a target, with what was gathered there.
  let makeDecider: (GatheredTarget) -> any DocumentDecider
  /// Nil where nothing is gathered.
  let gathering: TargetGathering?
  let journal: (any RunJournal)?
  let known: KnownRun?
  let readOptions: ContainerReadOptions
  let writeOptions: ContainerWriteOptions
  let openers: [any ContainerOpener]
  let pool: WorkerPool
  let clock: any RunClock
  let shouldStop: @Sendable () -> Bool
  /// Whether somebody is told of each document by itself.
  let isHeard: Bool
  /// Takes what is known of the documents of an archive that need not be read.
  let recordKnown: (KnownArchive.Count) -> Void
  /// Counts what is rejected; once it is exceeded, targets end early.
  let rejections: RejectionCounter
  /// What alone may be done; nil: everything.
  var plan: Plan?
  /// Takes what a dry run would do.
  var recorder: PlanRecorder?

  /// Bytes of text and passthrough in one batch before it is handed on.
  private static let batchBytes = 512 << 10

  /// A target whose documents are decided, and which is to be committed or abandoned.
  final class Pending {
    fileprivate(set) var record: TargetRecord
    /// Its place among the run's targets.
    fileprivate let number: Int
    fileprivate(set) var stages = StageRecords()
    fileprivate var journal: (any TargetJournal)?
    /// Takes down which documents are known to be current; nil where nothing is kept.
    fileprivate var known: KnownTree?
    fileprivate var knownArchive: KnownArchiveRun?
    /// Whether everything in it was read.
    fileprivate var isRead = false
    /// Kept, because its locks go with it.
    fileprivate var container: (any Container)?
    /// nil where there is nothing more to do.
    fileprivate var writer: (any ContainerWriter)?
    /// Whether what took effect stays, however the target ends: documents of a tree are replaced one by one. An archive is
    /// changed as a whole, also one that cannot be changed at all.
    fileprivate var isOneByOne = false

    fileprivate let warn: WarningSink

    fileprivate init(_ target: PathName, number: Int, warn: @escaping WarningSink) {
      record = TargetRecord(path: target)
      self.number = number
      self.warn = warn
    }

    fileprivate func note(_ error: any Error) {
      let failure: TargetError =
        switch error {
        case let error as TargetError: error
        case let error as EarlyEnd: error.reason
        case let error as JournalError: .notJournaled(error)
        case let error as PlanError: error.targetError
        default: .unexpected(error)
        }
      record.error = record.error ?? failure.report
    }
  }

  /// Everything up to the commit of what is still in hand.
  ///
  /// - Parameters:
  ///   - number: the target's place among the run's.
  ///   - sink: is handed each final decision.
  func begin(
    _ target: PathName, number: Int, sink finalSink: @escaping DecisionSink, warn: @escaping WarningSink
  ) -> Pending {
    let pending = Pending(target, number: number, warn: warn)
    let sink: DecisionSink = { [rejections] in
      rejections.tally.settle($0)
      pending.known?.recorder.note($0)
      pending.knownArchive?.note($0)
      finalSink($0)
    }
    do {
      try begin(pending, sink: sink, warn: warn)
    } catch {
      pending.writer?.abandon()
      pending.writer = nil
      pending.note(error)
    }
    return pending
  }

  private func begin(
    _ pending: Pending, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws {
    let warn: WarningSink = {
      pending.knownArchive?.noteWarning()
      warn($0)
    }
    let (container, opener) = try open(pending.record.path)
    pending.container = container
    pending.record.kind = container.kind
    try checkCompression(of: container)
    if options.changesInPlace {
      let claimOptions = ContainerClaimOptions(
        runID: writeOptions.runID, waitSeconds: options.waitSeconds, shouldStop: shouldStop)
      try container.claim(claimOptions, warn: warn)
      let target = try container.journalTarget()
      pending.journal = try journal?.begin(target)
      pending.known = known?.tree(target, warn: warn)
      pending.knownArchive = known?.archive(target, container, isHeard: isHeard, warn: warn)
    }
    let decider = makeDecider(try gather(in: container, pending, warn: warn))
    if options.onlyGathers { return }
    var writeOptions = writeOptions
    writeOptions.journal = pending.journal
    writeOptions.redecide = { [plan, number = pending.number] document in
      let decision = decider.decide(document)
      return plan.map { PlanComparison.compareAgain(decision, $0, target: number) } ?? decision
    }
    writeOptions.remembersFiles = pending.known != nil
    let comparison = try plan.map { plan in
      try plan.check(container, number: pending.number, warn: warn)
      return PlanComparison(plan, target: pending.number)
    }
    try recorder?.begin(PlannedTarget(container))
    let (writer, isWhole) = try makeWriter(of: container, opener: opener, writeOptions, sink: sink, warn: warn)
    pending.writer = writer
    if let archive = pending.knownArchive?.known {
      pending.record.archiveFormat = archive.archiveFormat
      pending.record.filters = archive.filters
      for count in archive.counts {
        rejections.tally.count(count.documents, count.outcome)
        recordKnown(count)
      }
      return
    }
    var readOptions = readOptions
    readOptions.yieldsPassthrough = isWhole
    readOptions.known = pending.known?.lookup
    readOptions.remembersFiles = pending.known != nil
    readOptions.interruptedRuns = options.changesInPlace ? .recover : .tell
    let reader = try container.makeReader(readOptions)
    pending.isOneByOne = !isWhole && container.kind == .tree && !(options.isAllOrNothing && !options.isDryRun)
    pending.record.committed = !options.isDryRun && pending.isOneByOne
    defer {
      pending.record.archiveFormat = reader.description.archiveFormat
      pending.record.filters = reader.description.filters
      pending.stages[.discover].seconds += reader.discoverSeconds
      pending.stages[.read].seconds += reader.readSeconds
      for warning in reader.warnings { warn(warning) }
    }
    do {
      try transfer(from: reader, to: writer, decider, comparison, stages: &pending.stages)
      try comparison?.forEachGone { path in
        var format: Int?
        if case .format(let index) = readOptions.claims.claim(path) { format = index }
        try writer.write(.decision(.gone(path, format: format)))
      }
      pending.isRead = true
    } catch let error as EarlyEnd where pending.isOneByOne {
      // What was decided before is committed: a tree's documents stand for themselves.
      _ = try writer.finish()
      pending.writer = nil
      throw error
    }
  }

  /// What migrations need to know of all documents of the target. Nothing of it was changed yet.
  private func gather(
    in container: any Container, _ pending: Pending, warn: WarningSink
  ) throws -> GatheredTarget {
    // What is known to be current is at no version that a migration begins with.
    guard let gathering, pending.knownArchive?.known == nil else { return .nothing }
    var readOptions = readOptions
    readOptions.yieldsPassthrough = false
    readOptions.interruptedRuns = options.changesInPlace ? .recover : nil
    var readers: [any ContainerReader] = []
    defer {
      for reader in readers {
        pending.stages[.discover].seconds += reader.discoverSeconds
        pending.stages[.read].seconds += reader.readSeconds
        // What it brought to an end the reading that follows does not meet any more.
        for warning in reader.warnings where warning.code == .recovered { warn(warning) }
      }
    }
    return try gathering.gather(
      try container.journalTarget(),
      makeReader: {
        readOptions.known = pending.known?.makeLookup()
        let reader = try container.makeReader(readOptions)
        readers.append(reader)
        return reader
      }, note: { pending.record.gathered.append($0) }, warn: warn)
  }

  /// Does what can be done before the first change.
  /// - Returns: whether the target can be committed.
  func prepare(_ pending: Pending) -> Bool {
    guard let writer = pending.writer, pending.record.error == nil else { return false }
    let began = clock.seconds()
    defer { pending.stages[.write].seconds += clock.seconds() - began }
    do {
      try writer.prepare()
      return true
    } catch {
      pending.note(error)
      return false
    }
  }

  /// Commits or abandons what is still in hand, and lets go of the target.
  func conclude(_ pending: Pending, commits: Bool) {
    if let writer = pending.writer {
      let began = clock.seconds()
      do {
        if commits {
          let isCommitted = try writer.finish()
          if !pending.isOneByOne { pending.record.committed = isCommitted }
        } else {
          writer.abandon()
        }
      } catch {
        writer.abandon()
        pending.note(error)
      }
      pending.stages[.write].seconds += clock.seconds() - began
    }
    pending.writer = nil
    if let known = pending.known {
      known.finish(isComplete: pending.isRead, warn: pending.warn)
      pending.known = nil
    }
    if let known = pending.knownArchive, pending.isRead {
      do throws(JournalError) {
        try known.finish(pending.record)
      } catch {
        pending.warn(.notRemembered(error))
      }
    }
    pending.knownArchive = nil
    do throws(JournalError) {
      try pending.journal?.finish(pending.record)
    } catch {
      pending.note(error)
    }
    pending.container?.release()
    pending.container = nil
  }

  private func open(_ target: PathName) throws -> (any Container, any ContainerOpener) {
    for opener in openers {
      if let container = try opener.open(target) { return (container, opener) }
    }
    throw TargetError.unknownKind
  }

  /// Nothing is read for a result that cannot be written as it is asked for.
  private func checkCompression(of container: any Container) throws {
    let refusal: TargetError? =
      if let output = options.output {
        openers.first { $0.canCopy(container.kind, to: output) }?.refusal(of: options.compression, for: output)
      } else {
        container.refusal(of: options.compression)
      }
    if let refusal { throw refusal }
  }

  /// - Returns: the writer, and whether it makes a whole new container (and so needs the passthrough).
  private func makeWriter(
    of container: any Container, opener: any ContainerOpener, _ writeOptions: ContainerWriteOptions,
    sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> (any ContainerWriter, Bool) {
    if options.isDryRun {
      let refusal = options.output == nil && !options.onlyCounts ? container.refusalToChange : nil
      return (DryRunWriter(refusal: refusal, recorder: recorder, sink: sink), false)
    }
    if let output = options.output {
      guard let maker = openers.first(where: { $0.canCopy(container.kind, to: output) }) else {
        throw TargetError.cannotCopy(container.kind)
      }
      return (try maker.makeCopyWriter(of: container, to: output, writeOptions, sink: sink, warn: warn), true)
    }
    return (try container.makeWriter(writeOptions, sink: sink, warn: warn), container.rewritesWhole)
  }

  private func transfer(
    from reader: any ContainerReader, to writer: any ContainerWriter, _ decider: any DocumentDecider,
    _ comparison: PlanComparison?,
    stages: inout StageRecords
  ) throws {
    let batches = ElementBatchReader(
      reader: reader, maximumCount: options.batchCount, maximumBytes: Self.batchBytes, shouldStop: shouldStop)
    var writeSeconds = 0.0
    defer { stages[.write].seconds += writeSeconds }
    try pool.run(
      read: { try batches.next().map { ($0, $0.bytes) } },
      work: { $0.decided(by: decider) },
      write: { (elements: consuming [DecidedElement]) in
        // What was read ahead can take much longer to write than to read.
        if shouldStop() { throw EarlyEnd(reason: .interrupted) }
        let began = clock.seconds()
        // Each is the writer's alone, so that it can let go of what it needs no more.
        elements.reverse()
        while let element = elements.popLast() {
          if let comparison {
            try write(comparison.compare(element), to: writer)
          } else {
            try write(consume element, to: writer)
          }
        }
        writeSeconds += clock.seconds() - began
      })
  }

  /// - Throws: what the writer throws; ``EarlyEnd`` once too many documents are rejected.
  private func write(_ element: consuming DecidedElement, to writer: any ContainerWriter) throws {
    switch copy element {
    case .document(_, let decision), .decision(let decision): rejections.tally.decide(decision)
    case .passthrough: break
    }
    try writer.write(consume element)
    if let limit = rejections.tally.limit, rejections.tally.isExceeded {
      throw EarlyEnd(reason: .tooManyRejected(limit, rejections.tally, isBegun: true))
    }
  }
}

/// A target is left before its end, cleanly.
struct EarlyEnd: Error {
  var reason: TargetError
}

/// Shares a tally between the writer's thread and the sink that it calls.
final class RejectionCounter {
  fileprivate(set) var tally: RejectionTally

  init(_ tally: RejectionTally) {
    self.tally = tally
  }
}
