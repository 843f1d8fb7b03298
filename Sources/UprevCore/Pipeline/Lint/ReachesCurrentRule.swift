import UprevReport

/// Fixtures that a run would not bring to the current version.
struct ReachesCurrentRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.triedFormats.flatMap { format, _, fixtures in
      fixtures.compactMap { fixture in
        let decision = context.trial.decide(fixture.text, of: format, to: format.current)
        if decision.outcome == .newer { return .fixtureNewer(fixture, format: format) }
        if let error = decision.error { return .fixtureRejected(fixture, error, format: format) }
        return nil
      }
    }
  }
}
