import UprevReport

/// One target of a run, from opening to committing.
struct TargetRun {
  let options: RunOptions
  let decider: Decider
  let journal: (any RunJournal)?
  let readOptions: ContainerReadOptions
  let writeOptions: ContainerWriteOptions
  let openers: [any ContainerOpener]
  let pool: WorkerPool
  let clock: any RunClock
  let shouldStop: @Sendable () -> Bool

  /// Bytes of text and passthrough in one batch before it is handed on.
  private static let batchBytes = 1 << 20

  /// - Parameters:
  ///   - sink: is handed each final decision.
  /// - Returns: the target's line of the report, and the time that reading and writing took.
  func execute(
    _ target: PathName, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) -> (record: TargetRecord, stages: StageRecords) {
    var record = TargetRecord(path: target)
    var stages = StageRecords()
    var targetJournal: (any TargetJournal)?
    do {
      let (container, opener) = try open(target)
      record.kind = container.kind
      if options.changesInPlace {
        var claimOptions = ContainerClaimOptions(
          runID: writeOptions.runID, waitSeconds: options.waitSeconds, shouldStop: shouldStop)
        claimOptions.keepOriginalsDays = options.keepOriginalsDays
        try container.claim(claimOptions, warn: warn)
        targetJournal = try journal?.begin(container.journalTarget())
      }
      var writeOptions = writeOptions
      writeOptions.journal = targetJournal
      writeOptions.redecide = { [decider] in decider.decide($0) }
      let (writer, isWhole) = try makeWriter(of: container, opener: opener, writeOptions, sink: sink, warn: warn)
      var readOptions = readOptions
      readOptions.yieldsPassthrough = isWhole
      readOptions.interruptedRuns = options.changesInPlace ? .recover : .tell
      let reader = try container.makeReader(readOptions)
      // Documents of a tree are replaced one by one: what took effect stays, however the target ends. An archive is changed
      // as a whole, also one that cannot be changed at all.
      let isOneByOne = !isWhole && container.kind == .tree
      record.committed = !options.isDryRun && isOneByOne
      defer {
        record.archiveFormat = reader.description.archiveFormat
        record.filters = reader.description.filters
        stages[.discover].seconds += reader.discoverSeconds
        stages[.read].seconds += reader.readSeconds
        for warning in reader.warnings { warn(warning) }
      }
      do {
        do {
          try transfer(from: reader, to: writer, stages: &stages)
        } catch let error as TargetError where error.code == .interrupted && !isWhole {
          // What was decided before the signal is committed: a tree's documents stand for themselves.
          _ = try writer.finish()
          throw error
        }
        let began = clock.seconds()
        let isCommitted = try writer.finish()
        stages[.write].seconds += clock.seconds() - began
        if !isOneByOne { record.committed = isCommitted }
      } catch {
        writer.abandon()
        throw error
      }
    } catch let error as TargetError {
      record.error = error.report
    } catch let error as JournalError {
      record.error = TargetError.notJournaled(error).report
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

  private func open(_ target: PathName) throws -> (any Container, any ContainerOpener) {
    for opener in openers {
      if let container = try opener.open(target) { return (container, opener) }
    }
    throw TargetError.unknownKind
  }

  /// - Returns: the writer, and whether it makes a whole new container (and so needs the passthrough).
  private func makeWriter(
    of container: any Container, opener: any ContainerOpener, _ writeOptions: ContainerWriteOptions,
    sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> (any ContainerWriter, Bool) {
    if options.isDryRun {
      let refusal = options.output == nil && !options.onlyCounts ? container.refusalToChange : nil
      return (DryRunWriter(refusal: refusal, sink: sink), false)
    }
    if let output = options.output {
      guard let maker = openers.first(where: { $0.canCopy(container.kind, to: output) }) else {
        throw TargetError.cannotCopy(container.kind)
      }
      return (try maker.makeCopyWriter(of: container, to: output, writeOptions, sink: sink, warn: warn), true)
    }
    return (try container.makeWriter(writeOptions, sink: sink, warn: warn), container.rewritesWhole)
  }

  private func transfer(from reader: any ContainerReader, to writer: any ContainerWriter, stages: inout StageRecords)
    throws
  {
    let batches = ElementBatchReader(
      reader: reader, maximumCount: options.batchCount, maximumBytes: Self.batchBytes, shouldStop: shouldStop)
    let decider = decider
    var writeSeconds = 0.0
    defer { stages[.write].seconds += writeSeconds }
    try pool.run(
      read: { try batches.next().map { ($0, $0.bytes) } },
      work: { $0.decided(by: decider) },
      write: { elements in
        let began = clock.seconds()
        for element in elements { try writer.write(element) }
        writeSeconds += clock.seconds() - began
      })
  }
}
