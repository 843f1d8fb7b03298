import LosslessJSON
import UprevReport

/// Fixtures that the schema of their own version refuses.
struct SchemaAcceptsRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.formats.flatMap { format, _, fixtures in
      fixtures.flatMap { fixture -> [FindingRecord] in
        // One that is no JSON is told by ``ReachesCurrentRule``.
        guard let schema = format.schemas[fixture.version],
          let document = try? IndexedJSON(scanning: fixture.text, options: format.readingOptions)
        else { return [] }
        switch context.check(schema, document.root) {
        case .violations(let violations): return violations.map { .schemaRefuses(fixture, $0, format: format.name) }
        case .failed(let error): return [.schemaLimit(fixture, error, format: format.name)]
        }
      }
    }
  }
}

extension Format {
  /// How its documents are read outside of a run, which has limits of its own.
  var readingOptions: JSONReadingOptions {
    JSONReadingOptions(allowsNonFinite: allowsNonFinite, maximumDepth: RunOptions.defaultMaximumDepth)
  }
}
