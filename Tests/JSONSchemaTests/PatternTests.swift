import JSONSchema
import LosslessJSON
import Testing

@Suite("Patterns")
struct PatternTests {
  /// A pattern, as in JSON; texts in which it matches, and texts in which it does not, as in JSON.
  static let table: [(pattern: String, matching: [String], other: [String])] = [
    ("^abc$", ["abc"], ["abc\\n", "\\nabc", "ab"]),
    ("b", ["abc"], ["ac", ""]),
    ("", ["", "a"], []),
    ("^.$", ["a", "💩", "\\t", "\\u0085"], ["\\n", "\\r", "\\u2028", "\\u2029", ""]),
    ("^[^]$", ["\\n", "a", "\\u2028"], [""]),
    ("[]", [], ["", "a"]),
    ("^\\\\d+$", ["0189"], ["\\u07c0", "a"]),
    ("^\\\\D$", ["\\u07c0"], ["1"]),
    ("^\\\\w+$", ["aZ_9"], ["é", "-"]),
    ("^[\\\\W]$", ["é", "-"], ["a"]),
    (
      "^\\\\s$", ["\\u00a0", "\\ufeff", "\\u2029", "\\u000b", " ", "\\u3000"],
      ["\\u0001", "\\u200b", "\\u0085", "\\u180e"]
    ),
    ("^[^\\\\s]$", ["\\u0085", "a"], ["\\ufeff", "\\u1680"]),
    ("^[\\\\S]$", ["\\u0085", "a", "\\uff00", "\\ufefe"], ["\\ufeff", " "]),
    ("^\\\\S$", ["\\u0085", "\\u180e"], ["\\ufeff", " "]),
    ("^[\\\\s\\\\S]$", ["a", "\\n", "💩"], [""]),
    ("^\\\\cJ\\\\t\\\\v\\\\f\\\\0\\\\x41\\\\u0042\\\\u{1f4a9}$", ["\\n\\t\\u000b\\f\\u0000AB💩"], [""]),
    ("^\\\\ud83d\\\\udca9$", ["💩"], ["\\ud83d"]),
    ("^[\\\\ud83d\\\\udca8-\\\\ud83d\\\\udcaa]$", ["💩"], ["a"]),
    ("^\\\\p{Letter}\\\\p{Lu}\\\\P{L}\\\\p{gc=Nd}$", ["éÉ-৪"], ["ééé4"]),
    ("^\\\\p{Script=Greek}\\\\p{sc=Grek}\\\\p{scx=Cyrl}\\\\p{Alphabetic}[^\\\\p{ASCII}]$", ["αβжaé"], ["aβжaé"]),
    ("^\\\\p{Assigned}\\\\P{Any}?$", ["a"], ["\\u0378"]),
    ("\\\\bfoo\\\\B", ["a foox"], ["foo", "xfoox"]),
    ("^(?:a|b)+?(?=c)(?!cd)(?<=[ab])(?<!b)c", ["bac", "aace"], ["bc", "acd"]),
    ("^(?<year>\\\\d{4})-\\\\k<year>$", ["2024-2024"], ["2024-2025"]),
    ("^(a)?\\\\1b$", ["aab", "b"], ["ab"]),
    ("^\\\\2(a)(b)$", ["ab"], ["bab"]),
    ("^(?:(['\\\"])x\\\\1,?)+$", ["'x','x'", "\\\"x\\\",'x'"], ["'x\\\""]),
    ("^a{2}b{1,}c{0,2}$", ["aab", "aabbcc"], ["ab", "aabccc"]),
    ("^[a\\\\-z.+*?^$(){}|/\\\\]\\\\\\\\-]$", ["-", "z", "]", "\\\\", ".", "$"], ["b"]),
    ("^[\\\\b]$", ["\\b"], ["b"]),
    ("^#\\\\/ (x)$", ["#/ x"], []),
    // Surrogates without their other half are matched as U+FFFD, like the text that is shown.
    ("^\\\\ufffd$", ["\\ud800", "\\udfff", "\\ufffd"], []),
    ("^a.b$", ["a\\ud800b"], ["a\\ud800\\udc00\\ud800b"]),
  ]

