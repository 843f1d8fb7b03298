import LosslessJSON
import UprevReport

/// Migrating twice equals once: the result is migrated no further, and the same text gives the same result again.
struct RepeatableRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.triedFormats.flatMap { format, _, fixtures in
      fixtures.compactMap { fixture in
        let first = context.trial.decide(fixture.text, of: format, to: format.current)
        guard let result = first.result(of: fixture.text) else { return nil }
        let second = context.trial.decide(result, of: format, to: format.current)
        if second.result(of: result) != result {
          return .changesAgain(fixture, second.error, format: format)
        }
        let again = context.trial.decide(fixture.text, of: format, to: format.current)
        return again.result(of: fixture.text) == result ? nil : .comesOutDifferently(fixture, format: format)
      }
    }
  }
}
