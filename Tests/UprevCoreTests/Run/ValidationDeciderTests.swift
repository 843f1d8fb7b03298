import JSONSchema
import LosslessJSON
import Testing
import UprevReport

@testable import UprevCore

@Suite("What validate says of a document")
struct ValidationDeciderTests {
  private static func format() throws -> Format {
    try TestPipeline.format(
      """
      version: {at: /version, type: integer, missing: 1}
      current: 3
      migrations:
        - {from: 1, to: 2}
        - {from: 2, to: 3}
      schemas: {1: one.json, 3: three.json}
      """,
      files: [
        "one.json": "{\"required\": [\"a\"], \"properties\": {\"a\": {\"type\": \"string\"}, "
          + "\"slow\": {\"pattern\": \"^((a|a)*)*$\"}}}",
        "three.json": "{\"required\": [\"b\", \"c\", \"d\"]}",
      ]
    ).load().formats[0]
  }

  private func decide(_ text: String, limit: Int = 1) throws -> Decision {
    let decider = ValidationDecider(formats: [try Self.format()], violationLimit: limit)
    let reference = DocumentReference(path: PathName("a.json"), format: 0)
    return decider.decide(Document(reference: reference, text: JSONText(text), origin: NoOrigin()))
  }

  @Test(
    "Each document is held against the schema of its own version",
    arguments: [
      ("{\"a\": \"x\"}", Outcome.current, nil), ("{\"a\": 1}", .rejected, .schemaViolation),
      ("{\"version\": 1, \"a\": \"x\"}", .current, nil), ("{\"version\": 2}", .current, nil),
      ("{\"version\": 3, \"b\": 1, \"c\": 1, \"d\": 1}", .current, nil),
      ("{\"version\": 3}", .rejected, .schemaViolation), ("{\"version\": 4}", .newer, nil),
      ("{\"version\": 0}", .rejected, .unknownVersion), ("{\"version\": \"1\"}", .rejected, .invalidVersion),
      ("{", .rejected, .invalidJSON), ("{\"a\": NaN}", .rejected, .invalidJSON),
    ] as [(String, Outcome, ErrorCode?)])
  func outcomes(text: String, outcome: Outcome, code: ErrorCode?) throws {
    let decision = try decide(text)
    #expect(decision.outcome == outcome)
    #expect(decision.error?.code == code)
    #expect(decision.replacement == nil && decision.migrations.isEmpty)
    #expect(decision.bytesBefore == text.utf8.count)
    if outcome == .current { #expect(decision.to == decision.from && decision.from != nil) }
  }

  @Test("A version without a schema is told, and the same words stand for all of its documents")
  func noSchema() throws {
    let first = try decide("{\"version\": 2}").warnings
    #expect(first.map(\.code) == [.noSchema])
    #expect(try decide("{\"version\": 2, \"x\": 1}").warnings == first)
    #expect(try decide("{\"version\": 1, \"a\": \"\"}").warnings.isEmpty)
  }

  @Test("The first violation is the error; as many are found as are asked for")
  func violations() throws {
    let one = try decide("{\"version\": 3}")
    #expect(one.violations.count == 1 && one.error?.report.line == 1)
    #expect(try decide("{\"version\": 3}", limit: 2).violations.count == 2)
    let all = try decide("{\"version\": 3}", limit: 100)
    #expect(all.violations.count == 3)
    #expect(all.error?.report.message.contains(all.violations[0].message) == true)
  }

  @Test("A document that could not be held against its schema is rejected")
  func givenUp() throws {
    let decision = try decide("{\"a\": \"x\", \"slow\": \"\(String(repeating: "a", count: 60))!\"}")
    #expect(decision.outcome == .rejected && decision.error?.code == .stepFailed)
    #expect(decision.error?.report.pointer == "/slow")
  }
}
