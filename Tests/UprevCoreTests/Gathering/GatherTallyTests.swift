import LosslessJSON
import Testing

@testable import UprevCore

@Suite("Statistics over documents")
struct GatherTallyTests {
  private static func tally(_ statistic: Gathering.Statistic, _ values: [String?]) throws -> GatherTally {
    var tally = GatherTally(statistic)
    let options = JSONReadingOptions(allowsNonFinite: true)
    for value in values {
      tally.add(try value.map { try IndexedJSON(scanning: JSONText($0), options: options).root })
    }
    return tally
  }

  struct Case: Sendable {
    var statistic: Gathering.Statistic
    /// nil: nothing there.
    var values: [String?]
    /// How many are taken, absent and other.
    var counts: [UInt64]
    var result: String
  }

  private static let mixed: [String?] = [
    "1", "null", "\"2\"", "[3]", nil, "NaN", "Infinity", "-Infinity", "2.50", "{}", "true",
  ]
  private static let large = "12345678901234567890123456789012345678901234567891"

  static let cases: [Case] = [
    Case(statistic: .count, values: mixed, counts: [10, 1, 0], result: "10"),
    Case(statistic: .count, values: [], counts: [0, 0, 0], result: "0"),
    Case(statistic: .minimum, values: mixed, counts: [2, 1, 8], result: "1"),
    Case(statistic: .maximum, values: mixed, counts: [2, 1, 8], result: "2.5"),
    Case(statistic: .minimum, values: [nil, "null"], counts: [0, 1, 1], result: "null"),
    Case(statistic: .maximum, values: [large, "1e49"], counts: [2, 0, 0], result: large),
    Case(statistic: .minimum, values: ["2e400", "3e400"], counts: [2, 0, 0], result: "2e400"),
    Case(statistic: .minimum, values: ["1.0", "1", "10e-1"], counts: [3, 0, 0], result: "1"),
    Case(statistic: .minimum, values: ["-0.0"], counts: [1, 0, 0], result: "0"),
    Case(
      statistic: .maximum,
      values: ["1" + String(repeating: "0", count: 2000), String(repeating: "7", count: 1001), "3"],
      counts: [1, 0, 2], result: "3"),
    Case(statistic: .mean, values: mixed, counts: [2, 1, 8], result: "1.75"),
    Case(statistic: .mean, values: ["1e400", "4"], counts: [1, 0, 1], result: "4"),
    Case(
      statistic: .mean, values: ["9007199254740993", "9007199254740993"], counts: [2, 0, 0], result: "9007199254740992"),
    Case(statistic: .standardDeviation, values: ["1", "3"], counts: [2, 0, 0], result: "1"),
    Case(statistic: .standardDeviation, values: ["\"x\""], counts: [0, 0, 1], result: "null"),
    Case(
      statistic: .quantiles([0, 500_000_000, 1_000_000_000]), values: ["3", "1", "2", nil], counts: [3, 1, 0],
      result: "[1,2.001953125,3]"),
    Case(statistic: .quantiles([0]), values: ["null"], counts: [0, 0, 1], result: "[null]"),
    Case(
      statistic: .distinct(most: 9),
      values: ["\"b\"", "1", "1.0", "\"\\u0062\"", "null", "true", "false", "[1,2.0]", "[1, 2]", "-3"],
      counts: [10, 0, 0],
      result: "[{\"value\":null,\"count\":1},{\"value\":false,\"count\":1},{\"value\":true,\"count\":1},"
        + "{\"value\":-3,\"count\":1},{\"value\":1,\"count\":2},{\"value\":\"b\",\"count\":2},"
        + "{\"value\":[1,2],\"count\":2}]"),
    Case(
      statistic: .distinct(most: 1), values: ["{\"b\":1,\"a\":[]}", "{\"a\": [], \"b\": 1e0}", nil], counts: [2, 1, 0],
      result: "[{\"value\":{\"a\":[],\"b\":1},\"count\":2}]"),
    Case(
      statistic: .distinct(most: 2), values: ["NaN", "\"\\ud800\"", "[NaN]", "{\"\\udc00\":1}"], counts: [0, 0, 4],
      result: "[]"),
  ]

  @Test("Each takes in what it can, counts the rest, and has one value", arguments: cases)
  func values(_ given: Case) throws {
    let tally = try Self.tally(given.statistic, given.values)
    #expect([tally.taken, tally.absent, tally.other] == given.counts)
    #expect(tally.value == given.result)
    // Whatever the parts and their order.
    var merged = GatherTally(given.statistic)
    for value in given.values.reversed() { merged.merge(try Self.tally(given.statistic, [value])) }
    #expect(merged.value == given.result && [merged.taken, merged.absent, merged.other] == given.counts)
  }

  @Test("More different values than allowed, or one too long, are no value, whatever the order and the parts")
  func tooMany() throws {
    let values = (0..<4).map { "\"\($0)\"" }
    #expect(try Self.tally(.distinct(most: 3), values).value == nil)
    #expect(try Self.tally(.distinct(most: 4), values).value != nil)
    #expect(
      try Self.tally(.distinct(most: 9), ["\"" + String(repeating: "x", count: 1100) + "\""]).value == nil)
    var merged = try Self.tally(.distinct(most: 3), Array(values[..<2]))
    merged.merge(try Self.tally(.distinct(most: 3), Array(values[2...])))
    #expect(merged.value == nil)
    var later = try Self.tally(.distinct(most: 3), ["1"])
    later.merge(merged)
    #expect(later.value == nil && later.taken == 5)
  }
}
