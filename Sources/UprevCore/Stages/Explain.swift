import JSONSchema
import LosslessJSON
import UprevReport

extension Decider {
  /// What ``decide(_:)-(Document)`` decides about a document, and everything on the way there: each step's texts, and each
  /// check against a schema, also where the pipeline asks for none.
  public func explain(_ document: Document) -> Explanation {
    var explanation = Explanation(detection: nil, changes: [], checks: [], decision: decide(document))
    guard let stages = stages(of: document),
      let source = try? IndexedJSON(scanning: document.text, options: stages.options)
    else { return explanation }
    let detection: Detection
    do {
      detection = try stages.detector.detect(source)
    } catch {
      explanation.detection = error.report.message
      return explanation
    }
    explanation.detection = Explanation.words(detection, stages.format.version)
    explanation.checks.append(stages.check(source, of: detection.version, isResult: false))
    guard case .migrate(let path) = try? stages.migrate.verdict(detection, stages.format.version) else {
      return explanation
    }
    let (changes, result) = stages.migrator.explain(
      source, key: DocumentKey(path: document.reference.path, text: document.text), along: path)
    explanation.changes = changes
    if let result {
      explanation.checks.append(stages.check(result, of: stages.migrate.routes.goal, isResult: true))
    }
    return explanation
  }
}

extension FormatStages {
  /// Violations that are shown of one document; a person reads no more, and each costs a look through the text.
  private static let mostViolations = 100

  fileprivate func check(_ document: IndexedJSON, of version: FormatVersion, isResult: Bool) -> Explanation.Check {
    var check = Explanation.Check(version: version, isResult: isResult)
    do {
      check.violations = try format.schemas[version]?.validate(document.root, limit: Self.mostViolations)
    } catch {
      check.error = .undecidable(error, by: version, isResult: isResult)
    }
    return check
  }
}

extension Migrator {
  /// - Returns: the changes up to the first failure, and the result where there is none.
  fileprivate func explain(
    _ document: IndexedJSON, key: DocumentKey?, along path: [Migration]
  ) -> (changes: [Explanation.Change], result: IndexedJSON?) {
    var changes: [Explanation.Change] = []
    let size = document.text.count
    var document = document
    for migration in path {
      let record = MigrationRecord(from: migration.from.reportValue, to: migration.to.reportValue)
      var values: [GatheredValues]?
      if migration.needsGathered {
        guard let gathered = try? gathered?.values(for: migration, of: key) else { return (changes, nil) }
        values = [gathered]
      }
      var batch = StepBatch([document], options: options, sizes: [size], gathered: values)
      for (number, step) in migration.steps.enumerated() {
        let before = batch.items[0].document.text
        batch.perform(step)
        if batch.items[0].failure != nil { return (changes, nil) }
        changes.append(
          Explanation.Change(
            migration: record, step: number, name: step.name, before: before, after: batch.items[0].document.text))
      }
      let before = batch.items[0].document
      let stamp = JSONFragment(version: migration.to)
      guard let finished = try? finish(before, migration, stamp).document else { return (changes, nil) }
      document = finished
      if let pointer = detector.rule.pointer {
        changes.append(
          Explanation.Change(
            migration: record, step: nil, name: Explanation.words(writing: migration.to, at: pointer),
            before: before.text, after: document.text))
      }
    }
    return (changes, document)
  }
}
