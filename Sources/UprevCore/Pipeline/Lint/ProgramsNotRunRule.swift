import UprevReport

/// Formats whose migrations were not tried, because programs are not allowed.
struct ProgramsNotRunRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    guard !subject.allowsPrograms else { return [] }
    return subject.formats.filter { $0.format.runsProgramsInSteps && !$0.fixtures.isEmpty }.map { format, outline, _ in
      .programsNotRun(format: format.name, subject.pipeline.file, at: outline.mark)
    }
  }
}

extension Format {
  /// Whether trying a migration on a fixture runs a program.
  var runsProgramsInSteps: Bool { graph.migrations.contains { $0.steps.contains(where: \.runsPrograms) } }
}
