import LosslessJSON
import Testing

@Suite("Views on values")
struct ViewTests {
  private let text = #"""
    {
      "n\u0061me": "J\u00f6rg \ud83d\ude00 \ud800!",
      "list": [1, -2.50, true, null, "x", [], {"deep": [0]}],
      "": {"a/b": 1, "m~n": 2},
      "off": false
    }
    """#

  @Test("Members and elements come in the order of the text")
  func children() throws {
    let root = try scan(text).root
    #expect(root.kind == .object && root.count == 4)
    #expect(root.members.map(\.name.string) == ["name", "list", "", "off"])
    let list = try #require(root[member: "list"])
    #expect(list.elements.map(\.kind) == [.number, .number, .true, .null, .string, .array, .object])
    #expect(list.count == 7 && list.elements.map(\.count) == [0, 0, 0, 0, 0, 0, 1])
    #expect(Array(list.members).isEmpty && Array(root.elements).isEmpty)
    #expect(list[element: 1]?.number?.description == "-2.5")
    #expect(list[element: 7] == nil && list[element: -1] == nil)
    #expect(list[element: 2]?.bool == true && root[member: "off"]?.bool == false && list[element: 3]?.bool == nil)
  }

  @Test("Names are looked up after unescaping, by code points")
  func lookup() throws {
    let root = try scan(text).root
    #expect(root[member: "name"]?.kind == .string)
    #expect(root[member: JSONKey("name")]?.kind == .string)
    #expect(root[member: "n\\u0061me"] == nil && root[member: "nam"] == nil && root[member: JSONKey("names")] == nil)
    #expect(root[member: "list"]?[member: "0"] == nil)
    #expect(root[member: JSONKey("")]?.kind == .object)
    let name = try #require(root.members.first { $0.name.equals("name") }?.name)
    #expect(String(decoding: name.literal, as: UTF8.self) == #""n\u0061me""#)
    #expect(name.unescapedBytes == Array("name".utf8))
  }

  @Test("Strings are unescaped; a lone surrogate is repaired for people and kept for comparison")
  func strings() throws {
    let value = try #require(try scan(text).root[member: "name"])
    #expect(value.string == "J\u{f6}rg \u{1f600} \u{fffd}!")
    #expect(value.unescapedBytes == Array("J\u{f6}rg \u{1f600} ".utf8) + [0xed, 0xa0, 0x80, 0x21])
    #expect(!value.equalsString("J\u{f6}rg \u{1f600} \u{fffd}!"))
    #expect(try scan(#""a\tb""#).root.equalsString("a\tb"))
    #expect(try scan(#""\u00e9""#).root.equalsString("\u{e9}"))
    #expect(try !scan(#""\u00e9""#).root.equalsString("e\u{301}"))
    #expect(try !scan("1").root.equalsString("1"))
    #expect(try scan("1").root.string == nil && scan("1").root.unescapedBytes == nil)
    #expect(try scan(#""\ud800\ud83d\ude00\udc00x""#).root.string == "\u{fffd}\u{1f600}\u{fffd}x")
    #expect(try scan(#""\b\f\n\r\t\/\\\"""#).root.string == "\u{8}\u{c}\n\r\t/\\\"")
  }

  @Test("A value knows its place, its pointer leads back to it, and only to it")
  func pointers() throws {
    let json = try scan(text)
    var pending = [json.root]
    var seen = 0
    while let value = pending.popLast() {
      seen += 1
      let back = try #require(json.value(at: value.pointer))
      #expect(back.range == value.range)
      #expect(try JSONPointer(parsing: value.pointer.description) == value.pointer)
      pending += value.members.map(\.value) + Array(value.elements)
    }
    #expect(seen == 16)
    let deep = try #require(json.value(at: pointer("/list/6/deep/0")))
    #expect(deep.pointer.description == "/list/6/deep/0")
    #expect((deep.line, deep.column) == (3, 53))
    #expect((json.root.line, json.root.column) == (1, 1))
    #expect(json.value(at: try pointer("//a~1b"))?.number?.int == 1)
    #expect(json.value(at: try pointer("//m~0n"))?.number?.int == 2)
  }

  @Test(
    "A pointer that leads nowhere, through a scalar, or by no index through an array gives nil",
    arguments: [
      "/x", "/name/0", "/list/7", "/list/-", "/list/01", "/list/+1", "/list/ 1", "/list/1.0", "/list/", "/list/-1",
      "/list/99999999999999999999", "/list/٣", "/off/a", "/list/0/0", "/n\\u0061me",
    ])
  func nowhere(text pointerText: String) throws {
    #expect(try scan(text).value(at: pointer(pointerText)) == nil)
  }

  @Test("A root that is a scalar has no members and only the empty pointer")
  func scalarRoot() throws {
    let json = try scan(" 1 ")
    #expect(json.value(at: .root)?.number?.int == 1)
    for text in ["/a", "/"] { #expect(json.value(at: try pointer(text)) == nil) }
    #expect(json.root.range == 1..<2)
  }

  @Test("The text keeps its bytes, and is filled where it stays")
  func texts() throws {
    let text = JSONText(capacity: 10) { target in
      target.copyBytes(from: "[1]".utf8)
      return 3
    }
    #expect(text == JSONText("[1]") && text.count == 3 && Array(text.bytes) == Array("[1]".utf8))
    #expect(text.hashValue == JSONText("[1]").hashValue && text != JSONText("[2]") && text != JSONText("[1] "))
    #expect(text.withUnsafeBytes { $0.count } == 3 && text.description == "[1]")
    #expect(JSONText("") == JSONText([UInt8]()) && JSONText("").bytes.isEmpty)
    #expect(throws: JSONPointerError.self) {
      try JSONText(capacity: 1) { _ in throw JSONPointerError(reason: .invalidEscape, offset: 0) }
    }
    #expect(try IndexedJSON(scanning: text).root.count == 1)
  }
}

@Suite("Equality (JSON Schema 2020-12, core, 4.2.2)")
struct EqualityTests {
  static let equal: [(String, String)] = [
    ("1", "1.0"), ("100", "1e2"), ("-0", "0.0"), ("1e400", "10e399"), ("\"a\"", "\"\\u0061\""), ("[1, 2]", "[1.0,2]"),
    (#"{"a":1,"b":[{"c":null}]}"#, #"{"b":[{"c":null}],"\u0061":1e0}"#), ("{}", "{ }"), ("[]", "[ ]"), ("NaN", "NaN"),
    (#"{"a":{"x":1,"y":2},"b":{"y":2,"x":1}}"#, #"{"b":{"x":1,"y":2},"a":{"y":2,"x":1}}"#), ("true", "true"),
    ("null", "null"),
  ]

  static let different: [(String, String)] = [
    ("1", "2"), ("1", "\"1\""), ("0", "false"), ("null", "false"), ("true", "false"), ("[]", "{}"), ("[1,2]", "[2,1]"),
    ("[1]", "[1,1]"), ("[1,1]", "[1]"), (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"b":1}"#),
    (#"{"a":1}"#, #"{"a":1,"b":1}"#),
    (#"{"a":1,"b":1}"#, #"{"a":1}"#), (#"{"a":1,"b":2}"#, #"{"b":1,"a":2}"#), ("\"\u{e9}\"", "\"e\u{301}\""),
    ("\"\\ud800\"", "\"\\ufffd\""),
    ("1", "1.0000000000000000000000001"), ("NaN", "Infinity"), ("Infinity", "-Infinity"), ("[[1],2]", "[[2],1]"),
  ]

  @Test("Equal values are equal both ways", arguments: equal)
  func areEqual(left: String, right: String) throws {
    let (left, right) = (try scan(left, nonFinite: true).root, try scan(right, nonFinite: true).root)
    #expect(left.isEqual(to: right) && right.isEqual(to: left))
  }

  @Test("Different values differ both ways", arguments: different)
  func areDifferent(left: String, right: String) throws {
    let (left, right) = (try scan(left, nonFinite: true).root, try scan(right, nonFinite: true).root)
    #expect(!left.isEqual(to: right) && !right.isEqual(to: left))
  }
}

@Suite("JSON Pointer (RFC 6901)")
struct PointerTests {
  static let examples: [(String, [String])] = [
    ("", []), ("/", [""]), ("/foo", ["foo"]), ("/foo/0", ["foo", "0"]), ("/a~1b", ["a/b"]), ("/m~0n", ["m~n"]),
    ("/~01", ["~1"]), ("/c%d", ["c%d"]), ("/ ", [" "]), ("//", ["", ""]), ("/é/", ["é", ""]), ("/k\"l", ["k\"l"]),
  ]

  @Test("A pointer is parsed and written as the RFC has it", arguments: examples)
  func parses(text: String, tokens: [String]) throws {
    let parsed = try pointer(text)
    #expect(parsed.tokens == tokens && parsed.description == text && JSONPointer(tokens: tokens) == parsed)
  }

  @Test(
    "What is no pointer is refused",
    arguments: [("a", 0), ("#/a", 0), ("/a~", 2), ("/~2", 1), ("/~a/b", 1), ("/ok/~/x", 4)])
  func refuses(text: String, offset: Int) {
    let error = #expect(throws: JSONPointerError.self) { try pointer(text) }
    #expect(error?.offset == offset)
  }

  @Test("Pointers are equal by bytes, not by what Swift's strings hold equal")
  func equality() {
    let composed = JSONPointer(tokens: ["\u{e9}"])
    let decomposed = JSONPointer(tokens: ["e\u{301}"])
    #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
    #expect(JSONPointer.root.appending("a").appending(3).description == "/a/3")
    #expect(JSONPointer(tokens: ["ab"]) != JSONPointer(tokens: ["a", "b"]))
  }
}
