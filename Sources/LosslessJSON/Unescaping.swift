/// From what stands between the quotes of a JSON string to the characters it means.
enum Unescaping {
  /// What becomes of an escaped surrogate without its other half, which is valid JSON and no character.
  enum LoneSurrogates {
    /// Three bytes as UTF-8 would have them (WTF-8), so that different strings stay different.
    case kept
    /// U+FFFD.
    case replaced
  }

  /// - Parameter start: `count` bytes that the scanner has accepted, without their quotes.
  static func bytes(_ start: UnsafePointer<UInt8>, count: Int, loneSurrogates: LoneSurrogates) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var position = 0
    while position < count {
      let byte = start[position]
      guard byte == Byte.backslash, position + 1 < count else {
        result.append(byte)
        position += 1
        continue
      }
      switch start[position + 1] {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0c)
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        let unit = codeUnit(start + position, remaining: count - position)
        position += 6
        if unit & 0xfc00 == 0xd800, position < count, start[position] == Byte.backslash,
          position + 1 < count, start[position + 1] == UInt8(ascii: "u")
        {
          let low = codeUnit(start + position, remaining: count - position)
          if low & 0xfc00 == 0xdc00 {
            position += 6
            append(0x10000 + (UInt32(unit & 0x3ff) << 10 | UInt32(low & 0x3ff)), to: &result)
            continue
          }
        }
        let isSurrogate = unit & 0xf800 == 0xd800
        append(isSurrogate && loneSurrogates == .replaced ? 0xfffd : UInt32(unit), to: &result)
        continue
      case let other: result.append(other)
      }
      position += 2
    }
    return result
  }

  /// The value of `\uXXXX`.
  private static func codeUnit(_ start: UnsafePointer<UInt8>, remaining: Int) -> UInt16 {
    guard remaining >= 6 else { return 0xfffd }
    return (2..<6).reduce(0) { $0 << 4 | (Byte.hexadecimal(start[$1]) ?? 0) }
  }

  /// `scalar` in UTF-8; a surrogate in three bytes.
  private static func append(_ scalar: UInt32, to result: inout [UInt8]) {
    func trailing(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3f) }
    switch scalar {
    case 0..<0x80:
      result.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      result.append(0xc0 | UInt8(truncatingIfNeeded: scalar >> 6))
      result.append(trailing(0))
    case 0x800..<0x10000:
      result.append(0xe0 | UInt8(truncatingIfNeeded: scalar >> 12))
      result.append(trailing(6))
      result.append(trailing(0))
    default:
      result.append(0xf0 | UInt8(truncatingIfNeeded: scalar >> 18))
      result.append(trailing(12))
      result.append(trailing(6))
      result.append(trailing(0))
    }
  }
}
