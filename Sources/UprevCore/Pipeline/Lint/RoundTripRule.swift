import LosslessJSON
import UprevReport

/// Up and down again: where migrations lead back to a fixture's version, what comes back should be the fixture's text.
struct RoundTripRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.triedFormats.flatMap { format, _, fixtures in
      var unchecked = format
      unchecked.validation = ValidationPolicy(before: .off, after: .off)
      return fixtures.compactMap { check($0, of: unchecked, context) }
    }
  }

  /// The first version on the way to the current one from which the way back loses something.
  private func check(_ fixture: Fixture, of format: Format, _ context: LintContext) -> FindingRecord? {
    for edge in format.graph.path(from: fixture.version, to: format.current) ?? [] {
      guard let back = format.graph.path(from: edge.to, to: fixture.version), !back.isEmpty,
        let up = context.trial.decide(fixture.text, of: format, to: edge.to).result(of: fixture.text)
      else { continue }
      let down = context.trial.decide(up, of: format, to: fixture.version)
      guard let result = down.result(of: up) else {
        return .wayBackFails(fixture, through: edge.to, down.error, format: format.name)
      }
      if result == fixture.text { continue }
      let differences = JSONDifference.all(fixture.text, result, format.readingOptions)
      return .roundTripLoss(fixture, through: edge.to, differences, format: format.name)
    }
    return nil
  }
}
