/// The exact sum of doubles, or of their squares: a fixed-point number wide enough for any of them. So it depends neither on
/// the order in which they come nor on how sums of parts are put together.
struct ExactSum: Sendable {
  /// The value of the lowest bit is two to the power of this.
  private let lowest: Int
  /// Of 32 bits each, the least significant first, with room for carries and their own signs.
  private var limbs: [Int64]
  /// Since the carries were last moved on.
  private var additions = 0

  private init(lowest: Int, highest: Int) {
    self.lowest = lowest
    // Room for 2^64 of the largest.
    limbs = Array(repeating: 0, count: (highest - lowest + 64) / 32 + 3)
  }

  /// Of finite doubles themselves.
  static let ofNumbers = ExactSum(lowest: -1074, highest: 1024)
  /// Of their squares.
  static let ofSquares = ExactSum(lowest: -2148, highest: 2048)

  private static let mostAdditions = 1 << 28

  /// - Parameter number: finite.
  mutating func add(_ number: Double) {
    let (significand, exponent) = ExactSum.parts(of: number)
    add(significand, exponent: exponent, isNegative: number < 0)
  }

  /// - Parameter number: finite.
  mutating func add(squareOf number: Double) {
    let (significand, exponent) = ExactSum.parts(of: number)
    let (high, low) = significand.multipliedFullWidth(by: significand)
    add(low, exponent: 2 * exponent, isNegative: false)
    add(high, exponent: 2 * exponent + 64, isNegative: false)
  }

  mutating func add(_ other: ExactSum) {
    for position in limbs.indices where position < other.limbs.count { limbs[position] += other.limbs[position] }
    additions += other.additions + 1
    if additions >= ExactSum.mostAdditions { carry() }
  }

  /// The number is the significand times two to the power of the exponent.
  private static func parts(of number: Double) -> (UInt64, Int) {
    let bits = number.bitPattern
    let field = Int(bits >> 52 & 0x7ff)
    let fraction = bits & (1 << 52 - 1)
    return field == 0 ? (fraction, -1074) : (fraction | 1 << 52, field - 1075)
  }

  private mutating func add(_ significand: UInt64, exponent: Int, isNegative: Bool) {
    if significand == 0 { return }
    let bit = exponent - lowest
    let shift = UInt64(bit & 31)
    let low = significand << shift
    let high = shift == 0 ? 0 : significand >> (64 - shift)
    let pieces = [low & 0xffff_ffff, low >> 32, high]
    for (offset, piece) in pieces.enumerated() {
      limbs[bit >> 5 + offset] += isNegative ? -Int64(piece) : Int64(piece)
    }
    additions += 1
    if additions >= ExactSum.mostAdditions { carry() }
  }

  private mutating func carry() {
    additions = 0
    for position in limbs.indices.dropLast() {
      // Rounded down, so that what stays is never negative.
      let carried = limbs[position] >> 32
      limbs[position] -= carried << 32
      limbs[position + 1] += carried
    }
  }

  /// The sum in units of 2^``unit``, and its sign.
  var value: (isNegative: Bool, magnitude: BinaryNatural) {
    var sum = self
    sum.carry()
    let isNegative = sum.limbs.last.map { $0 < 0 } ?? false
    if isNegative {
      for position in sum.limbs.indices { sum.limbs[position] = -sum.limbs[position] }
      sum.carry()
    }
    var wide: [UInt64] = []
    for position in stride(from: 0, to: sum.limbs.count, by: 2) {
      let high = position + 1 < sum.limbs.count ? sum.limbs[position + 1] : 0
      wide.append(UInt64(truncatingIfNeeded: sum.limbs[position]) | UInt64(truncatingIfNeeded: high) << 32)
    }
    return (isNegative, BinaryNatural(limbs: wide))
  }

  /// The value of the magnitude's lowest bit is two to the power of this.
  var unit: Int { lowest }
}
