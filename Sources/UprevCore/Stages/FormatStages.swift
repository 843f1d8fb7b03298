import JSONSchema
import LosslessJSON
import UprevReport

/// A document that is to be migrated, as far as it is known.
struct PendingMigration: Sendable {
  var source: IndexedJSON
  var path: MigrationPath
  /// Nil where no gathered values belong to single documents.
  var key: DocumentKey?
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
  /// - Parameter met: the paths of documents before this one.
  /// - Returns: nil where the decision is final: nothing is to be migrated.
  func begin(_ text: JSONText, _ decision: inout Decision, _ met: inout MetPaths) -> PendingMigration? {
    decision.outcome = .rejected
    decision.bytesBefore = text.count
    do {
      let (source, version, path) = try detect(text, &decision, &met)
      if let path {
        // Equal versions may be written differently: the document's own is told.
        try check(source, version, path.before, format.validation.before, .schemaViolationBefore, &decision)
        let isKeyed = migrator.gathered?.isOfDocuments ?? false
        return PendingMigration(
          source: source, path: path, key: isKeyed ? DocumentKey(path: decision.reference.path, text: text) : nil)
      }
      if decision.outcome == .current {
        decision.to = version
      } else {
        decision.warnings.append(
          .newerVersion(version, current: format.current, format: format.name, at: decision.reference.path))
      }
    } catch {
      decision = decision.rejected(error)
    }
    return nil
  }

  /// The migrations, and everything behind them.
  func finish(_ pending: PendingMigration, _ decision: inout Decision) {
    let start = SystemClock().seconds()
    if pending.path.hasSteps {
      let outcomes = migrator.migrate([pending.source], keys: [pending.key], along: pending.path.migrations)
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
    let outcomes = migrator.migrate(
      members.map(\.pending.source), keys: members.map(\.pending.key), along: path.migrations)
    let seconds = (SystemClock().seconds() - start) / Double(members.count)
    for (member, outcome) in zip(members, outcomes) {
      decisions[member.index].migrateSeconds = seconds
      conclude(outcome, path, &decisions[member.index])
    }
  }

  private func conclude(_ outcome: Migrator.Outcome, _ path: MigrationPath, _ decision: inout Decision) {
    if !outcome.notes.isEmpty { decision.warnings += outcome.notes.map(\.warning) }
    do {
      let document = try outcome.result.get()
      try check(document, migrate.routes.goal, path.after, format.validation.after, .schemaViolationAfter, &decision)
      decision.outcome = .migrated
      decision.to = migrate.routes.goal
      decision.migrations = path.records
      decision.replacement = document.text
    } catch {
      decision = decision.rejected(error)
    }
  }

  /// - Returns: the path is nil where nothing is to be migrated; the outcome says why.
  private func detect(
    _ text: JSONText, _ decision: inout Decision, _ met: inout MetPaths
  ) throws(DocumentError) -> (IndexedJSON, FormatVersion, MigrationPath?) {
    let start = SystemClock().seconds()
    defer { decision.detectSeconds = SystemClock().seconds() - start }
    let source: IndexedJSON
    do {
      source = try IndexedJSON(scanning: text, options: options)
    } catch {
      throw DocumentError(error)
    }
    let detection = try detector.detect(source)
    let version = detection.version
    decision.from = version
    if let path = met.path(from: version) { return (source, version, path) }
    switch try migrate.verdict(detection, format.version) {
    case .current: decision.outcome = .current
    case .newer: decision.outcome = .newer
    case .migrate(let migrations):
      let path = MigrationPath(
        migrations, from: version, before: validate.schemas[version], after: validate.schemas[migrate.routes.goal])
      met.add(path)
      return (source, version, path)
    }
    return (source, version, nil)
  }

  private func check(
    _ document: IndexedJSON, _ version: FormatVersion, _ schema: Schema?, _ action: ValidationPolicy.Action,
    _ warning: WarningCode, _ decision: inout Decision
  ) throws(DocumentError) {
    guard action != .off else { return }
    let start = SystemClock().seconds()
    defer { decision.validateSeconds += SystemClock().seconds() - start }
    let isResult = warning == .schemaViolationAfter
    guard let violation = try validate.violation(in: document, by: schema, of: version, isResult: isResult) else {
      return
    }
    let error = DocumentError.schemaViolation(violation, of: version, isResult: isResult)
    if action == .reject { throw error }
    decision.warnings.append(
      WarningRecord(code: warning, message: error.report.message, path: decision.reference.path))
  }
}
