import LosslessJSON
import Testing

/// The text with `"k": 1`-like changes made, and checked to be valid.
private func edited(
  _ text: String, at place: String, _ edit: (IndexedJSON, JSONValue) throws -> JSONSplice
) throws -> String {
  let json = try scan(text)
  let value = try #require(json.value(at: pointer(place)))
  let result = try json.applying([try edit(json, value)])
  _ = try IndexedJSON(scanning: result)
  return result.description
}

@Suite("Adding a member in the style found around it")
struct AddingTests {
  /// Before, the object's pointer, after `version` was set to 2.
  static let layouts: [(before: String, at: String, after: String)] = [
    // One line.
    ("{\"a\":1}", "", "{\"a\":1,\"version\":2}"),
    ("{\"a\": 1}", "", "{\"a\": 1, \"version\": 2}"),
    ("{\"a\":1,\"b\":2}", "", "{\"a\":1,\"b\":2,\"version\":2}"),
    ("{\"a\": 1, \"b\": 2}", "", "{\"a\": 1, \"b\": 2, \"version\": 2}"),
    ("{\"a\": 1,\"b\": 2}", "", "{\"a\": 1,\"b\": 2,\"version\": 2}"),
    ("{\"a\":1, \"b\":2}\n", "", "{\"a\":1, \"b\":2, \"version\":2}\n"),
    ("{ \"a\": 1, \"b\": 2 }\r\n", "", "{ \"a\": 1, \"b\": 2, \"version\": 2 }\r\n"),
    ("{ \"a\" : 1 }", "", "{ \"a\" : 1, \"version\" : 2 }"),
    ("{\"a\" : 1 , \"b\" : 2}", "", "{\"a\" : 1 , \"b\" : 2 , \"version\" : 2}"),
    ("{\"a\":\t1,\t\"b\":\t2}", "", "{\"a\":\t1,\t\"b\":\t2,\t\"version\":\t2}"),
    // Indented.
    ("{\n  \"a\": 1\n}", "", "{\n  \"a\": 1,\n  \"version\": 2\n}"),
    ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "", "{\n  \"a\": 1,\n  \"b\": 2,\n  \"version\": 2\n}\n"),
    ("{\n\t\"a\": 1\n}", "", "{\n\t\"a\": 1,\n\t\"version\": 2\n}"),
    ("{\n\"a\": 1\n}", "", "{\n\"a\": 1,\n\"version\": 2\n}"),
    ("{\n       \"a\":1}", "", "{\n       \"a\":1,\n       \"version\":2}"),
    ("{\"a\": 1,\n \"b\": 2}", "", "{\"a\": 1,\n \"b\": 2,\n \"version\": 2}"),
    ("{\r\n    \"a\": 1\r\n}\r\n", "", "{\r\n    \"a\": 1,\r\n    \"version\": 2\r\n}\r\n"),
    ("{\r\n\t\"a\": 1,\r\n\t\"b\": 2\r\n}", "", "{\r\n\t\"a\": 1,\r\n\t\"b\": 2,\r\n\t\"version\": 2\r\n}"),
    ("{\r  \"a\": 1\r}", "", "{\r  \"a\": 1,\r  \"version\": 2\r}"),
    ("{\n  \"a\": 1, \n  \"b\": 2\n}", "", "{\n  \"a\": 1, \n  \"b\": 2, \n  \"version\": 2\n}"),
    (
      "{\n  \"a\": {\n    \"b\": 1, \n    \"c\": 2\n  }\n}", "",
      "{\n  \"a\": {\n    \"b\": 1, \n    \"c\": 2\n  }, \n  \"version\": 2\n}"
    ),
    ("{\n  \"a\": [\n    1\n  ]}", "", "{\n  \"a\": [\n    1\n  ],\n  \"version\": 2}"),
    // Commas first.
    ("{ \"a\": 1\n, \"b\": 2\n}", "", "{ \"a\": 1\n, \"b\": 2\n, \"version\": 2\n}"),
    ("{\n    \"a\": 1\n  , \"b\": 2\n}", "", "{\n    \"a\": 1\n  , \"b\": 2\n  , \"version\": 2\n}"),
    ("{ \"a\": 1\n}", "", "{ \"a\": 1\n, \"version\": 2\n}"),
    ("{ \"a\": {}\n, \"b\": 2\n}", "/a", "{ \"a\": { \"version\": 2\n  }\n, \"b\": 2\n}"),
    // Blank lines.
    ("{\n  \"a\": 1,\n\n  \"b\": 2\n}", "", "{\n  \"a\": 1,\n\n  \"b\": 2,\n\n  \"version\": 2\n}"),
    (
      "{\n  \"a\": 1,\n  \"b\": 2,\n\n  \"c\": 3\n}", "",
      "{\n  \"a\": 1,\n  \"b\": 2,\n\n  \"c\": 3,\n  \"version\": 2\n}"
    ),
    ("{\n\n  \"a\": 1\n\n}", "", "{\n\n  \"a\": 1,\n  \"version\": 2\n\n}"),
    ("{\r\n\r\n  \"a\": 1\r\n}", "", "{\r\n\r\n  \"a\": 1,\r\n  \"version\": 2\r\n}"),
    ("{\n  \"a\": 1\n\n\n}", "", "{\n  \"a\": 1,\n  \"version\": 2\n\n\n}"),
    // Colons.
    ("{\n  \"a\":   1,\n  \"bbb\": 2\n}", "", "{\n  \"a\":   1,\n  \"bbb\": 2,\n  \"version\": 2\n}"),
    ("{\n  \"bbb\": 2,\n  \"a\":   1\n}", "", "{\n  \"bbb\": 2,\n  \"a\":   1,\n  \"version\": 2\n}"),
    ("{\n  \"a\"  :  1\n}", "", "{\n  \"a\"  :  1,\n  \"version\"  :  2\n}"),
    (
      "{\n  \"x\": 1,\n  \"a\":\n  {\n    \"b\": 1\n  }\n}", "",
      "{\n  \"x\": 1,\n  \"a\":\n  {\n    \"b\": 1\n  },\n  \"version\": 2\n}"
    ),
    // Evidence from elsewhere, for a single member.
    ("{\"a\": {\"b\":1,\"c\":2}}", "", "{\"a\": {\"b\":1,\"c\":2},\"version\": 2}"),
    ("{\"a\":[1, 2]}", "", "{\"a\":[1, 2], \"version\":2}"),
    ("{\"a\":[1,2,{\"b\": 0, \"c\": 0}]}", "", "{\"a\":[1,2,{\"b\": 0, \"c\": 0}], \"version\":2}"),
    ("[\n  {\"a\": 1},\n  {\"b\": 2}\n]", "/1", "[\n  {\"a\": 1},\n  {\"b\": 2, \"version\": 2}\n]"),
    // Empty.
    ("{}", "", "{\n  \"version\": 2\n}"), ("{}\n", "", "{\n  \"version\": 2\n}\n"),
    ("{}\r\n", "", "{\r\n  \"version\": 2\r\n}\r\n"), ("{ }", "", "{ \"version\": 2 }"),
    ("{\n}", "", "{\n  \"version\": 2\n}"),
    ("{\r\n}", "", "{\r\n  \"version\": 2\r\n}"), ("\n  {}", "", "\n  {\n    \"version\": 2\n  }"),
    ("{\n\n}", "", "{\n  \"version\": 2\n}"),
    ("{\"a\":{}}", "/a", "{\"a\":{\"version\":2}}"), ("{\"a\": {}}", "/a", "{\"a\": {\"version\": 2}}"),
    ("{\n  \"a\": {}\n}", "/a", "{\n  \"a\": {\n    \"version\": 2\n  }\n}"),
    ("{\n\t\"a\": {}\n}", "/a", "{\n\t\"a\": {\n\t\t\"version\": 2\n\t}\n}"),
    ("{\n\"a\": {}\n}", "/a", "{\n\"a\": {\n\"version\": 2\n}\n}"),
    ("{\r\n    \"a\": {}\r\n}", "/a", "{\r\n    \"a\": {\r\n        \"version\": 2\r\n    }\r\n}"),
    ("{\n  \"x\": [\n    {}\n  ]\n}", "/x/0", "{\n  \"x\": [\n    {\n      \"version\": 2\n    }\n  ]\n}"),
    ("{\n  \"a\": {\n  }\n}", "/a", "{\n  \"a\": {\n    \"version\": 2\n  }\n}"),
    ("{\n  \"a\": { }\n}", "/a", "{\n  \"a\": { \"version\": 2 }\n}"),
    ("{ \"b\": { \"c\": 1 }, \"a\": {} }", "/a", "{ \"b\": { \"c\": 1 }, \"a\": { \"version\": 2 } }"),
    ("{\n  \"a\":\n  {}\n}", "/a", "{\n  \"a\":\n  {\n    \"version\": 2\n  }\n}"),
    ("[{}]", "/0", "[{\"version\": 2}]"), ("[1,{}]", "/1", "[1,{\"version\":2}]"),
    ("[ {}, 1 ]", "/0", "[ {\"version\": 2}, 1 ]"),
    // What stands around the object stays.
    (" \t{\"a\":1e5,\"b\":-0.0} \n\n", "", " \t{\"a\":1e5,\"b\":-0.0,\"version\":2} \n\n"),
    (
      "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": 0\n}", "/a",
      "{\n  \"a\": {\n    \"b\": 1,\n    \"version\": 2\n  },\n  \"c\": 0\n}"
    ),
  ]

  @Test("A new member becomes the last, laid out like its neighbours", arguments: layouts)
  func adds(row: (before: String, at: String, after: String)) throws {
    let after = try edited(row.before, at: row.at) { try $0.settingMember("version", to: .integer(2), in: $1) }
    #expect(visible(after) == visible(row.after))
  }

  @Test("Adding and then removing gives back the input", arguments: layouts)
  func addsAndRemoves(row: (before: String, at: String, after: String)) throws {
    let added = try edited(row.before, at: row.at) { try $0.settingMember("version", to: .integer(2), in: $1) }
    let removed = try edited(added, at: row.at + "/version") { try $0.removing($1) }
    // An empty object over several lines is the one thing that is not kept: it becomes `{}`.
    let isEmptyOverLines = ["{\n}", "{\r\n}", "{\n\n}", "{\n  \"a\": {\n  }\n}"].contains(row.before)
    #expect(visible(removed) == visible(isEmptyOverLines ? row.before.withoutLinesInsideEmpty() : row.before))
  }

  static let replaced: [(before: String, after: String)] = [
    ("{\"version\": 1.0, \"a\": 1}", "{\"version\": 2, \"a\": 1}"),
    ("{\"a\":1,\"version\" :\"x\"}", "{\"a\":1,\"version\" :2}"),
    ("{\"\\u0076ersion\": 1}", "{\"\\u0076ersion\": 2}"),
    ("{\n  \"version\":\n    {\"a\": 1}\n}", "{\n  \"version\":\n    2\n}"),
    ("{\"version\":[1,2,3],\"b\":{}}", "{\"version\":2,\"b\":{}}"),
    ("{\"Version\":1}", "{\"Version\":1,\"version\":2}"),
  ]

  @Test("A member that is there keeps its place and its name's bytes", arguments: replaced)
  func replaces(row: (before: String, after: String)) throws {
    #expect(try edited(row.before, at: "") { try $0.settingMember("version", to: .integer(2), in: $1) } == row.after)
  }
}

