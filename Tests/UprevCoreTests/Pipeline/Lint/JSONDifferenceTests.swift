import LosslessJSON
import Testing

@testable import UprevCore

@Suite("Where two texts differ by value")
struct JSONDifferenceTests {
  @Test(
    "Differences are told member by member",
    arguments: [
      ("{\"a\": 1, \"b\": 2}", "{ \"b\":2.0, \"\\u0061\": 1e0}", ""), ("1", "2", "~"), ("{\"a\": 1}", "{}", "-/a"),
      ("{}", "{\"a\": 1}", "+/a"), ("{\"a\": [1, {\"b\": 2}]}", "{\"a\": [1, {\"b\": 3}]}", "~/a/1/b"),
      ("[1, 2, 3]", "[1]", "-/1 -/2"), ("[1]", "[2, 3]", "~/0 +/1"), ("{\"a\": {}}", "{\"a\": []}", "~/a"),
      ("{\"/~\": 1}", "{\"/~\": 2}", "~/~1~0"), ("{\"\\u00e9\": 1}", "{\"e\\u0301\": 1}", "-/é +/e\u{301}"),
      ("{", "{", ""), ("{", "}", "~"),
    ])
  func differences(one: String, other: String, expected: String) {
    let differences = JSONDifference.all(JSONText(one), JSONText(other), JSONReadingOptions())
    let signs: [JSONDifference.Kind: String] = [.lost: "-", .added: "+", .changed: "~"]
    #expect(differences.map { (signs[$0.kind] ?? "") + $0.pointer.description }.joined(separator: " ") == expected)
  }

  @Test("Only so many are told, and depth costs no stack")
  func bounds() {
    let one = "[" + Array(repeating: "1", count: 100).joined(separator: ",") + "]"
    let other = one.replacing("1", with: "2")
    let options = JSONReadingOptions(maximumDepth: 1000)
    #expect(JSONDifference.all(JSONText(one), JSONText(other), options).count == JSONDifference.maximumCount)
    let deep = { String(repeating: "[", count: 1000) + $0 + String(repeating: "]", count: 1000) }
    let found = JSONDifference.first(JSONText(deep("1")), JSONText(deep("2")), options)
    #expect(found?.pointer.tokens.count == 1000)
  }
}
