import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Conversions")
struct ConvertStepTests {
  /// What makes of which value what; nil: it fails.
  private static let table: [(step: String, value: String, expected: String?)] = [
    ("multiply: 0.001", "1500", "1.5"), ("multiply: 1024", "4", "4096"), ("multiply: 1", "1.50", "1.50"),
    ("multiply: 1.0", "1e2", "1e2"), ("multiply: 0", "5", "0"), ("multiply: -1", "0.0", "0.0"),
    ("multiply: 0.1", "0.3", "0.03"), ("multiply: 3", "0.1", "0.3"), ("multiply: 10", "\"1\"", nil),
    ("multiply: 10", "null", nil), ("multiply: 10", "[1]", nil), ("multiply: 10", "true", nil),
    ("multiply: 1e10", "1e999999999999999999999999999", nil),
    ("divide: 8", "1", "0.125"), ("divide: 3", "1", nil), ("divide: 3", "6.0", "2"),
    ("divide: 3, digits: 3", "1", "0.333"), ("divide: 3, digits: 3", "2", "0.667"),
    ("divide: 3, digits: 0", "2", "1"), ("divide: 3, digits: 0", "1", "0"), ("divide: 3, digits: 2", "-2", "-0.67"),
    ("divide: 8, digits: 1", "1", "0.125"), ("divide: 1024, digits: 2", "1", "0.0009765625"),
    ("divide: 3, digits: 1000", "1e-2000", "0"),
    ("add: 1", "0.1", "1.1"), ("add: 0", "-0.0", "-0.0"), ("add: 1", "1e100000", nil), ("add: -1", "1", "0"),
    ("add: 1e-1000000", "1", nil), ("multiply: 2, add: 1", "3", "7"),
    ("add: 1", "99999999999999999999999999999", "1" + String(repeating: "0", count: 29)),
    ("multiply: 1e30", "1.5", "1500000000000000000000000000000"), ("multiply: 9, divide: 5, add: 32", "100", "212"),
    ("as: string", "1.50", "\"1.50\""), ("as: string", "1E2", "\"1E2\""), ("as: string", "\"x\"", "\"x\""),
    ("as: string", "null", nil), ("as: string", "false", nil), ("as: string", "{}", nil),
    ("as: string, multiply: 2", "1.5", "\"3\""),
    ("as: number", "\"1.50\"", "1.50"), ("as: number", "2.0", "2.0"), ("as: number", "\"\\u0031\"", "1"),
    ("as: number", "\"01\"", nil), ("as: number", "\" 1\"", nil), ("as: number", "\"\"", nil),
    ("as: number", "\"NaN\"", nil), ("as: number", "\"0x1\"", nil), ("as: number", "true", nil),
    ("as: integer", "2.0", "2"), ("as: integer", "\"2\"", "2"), ("as: integer", "\"2.0\"", "2"),
    ("as: integer", "20e-1", "2"), ("as: integer", "1e3", "1000"), ("as: integer", "2", "2"),
    ("as: integer", "-0", "-0"), ("as: integer", "-0.0", "0"), ("as: integer", "2.5", nil),
    ("as: integer", "\"2.5\"", nil), ("as: integer", "1e1000", nil), ("as: integer", "1e999999999999999999", nil),
    ("as: integer", "0e999999999999999999", "0"), ("as: integer", "\"x\"", nil), ("as: integer", "null", nil),
    ("as: integer, multiply: 10", "0.1", "1"), ("as: integer, divide: 2", "3", nil),
    ("as: integer, divide: 3, digits: 0", "8", "3"),
  ]

  @Test(
    "A number is exact or refused, whatever its size; what need not change keeps its literal", arguments: table.indices)
  func conversion(_ index: Int) throws {
    let (step, value, expected) = Self.table[index]
    let decider = Decider(
      formats: try TestPipeline.format(
        "version: {at: /v, type: integer}\ncurrent: 2\n"
          + "migrations: [{from: 1, to: 2, steps: [{convert: {at: /a, \(step)}}]}]"
      ).load().formats)
    let decision = decider.decide("{\"v\": 1, \"a\":  \(value)}")
    #expect(decision.replacementText == expected.map { "{\"v\": 2, \"a\":  \($0)}" })
    if expected == nil {
      let report = try #require(decision.error?.report)
      #expect(report.code.rawValue == "step-failed")
      #expect(report.pointer == "/a")
      #expect([report.line, report.column] == [1, 16])
    }
  }

  @Test("An operand or result of 1000 digits is exact, and one of 1001 is refused")
  func digits() throws {
    let nines = String(repeating: "9", count: 1000)
    for (value, expected) in [(nines, nines.dropLast() + "8"), ("1" + nines, nil)] as [(String, String?)] {
      let step = ConvertStep(
        at: .root, arithmetic: .init(multiply: .number(JSONDecimal(1)), add: .number(JSONDecimal(-1))), target: nil)
      var batch = StepBatch([try IndexedJSON(scanning: JSONText(value))], options: .init())
      batch.perform(step)
      #expect((batch.items[0].failure == nil) == (expected != nil))
      #expect(batch.items[0].document.text.description == (expected ?? value))
    }
  }

  @Test("each goes through a hundred thousand elements, nested too, and one failure leaves the other documents alone")
  func manyElements() throws {
    let elements = Array(repeating: "{\"a\": [1.0]}", count: 50_000).joined(separator: ", ")
    let document = try IndexedJSON(scanning: JSONText("[[\(elements)], [\(elements)]]"))
    let double = ConvertStep(
      at: JSONPointer(tokens: ["a", "0"]), arithmetic: .init(multiply: .number(JSONDecimal(2))), target: nil)
    let nested = EachStep(
      at: .root, steps: [EachStep(at: .root, steps: [double, RemoveStep(path: JSONPointer(tokens: ["a", "0"]))])])
    let bad = try IndexedJSON(scanning: JSONText("[[{\"a\": [1]}],\n [{\"a\": [\"x\"]}]]"))
    var batch = StepBatch([bad, document, bad], options: .init())
    let elapsed = ContinuousClock().measure { batch.perform(nested) }
    let expected =
      "["
      + Array(repeating: "[" + elements.replacing("1.0", with: "") + "]", count: 2)
      .joined(separator: ", ") + "]"
    #expect(batch.items[1].document.text.description == expected)
    #expect(batch.items[1].failure == nil)
    for index in [0, 2] {
      let failure = try #require(batch.items[index].failure)
      #expect(failure.pointer?.description == "/1/0/a/0")
      #expect([failure.line, failure.column] == [2, 10])
      #expect(batch.items[index].document.text == bad.text)
    }
    // Quadratic work would take hours.
    #expect(elapsed < Patience.seconds(60))
  }

  @Test("A move that fails at its goal is told with the line of the document as the step found it")
  func movePlace() throws {
    let document = try IndexedJSON(scanning: JSONText("{\n  \"a\": 1,\n  \"b\": [2]\n}"))
    var batch = StepBatch([document], options: .init())
    batch.perform(MoveStep(from: JSONPointer(tokens: ["a"]), path: JSONPointer(tokens: ["b", "5"])))
    let failure = try #require(batch.items[0].failure)
    #expect(failure.pointer?.description == "/b/5")
    #expect([failure.line, failure.column] == [3, 8])
    #expect(batch.items[0].document.text == document.text)
  }
}
