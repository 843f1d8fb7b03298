/// Writes strings as Python's `json.dump` does.
package enum StringEscaping {
  /// Appends `string` in quotes.
  ///
  /// Escaped are the quote, the backslash and control characters (`\b \f \n \r \t`, the others as `\u00xx`); with
  /// `escapesNonASCII`, as Python's default `ensure_ascii=True`, also U+007F and everything above, as UTF-16 code units in
  /// lower-case hexadecimal.
  package static func append(_ string: String, escapesNonASCII: Bool, to result: inout [UInt8]) {
    result.append(Byte.quote)
    for scalar in string.unicodeScalars {
      switch scalar.value {
      case 0x22: result += [Byte.backslash, Byte.quote]
      case 0x5c: result += [Byte.backslash, Byte.backslash]
      case 0x08: result += [Byte.backslash, UInt8(ascii: "b")]
      case 0x09: result += [Byte.backslash, UInt8(ascii: "t")]
      case 0x0a: result += [Byte.backslash, UInt8(ascii: "n")]
      case 0x0c: result += [Byte.backslash, UInt8(ascii: "f")]
      case 0x0d: result += [Byte.backslash, UInt8(ascii: "r")]
      case 0x20..<0x7f: result.append(UInt8(truncatingIfNeeded: scalar.value))
      case 0x00..<0x20: appendEscape(UInt16(truncatingIfNeeded: scalar.value), to: &result)
      default:
        if escapesNonASCII {
          for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { appendEscape(unit, to: &result) }
        } else {
          result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
      }
    }
    result.append(Byte.quote)
  }

  private static func appendEscape(_ unit: UInt16, to result: inout [UInt8]) {
    result += [Byte.backslash, UInt8(ascii: "u")]
    for shift in [12, 8, 4, 0] as [UInt16] {
      let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xf)
      result.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
