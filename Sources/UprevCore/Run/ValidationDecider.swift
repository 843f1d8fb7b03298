import JSONSchema
import LosslessJSON
import UprevReport

/// What `validate` does with documents: each is held against the schema of its own version, and left alone.
///
/// A document is `current` where its version is known and nothing forbids it, `newer` where its version is above the current one,
/// and `rejected` where it violates its schema, with `schema-violation`, or where its version cannot be told.
public struct ValidationDecider: DocumentDecider {
  private struct Stage: Sendable {
    let format: Format
    let options: JSONReadingOptions
  }

  private let stages: [Stage]
  /// Tells the version of a document: it knows the formats' versions, and has nothing to migrate by.
  private let detector: Decider
  private let violationLimit: Int
  private let check: SchemaCheck

  /// - Parameters:
  ///   - formats: the run's, in order; a document's reference is an index into them.
  ///   - violationLimit: violations of one document that are looked for.
  public init(
    formats: [Format], limits: JSONReadingOptions = .init(), violationLimit: Int = 1, hashesUnlisted: Bool = false
  ) {
    self.violationLimit = max(1, violationLimit)
    check = SchemaCheck(limit: max(1, violationLimit))
    stages = formats.map { format in
      var options = limits
      options.allowsNonFinite = format.allowsNonFinite
      return Stage(format: format, options: options)
    }
    detector = Decider(
      formats: formats.map { format in
        var format = format
        format.graph = MigrationGraph([], known: format.graph.knownVersions)
        return format
      }, limits: limits, hashesUnlisted: hashesUnlisted)
  }

  public func decide(_ document: Document) -> Decision {
    var decision = detector.decide(document)
    guard let format = document.reference.format, stages.indices.contains(format), let version = decision.from else {
      return decision
    }
    switch decision.outcome {
    case .rejected:
      // Without migrations, whatever is known and not current leads nowhere.
      guard decision.error?.code == .noMigrationPath else { return decision }
      decision.error = nil
      decision.outcome = .current
    case .current, .newer: break
    case .migrated, .unmatched, .skipped: return decision
    }
    validate(document, version, stages[format], &decision)
    return decision
  }

  private func validate(_ document: Document, _ version: FormatVersion, _ stage: Stage, _ decision: inout Decision) {
    if decision.outcome == .current { decision.to = version }
    guard let schema = stage.format.schemas[version] else {
      if decision.outcome == .current { decision.warnings.append(.noSchema(version, format: stage.format.name)) }
      return
    }
    let start = SystemClock().seconds()
    defer { decision.validateSeconds += SystemClock().seconds() - start }
    let text: IndexedJSON
    do {
      text = try IndexedJSON(scanning: document.text, options: stage.options)
    } catch {
      decision = decision.rejected(DocumentError(error))
      return
    }
    switch check(schema, text.root) {
    case .violations(let violations):
      guard let first = violations.first else { return }
      decision = decision.rejected(.schemaViolation(first, of: version, isResult: false))
      decision.violations = Array(violations.prefix(violationLimit))
    case .failed(let error):
      decision = decision.rejected(.undecidable(error, by: version, isResult: false))
    }
  }
}
