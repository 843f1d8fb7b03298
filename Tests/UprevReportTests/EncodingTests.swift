import Foundation
import Testing

@testable import UprevReport

@Suite("How single values are written")
struct EncodingTests {
  private func written(_ body: (inout JSONByteWriter) -> Void) -> String {
    var writer = JSONByteWriter(sink: { _ in })
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test(
    "Strings are escaped as RFC 8259 demands, and so are the controls that terminals obey",
    arguments: [
      ("plain", #""plain""#), ("", #""""#), ("say \"x\\y\"", #""say \"x\\y\"""#),
      ("\u{0}\u{1}\u{1F}", #""\u0000\u0001\u001f""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
      ("\u{1B}[31m", #""\u001b[31m""#), ("\u{80}\u{9B}\u{9F}", #""\u0080\u009b\u009f""#),
      ("\u{A0}é¿", "\"\u{A0}é¿\""), ("\u{7F}\u{2028}\u{2029}", "\"\\u007f\u{2028}\u{2029}\""), ("日本 🎌", "\"日本 🎌\""),
      ("a/b", #""a/b""#),
    ])
  func strings(_ string: String, _ expected: String) {
    #expect(written { $0.string(string) } == expected)
    #expect(written { $0.name(PathName(string)) } == expected)
  }

  @Test("A character is escaped wherever it stands among others, in strings of every length")
  func everyPlace() {
    for value in 0..<UInt8(0x80) {
      let character = String(UnicodeScalar(value))
      let alone = String(written { $0.string(character) }.dropFirst().dropLast())
      for length in 1...20 {
        for place in 0..<length {
          let (before, after) = (
            String(repeating: "~", count: place), String(repeating: " ", count: length - place - 1)
          )
          let expected = "\"" + before + alone + after + "\""
          if written({ $0.string(before + character + after) }) != expected
            || written({ $0.name(PathName(before + character + after)) }) != expected
          {
            Issue.record("\(value) at \(place) of \(length)")
          }
        }
      }
    }
  }

  @Test("Whole numbers of every length are written digit by digit")
  func integers() {
    var values: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<19 {
      values += [power, power - 1, power + 1]
      (power, _) = power.multipliedReportingOverflow(by: 10)
    }
    for value in values { #expect(written { $0.integer(value) } == value.description) }
    for value in values.map({ Int(truncatingIfNeeded: $0) }) + [.min, .max, -1, -10] {
      #expect(written { $0.integer(value) } == value.description)
    }
  }

  @Test("Any string comes back from Python as it went in")
  func stringsThroughPython() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SplitMix64(state: seed)
    var strings = (0..<2000).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0..<12, using: &generator)).compactMap { _ in
            let ranges: [ClosedRange<UInt32>] = [
              0...0x7F, 0x80...0x9F, 0xA0...0x2FF, 0x2020...0x2030, 0x1F300...0x1F5FF,
            ]
            return ranges.randomElement(using: &generator)
              .flatMap { Unicode.Scalar(UInt32.random(in: $0, using: &generator)) }
          }))
    }
    strings.append(String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar($0 as UInt32) })))
    for string in strings {
      let text = written { $0.string(string) }
      #expect(!text.utf8.contains { $0 < 0x20 }, "seed \(seed)")
    }
    let array = "[" + strings.map { string in written { $0.string(string) } }.joined(separator: ",") + "]"
    let program = "import json,sys; print(json.dumps([list(map(ord, s)) for s in json.load(sys.stdin.buffer)]))"
    let result = try python(["-c", program], input: Array(array.utf8))
    #expect(result.status == 0, "\(result.output), seed \(seed)")
    let expected = strings.map { $0.unicodeScalars.map { Int($0.value) } }
    #expect(try JSONDecoder().decode([[Int]].self, from: Data(result.output.utf8)) == expected, "seed \(seed)")
  }

  @Test("A name that is not UTF-8 is base64, of any length, as Python reads it")
  func names() throws {
    for length in 0..<40 {
      let bytes = [0xFF] + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      let text = written { $0.name(PathName(bytes)) }
      #expect(text == "{\"base64\": \"\(Data(bytes).base64EncodedString())\"}")
    }
    let invalid: [[UInt8]] = [
      [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC2], [0xE2, 0x80], [0x80],
    ]
    for bytes in invalid {
      #expect(written { $0.name(PathName(bytes)) }.hasPrefix("{\"base64\": "), "\(bytes)")
    }
    #expect(written { $0.name(nil as PathName?) } == "null")
  }

  @Test(
    "Versions are the literals of the documents; what is no JSON number is a string",
    arguments: [
      ("2", "2"), ("-0", "-0"), ("2.0", "2.0"), ("20e-1", "20e-1"), ("1E+5", "1E+5"),
      ("123456789012345678901234567890", "123456789012345678901234567890"), ("NaN", #""NaN""#), ("01", #""01""#),
      ("", #""""#), ("-", #""-""#), ("1.", #""1.""#), (".5", #"".5""#), ("1e", #""1e""#), ("1,2", #""1,2""#),
      ("0x1", #""0x1""#),
      ("+1", #""+1""#), ("1 ", #""1 ""#), ("\u{661}", "\"\u{661}\""),
    ])
  func versions(_ literal: String, _ expected: String) {
    #expect(written { $0.version(.number(literal)) } == expected)
    #expect(written { $0.version(.string(literal)) } == "\"\(literal)\"")
  }

  @Test(
    "Seconds are plain decimals with microseconds",
    arguments: [
      (0, "0.000000"), (0.001_25, "0.001250"), (1.999_999_9, "2.000000"), (0.000_000_4, "0.000000"),
      (12_345.678_901, "12345.678901"), (-1, "0.000000"), (Double.nan, "0.000000"),
      (Double.infinity, "1000000000000.000000"), (1e300, "1000000000000.000000"),
      (Double.leastNonzeroMagnitude, "0.000000"),
    ])
  func seconds(_ value: Double, _ expected: String) {
    #expect(written { $0.seconds(value) } == expected)
  }

  @Test("Digests are lower-case hexadecimal")
  func digests() {
    #expect(written { $0.hexadecimal([0x00, 0x0F, 0xA9, 0xFF]) } == #""000fa9ff""#)
    #expect(written { $0.hexadecimal(nil) } == "null")
  }

  @Test("Room taken by one very large value is given back")
  func largeValue() throws {
    var writer = JSONByteWriter(sink: { _ in })
    writer.string(String(repeating: "x", count: 4 << 20))
    try writer.flushIfFull()
    #expect(writer.room < 1 << 20)
  }
}

/// A generator that a seed starts: S. Vigna's splitmix64.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
