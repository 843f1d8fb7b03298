/// Division digit by digit, as on paper.
struct LongDivision {
  /// Each from 0 to 9, as many as were brought down.
  private(set) var quotient: [UInt8] = []
  private var state: State

  private enum State {
    /// Ten times a remainder below 10^18, and a digit, fit.
    case small(remainder: UInt64, divisor: UInt64)
    case large(remainder: BigNatural, divisor: BigNatural)
  }

  /// - Parameter divisor: not zero; its digits are divided by, its exponent and sign are the caller's business.
  init(by divisor: JSONDecimal) {
    state =
      switch divisor.significand {
      case .small(let value): .small(remainder: 0, divisor: max(value, 1))
      case .large(let digits):
        .large(remainder: BigNatural(digits: [UInt8]()), divisor: BigNatural(digits: digits))
      }
  }

  /// Whether nothing remains.
  var isExact: Bool {
    switch state {
    case .small(let remainder, _): remainder == 0
    case .large(let remainder, _): remainder.isZero
    }
  }

  mutating func bringDown(_ digit: UInt8) {
    switch state {
    case .small(let remainder, let divisor):
      let (digit, rest) = (remainder * 10 + UInt64(digit)).quotientAndRemainder(dividingBy: divisor)
      quotient.append(UInt8(truncatingIfNeeded: digit))
      state = .small(remainder: rest, divisor: divisor)
    case .large(var remainder, let divisor):
      remainder = remainder.appending(digit)
      var digit: UInt8 = 0
      while !(remainder < divisor) {
        remainder = remainder - divisor
        digit += 1
      }
      quotient.append(digit)
      state = .large(remainder: remainder, divisor: divisor)
    }
  }

  /// How many digits the quotient can have that are of any use: after the last of them it is exact, or known to have no end
  /// and one digit longer than it is to be rounded to.
  ///
  /// - Parameters:
  ///   - places: digits after the point to round to; nil where it must not be rounded.
  ///   - exponent: of the quotient's last digit so far.
  func mostDigits(places: Int?, exponent: Int) -> Int {
    if isKnownEndless {
      guard let places else { return 0 }
      let missing = exponent + places + 1
      return quotient.count + min(max(missing, 0), JSONDecimal.maximumDigits * 2)
    }
    // An exact quotient has a digit more for each factor of two or five in the divisor, at most 3.33 for each of its digits.
    return quotient.count + JSONDecimal.maximumDigits * 4
  }

  /// Whether a factor of the divisor other than two and five remains. Only small divisors are looked at.
  private var isKnownEndless: Bool {
    guard case .small(let remainder, var divisor) = state else { return false }
    while divisor % 2 == 0 { divisor /= 2 }
    while divisor % 5 == 0 { divisor /= 5 }
    return remainder % divisor != 0
  }
}