  @Test("Patterns match as ECMA-262 says, with the flag u", arguments: table)
  func matches(row: (pattern: String, matching: [String], other: [String])) throws {
    let pattern = row.pattern
    try Verdicts(
      "{\"pattern\": \"\(pattern)\"}", valid: row.matching.map { "\"\($0)\"" }, invalid: row.other.map { "\"\($0)\"" }
    ).check()
    try Verdicts(
      "{\"patternProperties\": {\"\(pattern)\": false}}", valid: row.other.map { "{\"\($0)\": 1}" },
      invalid: row.matching.map { "{\"\($0)\": 1}" }
    ).check()
  }

  static let bad: [(pattern: String, reason: PatternError.Reason)] = [
    ("*", .nothingToRepeat), ("a**", .nothingToRepeat), ("a++", .nothingToRepeat), ("^*", .nothingToRepeat),
    ("(?=a)*", .nothingToRepeat), ("{1}", .nothingToRepeat), ("|?", .nothingToRepeat),
    ("a{", .loneBracket("{")), ("a{,2}", .loneBracket("{")), ("}", .loneBracket("}")), ("]", .loneBracket("]")),
    (")", .loneBracket(")")), ("(a", .unclosedGroup), ("[a", .unclosedClass), ("[\\\\]", .unclosedClass),
    ("(?>a)", .unknownGroup), ("(?i)a", .unknownGroup), ("(?P<n>a)", .unknownGroup), ("(?#x)", .unknownGroup),
    ("(?<1>a)", .invalidName), ("(?<n", .invalidName), ("(?<n>a)(?<n>b)", .repeatedName("n")),
    ("\\\\1", .noSuchGroup("1")), ("(a)\\\\99999999999999999999", .noSuchGroup("99999999999999999999")),
    ("\\\\k<x>(a)", .noSuchGroup("x")), ("\\\\k", .unknownEscape),
    ("\\\\a", .unknownEscape), ("\\\\Z", .unknownEscape), ("\\\\A", .unknownEscape), ("\\\\Qx\\\\E", .unknownEscape),
    ("\\\\-", .unknownEscape), ("\\\\c1", .unknownEscape), ("\\\\x4", .unknownEscape),
    ("\\\\u{110000}", .unknownEscape),
    ("\\\\u{}", .unknownEscape), ("\\\\u12", .unknownEscape), ("\\\\00", .unknownEscape), ("\\\\", .unknownEscape),
    ("[\\\\B]", .unknownEscape), ("[\\\\1]", .unknownEscape), ("[\\\\k]", .unknownEscape),
    ("\\\\p", .unknownProperty), ("\\\\pL", .unknownProperty), ("\\\\p{Greek}", .unknownProperty),
    ("\\\\p{Xan}", .unknownProperty), ("\\\\p{L&}", .unknownProperty), ("\\\\p{^L}", .unknownProperty),
    ("\\\\p{gc=Foo}", .unknownProperty), ("\\\\p{x=y}", .unknownProperty),
    ("\\\\ud800", .loneSurrogate), ("[\\\\udc00]", .loneSurrogate), ("\\ud800", .loneSurrogate),
    ("[a-\\\\d]", .rangeOfClasses), ("[z-a]", .reversedRange),
    ("(?<=(a))\\\\1", .referenceAndLookbehind), ("(a)(?<!\\\\1)", .referenceAndLookbehind),
    ("(?:(a)|b)*\\\\1", .referenceIntoRepetition), ("(?:\\\\1(a))*", .referenceIntoRepetition),
    ("(a\\\\1)", .referenceIntoRepetition), ("(?:(a)?\\\\1b)+", .referenceIntoRepetition),
  ]

