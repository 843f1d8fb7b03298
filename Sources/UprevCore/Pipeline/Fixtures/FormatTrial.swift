import LosslessJSON
import UprevReport

/// Takes texts through the stages of one format, as a run takes a batch of documents, without a run.
struct FormatTrial: Sendable {
  /// A format, texts that it claims, and the version to bring them to: a decision for each text, in the same order.
  typealias Body = @Sendable (Format, [JSONText], FormatVersion) -> [Decision]

  var body: Body = { format, texts, target in
    let decider = Decider(formats: [format], targets: [0: target])
    return decider.decide(
      texts.map { text in
        Document(reference: DocumentReference(path: PathName(""), format: 0), text: text, origin: NoOrigin())
      })
  }

  func decide(_ texts: [JSONText], of format: Format, to target: FormatVersion) -> [Decision] {
    body(format, texts, target)
  }

  /// The same for one text.
  func decide(_ text: JSONText, of format: Format, to target: FormatVersion) -> Decision {
    decide([text], of: format, to: target).first
      ?? Decision(reference: DocumentReference(path: PathName(""), format: 0), outcome: .skipped)
  }
}

/// Of a document that no container holds.
struct NoOrigin: DocumentOrigin {}

extension Decision {
  /// The text that a document has afterwards; nil where it is not brought to the version asked for.
  func result(of source: JSONText) -> JSONText? {
    switch outcome {
    case .migrated: replacement
    case .current: source
    case .newer, .rejected, .unmatched, .skipped: nil
    }
  }
}
