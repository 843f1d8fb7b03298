import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Paths that a batch has met")
struct MetPathsTests {
  private static func decider(_ format: String, files: [String: String] = [:]) throws -> Decider {
    Decider(formats: try TestPipeline.format(format, files: files).load().formats)
  }

  private static func document(_ text: String) -> Document {
    Document(
      reference: DocumentReference(path: PathName("a.json"), format: 0), text: JSONText(text), origin: TestOrigin())
  }

  @Test("Documents of one batch are decided as each alone, whichever versions the batch has met")
  func manyVersions() throws {
    let edges = (1..<20).map { "{from: \($0), to: \($0 + 1)}" }.joined(separator: ", ")
    let decider = try Self.decider("version: {at: /v, type: integer}\ncurrent: 20\nmigrations: [\(edges)]")
    // More versions than a batch remembers, each met again, in two orders; some are newer, current or unknown.
    let versions = Array(-1...22) + (0...21).reversed() + [7, 7, 3, 20, 3]
    let documents = versions.map { Self.document("{\"v\": \($0)}") }
    let decisions = decider.decide(documents)
    #expect(decisions.count == documents.count)
    for (decision, document) in zip(decisions, documents) {
      let alone = decider.decide(document)
      #expect(decision.outcome == alone.outcome && decision.replacementText == alone.replacementText)
      #expect(decision.from == alone.from && decision.to == alone.to && decision.migrations == alone.migrations)
      #expect(decision.error?.report == alone.error?.report && decision.warnings == alone.warnings)
    }
  }

  @Test("Of equal versions that are written differently each document is told its own")
  func equalVersions() throws {
    let decider = try Self.decider(
      "version: {at: /v, type: semver}\ncurrent: \"2.0.0\"\nmigrations: [{from: \"1.0.0\", to: \"2.0.0\"}]\n"
        + "validate: {before: reject}\nschemas: {\"1.0.0\": a.json}",
      files: ["a.json": #"{"required": ["a"]}"#])
    let documents = ["1.0.0+x", "1.0.0+y"].map { Self.document("{\"v\": \"\($0)\"}") }
    let messages = decider.decide(documents).map { $0.error?.report.message ?? "" }
    #expect(messages[0].contains("1.0.0+x") && !messages[0].contains("1.0.0+y"), "\(messages)")
    #expect(messages[1].contains("1.0.0+y") && !messages[1].contains("1.0.0+x"), "\(messages)")
  }
}
