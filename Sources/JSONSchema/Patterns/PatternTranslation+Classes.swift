/// One character or set of characters, as an escape or a class names it.
enum PatternAtom {
  case scalar(Unicode.Scalar)
  /// For PCRE2: alone, and between brackets.
  case set(alone: String, inClass: String)

  func text(inClass: Bool) -> String {
    switch self {
    case .scalar(let scalar): PatternClasses.spelt(scalar)
    case .set(let alone, let within): inClass ? within : alone
    }
  }
}

/// ECMA-262's classes in PCRE2's spelling, where the two differ.
enum PatternClasses {
  /// `.` without the flag `s`.
  static let anyButLineEnds = "[^\\x{a}\\x{d}\\x{2028}\\x{2029}]"
  static let anything = "[\\x{0}-\\x{10ffff}]"
  /// `WhiteSpace` and `LineTerminator` (ECMA-262, 12.2 and 12.3).
  static let space =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
  static let noSpace =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
    + "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

  /// A character that means itself.
  static func spelt(_ scalar: Unicode.Scalar) -> String {
    let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    return isPlain ? String(Character(scalar)) : "\\x{" + String(scalar.value, radix: 16) + "}"
  }
}

extension PatternTranslation {
  /// After `[`.
  mutating func characterClass() throws(PatternError) {
    let start = position - 1
    let isNegated = skip("^")
    if skip("]") {
      write(isNegated ? PatternClasses.anything : "(?!)")
      return
    }
    write(isNegated ? "[^" : "[")
    while !skip("]") {
      let place = position
      let first = try classAtom(from: start)
      guard peek() == "-", let after = peek(1), after != "]" else {
        write(first.text(inClass: true))
        continue
      }
      position += 1
      let last = try classAtom(from: start)
      guard case .scalar(let low) = first, case .scalar(let high) = last else {
        throw PatternError(.rangeOfClasses, at: place)
      }
      guard low <= high else { throw PatternError(.reversedRange, at: place) }
      write(PatternClasses.spelt(low) + "-" + PatternClasses.spelt(high))
    }
    write("]")
  }

  private mutating func classAtom(from start: Int) throws(PatternError) -> PatternAtom {
    let place = position
    guard let scalar = next() else { throw PatternError(.unclosedClass, at: start) }
    guard scalar == "\\" else { return .scalar(scalar) }
    if skip("b") { return .scalar("\u{8}") }
    if skip("-") { return .scalar("-") }
    return try characterEscape(from: place)
  }

  /// After a backslash: what is the same inside of a class and outside.
  mutating func characterEscape(from start: Int) throws(PatternError) -> PatternAtom {
    guard let scalar = next() else { throw PatternError(.unknownEscape, at: start) }
    switch scalar {
    case "t": return .scalar("\t")
    case "n": return .scalar("\n")
    case "v": return .scalar("\u{b}")
    case "f": return .scalar("\u{c}")
    case "r": return .scalar("\r")
    case "d", "D", "w", "W":
      // ASCII in both.
      return .set(alone: "\\" + String(scalar), inClass: "\\" + String(scalar))
    case "s": return .set(alone: "[" + PatternClasses.space + "]", inClass: PatternClasses.space)
    case "S": return .set(alone: "[" + PatternClasses.noSpace + "]", inClass: PatternClasses.noSpace)
    case "p", "P":
      let text = try property(isNegated: scalar == "P", from: start)
      return .set(alone: text, inClass: text)
    case "c":
      guard let letter = next(), letter.isASCII, letter.properties.isAlphabetic,
        let control = Unicode.Scalar(letter.value & 0x1f)
      else { throw PatternError(.unknownEscape, at: start) }
      return .scalar(control)
    case "0":
      if let digit = peek(), ("0"..."9").contains(digit) { throw PatternError(.unknownEscape, at: start) }
      return .scalar("\0")
    case "x":
      guard let value = hexadecimal(2), let scalar = Unicode.Scalar(value) else {
        throw PatternError(.unknownEscape, at: start)
      }
      return .scalar(scalar)
    case "u": return .scalar(try unicodeEscape(from: start))
    case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/": return .scalar(scalar)
    default: throw PatternError(.unknownEscape, at: start)
    }
  }

  /// Exactly so many digits.
  private mutating func hexadecimal(_ count: Int) -> UInt32? {
    guard scalars.count - position >= count else { return nil }
    var value: UInt32 = 0
    for scalar in scalars[position..<position + count] {
      guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    position += count
    return value
  }

  /// After `\u`.
  private mutating func unicodeEscape(from start: Int) throws(PatternError) -> Unicode.Scalar {
    if skip("{") {
      var value: UInt32 = 0
      var digits = 0
      while let digit = hexadecimal(1) {
        value = value << 4 | digit
        digits += 1
        guard value <= 0x10ffff else { throw PatternError(.unknownEscape, at: start) }
      }
      guard digits > 0, skip("}") else { throw PatternError(.unknownEscape, at: start) }
      return try scalar(value, from: start)
    }
    guard let value = hexadecimal(4) else { throw PatternError(.unknownEscape, at: start) }
    if value & 0xfc00 == 0xd800 {
      let place = position
      if skip("\\u"), let low = hexadecimal(4), low & 0xfc00 == 0xdc00 {
        return try scalar(0x10000 + ((value & 0x3ff) << 10 | (low & 0x3ff)), from: start)
      }
      position = place
    }
    return try scalar(value, from: start)
  }

  private func scalar(_ value: UInt32, from start: Int) throws(PatternError) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(value) else { throw PatternError(.loneSurrogate, at: start) }
    return scalar
  }

  /// After `\p` or `\P`.
  private mutating func property(isNegated: Bool, from start: Int) throws(PatternError) -> String {
    guard skip("{") else { throw PatternError(.unknownProperty, at: start) }
    var text = ""
    while let scalar = peek(), scalar != "}" {
      guard scalar.isASCII,
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_=".contains(Character(scalar))
      else { throw PatternError(.unknownProperty, at: start) }
      text.unicodeScalars.append(scalar)
      position += 1
    }
    guard skip("}"), let property = PatternProperties.translate(text) else {
      throw PatternError(.unknownProperty, at: start)
    }
    return (property.isComplement != isNegated ? "\\P{" : "\\p{") + property.name + "}"
  }
}
