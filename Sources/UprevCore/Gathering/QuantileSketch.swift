/// How numbers are distributed, in bounded memory: they are counted in buckets between which they are told apart by their
/// leading bits.
///
/// A bucket is what doubles have in common that agree in sign, exponent and the first ``precision`` bits of the significand. Where
/// there are too many buckets, neighbours become one, everywhere at once: whether that happens depends on the set of numbers
/// alone. So a sketch does not depend on the order in which they come, nor on how sketches of parts are put together.
struct QuantileSketch: Sendable {
  /// Buckets of one sketch at most; with two bits of the significand, all doubles need no more.
  static let mostBuckets = 1 << 14
  static let greatestPrecision = 9

  /// Bits of the significand behind the first, which is not written down.
  private(set) var precision = QuantileSketch.greatestPrecision
  /// Buckets by their order: those of negative numbers are below 0, that of zero is 0.
  private var counts: [Int32: UInt64] = [:]
  private(set) var count: UInt64 = 0
  private var smallest = Double.infinity
  private var greatest = -Double.infinity

  /// - Parameter number: finite.
  mutating func add(_ number: Double) {
    count += 1
    smallest = min(smallest, number)
    greatest = max(greatest, number)
    counts[bucket(of: number), default: 0] += 1
    collapse()
  }

  mutating func merge(_ other: QuantileSketch) {
    count += other.count
    smallest = min(smallest, other.smallest)
    greatest = max(greatest, other.greatest)
    while precision > other.precision { coarsen() }
    for (bucket, number) in other.counts {
      counts[QuantileSketch.coarser(bucket, by: other.precision - precision), default: 0] += number
    }
    collapse()
  }

  /// How far an answer is from the right one at most, as a share of that; below the smallest normal double (2.2e-308) it is such
  /// a share of that number.
  var relativeError: Double { 1 / Double(1 << (precision + 1)) }

  /// The number at rank ⌈q · count⌉ in order (at rank 1 for 0), to within ``relativeError``; the first and the last exactly.
  ///
  /// - Parameter billionths: q, from 0 to 1,000,000,000.
  /// - Returns: nil of nothing.
  func quantile(billionths: UInt64) -> Double? {
    guard count > 0 else { return nil }
    let whole: UInt64 = 1_000_000_000
    let product = min(billionths, whole).multipliedFullWidth(by: count)
    let (quotient, remainder) = whole.dividingFullWidth(product)
    let rank = max(1, quotient + (remainder > 0 ? 1 : 0))
    if rank == 1 { return smallest }
    if rank >= count { return greatest }
    var passed: UInt64 = 0
    for (bucket, number) in counts.sorted(by: { $0.key < $1.key }) {
      passed += number
      if passed >= rank { return min(max(middle(of: bucket), smallest), greatest) }
    }
    return greatest
  }

  private func bucket(of number: Double) -> Int32 {
    if number == 0 { return 0 }
    let magnitude = Int32(truncatingIfNeeded: number.magnitude.bitPattern >> UInt64(52 - precision)) + 1
    return number < 0 ? -magnitude : magnitude
  }

  /// Half way between the ends of a bucket.
  private func middle(of bucket: Int32) -> Double {
    if bucket == 0 { return 0 }
    let shift = UInt64(52 - precision)
    let magnitude = Double(bitPattern: UInt64(bucket.magnitude - 1) << shift | 1 << (shift - 1))
    return bucket < 0 ? -magnitude : magnitude
  }

  private mutating func collapse() {
    while counts.count > QuantileSketch.mostBuckets, precision > 0 { coarsen() }
  }

  private mutating func coarsen() {
    var coarser: [Int32: UInt64] = [:]
    for (bucket, number) in counts { coarser[QuantileSketch.coarser(bucket, by: 1), default: 0] += number }
    counts = coarser
    precision -= 1
  }

  private static func coarser(_ bucket: Int32, by bits: Int) -> Int32 {
    if bucket == 0 { return 0 }
    let magnitude = Int32(bucket.magnitude - 1) >> Int32(max(0, bits)) + 1
    return bucket < 0 ? -magnitude : magnitude
  }
}
