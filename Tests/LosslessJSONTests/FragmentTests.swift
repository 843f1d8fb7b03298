import LosslessJSON
import Testing

@Suite("Fragments take the style of their place")
struct FragmentTests {
  private static let nested = "{\"x\":[1,{\"y\":[]}],\"e\":{},\"s\":\"\\u00e9\",\"n\":1.50}"

  /// Before, after the nested fragment became the member `k`.
  static let layouts: [(before: String, after: String)] = [
    ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"k\":{\"x\":[1,{\"y\":[]}],\"e\":{},\"s\":\"\\u00e9\",\"n\":1.50}}"),
    ("{\"a\": 1}", "{\"a\": 1, \"k\": {\"x\": [1, {\"y\": []}], \"e\": {}, \"s\": \"\\u00e9\", \"n\": 1.50}}"),
    (
      "{\n  \"a\": 1\n}",
      """
      {
        "a": 1,
        "k": {
          "x": [
            1,
            {
              "y": []
            }
          ],
          "e": {},
          "s": "\\u00e9",
          "n": 1.50
        }
      }
      """
    ),
    (
      "{\n\t\"a\" : [1, 2]\n}",
      "{\n\t\"a\" : [1, 2],\n\t\"k\" : {\n\t\t\"x\" : [\n\t\t\t1,\n\t\t\t{\n\t\t\t\t\"y\" : []\n\t\t\t}\n\t\t],\n\t\t\"e\" : {},\n\t\t\"s\" : \"\\u00e9\",\n\t\t\"n\" : 1.50\n\t}\n}"
    ),
    (
      "{ \"a\": 1\n, \"b\": 2\n}",
      "{ \"a\": 1\n, \"b\": 2\n, \"k\": { \"x\": [ 1\n    , { \"y\": []\n      }\n    ]\n  , \"e\": {}\n  , \"s\": \"\\u00e9\"\n  , \"n\": 1.50\n  }\n}"
    ),
    (
      "{ \"a\": { \"b\": 1 } }",
      "{ \"a\": { \"b\": 1 }, \"k\": { \"x\": [1, { \"y\": [] }], \"e\": {}, \"s\": \"\\u00e9\", \"n\": 1.50 } }"
    ),
  ]

  @Test("A nested value is laid out as the document is, and its literals keep their bytes", arguments: layouts)
  func lays(row: (before: String, after: String)) throws {
    let json = try scan(row.before)
    let fragment = JSONFragment(try scan(" { \"x\" : [ 1 ,\n{\"y\":[ ]}],\"e\":{ }, \"s\":\"\\u00e9\",\"n\":1.50 } "))
    let result = try json.applying([json.settingMember("k", to: fragment, in: json.root)])
    #expect(visible(result) == visible(row.after))
    let built = JSONFragment.object([
      ("x", .array([.integer(1), .object([("y", .array([]))])])), ("e", .object([])), ("s", .string("\u{e9}")),
      ("n", try .literal("1.50")),
    ])
    #expect(try json.applying([json.settingMember("k", to: built, in: json.root)]) == result)
    let value = try #require(try IndexedJSON(scanning: result).root[member: "k"])
    #expect(value.isEqual(to: try scan(Self.nested).root))
  }

  @Test("Arrays of scalars stay in one line where the document has them so")
  func scalarArrays() throws {
    let json = try scan("{\n  \"a\": [1, 2],\n  \"b\": 0\n}")
    let fragment = try JSONFragment.literal("[1,[2,3],{\"c\":[]}]")
    let splices = [
      try json.settingMember("k", to: .array([.integer(1), .string("x")]), in: json.root),
      try json.settingMember("l", to: fragment, in: json.root),
    ]
    let wanted =
      "{\n  \"a\": [1, 2],\n  \"b\": 0,\n  \"k\": [1, \"x\"],\n  \"l\": [\n    1,\n    [2, 3],\n    {\n      \"c\": []\n    }\n  ]\n}"
    #expect(visible(try json.applying(splices)) == visible(wanted))
  }

  /// Before, pointer of the value, after it was replaced by `[1, {"a": 2}]`.
  static let replacements: [(before: String, at: String, after: String)] = [
    ("{\"a\":1,\"b\":2}", "/a", "{\"a\":[1,{\"a\":2}],\"b\":2}"), ("{\"a\": 1}", "/a", "{\"a\": [1, {\"a\": 2}]}"),
    ("{\n  \"a\": 1\n}", "/a", "{\n  \"a\": [\n    1,\n    {\n      \"a\": 2\n    }\n  ]\n}"),
    ("{\n  \"a\": [1, 2]\n}", "/a", "{\n  \"a\": [1, {\"a\": 2}]\n}"),
    ("[[\n1\n]]", "/0", "[[\n1,\n{\n\"a\": 2\n}\n]]"),
    ("1", "", "[\n  1,\n  {\n    \"a\": 2\n  }\n]"), ("{}\r\n", "", "[\r\n  1,\r\n  {\r\n    \"a\": 2\r\n  }\r\n]\r\n"),
    ("[0,0]", "", "[1,{\"a\":2}]"),
    ("{\n    \"a\": {}\n}", "/a", "{\n    \"a\": [\n        1,\n        {\n            \"a\": 2\n        }\n    ]\n}"),
  ]

  @Test("A value in the place of another is laid out like it, or like its neighbours", arguments: replacements)
  func replaces(row: (before: String, at: String, after: String)) throws {
    let json = try scan(row.before)
    let value = try #require(json.value(at: pointer(row.at)))
    let result = try json.applying([json.replacing(value, with: .literal("[1,{\"a\":2}]"))])
    #expect(visible(result) == visible(row.after))
  }

  @Test("New strings are escaped as Python does, and unescaped where the document is")
  func strings() throws {
    let string = "\"\\/\u{0}\u{8}\t\n\u{c}\r\u{1f}\u{7f}\u{e9}\u{20ac}\u{1f600}"
    let ascii = "\"\\\"\\\\/\\u0000\\b\\t\\n\\f\\r\\u001f\\u007f\\u00e9\\u20ac\\ud83d\\ude00\""
    let raw = "\"\\\"\\\\/\\u0000\\b\\t\\n\\f\\r\\u001f\u{7f}\u{e9}\u{20ac}\u{1f600}\""
    for (document, wanted) in [
      ("{\"a\":\"\\u00e9\"}", ascii), ("{\"a\":\"\u{e9}\"}", raw), ("{\"\u{e9}\":0}", raw), ("{\"a\":1}", ascii),
    ] {
      let json = try scan(document)
      let result = try json.applying([json.settingMember(string, to: .string(string), in: json.root)]).description
      #expect(result == document.dropLast() + ",\(wanted):\(wanted)}")
      #expect(try scan(result).root[member: string]?.equalsString(string) == true)
    }
  }

  @Test("Each kind of fragment is written as JSON")
  func kinds() throws {
    let json = try scan("[0,0]")
    let decimal = try #require(JSONDecimal(literal: "20e-1".utf8))
    let cases: [(JSONFragment, String)] = [
      (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.integer(.min), "-9223372036854775808"),
      (.decimal(decimal), "2"),
      (.string(""), "\"\""), (try .literal(" -0.0 "), "-0.0"), (.array([]), "[]"), (.object([]), "{}"),
      (try .literal("NaN", options: JSONReadingOptions(allowsNonFinite: true)), "NaN"),
    ]
    for (fragment, wanted) in cases {
      #expect(try json.insertingElement(fragment, at: nil, in: json.root).replacement == Array(("," + wanted).utf8))
    }
    #expect(throws: JSONError.self) { try JSONFragment.literal("[1,]") }
  }
}
