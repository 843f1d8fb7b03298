import LosslessJSON
import UprevReport

/// Gathers, before a target's documents are decided, what migrations need to know of all of them.
///
/// What is known already is taken from where it is: from a file that the pipeline names, or from the record of an earlier run of
/// the same target. For the rest the target is read once more, or as often as migrations that gather follow each other.
struct TargetGathering {
  let plan: GatherPlan
  let formats: [Format]
  /// The name of the pipeline of each format.
  let pipelines: [String]
  let targets: [Int: FormatVersion]
  let limits: JSONReadingOptions
  /// Where values are remembered; nil: nowhere.
  let records: (any GatherRecords)?
  /// Whether what is gathered is recorded there.
  let isRecording: Bool
  /// Whether records of earlier runs are passed over.
  let gathersAgain: Bool
  let programs: (any ProgramRunner)?
  let pool: WorkerPool
  let batchCount: Int
  let shouldStop: @Sendable () -> Bool

  /// Bytes of text in one batch before it is handed on.
  private static let batchBytes = 1 << 20

  /// - Parameters:
  ///   - makeReader: reads the target from its beginning.
  ///   - note: takes the target's lines of the report.
  /// - Returns: what is known; empty where nothing gathers anything.
  /// - Throws: ``TargetError`` `gather-failed`, and what reading throws.
  func gather(
    _ target: JournalTarget?, makeReader: () throws -> any ContainerReader, note: (GatheredRecord) -> Void,
    warn: WarningSink
  ) throws -> GatheredTarget {
    var known: [GatherPlan.Key: GatheredFormat.Values] = [:]
    var lines: [GatherPlan.Key: GatheredRecord] = [:]
    // Those of which every document was seen, or need not be.
    var done: Set<GatherPlan.Key> = []
    for edge in plan.edges {
      guard let (values, line) = try recall(edge, target) else { continue }
      known[edge.key] = values
      lines[edge.key] = line
      done.insert(edge.key)
    }
    while true {
      let wanted = plan.next(known: done)
      if wanted.isEmpty { break }
      let results = try pass(wanted, done, known, target, makeReader)
      done.formUnion(wanted.map(\.key))
      for (edge, result) in zip(wanted, results) {
        // Of nothing, nothing is known: a document that arrives only now is rejected, and gathered by the next run.
        guard result.line.documents > 0 else { continue }
        known[edge.key] = result.values
        lines[edge.key] = result.line
        if let warning = result.warning { warn(warning) }
      }
    }
    for edge in plan.edges {
      if let line = lines[edge.key] { note(line) }
    }
    return gathered(known)
  }

  private func gathered(_ known: [GatherPlan.Key: GatheredFormat.Values]) -> GatheredTarget {
    var byFormat: [Int: [MigrationKey: GatheredFormat.Values]] = [:]
    for (key, values) in known { byFormat[key.format, default: [:]][key.ends] = values }
    return GatheredTarget(formats: byFormat.mapValues { GatheredFormat($0) })
  }

  // MARK: What is known already

  private func key(_ edge: GatherPlan.Edge, _ target: JournalTarget?) -> GatherKey? {
    target.map {
      GatherKey(
        target: $0.resolvedPath, pipeline: pipelines[edge.format], format: formats[edge.format].name,
        from: edge.migration.from.description, to: edge.migration.to.description, definition: edge.gathering.digest)
    }
  }

  private func recall(
    _ edge: GatherPlan.Edge, _ target: JournalTarget?
  ) throws -> (GatheredFormat.Values, GatheredRecord)? {
    if let given = edge.gathering.given, edge.gathering.programs.isEmpty {
      return (GatheredFormat.Values(shared: SharedGatheredValues(given)), line(edge, .given, given))
    }
    guard !gathersAgain, let records, let key = key(edge, target), let record = try records.record(key) else {
      return nil
    }
    // Not gathered anew: what is left at that version may be a part of what the values were gathered over.
    guard let json = try? IndexedJSON(scanning: JSONText(record.statistics)),
      var statistics = GatheredStatistics(documents: record.documents, json: json.root),
      statistics.covers(edge.gathering)
    else { throw TargetError.recordedValuesDamaged(edge.migration, formats[edge.format].name) }
    if let given = edge.gathering.given { statistics = given.with(programsOf: statistics) }
    let answers = edge.gathering.programs.isEmpty ? nil : RecordedAnswers(record: record)
    return (
      GatheredFormat.Values(shared: SharedGatheredValues(statistics), answers: answers),
      line(edge, .recorded, statistics)
    )
  }

  private func line(
    _ edge: GatherPlan.Edge, _ source: GatheredRecord.Source, _ statistics: GatheredStatistics
  ) -> GatheredRecord {
    GatheredRecord(
      format: formats[edge.format].name, from: edge.migration.from.reportValue, to: edge.migration.to.reportValue,
      source: source, documents: statistics.documents, statistics: statistics.report)
  }

  // MARK: A pass

  private struct EdgeResult {
    var values: GatheredFormat.Values
    var line: GatheredRecord
    var warning: WarningRecord?
  }

