/// The exact value of a JSON number, of any size and any exponent.
///
/// It is `± digits · 10^exponent`, where the digits neither begin nor end with a zero; zero has no digits. So equal values
/// are stored equally, whatever their literals: `2`, `2.0` and `20e-1` are one value, and so are `0` and `-0`. Memory and
/// time follow the length of the literal, never the value: `1e999999999999999999999` is as cheap as `1e21`.
public struct JSONDecimal: Hashable, Sendable {
  /// The digits as one integer.
  enum Significand: Hashable, Sendable {
    /// Below 10^18.
    case small(UInt64)
    /// Nineteen digits and more, each from 0 to 9, the most significant first.
    case large([UInt8])
  }

  /// Whether the value is below zero.
  public let isNegative: Bool
  let significand: Significand
  let exponent: DecimalExponent

  static let smallDigits = 18

  init(isNegative: Bool, significand: Significand, exponent: DecimalExponent) {
    self.isNegative = isNegative
    self.significand = significand
    self.exponent = exponent
  }

  /// The value of an integer.
  public init(_ integer: Int) {
    let magnitude = UInt64(integer.magnitude)
    if magnitude < 1_000_000_000_000_000_000 {
      self.init(isNegative: integer < 0, small: magnitude, exponent: DecimalExponent(0))
    } else {
      let digits = String(magnitude).utf8.map { $0 - Byte.zero }
      self.init(isNegative: integer < 0, digits: digits[...], exponent: DecimalExponent(0))
    }
  }

  /// - Parameter literal: a JSON number (RFC 8259, section 6), and nothing else; otherwise nil.
  public init?(literal: some Collection<UInt8>) {
    let bytes = Array(literal)
    guard let value = bytes.withUnsafeBytes({ JSONDecimal(digits: $0) }) else { return nil }
    self = value
  }

  /// Whether the value is 0.
  public var isZero: Bool { significand == .small(0) }

  /// Whether the value is an integer, of any size.
  public var isIntegral: Bool { !exponent.isNegative }

  /// The value, where it is an integer that `Int` can hold.
  public var int: Int? {
    guard isIntegral, let exponent = exponent.int, exponent < 19 else { return nil }
    var magnitude: UInt64 = 0
    for digit in digits {
      let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(UInt64(digit))
      if overflow || carry { return nil }
      magnitude = sum
    }
    for _ in 0..<exponent {
      let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      magnitude = shifted
    }
    if isNegative {
      return magnitude <= Int.min.magnitude ? Int(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int(exactly: magnitude)
  }

  /// The digits of the significand, each from 0 to 9, the most significant first, without zeros at either end.
  public var digits: [UInt8] {
    switch significand {
    case .small(0): []
    case .small(let value): String(value).utf8.map { $0 - Byte.zero }
    case .large(let digits): digits
    }
  }

  var digitCount: Int {
    switch significand {
    case .small(let value): JSONDecimal.digitCount(value)
    case .large(let digits): digits.count
    }
  }

  /// 0 for 0.
  static func digitCount(_ value: UInt64) -> Int {
    var count = 0
    var rest = value
    while rest > 0 {
      count += 1
      rest /= 10
    }
    return count
  }
}

extension JSONDecimal {
  /// - Parameter digits: a literal; nil where it is not one JSON number from end to end.
  init?(digits literal: UnsafeRawBufferPointer) {
    var cursor = LiteralCursor(literal: literal)
    let isNegative = cursor.skip(Byte.minus)
    let whole = cursor.skipDigits()
    guard !whole.isEmpty, whole.count == 1 || literal[whole.lowerBound] != Byte.zero else { return nil }
    var fraction = cursor.position..<cursor.position
    if cursor.skip(Byte.point) {
      fraction = cursor.skipDigits()
      guard !fraction.isEmpty else { return nil }
    }
    var exponent = DecimalExponent(0)
    if cursor.skip(UInt8(ascii: "e")) || cursor.skip(UInt8(ascii: "E")) {
      let isNegative = cursor.skip(Byte.minus)
      if !isNegative { _ = cursor.skip(Byte.plus) }
      let digits = cursor.skipDigits()
      guard !digits.isEmpty else { return nil }
      exponent = DecimalExponent(isNegative: isNegative, literal: literal[digits])
    }
    guard cursor.position == literal.count else { return nil }
    exponent = exponent.adding(-fraction.count)

    if whole.count + fraction.count <= JSONDecimal.smallDigits {
      var value: UInt64 = 0
      for index in whole { value = value * 10 + UInt64(literal[index] & 0x0f) }
      for index in fraction { value = value * 10 + UInt64(literal[index] & 0x0f) }
      self.init(isNegative: isNegative, small: value, exponent: exponent)
    } else {
      let digits = literal[whole].map { $0 & 0x0f } + literal[fraction].map { $0 & 0x0f }
      self.init(isNegative: isNegative, digits: digits[...], exponent: exponent)
    }
  }

  /// Any significand below 10^18; trailing zeros move into the exponent.
  private init(isNegative: Bool, small: UInt64, exponent: DecimalExponent) {
    guard small > 0 else {
      self.init(isNegative: false, significand: .small(0), exponent: DecimalExponent(0))
      return
    }
    var value = small
    var zeros = 0
    while value % 10 == 0 {
      value /= 10
      zeros += 1
    }
    self.init(isNegative: isNegative, significand: .small(value), exponent: exponent.adding(zeros))
  }

  /// Any digits; zeros at either end are taken away.
  init(isNegative: Bool, digits: ArraySlice<UInt8>, exponent: DecimalExponent) {
    let leading = digits.drop { $0 == 0 }
    guard let last = leading.lastIndex(where: { $0 != 0 }) else {
      self.init(isNegative: false, significand: .small(0), exponent: DecimalExponent(0))
      return
    }
    let significant = leading[...last]
    let exponent = exponent.adding(leading.count - significant.count)
    if significant.count <= JSONDecimal.smallDigits {
      let value = significant.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
      self.init(isNegative: isNegative, significand: .small(value), exponent: exponent)
    } else {
      self.init(isNegative: isNegative, significand: .large(Array(significant)), exponent: exponent)
    }
  }
}

/// Goes through the bytes of a number.
private struct LiteralCursor {
  let literal: UnsafeRawBufferPointer
  var position = 0

  /// Whether the next byte was this one.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < literal.count, literal[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipDigits() -> Range<Int> {
    let start = position
    while position < literal.count, Byte.isDigit(literal[position]) { position += 1 }
    return start..<position
  }
}
