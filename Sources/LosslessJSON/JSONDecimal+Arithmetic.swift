/// Why an exact result cannot be given.
public enum JSONArithmeticError: Error, Hashable, Sendable, CaseIterable {
  /// An operand or the result has more than ``JSONDecimal/maximumDigits`` digits, or an exponent beyond any use.
  case tooManyDigits
  case divisionByZero
  /// The quotient has no end, and nobody said where to round it.
  case endlessQuotient
}

/// Exact arithmetic. Memory and time are bounded by ``maximumDigits``, whatever the exponents: what would take more is an
/// error, and no result is rounded unless that is asked for.
extension JSONDecimal {
  /// Significant digits of operands and results.
  public static let maximumDigits = 1000
  /// Exponents of operands and results stay below this, so that no sum of two overflows.
  private static let maximumExponent = 1_000_000_000_000_000

  /// The exact product.
  ///
  /// - Throws: ``JSONArithmeticError`` `tooManyDigits`
  public func multiplied(by other: JSONDecimal) throws(JSONArithmeticError) -> JSONDecimal {
    let exponent = try checkedExponent() + other.checkedExponent()
    if case .small(let left) = significand, case .small(let right) = other.significand {
      let (product, overflow) = left.multipliedReportingOverflow(by: right)
      if !overflow {
        return try Self.checked(
          isNegative != other.isNegative, digits: String(product).utf8.map { $0 - Byte.zero }, exponent)
      }
    }
    let product = BigNatural(digits: digits) * BigNatural(digits: other.digits)
    return try Self.checked(isNegative != other.isNegative, digits: product.digits, exponent)
  }

  /// The exact sum.
  ///
  /// - Throws: ``JSONArithmeticError`` `tooManyDigits`, also where the operands are so far apart that their sum has so many.
  public func adding(_ other: JSONDecimal) throws(JSONArithmeticError) -> JSONDecimal {
    if other.isZero { return self }
    if isZero { return other }
    let exponents = (try checkedExponent(), try other.checkedExponent())
    let exponent = min(exponents.0, exponents.1)
    let left = try aligned(zeros: exponents.0 - exponent)
    let right = try other.aligned(zeros: exponents.1 - exponent)
    if isNegative == other.isNegative {
      return try Self.checked(isNegative, digits: (left + right).digits, exponent)
    }
    let isLess = left < right
    return try Self.checked(
      isLess ? other.isNegative : isNegative, digits: (isLess ? right - left : left - right).digits, exponent)
  }

  /// The quotient: exact where it has an end, otherwise rounded half to even.
  ///
  /// - Parameter places: digits after the decimal point that an endless quotient is rounded to, from 0 to
  ///   ``maximumDigits``; nil where it must not be rounded. An exact quotient is never rounded.
  /// - Throws: ``JSONArithmeticError``
  public func divided(by other: JSONDecimal, roundingTo places: Int? = nil) throws(JSONArithmeticError) -> JSONDecimal {
    guard !other.isZero else { throw .divisionByZero }
    if isZero { return self }
    var exponent = try checkedExponent() - other.checkedExponent()
    var division = LongDivision(by: other)
    for digit in digits { division.bringDown(digit) }
    let mostDigits = division.mostDigits(places: places, exponent: exponent)
    while !division.isExact, division.quotient.count < mostDigits {
      division.bringDown(0)
      exponent -= 1
    }
    let isNegative = isNegative != other.isNegative
    let quotient = division.quotient
    if division.isExact { return try Self.checked(isNegative, digits: quotient, exponent) }
    guard let places else { throw .endlessQuotient }
    let dropped = -exponent - places
    guard dropped > 0 else { throw .tooManyDigits }
    let kept = max(quotient.count - dropped, 0)
    let rest = dropped > quotient.count ? [] : quotient[kept...]
    // The remainder is not zero, so that a five behind the last digit kept is more than half.
    let isUp = (rest.first ?? 0) >= 5
    var rounded = BigNatural(digits: quotient[..<kept])
    if isUp { rounded = rounded + BigNatural(digits: [1]) }
    return try Self.checked(isNegative, digits: rounded.digits, -places)
  }

  /// The value in digits alone; nil where it is no integer, or has more than ``maximumDigits`` of them.
  public var integerLiteral: String? {
    if isZero { return "0" }
    guard isIntegral, let zeros = exponent.int, zeros <= Self.maximumDigits, digitCount + zeros <= Self.maximumDigits
    else { return nil }
    return (isNegative ? "-" : "") + String(decoding: digits.map { $0 + Byte.zero }, as: UTF8.self)
      + String(repeating: "0", count: zeros)
  }

  private func checkedExponent() throws(JSONArithmeticError) -> Int {
    guard digitCount <= Self.maximumDigits, let exponent = exponent.int,
      exponent.magnitude <= UInt(Self.maximumExponent)
    else { throw .tooManyDigits }
    return exponent
  }

  private func aligned(zeros: Int) throws(JSONArithmeticError) -> BigNatural {
    guard zeros <= Self.maximumDigits, digitCount + zeros <= Self.maximumDigits else { throw .tooManyDigits }
    return BigNatural(digits: digits + [UInt8](repeating: 0, count: zeros))
  }

  private static func checked(
    _ isNegative: Bool, digits: [UInt8], _ exponent: Int
  ) throws(JSONArithmeticError) -> JSONDecimal {
    let result = JSONDecimal(isNegative: isNegative, digits: digits[...], exponent: DecimalExponent(exponent))
    _ = try result.checkedExponent()
    return result
  }
}
