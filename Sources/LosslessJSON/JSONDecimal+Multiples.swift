extension JSONDecimal {
  /// The digits without the zeros at either end.
  package var significantDigits: Int { digitCount }

  /// Whether the value is `divisor` times an integer, exactly; of zero only zero is a multiple.
  ///
  /// Time follows the digits of both literals, never their exponents: `1e999999999` costs no more than `1e21`.
  package func isMultiple(of divisor: JSONDecimal) -> Bool {
    guard !isZero else { return true }
    guard !divisor.isZero, let zeros = zerosToAppend(for: divisor) else { return false }
    switch divisor.significand {
    case .small(let modulus): return remainder(modulus, zeros: zeros) == 0
    case .large(let digits):
      var remainder = LargeRemainder(modulus: digits)
      for digit in self.digits { remainder.append(digit) }
      for _ in 0..<zeros where !remainder.isZero { remainder.append(0) }
      return remainder.isZero
    }
  }

  /// How many zeros behind these digits make the two comparable as integers; nil where no number of them does: this
  /// significand does not end in a zero, so it is no multiple of one that does.
  ///
  /// A number of n digits has fewer than 4n factors 2, and as many 5: more zeros than that change nothing.
  private func zerosToAppend(for divisor: JSONDecimal) -> Int? {
    let enough = 4 * divisor.digitCount
    if let own = exponent.int, let other = divisor.exponent.int {
      return own < other ? nil : min(own - other, enough)
    }
    guard !(exponent < divisor.exponent) else { return nil }
    return (0..<enough).first { divisor.exponent.adding($0) == exponent } ?? enough
  }

  /// - Parameter modulus: below 10^18, so that ten times a remainder and a digit fit.
  private func remainder(_ modulus: UInt64, zeros: Int) -> UInt64 {
    var rest: UInt64
    switch significand {
    case .small(let value): rest = value % modulus
    case .large(let digits): rest = digits.reduce(0) { ($0 * 10 + UInt64($1)) % modulus }
    }
    for _ in 0..<zeros where rest != 0 { rest = rest * 10 % modulus }
    return rest
  }
}

/// What remains of a number, given digit by digit, after division by another of any size.
private struct LargeRemainder {
  /// Eight, four, two and one times the modulus; the least significant word first.
  private let multiples: [[UInt64]]
  private var words: [UInt64]

  /// - Parameter modulus: digits from 0 to 9, the most significant first; not zero.
  init(modulus: [UInt8]) {
    // A word holds nineteen digits; one more for eight times the modulus and ten times the remainder.
    let size = modulus.count / 19 + 2
    var value = [UInt64](repeating: 0, count: size)
    for digit in modulus { LargeRemainder.append(digit, to: &value) }
    var multiples = [value]
    for _ in 0..<3 {
      var carry: UInt64 = 0
      for index in value.indices {
        let word = value[index]
        value[index] = word << 1 | carry
        carry = word >> 63
      }
      multiples.append(value)
    }
    self.multiples = multiples.reversed()
    words = [UInt64](repeating: 0, count: size)
  }

  var isZero: Bool { words.allSatisfy { $0 == 0 } }

  mutating func append(_ digit: UInt8) {
    LargeRemainder.append(digit, to: &words)
    for multiple in multiples where !words.isLess(than: multiple) { words.subtract(multiple) }
  }

  private static func append(_ digit: UInt8, to words: inout [UInt64]) {
    var carry = UInt64(digit)
    for index in words.indices {
      let (high, low) = words[index].multipliedFullWidth(by: 10)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      words[index] = sum
      carry = high &+ (overflow ? 1 : 0)
    }
  }
}

extension [UInt64] {
  /// Numbers of as many words, the least significant first.
  fileprivate func isLess(than other: [UInt64]) -> Bool {
    for index in indices.reversed() where self[index] != other[index] { return self[index] < other[index] }
    return false
  }

  /// - Parameter other: not above this number.
  fileprivate mutating func subtract(_ other: [UInt64]) {
    var borrow: UInt64 = 0
    for index in indices {
      let (difference, first) = self[index].subtractingReportingOverflow(other[index])
      let (result, second) = difference.subtractingReportingOverflow(borrow)
      self[index] = result
      borrow = first || second ? 1 : 0
    }
  }
}
