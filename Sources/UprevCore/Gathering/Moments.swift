#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Count, mean and standard deviation of doubles, exact up to the last rounding: the same for any order and any division into
/// parts.
struct Moments: Sendable {
  private(set) var count: UInt64 = 0
  private var sum = ExactSum.ofNumbers
  private var squares = ExactSum.ofSquares

  /// - Parameter number: finite.
  mutating func add(_ number: Double) {
    count += 1
    sum.add(number)
    squares.add(squareOf: number)
  }

  mutating func merge(_ other: Moments) {
    count += other.count
    sum.add(other.sum)
    squares.add(other.squares)
  }

  /// The double nearest to the mean; nil of nothing.
  var mean: Double? {
    guard count > 0 else { return nil }
    let (isNegative, magnitude) = sum.value
    let (quotient, isExact) = magnitude.shifted(limbs: 1).divided(by: count)
    let mean = quotient.double(exponent: sum.unit - 64, isExact: isExact)
    return isNegative ? -mean : mean
  }

  /// Of the whole population: the root of the mean of the squares of the distances from the mean. It is within one unit of the
  /// last place; nil of nothing.
  var standardDeviation: Double? {
    guard count > 0 else { return nil }
    let total = sum.value.magnitude
    let n = BinaryNatural(limbs: [count])
    // count · Σx² - (Σx)², which is never negative, in units of 2^-2148.
    let numerator = n * squares.value.magnitude - total * total
    if numerator.isZero { return 0 }
    let (once, firstExact) = numerator.shifted(limbs: 3).divided(by: count)
    let (twice, secondExact) = once.divided(by: count)
    // The root of the significand alone, so that a square beyond the doubles has one too.
    let exponent = squares.unit - 192
    let scale = (twice.bitWidth + exponent) & ~1
    let variance = twice.double(exponent: exponent - scale, isExact: firstExact && secondExact)
    return scalbn(variance.squareRoot(), Int32(clamping: scale / 2))
  }
}
