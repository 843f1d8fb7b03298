import LosslessJSON
import UprevReport

extension Decider {
  /// What a run would do with a document, stage by stage.
  public func explain(_ document: Document) -> Explanation {
    let decision = decide(document)
    var explanation = Explanation(detection: nil, changes: [], checks: [], decision: decision)
    guard let format = document.reference.format, stages.indices.contains(format) else { return explanation }
    let stage = stages[format]
    guard let source = try? IndexedJSON(scanning: document.text, options: stage.options),
      let detection = try? stage.detector.detect(source)
    else { return explanation }
    explanation.detection = detection.value.map { "\($0.pointer): \(detection.version)" } ?? "\(detection.version)"
    check(source, of: detection.version, isResult: false, stage, &explanation)
    guard decision.outcome != .newer, let path = stage.migrate.routes.path(from: detection.version) else {
      return explanation
    }
    var current = Migrator.Migrated(document: source, detection: detection)
    for migration in path {
      guard let next = try? stage.migrator.migrate(current.document, current.detection, along: [migration]) else {
        return explanation
      }
      explanation.changes.append(
        Explanation.Change(
          migration: MigrationRecord(from: migration.from.reportValue, to: migration.to.reportValue), step: nil,
          name: "version \(migration.to)", before: current.document.text, after: next.document.text))
      current = next
    }
    if !path.isEmpty { check(current.document, of: stage.migrate.routes.goal, isResult: true, stage, &explanation) }
    return explanation
  }

  private func check(
    _ document: IndexedJSON, of version: FormatVersion, isResult: Bool, _ stage: FormatStages,
    _ explanation: inout Explanation
  ) {
    explanation.checks.append(
      Explanation.Check(
        version: version, isResult: isResult,
        violations: stage.format.schemas[version]?.validate(document.root, limit: 100)))
  }
}
