import LosslessJSON
import UprevReport

/// The whole middle of a run: from one document to what becomes of it. Pure, total, without input or output.
public struct Decider: Sendable {
  private let stages: [FormatStages]
  private let hashesUnlisted: Bool

  /// - Parameters:
  ///   - formats: the run's, in order; a document's reference is an index into them.
  ///   - targets: by format index the version to bring documents to, where it is not the format's current one.
  ///   - limits: depth and size of documents; whether numbers may be non-finite is each format's own business.
  ///   - hashesUnlisted: whether documents that a report leaves out unless asked (`current`) are hashed too.
  public init(
    formats: [Format], targets: [Int: FormatVersion] = [:], limits: JSONReadingOptions = .init(),
    hashesUnlisted: Bool = false
  ) {
    stages = formats.enumerated().map { index, format in
      FormatStages(format, target: targets[index] ?? format.current, limits: limits)
    }
    self.hashesUnlisted = hashesUnlisted
  }

  /// What becomes of a document. It never fails: whatever is wrong with the document is in the decision.
  public func decide(_ document: Document) -> Decision {
    guard let format = document.reference.format, stages.indices.contains(format) else {
      return Decision(reference: document.reference, outcome: .unmatched)
    }
    var decision = Decision(reference: document.reference, outcome: .rejected)
    decision.bytesBefore = document.text.count
    do {
      try stages[format].run(document.text, &decision)
    } catch {
      decision = decision.rejected(error)
    }
    if decision.outcome != .current || hashesUnlisted {
      decision.sha256Before = document.text.withUnsafeBytes { SHA256.hash($0) }
    }
    if let replacement = decision.replacement {
      decision.bytesAfter = replacement.count
      decision.sha256After = replacement.withUnsafeBytes { SHA256.hash($0) }
    }
    return decision
  }
}

/// The stages of one format, made ready once. A class, so that a document costs one reference and not a copy of all of it.
private final class FormatStages: Sendable {
  let format: Format
  let options: JSONReadingOptions
  let detector: DetectVersion
  let migrate: Migrate
  let migrator: Migrator
  let validate: Validate

  init(_ format: Format, target: FormatVersion, limits: JSONReadingOptions) {
    self.format = format
    var options = limits
    options.allowsNonFinite = format.allowsNonFinite
    self.options = options
    detector = DetectVersion(rule: format.version)
    migrate = Migrate(graph: format.graph, current: format.current, target: target)
    migrator = Migrator(detector: detector, options: options)
    validate = Validate(schemas: format.schemas)
  }

  func run(_ text: JSONText, _ decision: inout Decision) throws(DocumentError) {
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
      let result = try migrate(source, detection, along: path, &decision)
      try check(result, migrate.routes.goal, format.validation.after, .schemaViolationAfter, &decision)
      decision.outcome = .migrated
      decision.to = migrate.routes.goal
      decision.migrations = path.map { MigrationRecord(from: $0.from.reportValue, to: $0.to.reportValue) }
      decision.replacement = result.text
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

  private func migrate(
    _ source: IndexedJSON, _ detection: Detection, along path: [Migration], _ decision: inout Decision
  ) throws(DocumentError) -> IndexedJSON {
    let start = SystemClock().seconds()
    defer { decision.migrateSeconds = SystemClock().seconds() - start }
    return try migrator.migrate(source, detection, along: path).document
  }

  private func check(
    _ document: IndexedJSON, _ version: FormatVersion, _ action: ValidationPolicy.Action, _ warning: WarningCode,
    _ decision: inout Decision
  ) throws(DocumentError) {
    guard action != .off else { return }
    let start = SystemClock().seconds()
    defer { decision.validateSeconds += SystemClock().seconds() - start }
    guard let violation = try validate.violation(in: document, of: version) else { return }
    let error = DocumentError.schemaViolation(violation, of: version, isResult: warning == .schemaViolationAfter)
    if action == .reject { throw error }
    decision.warnings.append(
      WarningRecord(code: warning, message: error.report.message, path: decision.reference.path))
  }
}
