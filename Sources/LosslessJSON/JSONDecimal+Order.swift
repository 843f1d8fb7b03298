extension JSONDecimal: Comparable {
  /// The order of the exact values.
  public static func < (left: JSONDecimal, right: JSONDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    if left.isZero || right.isZero { return left.isNegative ? false : left.isZero && !right.isZero }
    if left.exponent == right.exponent, case .small(let leftValue) = left.significand,
      case .small(let rightValue) = right.significand
    {
      return left.isNegative ? rightValue < leftValue : leftValue < rightValue
    }
    return left.isNegative
      ? magnitudeIsLess(right, left)
      : magnitudeIsLess(left, right)
  }

  /// Neither is zero.
  private static func magnitudeIsLess(_ left: JSONDecimal, _ right: JSONDecimal) -> Bool {
    // The place of the first digit decides; then the digits as a fraction, since none begins with a zero.
    let leftPlace = left.exponent.adding(left.digitCount)
    let rightPlace = right.exponent.adding(right.digitCount)
    if leftPlace != rightPlace { return leftPlace < rightPlace }
    if case .small(let leftValue) = left.significand, case .small(let rightValue) = right.significand {
      return aligned(leftValue) < aligned(rightValue)
    }
    return left.digits.lexicographicallyPrecedes(right.digits)
  }

  /// Filled up with zeros to eighteen digits.
  private static func aligned(_ value: UInt64) -> UInt64 {
    var result = value
    for _ in digitCount(value)..<smallDigits { result *= 10 }
    return result
  }
}

extension JSONDecimal: CustomStringConvertible {
  /// Values whose plain notation has more digits than this are written with an exponent.
  private static let plainDigits = 100

  /// A canonical JSON number: equal values have equal descriptions. Plain (`2`, `-0.25`) where that takes at most 100
  /// digits, otherwise with one digit before the point and an exponent (`1.5e300`).
  public var description: String {
    guard !isZero else { return "0" }
    // Most numbers that are described are versions.
    if case .small(let value) = significand, exponent.int == 0 { return isNegative ? "-\(value)" : String(value) }
    let sign = isNegative ? "-" : ""
    let digits = self.digits.map { $0 + Byte.zero }
    func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
    if let exponent = exponent.int, exponent.magnitude <= UInt(JSONDecimal.plainDigits) {
      let point = digits.count + exponent
      if exponent >= 0, point <= JSONDecimal.plainDigits {
        return sign + text(digits) + String(repeating: "0", count: exponent)
      }
      if exponent < 0, max(digits.count, 1 - exponent) <= JSONDecimal.plainDigits {
        if point > 0 { return sign + text(digits[..<point]) + "." + text(digits[point...]) }
        return sign + "0." + String(repeating: "0", count: -point) + text(digits)
      }
    }
    let place = exponent.adding(digits.count - 1)
    let fraction = digits.count > 1 ? "." + text(digits[1...]) : ""
    return sign + text(digits[..<1]) + fraction + "e" + place.description
  }
}
