import LosslessJSON
import Testing

@Suite("Grammar (RFC 8259)")
struct GrammarTests {
  static let valid = [
    "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "-0.0", "1e5", "1E5", "1e+5", "1e-5", "1.25E-07",
    "1234567890.0", "123456789012345678901234567890123456789012", "1e999999999999999999999", "0e0", "0.00", "\"\"",
    "\"a\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\u00e9\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
    "\"\\ud83d\\ude00\"", "\"\u{7f}\"", "\"\u{2028}\"", "[]", "{}", "[1]", "[[]]", "[{}]", "{\"\":0}",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", " \t\r\n1\t\r\n ", " [ 1 , 2 ] ", "{ \"a\" : 1 , \"b\" : 2 }\n",
    "[null,true,false]", "\"1234567\"", "\"12345678\"", "\"123456789\"", "\"123456\\n89\"",
    "[                                                                 1]", "{\"a\":1,\"A\":1,\"a \":1}",
  ]

  @Test("A valid text is accepted and kept byte for byte", arguments: valid)
  func accepts(text: String) throws {
    let json = try scan(text)
    #expect(json.text == JSONText(text))
    let trimmed = text.drop { " \t\r\n".contains($0) }
    #expect(String(decoding: json.root.literal, as: UTF8.self) == trimmed.trimmingEnd())
  }

  static let invalid: [(String, JSONError.Reason, Int)] = [
    ("", .empty, 0), ("  \n", .empty, 3), ("\u{feff}{}", .byteOrderMark, 0), ("[", .endOfText, 1),
    ("{", .endOfText, 1), ("[1", .endOfText, 2), ("[1,", .endOfText, 3), ("{\"a\"", .endOfText, 4),
    ("{\"a\":", .endOfText, 5), ("{\"a\":1", .endOfText, 6), ("{\"a\":1,", .endOfText, 7),
    ("\"a", .unterminatedString, 2),
    ("\"a\\", .unterminatedString, 3), ("\"\\u12", .unterminatedString, 5), ("[1,]", .trailingComma, 3),
    ("{\"a\":1,}", .trailingComma, 7), ("[,1]", .expectedValue, 1), ("[1,,2]", .expectedValue, 3),
    ("{,}", .expectedMemberName, 1), ("{a:1}", .expectedMemberName, 1), ("{1:1}", .expectedMemberName, 1),
    ("{\"a\" 1}", .expectedColon, 5), ("{\"a\"}", .expectedColon, 4), ("{\"a\"::1}", .expectedValue, 5),
    ("{\"a\":1 \"b\":2}", .expectedCommaOrBrace, 7), ("{\"a\":1]", .expectedCommaOrBrace, 6),
    ("[1 2]", .expectedCommaOrBracket, 3), ("[1}", .expectedCommaOrBracket, 2), ("1 2", .trailingContent, 2),
    ("{}{}", .trailingContent, 2), ("[]]", .trailingContent, 2), ("nullx", .trailingContent, 4),
    ("nul", .invalidLiteral, 0),
    ("[None]", .invalidLiteral, 1), ("True", .invalidLiteral, 0), ("tru e", .invalidLiteral, 0),
    ("fals", .invalidLiteral, 0), ("// a", .comment, 0), ("[1,/* */2]", .comment, 3), ("{// a\n}", .comment, 1),
    ("'a'", .singleQuotes, 0), ("{'a':1}", .singleQuotes, 1), ("01", .leadingZero, 0), ("-01", .leadingZero, 1),
    ("00", .leadingZero, 0), ("-", .endOfText, 1), ("-a", .expectedDigit, 1), ("1.", .endOfText, 2),
    ("[1.]", .expectedDigit, 3), ("[1.e5]", .expectedDigit, 3), ("[1e]", .expectedDigit, 3),
    ("[1e+]", .expectedDigit, 4),
    (".5", .expectedValue, 0), ("+1", .expectedValue, 0), ("0x10", .trailingContent, 1), ("1_000", .trailingContent, 1),
    ("NaN", .nonFiniteNumber, 0), ("[Infinity]", .nonFiniteNumber, 1), ("-Infinity", .nonFiniteNumber, 0),
    ("-Inf", .expectedDigit, 1), ("Inf", .invalidLiteral, 0), ("\"a\nb\"", .controlCharacter, 2),
    ("\"\t\"", .controlCharacter, 1),
    ("\"\u{0}\"", .controlCharacter, 1), ("\"1234567\u{1f}\"", .controlCharacter, 8), ("\"\\a\"", .invalidEscape, 2),
    ("\"\\'\"", .invalidEscape, 2), ("\"\\U0041\"", .invalidEscape, 2), ("\"\\u12g4\"", .invalidUnicodeEscape, 5),
    ("\"\\u\"", .invalidUnicodeEscape, 3), ("\"\\u 123\"", .invalidUnicodeEscape, 3), ("1\u{0}", .trailingContent, 1),
    ("\u{0}", .expectedValue, 0), ("[\u{0}]", .expectedValue, 1), ("{\"a\":1\u{0}}", .expectedCommaOrBrace, 6),
    ("[1\u{c}]", .expectedCommaOrBracket, 2), ("\u{a0}1", .expectedValue, 0), ("1\u{2028}", .trailingContent, 1),
    ("{\"a\":}", .expectedValue, 5), ("}", .expectedValue, 0), (":", .expectedValue, 0),
  ]

  @Test("An invalid text is refused with its reason and the offset of the offending byte", arguments: invalid)
  func refuses(text: String, reason: JSONError.Reason, offset: Int) throws {
    let error = try #require(failure(text))
    #expect(error.reason == reason)
    #expect(error.offset == offset)
    #expect(error.code == .invalidJSON)
    #expect(error.pointer == nil)
  }

  @Test("Every proper prefix of a valid text that is no value itself is refused at its end")
  func prefixes() throws {
    let text = Array("{\"a\\u00e9\":[1.5e-3,true,\"\u{20ac}\",null,{\"b\":-0.0}],\"c\":\"\\ud83d\\ude00\"}".utf8)
    #expect(failure(text) == nil)
    for count in 0..<text.count {
      let error = try #require(failure(text[..<count]), "\(count) bytes")
      #expect(error.offset <= count)
      #expect([.invalidJSON, .notUTF8].contains(error.code))
    }
  }

  @Test("Line and column count bytes from 1, and LF, CRLF and CR each end a line")
  func places() throws {
    let cases: [(String, Int, Int)] = [
      ("x", 1, 1), ("[1,\n x]", 2, 2), ("[1,\r\n x]", 2, 2), ("[1,\r x]", 2, 2), ("[\n\n\nx]", 4, 1),
      ("[\r\n\r\nx]", 3, 1), ("[\r\r\nx]", 3, 1), ("[\n\rx]", 3, 1), ("[\"\u{e9}\", x]", 1, 8), ("[1,\n", 2, 1),
    ]
    for (text, line, column) in cases {
      let error = try #require(failure(text), "\(visible(text))")
      #expect((error.line, error.column) == (line, column), "\(visible(text))")
    }
  }

  @Test(
    "Python's non-finite numbers are values of their own kind where they are allowed",
    arguments: ["NaN", "Infinity", "-Infinity"])
  func nonFinite(word: String) throws {
    let json = try scan("{\"a\": \(word)}", nonFinite: true)
    let value = try #require(json.root[member: "a"])
    #expect(value.kind == .nonFinite)
    #expect(String(decoding: value.literal, as: UTF8.self) == word)
    #expect(value.number == nil)
    let error = try #require(failure("{\"a\": \(word)}"))
    #expect(error.reason == .nonFiniteNumber && error.column == 7)
    #expect(error.hint?.contains("nonFinite: allow") == true)
  }

  @Test(
    "Allowing non-finite numbers allows no other word",
    arguments: ["nan", "inf", "+Infinity", "-NaN", "Infinit", "--Infinity"])
  func notNonFinite(word: String) {
    #expect(failure(word, JSONReadingOptions(allowsNonFinite: true))?.code == .invalidJSON)
  }

  @Test("Nesting up to the limit is accepted, one more is refused where it opens")
  func depth() throws {
    for limit in [0, 1, 2, 1000] {
      let options = JSONReadingOptions(maximumDepth: limit)
      for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let within = String(repeating: open, count: limit) + "1" + String(repeating: close, count: limit)
        #expect(failure(within, options) == nil)
        let beyond = try #require(failure(String(repeating: open, count: limit + 1), options))
        #expect(beyond.code == .tooDeep && beyond.offset == limit * open.utf8.count)
      }
    }
    #expect(failure("[[],[],[[]],{\"a\":[]}]", JSONReadingOptions(maximumDepth: 3)) == nil)
  }

  @Test("A million open brackets cost no stack")
  func deep() throws {
    let text = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
    let json = try scan(text, depth: 2_000_000)
    #expect(json.root.count == 1)
    #expect(json.root.isEqual(to: try scan(text, depth: 2_000_000).root))
    let copied = try scan("{\"a\":1,\"b\":1}")
    let splice = try copied.settingMember("a", to: JSONFragment(json), in: copied.root)
    #expect(splice.replacement == Array(text.utf8))
  }

  @Test("A text above the size limit is refused unread")
  func size() throws {
    let options = JSONReadingOptions(maximumSize: 4)
    #expect(failure("1234", options) == nil)
    let error = try #require(failure("12345", options))
    #expect(error.code == .tooLarge && error.offset == 4)
    #expect(failure("1", JSONReadingOptions(maximumSize: -1))?.code == .tooLarge)
    #expect(failure("1", JSONReadingOptions(maximumSize: .max)) == nil)
  }
}

extension Substring {
  fileprivate func trimmingEnd() -> String {
    var end = self
    while let last = end.unicodeScalars.last, " \t\r\n".unicodeScalars.contains(last) {
      end.unicodeScalars.removeLast()
    }
    return String(end)
  }
}
