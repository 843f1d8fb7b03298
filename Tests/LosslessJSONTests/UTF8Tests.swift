import LosslessJSON
import Testing

@Suite("UTF-8 (RFC 3629)")
struct UTF8Tests {
  static let invalid: [[UInt8]] = [
    [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x20], [0xc2, 0xc2], [0xe0, 0x80, 0x80],
    [0xe0, 0x9f, 0xbf],
    [0xe1, 0x80], [0xe1, 0x80, 0x20], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xef, 0xbf], [0xf0, 0x80, 0x80, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf], [0xf1, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xfe], [0xff], [0xe9],
  ]

  @Test("Bytes that are no UTF-8 are refused where they begin, whatever is around them", arguments: invalid)
  func refuses(bytes: [UInt8]) throws {
    for padding in 0..<17 {
      let before = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "a"), count: padding)
      let error = try #require(failure(before + bytes + Array("\"".utf8)))
      #expect(error.reason == .invalidUTF8 && error.code == .notUTF8 && error.offset == before.count)
      #expect(failure(before + bytes)?.code == .notUTF8)
    }
    #expect(failure(bytes)?.code == .notUTF8)
    #expect(failure(Array("{\"a\":1,".utf8) + bytes)?.code == .notUTF8)
    #expect(failure(Array("{\"a\":1} ".utf8) + bytes)?.code == .notUTF8)
  }

  @Test("UTF-16 is recognised by its byte order mark")
  func utf16() {
    #expect(failure([0xff, 0xfe, 0x7b, 0x00] as [UInt8])?.reason == .utf16)
    #expect(failure([0xfe, 0xff, 0x00, 0x7b] as [UInt8])?.code == .notUTF8)
  }

  @Test("Every sequence of two bytes and every boundary of three and four is judged as Swift judges it")
  func agreesWithSwift() {
    let edges: [UInt8] = [
      0x00, 0x20, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xf0, 0xf4, 0xff,
    ]
    var sequences: [[UInt8]] = []
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max { sequences.append([first, second]) }
    }
    for first in UInt8(0xc0)...UInt8.max {
      for second in edges {
        for third in edges {
          sequences.append([first, second, third])
          for fourth in edges { sequences.append([first, second, third, fourth]) }
        }
      }
    }
    var disagreements: [[UInt8]] = []
    for sequence in sequences where !sequence.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c }) {
      let isValid = String(validating: sequence, as: UTF8.self) != nil
      let error = failure([0x22] + sequence + [0x22])
      if isValid != (error == nil) || error.map({ $0.code != .notUTF8 }) == true { disagreements.append(sequence) }
    }
    #expect(disagreements == [])
  }

  @Test("Every scalar is read back, raw and escaped")
  func scalars() throws {
    var wrong: [UInt32] = []
    for value in stride(from: UInt32(0x20), to: 0x110000, by: 7) {
      guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
      let units = Array(String(scalar).utf16).map { unit in
        "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count)
          + String(unit, radix: 16, uppercase: value % 2 == 0)
      }
      let raw = try scan("\"\(scalar)\"").root
      let escaped = try scan("\"\(units.joined())\"").root
      let wanted = Array(String(scalar).utf8)
      if raw.unescapedBytes != wanted || escaped.unescapedBytes != wanted { wrong.append(value) }
      if escaped.string.map({ Array($0.utf8) }) != wanted || !raw.isEqual(to: escaped) { wrong.append(value) }
    }
    #expect(wrong == [])
  }
}
