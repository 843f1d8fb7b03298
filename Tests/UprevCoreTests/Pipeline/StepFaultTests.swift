import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Steps and shapes in pipeline files")
struct StepFaultTests {
  /// A step that stands in line 9 behind 8 columns, and what is wrong with it.
  private static let steps: [(step: String, kind: PipelineFault.Kind, column: Int)] = [
    ("{}", .missingKey, 9), ("[]", .wrongType, 9), ("text", .wrongType, 9),
    ("{op: ad, path: /a, value: 1}", .wrongValue, 14),
    ("{op: 1, path: /a}", .wrongType, 14), ("{op: add, path: /a}", .missingKey, 9),
    ("{op: remove, path: a}", .invalidPointer, 28), ("{op: remove, path: \"\"}", .wrongValue, 28),
    ("{op: remove, path: /a, value: 1}", .unknownKey, 32), ("{op: move, from: /a, path: /a/b}", .wrongValue, 36),
    ("{op: copy, path: /a}", .missingKey, 9), ("{op: copy, from: ~, path: /a}", .invalidPointer, 26),
    ("{op: test, path: /a, value: }", .wrongType, 37), ("{op: test, path: /a, value: NaN}", .wrongValue, 37),
    ("{op: test, path: /a, value: {b: 1, b: 2}}", .duplicateKey, 44),
    ("{op: add, op: add, path: /a, value: 1}", .duplicateKey, 19),
    ("{op: add, rename: {at: /a, to: b}, path: /a}", .conflictingKeys, 19),
    ("{renam: {at: /a, to: b}}", .unknownKey, 9 + 1),
    ("{rename: {at: /a}}", .missingKey, 18), ("{rename: {at: \"\", to: b}}", .wrongValue, 23),
    ("{rename: {at: /a, to: 1}}", .wrongType, 31), ("{default: {at: \"\", value: 1}}", .wrongValue, 24),
    ("{default: {at: /a}}", .missingKey, 19), ("{each: {at: /a}}", .missingKey, 16),
    ("{each: {at: /a, steps: []}}", .wrongValue, 32),
    ("{each: {at: /a, steps: [{op: remove, path: \"\"}]}}", .wrongValue, 52), ("{convert: {at: /a}}", .missingKey, 19),
    ("{convert: {at: /a, multiply: \"2\"}}", .wrongType, 38), ("{convert: {at: /a, divide: 0.0}}", .wrongValue, 36),
    ("{convert: {at: /a, multiply: 2, digits: 1}}", .wrongValue, 41),
    ("{convert: {at: /a, divide: 2, digits: 1001}}", .wrongValue, 47),
    ("{convert: {at: /a, divide: 2, digits: -1}}", .wrongValue, 47), ("{convert: {at: /a, as: int}}", .wrongValue, 32),
    ("{convert: {at: /a, multiply: 1e99999999999999999}}", .wrongValue, 38), ("{jq: .a}", .notSupported, 14),
    ("{op: remove, path: /a, when: {exists: true}}", .missingKey, 38),
    ("{op: remove, path: /a, when: {at: /a}}", .missingKey, 38),
    ("{op: remove, path: /a, when: {at: /a, exists: 1}}", .wrongType, 55),
    ("{op: remove, path: /a, when: {at: /a, type: int}}", .wrongValue, 53),
    ("{op: remove, path: /a, when: {at: /a, exists: true, equals: 1}}", .conflictingKeys, 61),
    ("{op: remove, path: /a, wen: {at: /a, exists: true}}", .unknownKey, 32),
  ]

  @Test("Every fault of a step is told once, with its kind and place", arguments: steps.indices)
  func stepFaults(_ index: Int) throws {
    let (step, kind, column) = Self.steps[index]
    let faults = try TestPipeline.format(
      "version: {at: /v, type: integer}\ncurrent: 1\nmigrations: [{from: 0, to: 1, steps: [\n    \(step)]}]"
    ).faults()
    #expect(faults.map(\.kind) == [kind], "\(step): \(faults)")
    #expect(faults.first.map { [$0.line, $0.column] } == [9, column], "\(step): \(faults)")
  }

  private static let shapes: [(shapes: String, kind: PipelineFault.Kind, line: Int, column: Int)] = [
    ("{}", .wrongType, 6, 13), ("[]", .wrongValue, 6, 13), ("[{has: /a}]", .missingKey, 6, 14),
    ("[{version: 1, has: a}]", .invalidPointer, 6, 32), ("[{version: 1, lacks: [/a, b]}]", .invalidPointer, 6, 39),
    ("[{version: 1, equals: /a}]", .wrongType, 6, 35), ("[{version: 1, equals: {at: /a}}]", .missingKey, 6, 35),
    ("[{version: 1, type: {at: /a, is: int}}]", .wrongValue, 6, 46), ("[{version: 1, hass: /a}]", .unknownKey, 6, 27),
    ("[{version: 1}, {version: 1, has: /a}]", .wrongValue, 6, 28),
    ("[{version: 1, has: /a}, {version: b, has: /b}]", .invalidVersion, 6, 47),
  ]