extension String {
  fileprivate func withoutLinesInsideEmpty() -> String {
    var bytes: [UInt8] = []
    for byte in utf8 {
      if byte == 0x7d, let brace = bytes.lastIndex(of: 0x7b),
        bytes[(brace + 1)...].allSatisfy({ [0x0a, 0x0d, 0x20].contains($0) })
      {
        bytes.removeSubrange((brace + 1)...)
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite("Elements, positions, removals")
struct PositionTests {
  /// Before, pointer of the array, position, after 9 was inserted.
  static let insertions: [(before: String, at: String, position: Int?, after: String)] = [
    ("[1,2]", "", 0, "[9,1,2]"), ("[1,2]", "", 1, "[1,9,2]"), ("[1,2]", "", 2, "[1,2,9]"),
    ("[1,2]", "", nil, "[1,2,9]"),
    ("[1, 2]", "", 0, "[9, 1, 2]"), ("[1]", "", nil, "[1, 9]"), ("[1]", "", 0, "[9, 1]"),
    ("{\"a\":[1]}", "/a", nil, "{\"a\":[1,9]}"),
    ("[\n  1\n]", "", 0, "[\n  9,\n  1\n]"), ("[\n  1\n]", "", nil, "[\n  1,\n  9\n]"),
    ("[\r\n\t1,\r\n\t2\r\n]", "", 1, "[\r\n\t1,\r\n\t9,\r\n\t2\r\n]"),
    ("[]", "", nil, "[\n  9\n]"), ("[ ]", "", 0, "[ 9 ]"),
    ("{\n  \"a\": []\n}", "/a", nil, "{\n  \"a\": [\n    9\n  ]\n}"),
    ("{\"a\":[],\"b\":1}", "/a", nil, "{\"a\":[9],\"b\":1}"), ("[ 1\n, 2\n]", "", 0, "[ 9\n, 1\n, 2\n]"),
    ("[[], [1]]", "/0", nil, "[[9], [1]]"),
    ("[[1,2],[3]]", "/1", nil, "[[1,2],[3,9]]"), ("[ [ 1, 2 ], [] ]", "/1", nil, "[ [ 1, 2 ], [ 9 ] ]"),
  ]

  @Test("An element goes where it is wanted, and is gone again when removed", arguments: insertions)
  func inserts(row: (before: String, at: String, position: Int?, after: String)) throws {
    let after = try edited(row.before, at: row.at) { try $0.insertingElement(.integer(9), at: row.position, in: $1) }
    #expect(visible(after) == visible(row.after))
    let json = try scan(after)
    let array = try #require(json.value(at: pointer(row.at)))
    let element = try #require(array.elements.first { $0.number?.int == 9 })
    #expect(visible(try json.applying([json.removing(element)])) == visible(row.before))
  }

  @Test("A member goes where it is wanted")
  func members() throws {
    let text = "{\n  \"a\": 1,\n  \"b\": 2\n}"
    func inserted(_ position: Int?) throws -> [String] {
      let json = try scan(text)
      let result = try json.applying([json.insertingMember("k", .null, at: position, in: json.root)])
      return try IndexedJSON(scanning: result).root.members.map(\.name.string)
    }
    #expect(try inserted(0) == ["k", "a", "b"])
    #expect(try inserted(1) == ["a", "k", "b"])
    #expect(try inserted(2) == ["a", "b", "k"])
    #expect(try inserted(nil) == ["a", "b", "k"])
  }

  static let removals: [(before: String, at: String, after: String)] = [
    ("{\"a\":1}", "/a", "{}"), ("{\n  \"a\": 1\n}", "/a", "{}"), ("{ \"a\": 1 }", "/a", "{ }"),
    ("{ \"a\": 1}", "/a", "{}"),
    ("{\"a\":1,\"b\":2,\"c\":3}", "/a", "{\"b\":2,\"c\":3}"), ("{\"a\":1,\"b\":2,\"c\":3}", "/b", "{\"a\":1,\"c\":3}"),
    ("{\"a\":1,\"b\":2,\"c\":3}", "/c", "{\"a\":1,\"b\":2}"),
    ("{\n  \"a\": 1,\n  \"b\": 2\n}", "/a", "{\n  \"b\": 2\n}"),
    ("{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}", "/b", "{\n  \"a\": 1\n}"),
    ("[\r\n1,\r\n2\r\n]", "/1", "[\r\n1\r\n]"),
    ("{ \"a\": 1\n, \"b\": 2\n}", "/a", "{ \"b\": 2\n}"), ("{ \"a\": 1\n, \"b\": 2\n}", "/b", "{ \"a\": 1\n}"),
    ("[1,2,3]", "/1", "[1,3]"), ("[[1]]", "/0/0", "[[]]"), ("[[1],2]", "/0", "[2]"),
    ("{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": 0\n}", "/a/b", "{\n  \"a\": {},\n  \"c\": 0\n}"),
  ]

  @Test("A removal takes the comma and the white space that belonged to it", arguments: removals)
  func removes(row: (before: String, at: String, after: String)) throws {
    #expect(visible(try edited(row.before, at: row.at) { try $0.removing($1) }) == visible(row.after))
  }

  @Test("What cannot be done is an error, and says which")
  func errors() throws {
    let json = try scan("{\"a\": [1], \"b\": 2}")
    let other = try scan("{\"a\": [1], \"b\": 2}")
    let array = try #require(json.root[member: "a"])
    #expect(throws: JSONEditError.notAnObject) { try json.settingMember("x", to: .null, in: array) }
    #expect(throws: JSONEditError.notAnObject) { try json.insertingMember("x", .null, at: 0, in: array) }
    #expect(throws: JSONEditError.notAnArray) { try json.insertingElement(.null, at: 0, in: json.root) }
    for position in [-1, 2, Int.max, Int.min] {
      #expect(throws: JSONEditError.positionOutOfRange) { try json.insertingElement(.null, at: position, in: array) }
    }
    #expect(throws: JSONEditError.rootRemoved) { try json.removing(json.root) }
    #expect(throws: JSONEditError.foreignValue) { try json.removing(other.root) }
    #expect(throws: JSONEditError.foreignValue) { try json.replacing(other.root, with: .null) }
    #expect(throws: JSONEditError.foreignValue) { try json.settingMember("x", to: .null, in: other.root) }
    for (range, error) in [
      (0..<100, JSONEditError.spliceOutOfRange), (-1..<0, .spliceOutOfRange), (100..<100, .spliceOutOfRange),
    ] {
      #expect(throws: error) { try json.applying([JSONSplice(range: range, replacement: [])]) }
    }
    let overlapping = [JSONSplice(range: 1..<4, replacement: []), JSONSplice(range: 3..<5, replacement: [])]
    #expect(throws: JSONEditError.overlappingSplices) { try json.applying(overlapping) }
    #expect(throws: JSONEditError.overlappingSplices) { try json.applying(overlapping.reversed()) }
    for error in JSONEditError.allCases { #expect(error.description.hasSuffix(".")) }
  }

  @Test("Several splices are made at once, in any order")
  func several() throws {
    let json = try scan("{\"a\": 1, \"b\": [1, 2], \"c\": 3}")
    let (a, b) = (try #require(json.root[member: "a"]), try #require(json.root[member: "b"]))
    let splices = [
      try json.settingMember("x", to: .integer(1), in: json.root), try json.replacing(a, with: .string("new")),
      try json.insertingElement(.null, at: 1, in: b), try json.removing(#require(json.root[member: "c"])),
      try json.insertingElement(.bool(true), at: 1, in: b),
    ]
    let wanted = "{\"a\": \"new\", \"b\": [1, null, true, 2], \"x\": 1}"
    #expect(try json.applying(splices).description == wanted)
    #expect(try json.applying([splices[3], splices[2], splices[4], splices[1], splices[0]]).description == wanted)
    #expect(try json.applying([]) == json.text)
  }
}
