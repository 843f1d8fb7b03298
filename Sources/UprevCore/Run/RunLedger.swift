import UprevReport

/// What a run remembers while it goes on: it counts, writes the report's lines as they become final, and tells the observer.
/// Used on the thread that executes the run.
final class RunLedger {
  private let options: RunOptions
  private let formatName: (Int) -> String?
  private var report: ReportWriter?
  private let observer: (any RunObserver)?
  private(set) var summary = Summary()
  private(set) var targets: [TargetRecord] = []
  private(set) var warnings = WarningList()
  private(set) var stages = StageRecords()
  /// What is told once: the versions without a schema that were met, no more than the pipelines know, and what programs said, up
  /// to ``mostTold``.
  private var told: Set<WarningRecord> = []
  private static let mostTold = 1000
  /// What went wrong with the report itself; the first error is kept, and nothing more is written.
  private(set) var reportError: (any Error)?

  /// Bytes of a version that a report repeats; a hostile document's can be as long as the document.
  private static let maximumVersionLength = 1024

  /// - Parameter formatName: a format's name, by the number that decisions carry.
  init(options: RunOptions, formatName: @escaping (Int) -> String?, observer: (any RunObserver)?) {
    self.options = options
    self.formatName = formatName
    self.observer = observer
  }

  convenience init(options: RunOptions, formats: [Format], observer: (any RunObserver)?) {
    self.init(
      options: options, formatName: { formats.indices.contains($0) ? formats[$0].name : nil }, observer: observer)
  }

  /// Whether `newer` and `unmatched` count as failures.
  var isStrict: Bool { options.isStrict }

  /// Whether something was left undone because the run was asked to stop. A signal that comes when all is done stops nothing.
  var hasInterruptedTarget: Bool { targets.contains { $0.error?.code == .interrupted } }

  /// Begins the report.
  func begin(_ header: ReportHeader, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    do { report = try ReportWriter(header, sink: sink) } catch { reportError = error }
  }

  func record(_ decision: Decision, in target: PathName) {
    let format = decision.reference.format.flatMap(formatName)
    let isListed = Self.isListed(decision.outcome)
    stages.add(decision)
    if isListed || options.listsEveryDocument {
      let record = DocumentRecord(
        target: target, path: decision.reference.path, format: format, outcome: decision.outcome,
        from: decision.from?.reportValue, to: decision.to?.reportValue, migrations: decision.migrations,
        bytesBefore: decision.bytesBefore, bytesAfter: decision.bytesAfter, sha256Before: decision.sha256Before,
        sha256After: decision.sha256After, error: decision.error?.report)
      summary.add(record)
      if !options.onlyCounts { list(record) }
    } else {
      // Most documents of most nights: only counted.
      summary.add(
        1, decision.outcome, format: format, from: decision.from?.reportValue, bytesRead: decision.bytesBefore ?? 0)
    }
    observer?.decided(decision, format: format, in: target)
    for warning in decision.warnings { warn(warning, in: target) }
  }

  private func list(_ record: DocumentRecord) {
    guard let version = record.from, version.key.utf8.count > Self.maximumVersionLength else {
      return writing { try $0.add(record) }
    }
    var shortened = record
    shortened.from = nil
    writing { try $0.add(shortened) }
  }

  /// What is known of the documents of an archive.
  func record(_ count: KnownArchive.Count, version: FormatVersion?) {
    let format = count.format.flatMap(formatName)
    summary.add(
      count.documents, count.outcome, format: format, from: version?.reportValue, bytesRead: count.bytes)
    let wasRead = count.outcome == .current ? count.documents : 0
    stages.add(.discover, items: count.documents, seconds: 0)
    stages.add(.read, items: wasRead, seconds: 0)
    stages.add(.detect, items: wasRead, seconds: 0)
  }

  /// A warning that is about no document in particular is taken once.
  func warn(_ warning: WarningRecord, in target: PathName) {
    if warning.code == .noSchema, !told.insert(warning).inserted { return }
    if warning.code == .programSaid {
      if told.contains(warning) { return }
      if told.count < Self.mostTold { told.insert(warning) }
    }
    warnings.add(warning)
    observer?.warned(warning, in: target)
  }

  /// Takes a warning that is about no target, and that was said already.
  func note(_ warning: WarningRecord) {
    warnings.add(warning)
  }

  /// Takes a target's line, and the time that its reader and writer took.
  func end(_ target: TargetRecord, _ spent: StageRecords = StageRecords()) {
    targets.append(target)
    for stage in UprevReport.Stage.allCases { stages.add(stage, items: 0, seconds: spent[stage].seconds) }
    observer?.ended(target)
  }

  func writing(_ body: (ReportWriter) throws -> Void) {
    guard let report, reportError == nil else { return }
    do { try body(report) } catch { reportError = error }
  }

  private static func isListed(_ outcome: Outcome) -> Bool {
    switch outcome {
    case .migrated, .newer, .rejected: true
    case .current, .unmatched, .skipped: false
    }
  }
}

extension StageRecords {
  /// Counts the stages that a document came out of, and the time that workers spent on it.
  fileprivate mutating func add(_ decision: Decision) {
    let wasRead = decision.sha256Before != nil || decision.from != nil
    let isMigrated = decision.outcome == .migrated ? 1 : 0
    add(.discover, items: 1, seconds: 0)
    add(.read, items: wasRead ? 1 : 0, seconds: 0)
    add(.detect, items: decision.from == nil ? 0 : 1, seconds: decision.detectSeconds)
    add(.migrate, items: isMigrated, seconds: decision.migrateSeconds)
    // A document that only stayed as it is went through this stage where it was held against a schema.
    let isValidated = isMigrated == 1 || decision.outcome == .current && decision.validateSeconds > 0
    add(.validate, items: isValidated ? 1 : 0, seconds: decision.validateSeconds)
    add(.write, items: isMigrated, seconds: 0)
  }
}