  @Test("What is no pattern of ECMA-262, or none that PCRE2 matches alike, is refused", arguments: bad)
  func refuses(row: (pattern: String, reason: PatternError.Reason)) throws {
    let found = try errors(of: "{\"pattern\": \"\(row.pattern)\"}")
    guard case .invalidPattern(let error) = try #require(found.first).reason else {
      Issue.record("\(found)")
      return
    }
    #expect(error.reason == row.reason)
    #expect(found[0].message.hasPrefix("The regular expression is not usable"))
    #expect(found[0].pointer.description == "/pattern")
    #expect(try errors(of: "{\"patternProperties\": {\"\(row.pattern)\": true}}").map(\.reason) == [found[0].reason])
  }

  @Test(
    "What PCRE2 alone refuses is refused in its words",
    arguments: ["a{99999999999}", "a{3,2}", "(?<=a*)b", "((((a{1000}){1000}){1000}){1000})", "\\\\p{sc=Klingon}"])
  func refusedByPCRE2(pattern: String) throws {
    let found = try errors(of: "{\"pattern\": \"\(pattern)\"}")
    guard case .invalidPattern(let error) = found[0].reason, case .notMatchable(let words) = error.reason else {
      Issue.record("\(found)")
      return
    }
    #expect(!words.isEmpty)
  }

  @Test(
    "A pattern that explodes ends in an error, in every place where it may stand",
    arguments: [
      (#"{"pattern": "^(a+)+$"}"#, "\"TEXT\""), (#"{"patternProperties": {"^(a+)+$": false}}"#, "{\"TEXT\": 1}"),
      (#"{"not": {"pattern": "^(a|a)*$"}}"#, "\"TEXT\""),
      (#"{"items": {"anyOf": [{"pattern": "^(x+x+)+y$"}, true]}}"#, "[\"XTEXTy!\"]"),
      (#"{"pattern": "^(?:(a+)b?)+\\1$"}"#, "\"TEXT\""),
    ])
  func explodes(schema text: String, value: String) throws {
    let bomb = String(repeating: "a", count: 5000) + "!"
    let value = value.replacing("XTEXT", with: String(repeating: "x", count: 5000)).replacing("TEXT", with: bomb)
    guard let schema = try? schema(text) else { return #expect(text.contains("\\1")) }
    let error = #expect(throws: SchemaEvaluationError.self) { try schema.validate(try document(value).root) }
    #expect(error?.reason == .patternLimit)
    #expect(error?.message.hasSuffix(".") == true)
  }

  @Test("Many texts that explode cost no more than a few")
  func manyExplosions() throws {
    let schema = try schema(#"{"items": {"anyOf": [{"pattern": "^(a+)+$"}, true]}}"#)
    let text = "\"" + String(repeating: "a", count: 18) + "!\""
    let value = try document("[" + Array(repeating: text, count: 2000).joined(separator: ",") + "]").root
    let error = #expect(throws: SchemaEvaluationError.self) { try schema.validate(value) }
    #expect(error?.reason == .patternLimit)
    #expect(error?.pointer.tokens.count == 1)
  }

  @Test("A long pattern, and one of deep groups, is refused or compiled, and never overflows")
  func hostile() throws {
    for text in [
      String(repeating: "(", count: 8000), String(repeating: "(?:", count: 2000) + String(repeating: ")", count: 2000),
      String(repeating: "a", count: 10_000), String(repeating: "[", count: 8000), String(repeating: "(a)", count: 2700),
      String(repeating: "(?:a|", count: 190) + String(repeating: ")*", count: 190),
      String(repeating: "(?=", count: 2600),
    ] {
      _ = try? schema("{\"pattern\": \"\(text)\"}").validate(try document("\"aaaa\"").root)
    }
  }

  @Test("One schema matches from many threads at once")
  func threads() async throws {
    let schema = try schema(#"{"items": {"pattern": "^(?:[a-z]+\\d?)*$"}}"#)
    let good = try document(#"["abc1def2", "x"]"#)
    let bad = try document(#"["abc1def2", "X"]"#)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<8 {
        group.addTask {
          try (0..<2000).allSatisfy { _ in
            try (schema.firstViolation(in: (number % 2 == 0 ? good : bad).root) == nil) == (number % 2 == 0)
          }
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
