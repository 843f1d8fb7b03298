import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Quantile sketches")
struct QuantileSketchTests {
  /// Orders and distributions that sketches by sampling or by ranks are bad at.
  private static func sets() -> [(name: String, numbers: [Double])] {
    var generator = SeededGenerator(seed: 30)
    let uniform = (0..<20_000).map { _ in Double.random(in: -50...50, using: &generator) }
    let ascending = uniform.sorted()
    let half = ascending.count / 2
    let wide = (0..<20_000).map { _ in
      Double(
        sign: Bool.random(using: &generator) ? .plus : .minus, exponent: Int.random(in: -60...60, using: &generator),
        significand: 1 + Double(Int.random(in: 0..<64, using: &generator)) / 64)
    }
    let any = (0..<60_000).compactMap { _ in
      let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
      return number.isFinite ? number : nil
    }
    return [
      ("ascending", ascending), ("descending", ascending.reversed()), ("random", uniform),
      ("from both ends", zip(ascending[..<half], ascending[half...].reversed()).flatMap { [$0, $1] }),
      ("from the middle", zip(ascending[..<half].reversed(), ascending[half...]).flatMap { [$0, $1] }),
      ("one outlier at the end", Array(repeating: 1.0, count: 9999) + [1e300]),
      ("one outlier at the beginning", [-1e300] + Array(repeating: 1.0, count: 9999)),
      ("over many magnitudes", wide), ("any doubles", any),
      ("few different", (0..<5000).map { Double($0 % 3) }),
      ("zeros", [0, -0.0, 0, Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude]), ("one", [42.5]),
    ]
  }

  private static func sketch(_ numbers: some Sequence<Double>) -> QuantileSketch {
    var sketch = QuantileSketch()
    for number in numbers { sketch.add(number) }
    return sketch
  }

  private static let quantiles: [UInt64] = [
    0, 1, 1_000_000, 10_000_000, 100_000_000, 250_000_000, 333_333_333, 500_000_000, 750_000_000, 900_000_000,
    990_000_000, 999_999_999, 1_000_000_000,
  ]

  @Test("Every quantile is within the stated error of the number at its rank, for any order", arguments: 0..<12)
  func error(_ index: Int) throws {
    let (name, numbers) = Self.sets()[index]
    let sketch = Self.sketch(numbers)
    let sorted = numbers.sorted()
    for quantile in Self.quantiles {
      // Rank ⌈q · n⌉, from 1.
      let product = Int(quantile) * numbers.count
      let rank = max(1, product / 1_000_000_000 + (product % 1_000_000_000 > 0 ? 1 : 0))
      let right = sorted[rank - 1]
      let found = try #require(sketch.quantile(billionths: quantile))
      let scale = max(right.magnitude, Double.leastNormalMagnitude)
      #expect(
        abs(found / 2 - right / 2) * 2 <= scale * sketch.relativeError, "\(name), \(quantile): \(found), not \(right)")
      if rank == 1 || rank == numbers.count { #expect(found == right, "\(name), \(quantile)") }
    }
    #expect(sketch.relativeError <= (name == "any doubles" ? 0.125 : 0.001), "\(name): \(sketch.relativeError)")
  }

  @Test("Neither order nor division into parts changes an answer, also where buckets were joined", arguments: 0..<12)
  func order(_ index: Int) {
    let (name, numbers) = Self.sets()[index]
    let expected = Self.sketch(numbers)
    for seed in 0..<4 {
      var order = SeededGenerator(seed: UInt64(seed))
      var parts = [QuantileSketch](repeating: QuantileSketch(), count: 1 + seed * 3)
      for number in numbers.shuffled(using: &order) { parts[Int.random(in: parts.indices, using: &order)].add(number) }
      var whole = QuantileSketch()
      for part in parts.shuffled(using: &order) { whole.merge(part) }
      #expect(whole.precision == expected.precision, "\(name), seed \(seed)")
      for quantile in Self.quantiles {
        #expect(
          whole.quantile(billionths: quantile) == expected.quantile(billionths: quantile), "\(name), seed \(seed)")
      }
    }
  }

  @Test("Of nothing there is no quantile")
  func nothing() {
    #expect(QuantileSketch().quantile(billionths: 500_000_000) == nil)
  }
}
