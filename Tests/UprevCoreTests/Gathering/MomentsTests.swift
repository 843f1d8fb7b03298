import Foundation
import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Exact sums")
struct MomentsTests {
  /// Doubles that lose everything when they are added one after the other.
  private static func numbers(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
    let special = [
      0.0, -0.0, 1e308, -1e308, 1.7976931348623157e308, Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude,
      2.2250738585072014e-308, 1, 0.1, 1e16, -1e16,
    ]
    return (0..<count).map { _ in
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: special[Int.random(in: special.indices, using: &generator)]
      case 1: Double.random(in: -1000...1000, using: &generator)
      default: anyDouble(&generator)
      }
    }
  }

  private static func anyDouble(_ generator: inout SeededGenerator) -> Double {
    while true {
      let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
      if number.isFinite { return number }
    }
  }

  private static func moments(_ numbers: some Sequence<Double>) -> Moments {
    var moments = Moments()
    for number in numbers { moments.add(number) }
    return moments
  }

  @Test("Mean and deviation are those of exact fractions, for numbers that cancel each other out")
  func fractions() throws {
    var generator = SeededGenerator(seed: 20)
    var sets = [
      [0.1, 0.2, 0.3], [1e308, 1e308, 1e308], [1e16, 1, -1e16], [Double.leastNonzeroMagnitude], [7, 7, 7], [1.5, -1.5],
    ]
    for count in [1, 2, 3, 10, 100, 1000] { sets.append(Self.numbers(count, &generator)) }
    for _ in 0..<20 { sets.append((0..<50).map { _ in Double.random(in: 0.9...1.1, using: &generator) }) }
    // Python's fractions are exact, and its square root of an integer is too.
    let script = """
      import math, struct, sys
      from fractions import Fraction
      for line in sys.stdin:
          numbers = [Fraction(struct.unpack('>d', bytes.fromhex(word))[0]) for word in line.split()]
          mean = sum(numbers) / len(numbers)
          variance = sum(number * number for number in numbers) / len(numbers) - mean * mean
          scale = 2 ** 1300
          root = Fraction(math.isqrt(variance.numerator * variance.denominator * scale ** 2), variance.denominator * scale)
          print(struct.pack('>d', float(mean)).hex(), struct.pack('>d', float(root)).hex())
      """
    let input = sets.map { $0.map { Self.hexadecimal($0) }.joined(separator: " ") + "\n" }.joined()
    let child = try ChildProcess.run("python3", ["-c", script], input: Array(input.utf8))
    #expect(child.status == 0, "\(child.errorText)")
    let lines = child.outputText.split(separator: "\n")
    #expect(lines.count == sets.count)
    for (numbers, line) in zip(sets, lines) {
      let words = line.split(separator: " ").compactMap { UInt64($0, radix: 16).map { Double(bitPattern: $0) } }
      try #require(words.count == 2)
      let moments = Self.moments(numbers)
      #expect(moments.mean == words[0], "\(numbers.prefix(5)): \(String(describing: moments.mean)), not \(words[0])")
      let deviation = try #require(moments.standardDeviation)
      #expect(abs(deviation - words[1]) <= words[1].ulp, "\(numbers.prefix(5)): \(deviation), not \(words[1])")
    }
  }

  private static func hexadecimal(_ number: Double) -> String {
    let text = String(number.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  @Test("Neither the order of numbers nor their division into parts changes anything")
  func order() {
    var generator = SeededGenerator(seed: 21)
    let numbers = Self.numbers(3000, &generator)
    let expected = Self.moments(numbers)
    for seed in 0..<10 {
      var order = SeededGenerator(seed: UInt64(seed))
      var parts = [Moments](repeating: Moments(), count: 1 + seed)
      for number in numbers.shuffled(using: &order) { parts[Int.random(in: parts.indices, using: &order)].add(number) }
      var whole = Moments()
      for part in parts.shuffled(using: &order) { whole.merge(part) }
      #expect(whole.mean == expected.mean && whole.standardDeviation == expected.standardDeviation, "seed \(seed)")
      #expect(whole.count == 3000)
    }
  }

  @Test("Of nothing there is neither mean nor deviation, and equal numbers have none")
  func nothing() {
    #expect(Moments().mean == nil && Moments().standardDeviation == nil)
    #expect(Self.moments([3, 3, 3]).standardDeviation == 0)
    #expect(Self.moments([1e308, -1e308]).standardDeviation == 1e308)
  }
}
