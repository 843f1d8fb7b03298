import UprevReport

/// Versions without a schema: `validate` has nothing to hold their documents against.
struct MissingSchemaRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.formats.flatMap { format, outline, _ in
      format.graph.knownVersions.filter { format.schemas[$0] == nil }.map { version in
        .missingSchema(version, format: format.name, subject.pipeline.file, at: outline.mark)
      }
    }
  }
}
