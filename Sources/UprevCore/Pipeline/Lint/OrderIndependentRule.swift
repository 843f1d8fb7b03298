import LosslessJSON
import UprevReport

/// What becomes of a document must not depend on those that travel with it: alone, in one batch and in a batch in reverse it
/// comes out the same.
struct OrderIndependentRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.triedFormats.flatMap { format, _, fixtures -> [FindingRecord] in
      let texts = fixtures.map(\.text)
      guard texts.count > 1 else { return [] }
      let together = context.trial.decide(texts, of: format, to: format.current)
      let reversed = Array(context.trial.decide(texts.reversed(), of: format, to: format.current).reversed())
      guard together.count == texts.count, reversed.count == texts.count else {
        return fixtures.prefix(1).map { .orderDependent($0, format: format.name) }
      }
      return fixtures.indices.compactMap { index in
        let alone = outcome(context.trial.decide(texts[index], of: format, to: format.current))
        // What comes out differently each time is told by ``RepeatableRule``.
        let again = outcome(context.trial.decide(texts[index], of: format, to: format.current))
        guard alone == again else { return nil }
        let isSame = outcome(together[index]) == alone && outcome(reversed[index]) == alone
        return isSame ? nil : .orderDependent(fixtures[index], format: format.name)
      }
    }
  }

  private func outcome(_ decision: Decision) -> DecidedText {
    DecidedText(outcome: decision.outcome, text: decision.replacement, error: decision.error)
  }
}

/// What a decision says of a text.
private struct DecidedText: Equatable {
  var outcome: Outcome
  var text: JSONText?
  var error: DocumentError?
}
