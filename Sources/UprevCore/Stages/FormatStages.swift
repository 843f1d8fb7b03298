import LosslessJSON
import UprevReport

/// A document that is to be migrated, as far as it is known.
struct PendingMigration: Sendable {
  var source: IndexedJSON
  var detection: Detection
  /// At least one.
  var path: [Migration]
  /// Nil where no gathered values belong to single documents.
  var key: DocumentKey?

  var hasSteps: Bool { path.contains { !$0.steps.isEmpty } }
}

/// The stages of one format, made ready once. A class, so that a document costs one reference and not a copy of all of it.
final class FormatStages: Sendable {
  let format: Format
  let options: JSONReadingOptions
  let detector: DetectVersion
  let migrate: Migrate
  let migrator: Migrator
  let validate: Validate

  /// - Parameter gathered: what was gathered for the format in the target at hand.
  init(_ format: Format, target: FormatVersion, limits: JSONReadingOptions, gathered: GatheredFormat? = nil) {
    self.format = format
    var options = limits
    options.allowsNonFinite = format.allowsNonFinite
    self.options = options
    detector = DetectVersion(rule: format.version)
    migrate = Migrate(graph: format.graph, current: format.current, target: target)
    migrator = Migrator(detector: detector, options: options, gathered: gathered)
    validate = Validate(schemas: format.schemas)
  }

  /// Everything before the migrations.
  ///
  /// - Returns: nil where the decision is final: nothing is to be migrated.
  func begin(_ text: JSONText, _ decision: inout Decision) -> PendingMigration? {
    decision.outcome = .rejected
    decision.bytesBefore = text.count
    do {
      let (source, detection, verdict) = try detect(text, &decision)
      switch verdict {
      case .current:
        decision.outcome = .current
        decision.to = detection.version
      case .newer:
        decision.outcome = .newer
        decision.warnings.append(
          .newerVersion(detection.version, current: format.current, format: format.name, at: decision.reference.path))
      case .migrate(let path):
        try check(source, detection.version, format.validation.before, .schemaViolationBefore, &decision)
        let isKeyed = migrator.gathered?.isOfDocuments ?? false
        return PendingMigration(
          source: source, detection: detection, path: path,
          key: isKeyed ? DocumentKey(path: decision.reference.path, text: text) : nil)
      }
    } catch {
      decision = decision.rejected(error)
    }
    return nil
  }

  /// The migrations, and everything behind them.
  func finish(_ pending: PendingMigration, _ decision: inout Decision) {
    let start = SystemClock().seconds()
    if pending.hasSteps {
      let outcomes = migrator.migrate([pending.source], keys: [pending.key], along: pending.path)
      decision.migrateSeconds = SystemClock().seconds() - start
      for outcome in outcomes { conclude(outcome, pending.path, &decision) }
    } else {
      let result = Result { () throws(DocumentError) in
        try migrator.migrate(pending.source, alongStepless: pending.path)
      }
      decision.migrateSeconds = SystemClock().seconds() - start
      conclude(Migrator.Outcome(result: result), pending.path, &decision)
    }
  }

  /// As ``finish(_:_:)`` for documents of one version, which are migrated together: each has its share of the time.
  func finish(_ members: [(index: Int, pending: PendingMigration)], _ decisions: inout [Decision]) {
    guard let path = members.first?.pending.path else { return }
    let start = SystemClock().seconds()
    let outcomes = migrator.migrate(members.map(\.pending.source), keys: members.map(\.pending.key), along: path)
    let seconds = (SystemClock().seconds() - start) / Double(members.count)
    for (member, outcome) in zip(members, outcomes) {
      decisions[member.index].migrateSeconds = seconds
      conclude(outcome, path, &decisions[member.index])
    }
  }

  private func conclude(_ outcome: Migrator.Outcome, _ path: [Migration], _ decision: inout Decision) {
    decision.warnings += outcome.notes.map(\.warning)
    do {
      let document = try outcome.result.get()
      try check(document, migrate.routes.goal, format.validation.after, .schemaViolationAfter, &decision)
      decision.outcome = .migrated
      decision.to = migrate.routes.goal
      decision.migrations = path.map { MigrationRecord(from: $0.from.reportValue, to: $0.to.reportValue) }
      decision.replacement = document.text
    } catch {
      decision = decision.rejected(error)
    }
  }

  private func detect(
    _ text: JSONText, _ decision: inout Decision
  ) throws(DocumentError) -> (IndexedJSON, Detection, VersionVerdict) {
    let start = SystemClock().seconds()
    defer { decision.detectSeconds = SystemClock().seconds() - start }
    let source: IndexedJSON
    do {
      source = try IndexedJSON(scanning: text, options: options)
    } catch {
      throw DocumentError(error)
    }
    let detection = try detector.detect(source)
    decision.from = detection.version
    return (source, detection, try migrate.verdict(detection, format.version))
  }

  private func check(
    _ document: IndexedJSON, _ version: FormatVersion, _ action: ValidationPolicy.Action, _ warning: WarningCode,
    _ decision: inout Decision
  ) throws(DocumentError) {
    guard action != .off else { return }
    let start = SystemClock().seconds()
    defer { decision.validateSeconds += SystemClock().seconds() - start }
    let isResult = warning == .schemaViolationAfter
    guard let violation = try validate.violation(in: document, of: version, isResult: isResult) else { return }
    let error = DocumentError.schemaViolation(violation, of: version, isResult: isResult)
    if action == .reject { throw error }
    decision.warnings.append(
      WarningRecord(code: warning, message: error.report.message, path: decision.reference.path))
  }
}
