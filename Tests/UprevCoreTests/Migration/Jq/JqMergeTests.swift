import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

extension JqTests {
  /// What a program leaves alone keeps its bytes.
  @Suite struct Merge {
    let children: JqChildren

    init() throws {
      children = try Jq.children()
    }

    static let cases: [(document: String, program: String, expected: String)] = [
      // Nothing changes.
      (
        #" {"a" : 1.0, "b":12345678901234567890,"é":"\u00e9", "c":[1e-05 , -0.0]} "#, ".",
        #" {"a" : 1.0, "b":12345678901234567890,"é":"\u00e9", "c":[1e-05 , -0.0]} "#
      ),
      (#"{"a": 1.0, "b": 2}"#, ".a = 1", #"{"a": 1.0, "b": 2}"#),
      (#"{"b": 1.0, "a": 2.0}"#, "{a: .a, b: .b}", #"{"b": 1.0, "a": 2.0}"#),
      // Scalars.
      (#"{"a": 1.0, "b": 12345678901234567890}"#, ".a += 1", #"{"a": 2, "b": 12345678901234567890}"#),
      (#"{"a": 1, "b": "\u00e9"}"#, ".a = \"\u{e9}\"", #"{"a": "\u00e9", "b": "\u00e9"}"#),
      (#"{"a": 1, "b": "é"}"#, ".a = \"\u{e9}\u{df}\"", #"{"a": "éß", "b": "é"}"#),
      ("1.0", ". + 1", "2"),
      ("  [1.0]\n", "{a: .}", "  {\"a\": [1.0]}\n"),
      // Members.
      (#"{"a": 1.0, "b": 1E5}"#, ".c = .a + 1 | .d = 4", #"{"a": 1.0, "b": 1E5, "c": 2, "d": 4}"#),
      (#"{"a":1.0,"b":1E5,"c":3,"d":4}"#, "del(.a, .b, .d)", #"{"c":3}"#),
      (#"{"a":1.0,"b":1E5,"c":3,"d":4}"#, "del(.b, .c)", #"{"a":1.0,"d":4}"#),
      (#"{"a":1.0,"b":1E5}"#, "del(.a, .b)", #"{}"#),
      (#"{"a":1.0,"b":1E5}"#, "{c: 7, d: 1}", #"{"c":7,"d":1.0}"#),
      (
        "{\n  \"a\": {},\n  \"b\": 1.0\n}", ".a.x = 1 | .a.y = {z: 2}",
        "{\n  \"a\": {\n    \"x\": 1,\n    \"y\": {\n      \"z\": 2\n    }\n  },\n  \"b\": 1.0\n}"
      ),
      ("{\n  \"a\": [],\n  \"b\": 1.0\n}", ".a += [1, 2]", "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": 1.0\n}"),
      (
        "{\n  \"a\": 1.0,\n  \"b\": 1E5\n}", "del(.a) | .c = 3 | .d = [4]",
        "{\n  \"b\": 1E5,\n  \"c\": 3,\n  \"d\": [\n    4\n  ]\n}"
      ),
      // Elements.
      ("[1.0, 2.0, 3.0]", "del(.[0])", "[2.0, 3.0]"),
      ("[1.0, 2.0, 3.0]", "del(.[1])", "[1.0, 3.0]"),
      ("[1.0, 2.0, 3.0]", "del(.[1:])", "[1.0]"),
      ("[1.0, 2.0, 3.0]", "[]", "[]"),
      ("[1.0, 2.0, 3.0]", ". + [4, 5]", "[1.0, 2.0, 3.0, 4, 5]"),
      ("[1.0, 2.0, 3.0]", "[4, 5] + .", "[4, 5, 1.0, 2.0, 3.0]"),
      ("[1.0, 2.0, 3.0]", ".[1:1] = [9, 8]", "[1.0, 9, 8, 2.0, 3.0]"),
      ("[3.0, 1.0, 2.0]", "sort", "[1.0, 2.0, 3.0]"),
      ("[1.0, 2.0, 3.0]", "reverse", "[3.0, 2.0, 1.0]"),
      ("[1.0, 2.0, 3.0, 4.0]", "map(select(. % 2 == 0))", "[2.0, 4.0]"),
      (#"[{"t": 2.0, "x": 1E1}, {"t": 1.0, "x": 3}]"#, "sort_by(.t)", #"[{"t": 1.0, "x": 3}, {"t": 2.0, "x": 1E1}]"#),
      (
        #"[{"t": 2.0, "x": 1E1}, {"t": 1.0, "x": 3}]"#, "map(.y = 0)",
        #"[{"t": 2.0, "x": 1E1, "y": 0}, {"t": 1.0, "x": 3, "y": 0}]"#
      ),
      (
        #"{"a": [1.0, {"b": 12345678901234567890}, 3.0]}"#, ".a[1].c = 1",
        #"{"a": [1.0, {"b": 12345678901234567890, "c": 1}, 3.0]}"#
      ),
      // What is put elsewhere.
      (#"{"a": 1.0}"#, ".b = .a | del(.a)", #"{"b": 1.0}"#),
      (
        #"{"a": 12345678901234567890}"#, ".b = .a | .c = [.a]",
        #"{"a": 12345678901234567890, "b": 12345678901234567890, "c": [12345678901234567890]}"#
      ),
      (
        #"{"a": {"x": 1.0, "y": "\u0041"}}"#, ".b = .a",
        #"{"a": {"x": 1.0, "y": "\u0041"}, "b": {"x": 1.0, "y": "\u0041"}}"#
      ),
      (#"{"a": 1.0, "b": 2.0}"#, ".a as $a | .a = .b | .b = $a", #"{"a": 2.0, "b": 1.0}"#),
      (#"{"a": {"x": 1.0, "y": 2.0}}"#, ".b = {x: .a.x, z: 5} | del(.a)", #"{"b": {"x": 1.0, "z": 5}}"#),
      (#"{"v": 1, "w": 2.0}"#, ".v = 2", #"{"v": 2, "w": 2.0}"#),
      // What jq cannot hold.
      (#"{"a": "\ud800", "b": 1e400, "c": 1}"#, ".c = 2", #"{"a": "\ud800", "b": 1e400, "c": 2}"#),
      (#"{"\ud800": 1.0, "c": 1}"#, ".c = 2", #"{"\ud800": 1.0, "c": 2}"#),
      (
        #"[12345678901234567890, 12345678901234567891, 1]"#, ".[2] = 2",
        #"[12345678901234567890, 12345678901234567891, 2]"#
      ),
      (
        #"[12345678901234567890, 12345678901234567891, 1]"#, ". + [2]",
        #"[12345678901234567890, 12345678901234567891, 1, 2]"#
      ),
    ]

    @Test("Only what differs by value is written, in the style around it", arguments: cases)
    func keeps(_ document: String, _ program: String, _ expected: String) throws {
      let result = try Jq.apply(program, to: [document], children)
      #expect(result.map(\.text) == [expected])
    }

    @Test("Where two numbers are one to jq and one of them goes, the step fails rather than keep the wrong one")
    func indistinct() throws {
      for program in ["del(.[0])", "[.[0]]", ". + [.[0]]", "{a: .[1]}"] {
        let result = try Jq.apply(program, to: ["[12345678901234567890, 12345678901234567891]"], children)
        #expect(
          result.first?.text.contains("jq cannot tell 12345678901234567890 from 12345678901234567891") == true,
          "\(program)")
      }
      let same = try Jq.apply("del(.[0])", to: ["[12345678901234567890, 12345678901234567890.0]"], children)
      #expect(same.first?.text.contains("12345678901234567890") == true)
    }

    @Test("NaN and infinities come out where the format has them, and nowhere else")
    func nonFinite() throws {
      let texts = [#"{"a": NaN, "b": -Infinity, "c": 1}"#]
      #expect(
        try Jq.apply(".c = 2", to: texts, children, nonFinite: true).map(\.text)
          == [#"{"a": NaN, "b": -Infinity, "c": 2}"#])
      #expect(
        try Jq.apply(".c = .b | .d = nan", to: texts, children, nonFinite: true).map(\.text)
          == [#"{"a": NaN, "b": -Infinity, "c": -Infinity, "d": NaN}"#])
      for program in [".a = nan", ".a = infinite", ".a = [-infinite]"] {
        let result = try Jq.apply(program, to: [#"{"a": 1}"#], children)
        #expect(result.first?.text.contains("not finite") == true, "\(program)")
      }
    }

    @Test("Numbers have the fewest digits that read back the same, laid out as ECMA-262 does")
    func numbers() throws {
      let cases = [
        ("3.0", "3"), ("1e17", "100000000000000000"), ("1e20", "100000000000000000000"), ("1e21", "1e+21"),
        ("0.1 + 0.2", "0.30000000000000004"), ("1e-6", "0.000001"), ("1e-7", "1e-7"), ("1.5e-9", "1.5e-9"),
        ("1/3", "0.3333333333333333"), ("5e-324", "5e-324"), ("123456789012345678", "123456789012345680"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"), ("-0", "-0"), ("-1.25", "-1.25"),
        ("9007199254740993", "9007199254740992"), ("-1e300", "-1e+300"), ("123.456e3", "123456"),
      ]
      for (program, expected) in cases {
        #expect(try Jq.apply(program, to: ["null"], children).map(\.text) == [expected], "\(program)")
      }
    }

    @Test("A document deeper than jq's own parser goes is no trouble, one that is too deep is refused")
    func depth() throws {
      for depth in [200, 300, 5000, 9990] {
        let text = String(repeating: "[", count: depth) + "1.0" + String(repeating: "]", count: depth)
        #expect(try Jq.apply(".", to: [text], children).map(\.text) == [text], "\(depth)")
        let deeper = try Jq.apply("[.]", to: [text], children).map(\.text)
        #expect(deeper.first?.filter { $0 == "[" }.count == depth + 1, "\(depth)")
        #expect(deeper.first?.contains("1.0") == true)
      }
      let tooDeep = String(repeating: "[", count: 10_001) + String(repeating: "]", count: 10_001)
      #expect(try Jq.apply(".", to: [tooDeep], children).first?.text.contains("deeper than 10000") == true)
    }

    @Test("Names that differ only in what jq cannot hold are refused")
    func sameNames() throws {
      let result = try Jq.apply(".", to: [#"{"\ud800": 1, "\ud801": 2}"#], children)
      #expect(result.first?.text.contains("surrogates") == true)
    }

    @Test("Thousands of changes cost no pass over the document each", arguments: ["[.a + 1, {}]", "{x: .a}"])
    func many(_ added: String) throws {
      let count = 4000
      let text = "[" + (0..<count).map { "{\"a\":\($0).0,\"c\":1}" }.joined(separator: ",") + "]"
      let result = try Jq.apply("map(.b = \(added) | .c = [.c])", to: [text], children)
      #expect(result.first?.text.hasPrefix("[{\"a\":0.0,\"c\":[1],\"b\":") == true)
      #expect(result.first?.text.filter { $0 == "b" }.count == count)
    }

    @Test("A failure says where")
    func place() throws {
      var batch = StepBatch([try Jq.document("\n  {\"a\": 1}")], options: Jq.options())
      JqStep(program: "error(\"no \\(.a)\")", runner: children, allowsNonFinite: false).apply(to: &batch)
      let failure = batch.items[0].failure
      #expect(failure?.message == "the jq program failed: no 1")
      #expect(failure?.pointer == .root)
      #expect(failure?.line == 2)
      #expect(failure?.column == 3)
    }
  }
}