  @Test("Every fault of a shape is told once, with its kind and place", arguments: shapes.indices)
  func shapeFaults(_ index: Int) throws {
    let (shapes, kind, line, column) = Self.shapes[index]
    let faults = try TestPipeline.format("detect: \(shapes)\ncurrent: 1").faults()
    #expect(faults.first?.kind == kind, "\(shapes): \(faults)")
    #expect(faults.first.map { [$0.line, $0.column] } == [line, column], "\(shapes): \(faults)")
  }

  private static func decider(_ format: String, to target: FormatVersion? = nil) throws -> Decider {
    Decider(formats: try TestPipeline.format(format).load().formats, targets: target.map { [0: $0] } ?? [:])
  }

  @Test("Semantic versions go up, down, over a skip, and are newer above the current one")
  func semantic() throws {
    let format = """
      version: {at: /v, type: semver, missing: 1.0.0-rc.1}
      current: 2.0.0
      migrations:
        - {from: 1.0.0-rc.1, to: 1.0.0, steps: [{op: add, path: /a, value: 1}]}
        - {from: 1.0.0, to: 2.0.0, steps: [{op: add, path: /b, value: 1}]}
        - {from: 1.0.0-rc.1, to: 2.0.0, steps: [{op: add, path: /skip, value: 1}]}
        - {from: 2.0.0, to: 1.0.0, steps: [{op: remove, path: /b}]}
      """
    let up = try Self.decider(format)
    #expect(up.decide("{\"v\": \"1.0.0+build\"}").replacementText == "{\"v\": \"2.0.0\", \"b\": 1}")
    #expect(up.decide("{\"v\": \"1.0.0-rc.1\"}").replacementText == "{\"v\": \"2.0.0\", \"skip\": 1}")
    #expect(up.decide("{\"v\": \"2.0.0+x\"}").outcome == .current)
    #expect(up.decide("{\"v\": \"2.0.1-0\"}").outcome == .newer)
    #expect(up.decide("{\"v\": \"1.5.0\"}").error?.code == .unknownVersion)
    #expect(up.decide("{\"v\": \"1.5\"}").error?.code == .invalidVersion)
    let down = try Self.decider(format, to: .semantic(try #require(SemanticVersion("1.0.0"))))
    #expect(down.decide("{\"v\": \"2.0.0\", \"b\": 1}").replacementText == "{\"v\": \"1.0.0\"}")
    #expect(down.decide("{\"v\": \"3.0.0\"}").outcome == .newer)
    let failed = try #require(down.decide("{\"v\": \"2.0.0\"}").error?.report)
    #expect(failed.code.rawValue == "step-failed" && failed.pointer == "/b")
  }

  @Test("Shapes are tried in order; a result that is not of the migration's version is a failed step")
  func detection() throws {
    let format = """
      detect:
        - {version: 0, has: [/f], lacks: /g}
        - {version: 1, equals: {at: /kind, value: 1.0}, type: {at: /g, is: array}}
        - {version: 2, type: [{at: /g, is: object}, {at: /kind, is: integer}]}
      current: 2
      migrations:
        - {from: 0, to: 1, steps: [{rename: {at: /f, to: g}}, {op: add, path: /kind, value: 1}]}
        - {from: 1, to: 2, steps: [{op: add, path: /g, value: {}}]}
      """
    let decider = try Self.decider(format)
    #expect(decider.decide("{\"f\": []}").replacementText == "{\"g\": {}, \"kind\": 1}")
    #expect(decider.decide("{\"g\": [], \"kind\": 1e0}").replacementText == "{\"g\": {}, \"kind\": 1e0}")
    #expect(decider.decide("{\"g\": {}, \"kind\": 2.0}").outcome == .current)
    #expect(decider.decide("{\"g\": {}, \"kind\": 2.5}").error?.code == .invalidVersion)
    let failed = try #require(decider.decide("{\"f\": 5}").error?.report)
    #expect(failed.code.rawValue == "step-failed")
    let down = try Self.decider(format, to: FormatVersion(1))
    #expect(down.decide("{\"f\": []}").replacementText == "{\"g\": [], \"kind\": 1}")
    #expect(down.decide("{\"g\": {}, \"kind\": 1}").error?.code == .noMigrationPath)
  }

  @Test("A failed step is told with its migration, its number and words, its pointer, line and column")
  func words() throws {
    let decider = try Self.decider(
      """
      version: {at: /v, type: string}
      current: "b"
      migrations: [{from: "a", to: "b", steps: [{op: test, path: /v, value: "a"}, {rename: {at: /old, to: new}}]}]
      """)
    let report = try #require(decider.decide("{\n \"v\": \"a\",\n \"new\": 1,\n \"old\": 2\n}").error?.report)
    let message = report.message + " " + (report.hint ?? "")
    for word in ["Step 2 ", "rename /old to new", "a", "b"] { #expect(message.contains(word), "\(message)") }
    #expect(report.pointer == "/old")
    #expect([report.line, report.column] == [4, 9])
    #expect(decider.decide("{\"v\": \"c\"}").error?.code == .unknownVersion)
  }
}