  private func pass(
    _ wanted: [GatherPlan.Edge], _ done: Set<GatherPlan.Key>, _ known: [GatherPlan.Key: GatheredFormat.Values],
    _ target: JournalTarget?, _ makeReader: () throws -> any ContainerReader
  ) throws -> [EdgeResult] {
    let decider = Decider(
      formats: formats, targets: targets, limits: limits, hashesUnlisted: false, gathered: gathered(known))
    let numbers = Dictionary(wanted.enumerated().map { ($1.key, $0) }) { first, _ in first }
    let work = GatherDecider(
      stages: decider.stages, wanted: numbers, unknown: Set(plan.edges.map(\.key)).subtracting(done),
      edges: wanted)
    var tallies = wanted.map { GatherDecider.EdgeTally($0.gathering) }
    let open = try openRecords(wanted, target)
    let sessions = GatherSessions(wanted, open, programs, formats)
    do {
      let batches = ElementBatchReader(
        reader: try makeReader(), maximumCount: batchCount, maximumBytes: Self.batchBytes, shouldStop: shouldStop)
      try pool.run(
        read: { try batches.next().map { ($0, $0.bytes) } },
        work: { work.gather($0.documents) },
        write: { part in
          for (edge, tally) in part.tallies { tallies[edge].merge(tally) }
          for line in part.lines { try sessions.give(line) }
        })
      return try conclude(wanted, tallies, sessions, open)
    } catch {
      sessions.end()
      for record in open { record?.abandon() }
      throw error
    }
  }

  private func conclude(
    _ wanted: [GatherPlan.Edge], _ tallies: [GatherDecider.EdgeTally], _ sessions: GatherSessions,
    _ open: [(any OpenGatherRecord)?]
  ) throws -> [EdgeResult] {
    // Everything is known to be right before anything is recorded.
    let statistics = try zip(wanted, tallies).map { edge, tally in try known(edge, tally) }
    try sessions.finish()
    var results: [EdgeResult] = []
    for (index, edge) in wanted.enumerated() {
      var shown = statistics[index]
      shown.statistics += sessions.shown(index)
      var values = GatheredFormat.Values(shared: SharedGatheredValues(shown))
      // Of nothing there is nothing to remember: documents that arrive later are the first.
      if let record = open[index], shown.documents > 0 {
        let complete = try record.complete(documents: shown.documents, statistics: shown.json)
        if !edge.gathering.programs.isEmpty { values.answers = RecordedAnswers(record: complete) }
      } else {
        open[index]?.abandon()
      }
      let isLost = !isRecording && edge.gathering.given == nil && shown.documents > 0 && warnsOfLoss
      results.append(
        EdgeResult(
          values: values, line: line(edge, .gathered, shown),
          warning: isLost ? .gatherNotRecorded(edge.migration, formats[edge.format].name) : nil))
    }
    return results
  }

  /// Whether the run changes something, so that values that are recorded nowhere matter.
  let warnsOfLoss: Bool

  private func known(_ edge: GatherPlan.Edge, _ tally: GatherDecider.EdgeTally) throws -> GatheredStatistics {
    if let given = edge.gathering.given { return given }
    var values: [GatheredStatistics.Value] = []
    for (statistic, found) in zip(edge.gathering.statistics, tally.tallies) {
      guard let text = found.value else {
        throw TargetError.tooManyDifferent(statistic.name, statistic.statistic, statistic.pointer)
      }
      values.append(
        GatheredStatistics.Value(
          name: statistic.name, statistic: statistic.statistic.word, pointer: statistic.pointer.description,
          taken: Int(clamping: found.taken), absent: Int(clamping: found.absent), other: Int(clamping: found.other),
          relativeError: found.relativeError, value: try IndexedJSON(scanning: JSONText(text)).root))
    }
    return GatheredStatistics(documents: tally.documents, statistics: values)
  }

  /// One for each migration that needs one: to be remembered, or because programs answer.
  private func openRecords(
    _ wanted: [GatherPlan.Edge], _ target: JournalTarget?
  ) throws -> [(any OpenGatherRecord)?] {
    var open: [(any OpenGatherRecord)?] = []
    do {
      for edge in wanted {
        let hasPrograms = !edge.gathering.programs.isEmpty
        if isRecording, let records, let key = key(edge, target), hasPrograms || edge.gathering.given == nil {
          open.append(try records.begin(key))
        } else if hasPrograms {
          open.append(try TemporaryGatherRecords().begin(key(edge, target) ?? .ofNothing))
        } else {
          open.append(nil)
        }
      }
    } catch {
      for record in open { record?.abandon() }
      throw error
    }
    return open
  }
}

extension ElementBatch {
  fileprivate var documents: [Document] {
    elements.compactMap { if case .document(let document) = $0 { document } else { nil } }
  }
}

extension GatheredStatistics {
  /// The same, with what is said of programs elsewhere.
  fileprivate func with(programsOf other: GatheredStatistics) -> GatheredStatistics {
    var result = self
    result.statistics += other.statistics.filter { $0.pointer == nil }
    return result
  }
}

extension GatherKey {
  /// For values that nobody looks up.
  fileprivate static let ofNothing = GatherKey(
    target: PathName(""), pipeline: "", format: "", from: "", to: "", definition: [])
}
