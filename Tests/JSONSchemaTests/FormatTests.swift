import JSONSchema
import LosslessJSON
import Testing

@Suite("Formats")
struct FormatTests {
  static let table: [(format: String, valid: [String], invalid: [String])] = [
    (
      "date", ["2024-02-29", "0000-01-01", "2000-02-29"],
      ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "২০২৪-01-01", "2024-04-31", "2024-01-01T"]
    ),
    (
      "time", ["00:00:00Z", "23:59:60Z", "12:00:00.5+05:30", "22:29:60-01:30", "12:00:00z"],
      [
        "12:00:00", "24:00:00Z", "12:60:00Z", "12:00:61Z", "12:00:60Z", "12:00:00.Z", "12:00:00+24:00", "12:00:00+0100",
        "1:00:00Z",
      ]
    ),
    (
      "date-time", ["2024-02-29T23:59:59Z", "1998-12-31t23:59:60z", "1985-04-12T23:20:50.52+00:00"],
      ["2024-02-30T00:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T00:00:00", "2024-02-29"]
    ),
    (
      "duration", ["P1Y", "P1Y2M3DT4H5M6S", "PT1M", "P2W", "P1M", "PT36H", "P1DT1S"],
      ["P", "PT", "1Y", "P1Y2W", "P1D2M", "P1YT", "PT1H1S", "P1.5D", "P1S", "P1Y3D"]
    ),
    (
      "email", ["a@b.c", "a.b+c@x-y.example", "\\\"a b\\\"@x", "x@[127.0.0.1]", "x@[IPv6:::1]"],
      ["a", "@b", "a@", ".a@b", "a.@b", "a..b@c", "a b@c", "é@b.c", "a@-b", "a@b@c", "x@[1.2.3]", "\\\"a@b"]
    ),
    ("idn-email", ["é@é.fr", "a@b.c"], ["é", "@é", "é@-é"]),
    (
      "hostname", ["a", "a-b.c1", "xn--bcher-kva.example", "1.2"],
      ["", "-a", "a-", "a..b", "a_b", "é.fr", ".", "a.", "xn--X", "xn--a", "ab--c"]
    ),
    (
      "idn-hostname", ["bücher.example", "실례.테스트", "l·l", "א׳ב", "ー・ア", "क्\\u200dष", "a", "٠٠"],
      ["-é", "é-", "a·l", "〮한", "٠۰", "a\\u200d", "a・", "́a", "aa--é", "\\u302e"]
    ),
    (
      "ipv4", ["1.2.3.4", "255.0.0.0"],
      ["1.2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4.5", "1.2.3.", "0x1.2.3.4", "১.2.3.4", "1.2.3.4/8"]
    ),
    (
      "ipv6",
      ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:1.2.3.4", "1:2::5:6:1.2.3.4", "abcd:EF01::"],
      [
        ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1%eth0", "1.2.3.4::", "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4", ":1::", "1:2:3:4:5:6:7:8::", "::g",
      ]
    ),
    (
      "uri", ["http://a/b?c#d", "urn:x:y", "mailto:a@b", "http://[::1]:80/", "http://[v1.a]/", "file:///a", "a:"],
      [
        "//a/b", "/a", "a b:c", "http://a b", "http://[::1", "http://a:x/", "http://é", "a:%zz", "1a:b",
        "http://a/\\\"", "http://a#b#c", "a:[b]",
      ]
    ),
    ("uri-reference", ["", "/a", "a/b?c", "#x", "//h/p", "http://x"], ["\\\\", "a b", "%", "é", "1:2:", "#\\\\"]),
    (
      "iri", ["http://é/ü?ß#ö", "http://a"],
      ["/é", "http://\\u0000", "http://é é", "http://\\ufffe", "http://a#\\ue000"]
    ),
    ("iri-reference", ["é", "/ü#é", "?\\ue000"], ["\\\\é", "é é"]),
    (
      "uri-template", ["", "/a/{b}", "{+x,y:3,z*}", "{#a.b}", "/é", "{%41b}"],
      ["{", "}", "{}", "{a", "a}", "{a b}", "{a:0}", "{a:12345}", "{$a}", "a b", "%zz", "{a..b}"]
    ),
    (
      "uuid", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
      [
        "", "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
        "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "2eb8aa0-8aa98-11ea-b4aa-73b441d16380",
      ]
    ),
    ("json-pointer", ["", "/", "/a~0b~1c", "/é"], ["a", "#", "/~", "/~2", "/a~"]),
    ("relative-json-pointer", ["0", "1/a", "10#", "0#"], ["", "/a", "01", "-1", "1a", "0##", "1~", "+1#"]),
    ("regex", ["a+", "^\\\\S(|(.|\\\\n)*\\\\S)$", ""], ["(", "a**", "\\\\Z", "\\\\a"]),
    ("somebody's own", ["anything"], []),
  ]

  @Test("Formats judge strings where that is asked for, and nothing else", arguments: table)
  func judges(row: (format: String, valid: [String], invalid: [String])) throws {
    let verdicts = Verdicts(
      "{\"format\": \"\(row.format)\"}", valid: row.valid.map { "\"\($0)\"" } + ["1", "null", "[]", "{}", "NaN"],
      invalid: row.invalid.map { "\"\($0)\"" })
    try verdicts.check(.init(assertsFormats: true))
    let annotating = try schema("{\"format\": \"\(row.format)\"}")
    for text in row.invalid { #expect(try annotating.validate(try document("\"\(text)\"").root) == []) }
  }

  @Test("A text of any length and content is judged")
  func hostile() throws {
    let texts = [
      String(repeating: "a", count: 1_000_000), String(repeating: "xn--", count: 15),
      "xn--99999999999999999999999999999999999",
      "xn--" + String(repeating: "z", count: 59), String(repeating: "é", count: 63),
      String(repeating: "{", count: 60_000),
      String(repeating: ":", count: 60_000), String(repeating: "9", count: 60_000),
      "P" + String(repeating: "1Y", count: 30_000),
      "\\ud800", "\\u0000", "xn--\\u007f", String(repeating: "\u{10ffff}", count: 63),
    ]
    for (format, _, _) in Self.table {
      let schema = try schema("{\"format\": \"\(format)\"}", .init(assertsFormats: true))
      for text in texts { _ = try schema.validate(try document("\"\(text)\"").root) }
    }
  }

  @Test("A dialect of one's own can have formats judged")
  func vocabulary() throws {
    let meta =
      #"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": true, "https://json-schema.org/draft/2020-12/vocab/format-assertion": true}}"#
    try Verdicts(#"{"$schema": "test:/meta.json", "format": "ipv4"}"#, valid: ["\"1.2.3.4\""], invalid: ["\"x\""])
      .check(
        others: ["meta.json": meta])
  }
}
