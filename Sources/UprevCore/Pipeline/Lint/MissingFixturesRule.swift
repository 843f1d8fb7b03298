import UprevReport

/// Formats whose migrations no fixture shows at work.
struct MissingFixturesRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.formats.filter { !$0.format.graph.migrations.isEmpty && $0.fixtures.isEmpty }.map { format, outline, _ in
      .missingFixtures(format: format.name, subject.pipeline.file, at: outline.mark)
    }
  }
}
