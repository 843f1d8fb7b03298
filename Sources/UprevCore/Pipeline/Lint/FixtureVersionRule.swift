import UprevReport

/// Fixtures whose text has another version than their name says.
struct FixtureVersionRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.formats.flatMap { format, _, fixtures in
      fixtures.compactMap { fixture in
        let found = context.trial.decide(fixture.text, of: format, to: format.current).from
        // One without a version is told by ``ReachesCurrentRule``, with the reason.
        guard let found, found != fixture.version else { return nil }
        return .fixtureVersion(fixture, found: found, format: format)
      }
    }
  }
}
