import LosslessJSON
import Testing

@Suite("Tables of keys")
struct KeyTableTests {
  /// For each member of the document's object: the key of `keys` that the table finds, by its place.
  private func found(_ keys: [String], in text: String, among others: [[String]] = []) throws -> [Int?] {
    var table = JSONKeyTable()
    func add(_ keys: [String]) -> JSONKeyTable.List {
      table.add(keys.enumerated().map { (JSONKey($1), UInt32($0)) })
    }
    for other in others { _ = add(other) }
    let list = add(keys)
    for other in others { _ = add(other) }
    let root = try scan(text).root
    var found: [Int?] = []
    table.withRawKeys { rawKeys in
      root.withRawIndex { index in
        var name = root.entry + 1
        while name < Int(index.entries[root.entry].next) {
          found.append(index.tag(ofName: name, in: list, of: rawKeys).map { Int($0) })
          name = Int(index.entries[name + 1].next)
        }
      }
    }
    return found
  }

  static let table: [(keys: [String], text: String, found: [Int?])] = [
    ([], #"{"a": 1, "": 2}"#, [nil, nil]),
    ([], "{}", []),
    ([""], #"{"": [1, {"": 2}], "a": 2, "\u0000": 3}"#, [0, nil, nil]),
    (["\u{0}", "\u{0}\u{0}", ""], #"{"\u0000\u0000": 1, "": 2, "\u0000": 3}"#, [1, 2, 0]),
    (["name", "n\\u0061me"], #"{"n\u0061me": 1, "n\\u0061me": {"name": 2}}"#, [0, 1]),
    (
      ["é", "e\u{301}", "\u{1f600}"],
      #"{"\u00e9": 1, "é": 2, "\ud83d\ude00": 3}"#.replacing("\"é\"", with: "\"e\u{301}\""), [0, 1, 2]
    ),
    (["\u{fffd}"], #"{"\ud800": 1, "\ufffd": 2}"#, [nil, 0]),
    (["a", "A"], #"{"A": 1, "b": 2, "a": 3}"#, [1, nil, 0]),
  ]

  @Test("A name is found by its bytes after unescaping, and only in its list", arguments: table)
  func names(row: (keys: [String], text: String, found: [Int?])) throws {
    #expect(try found(row.keys, in: row.text) == row.found)
    let others = [["a", "b", "", "name"], ["\u{0}", "é"], []]
    #expect(try found(row.keys, in: row.text, among: others) == row.found)
  }

  @Test("Names that are beginnings of each other, of any length, are told apart")
  func prefixes() throws {
    let names = (0...40).map { String(repeating: "x", count: $0) }
    let even = names.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    let text = "{" + names.map { "\"\($0)\": [\"\($0)\"]" }.joined(separator: ",") + "}"
    #expect(try found(even, in: text) == (0...40).map { $0.isMultiple(of: 2) ? $0 / 2 : nil })
    // One byte differs, at every place.
    for count in 1...24 {
      let name = [UInt8](repeating: UInt8(ascii: "m"), count: count)
      let others = (0..<count).map { place in
        var other = name
        other[place] = UInt8(ascii: "n")
        return String(decoding: other, as: UTF8.self)
      }
      let text = "{" + others.map { "\"\($0)\": 0" }.joined(separator: ",") + "}"
      #expect(try found([String(decoding: name, as: UTF8.self)], in: text) == others.map { _ in nil })
      #expect(try found(others.reversed(), in: text) == (0..<count).map { count - 1 - $0 })
    }
  }

  @Test("Many keys and many members: each is found")
  func many() throws {
    let keys = (0..<5000).map { "key \($0)" }
    let members = (0..<10_000).reversed().map { "\"key \($0)\": {\"key 1\": null}" }
    #expect(
      try found(keys, in: "{" + members.joined(separator: ",") + "}")
        == (0..<10_000).reversed().map { $0 < 5000 ? $0 : nil })
  }

  @Test("A plain decimal is what the exact value says; anything else is none")
  func plainDecimals() throws {
    let texts: [(String, [Int]?)] = [
      ("0", [0, 1]), ("-0", [0, 1]), ("7", [7, 1]), ("-12", [-12, 1]),
      ("999999999999999999", [999_999_999_999_999_999, 1]), ("-99999999999999999", [-99_999_999_999_999_999, 1]),
      ("1000000000000000000", nil), ("1.0", [10, 10]), ("-0.25", [-25, 100]), ("-12.050", [-12_050, 1000]),
      ("0.1234567890123456", [1_234_567_890_123_456, 10_000_000_000_000_000]), ("0.12345678901234567", nil),
      ("1e2", nil),
      ("1.5E2", nil), ("\"1\"", nil), ("null", nil), ("[1]", nil), ("NaN", nil), ("Infinity", nil),
    ]
    for (text, expected) in texts {
      var found: [Int]?
      try scan(text, nonFinite: true).root.withRawIndex { found = $0.plainDecimal(0).map { [$0.digits, $0.power] } }
      #expect(found == expected, "\(text)")
    }
  }
}
