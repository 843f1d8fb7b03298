import LosslessJSON
import UprevReport

/// Takes texts through the stages of one format, as a run takes a batch of documents, without a run.
struct FormatTrial: Sendable {
  /// A format, texts that it claims, and the version to bring them to: a decision for each text, in the same order.
  typealias Body = @Sendable (Format, [JSONText], FormatVersion) -> [Decision]

  var body: Body

  init(_ body: @escaping Body) { self.body = body }

  /// - Parameter gathered: what migrations would have gathered, by the name of the format.
  init(gathered: [String: GatheredFormat] = [:]) {
    body = { format, texts, target in
      var found = GatheredTarget()
      found.formats[0] = gathered[format.name]
      let decider = Decider(
        formats: [format], targets: [0: target], limits: .init(), hashesUnlisted: false, gathered: found)
      return decider.decide(
        texts.map { text in
          Document(reference: DocumentReference(path: PathName(""), format: 0), text: text, origin: NoOrigin())
        })
    }
  }

  init(of pipeline: Pipeline, _ folder: FixtureFolder) {
    var gathered: [String: GatheredFormat] = [:]
    for (index, format) in folder.gathered where pipeline.formats.indices.contains(index) {
      gathered[pipeline.formats[index].name] = format
    }
    self.init(gathered: gathered)
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
