extension Scanner {
  /// An escape or a character outside ASCII, at `position`; the answer is what follows it.
  @inline(never)
  func scanSpecial(
    _ position: UnsafePointer<UInt8>, _ flags: inout UInt32
  ) throws(ScanFailure) -> UnsafePointer<UInt8> {
    let byte = position.pointee
    if byte >= 0x80 {
      flags |= IndexEntry.hasNonASCII
      var next = position
      repeat {
        let length = UTF8Sequence.length(next)
        guard length > 0 else { throw ScanFailure(reason: .invalidUTF8, offset: next - base) }
        next += length
      } while next.pointee >= 0x80
      return next
    }
    guard byte == Byte.backslash else {
      throw ScanFailure(
        reason: position == limit ? .unterminatedString : .controlCharacter, offset: position - base)
    }
    flags |= IndexEntry.hasEscape
    switch position[1] {
    case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      return position + 2
    case UInt8(ascii: "u"):
      for digit in 2..<6 where Byte.hexadecimal(position[digit]) == nil {
        throw ScanFailure(
          reason: position + digit == limit ? .unterminatedString : .invalidUnicodeEscape,
          offset: position + digit - base)
      }
      return position + 6
    default:
      throw ScanFailure(
        reason: position + 1 == limit ? .unterminatedString : .invalidEscape, offset: position + 1 - base)
    }
  }

  /// A number (RFC 8259, section 6), from its first digit on; a minus sign in front was read already.
  @inline(__always)
  func scanNumber(_ start: UnsafePointer<UInt8>) throws(ScanFailure) -> UnsafePointer<UInt8> {
    var position = start + 1
    if start.pointee == Byte.zero {
      if Byte.isDigit(position.pointee) { throw ScanFailure(reason: .leadingZero, offset: start - base) }
    } else {
      while Byte.isDigit(position.pointee) { position += 1 }
    }
    if position.pointee == Byte.point {
      position += 1
      guard Byte.isDigit(position.pointee) else { throw failure(.expectedDigit, position) }
      repeat { position += 1 } while Byte.isDigit(position.pointee)
    }
    if position.pointee | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position.pointee == Byte.plus || position.pointee == Byte.minus { position += 1 }
      guard Byte.isDigit(position.pointee) else { throw failure(.expectedDigit, position) }
      repeat { position += 1 } while Byte.isDigit(position.pointee)
    }
    return position
  }

  /// A value that is neither string, array, object, nor a number without a sign.
  @inline(never)
  func scanWord(_ start: UnsafePointer<UInt8>) throws(ScanFailure) -> (UnsafePointer<UInt8>, JSONKind) {
    switch start.pointee {
    case Byte.minus:
      if Byte.isDigit(start[1]) { return (try scanNumber(start + 1), .number) }
      guard Scanner.matches(start + 1, "Infinity") else { throw failure(.expectedDigit, start + 1) }
      return (try nonFinite(start, count: 9), .nonFinite)
    case UInt8(ascii: "n") where Words.loadHalf(start) == 0x6c6c_756e:
      return (start + 4, .null)
    case UInt8(ascii: "t") where Words.loadHalf(start) == 0x6575_7274:
      return (start + 4, .true)
    case UInt8(ascii: "f") where Words.loadHalf(start + 1) == 0x6573_6c61:
      return (start + 5, .false)
    case UInt8(ascii: "N") where Scanner.matches(start, "NaN"):
      return (try nonFinite(start, count: 3), .nonFinite)
    case UInt8(ascii: "I") where Scanner.matches(start, "Infinity"):
      return (try nonFinite(start, count: 8), .nonFinite)
    default:
      throw valueFailure(start)
    }
  }

  private func nonFinite(
    _ start: UnsafePointer<UInt8>, count: Int
  ) throws(ScanFailure) -> UnsafePointer<UInt8> {
    guard allowsNonFinite else { throw ScanFailure(reason: .nonFiniteNumber, offset: start - base) }
    return start + count
  }

  private static func matches(_ start: UnsafePointer<UInt8>, _ word: StaticString) -> Bool {
    (0..<word.utf8CodeUnitCount).allSatisfy { start[$0] == word.utf8Start[$0] }
  }

  private func valueFailure(_ position: UnsafePointer<UInt8>) -> ScanFailure {
    switch position.pointee {
    case Byte.slash where position[1] == Byte.slash || position[1] == UInt8(ascii: "*"):
      failure(.comment, position)
    case UInt8(ascii: "'"): failure(.singleQuotes, position)
    case let byte where Byte.isLetter(byte): failure(.invalidLiteral, position)
    default: failure(.expectedValue, position)
    }
  }

  func nameFailure(_ position: UnsafePointer<UInt8>, afterComma: Bool) -> ScanFailure {
    switch position.pointee {
    case Byte.closeBrace where afterComma: failure(.trailingComma, position)
    case Byte.slash where position[1] == Byte.slash || position[1] == UInt8(ascii: "*"):
      failure(.comment, position)
    case UInt8(ascii: "'"): failure(.singleQuotes, position)
    default: failure(.expectedMemberName, position)
    }
  }

  /// `reason`, unless the text ends here or is no UTF-8 here.
  func failure(_ reason: JSONError.Reason, _ position: UnsafePointer<UInt8>) -> ScanFailure {
    if position == limit, reason != .trailingContent {
      return ScanFailure(reason: .endOfText, offset: position - base)
    }
    if position.pointee >= 0x80, UTF8Sequence.length(position) == 0 {
      return ScanFailure(reason: .invalidUTF8, offset: position - base)
    }
    return ScanFailure(reason: reason, offset: position - base)
  }
}

/// Well-formed UTF-8 (RFC 3629; The Unicode Standard, table 3-7).
enum UTF8Sequence {
  /// Bytes of the well-formed sequence at `position`; 0 where there is none. Reads no further than the first bad byte.
  static func length(_ position: UnsafePointer<UInt8>) -> Int {
    func continues(_ index: Int) -> Bool { position[index] & 0xc0 == 0x80 }
    switch position[0] {
    case 0x00...0x7f: return 1
    case 0xc2...0xdf: return continues(1) ? 2 : 0
    case 0xe0: return (0xa0...0xbf).contains(position[1]) && continues(2) ? 3 : 0
    case 0xed: return (0x80...0x9f).contains(position[1]) && continues(2) ? 3 : 0
    case 0xe1...0xef: return continues(1) && continues(2) ? 3 : 0
    case 0xf0: return (0x90...0xbf).contains(position[1]) && continues(2) && continues(3) ? 4 : 0
    case 0xf1...0xf3: return continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xf4: return (0x80...0x8f).contains(position[1]) && continues(2) && continues(3) ? 4 : 0
    default: return 0
    }
  }
}
