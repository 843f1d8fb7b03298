import LosslessJSON
import Testing
import UprevTestSupport

@Suite("Exact decimals")
struct DecimalTests {
  private static func decimal(_ literal: String) throws -> JSONDecimal {
    try #require(JSONDecimal(literal: Array(literal.utf8)), "\(literal)")
  }

  static let table: [(literal: String, description: String, isIntegral: Bool, int: Int?)] = [
    ("0", "0", true, 0), ("-0", "0", true, 0), ("0.000", "0", true, 0), ("0e999999999999999999999999", "0", true, 0),
    ("2", "2", true, 2), ("2.0", "2", true, 2), ("20e-1", "2", true, 2), ("0.02E+2", "2", true, 2),
    ("-2", "-2", true, -2),
    ("1.5", "1.5", false, nil), ("-0.25", "-0.25", false, nil), ("1e-05", "0.00001", false, nil),
    ("100", "100", true, 100),
    ("1234567890.0", "1234567890", true, 1_234_567_890), ("9223372036854775807", "9223372036854775807", true, .max),
    ("9223372036854775808", "9223372036854775808", true, nil),
    ("-9223372036854775808", "-9223372036854775808", true, .min),
    ("-9223372036854775809", "-9223372036854775809", true, nil),
    ("18446744073709551616", "18446744073709551616", true, nil),
    ("1e18", "1000000000000000000", true, 1_000_000_000_000_000_000), ("1e19", "10000000000000000000", true, nil),
    ("999999999999999999", "999999999999999999", true, 999_999_999_999_999_999),
    ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890", true, nil),
    ("1e99", "1" + String(repeating: "0", count: 99), true, nil), ("1e100", "1e100", true, nil),
    ("12e99", "1.2e100", true, nil),
    ("1e-99", "0." + String(repeating: "0", count: 98) + "1", false, nil), ("1e-100", "1e-100", false, nil),
    ("1e999999999999999999999", "1e999999999999999999999", true, nil),
    ("-12.5e999999999999999999999", "-1.25e1000000000000000000000", true, nil),
    ("1e-999999999999999999999", "1e-999999999999999999999", false, nil),
    ("10e-1000000000000000000000", "1e-999999999999999999999", false, nil),
    ("1e999999999999999999", "1e999999999999999999", true, nil),
    ("10e999999999999999999", "1e1000000000000000000", true, nil),
    ("0.1e1000000000000000000", "1e999999999999999999", true, nil),
    ("1e00000000000000000000005", "100000", true, 100_000),
    ("100e-1000000000000000001", "1e-999999999999999999", false, nil),
  ]

  @Test("Each literal has its canonical description, and is an integer or not", arguments: table)
  func describes(row: (literal: String, description: String, isIntegral: Bool, int: Int?)) throws {
    let value = try Self.decimal(row.literal)
    #expect(value.description == row.description)
    #expect(value.isIntegral == row.isIntegral)
    #expect(value.int == row.int)
    let again = try Self.decimal(value.description)
    #expect(again == value)
    if let int = row.int { #expect(JSONDecimal(int) == value && JSONDecimal(int).hashValue == value.hashValue) }
  }

  @Test(
    "What is no JSON number is no decimal",
    arguments: [
      "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1e5.", "NaN", "Infinity", "0x1", " 1", "1 ", "1_0", "--1",
      "1e1e1",
    ])
  func refuses(literal: String) {
    #expect(JSONDecimal(literal: Array(literal.utf8)) == nil)
  }

  /// In ascending order; literals in one row are equal.
  static let ascending: [[String]] = [
    ["-1e1000000000000000000000", "-10e999999999999999999999"], ["-1e999999999999999999999"], ["-1e999999999999999999"],
    ["-1e400"], ["-123456789012345678901234567890"], ["-2", "-2.0"], ["-1.5", "-15e-1"], ["-1e-5"],
    ["-1e-999999999999999999999"],
    ["0", "-0", "0.0", "0e5", "-0e-99999999999999999999"], ["1e-1000000000000000000001"], ["1e-999999999999999999999"],
    ["1e-400"],
    ["0.00001", "1e-5", "1E-05"], ["0.1"], ["0.10000000000000000000000001"], ["0.2"], ["1", "1.0", "10e-1", "0.1e1"],
    ["1.0000000000000000000000001"],
    ["9", "9.0"], ["10", "1e1"], ["11"], ["99.999999999999999999999"], ["100", "1e2", "1.00e+2"],
    ["999999999999999999", "999999999999999999.0"], ["1000000000000000000", "1e18"], ["1000000000000000000.5"],
    ["1000000000000000001"],
    ["1e400"], ["1e999999999999999999"], ["1e1000000000000000000", "10e999999999999999999"],
    ["1e999999999999999999999"],
    ["1.1e999999999999999999999"],
  ]

  @Test("Order, equality and hash are those of the exact values")
  func order() throws {
    for (place, row) in Self.ascending.enumerated() {
      for (otherPlace, other) in Self.ascending.enumerated() {
        for left in row {
          for right in other {
            let (leftValue, rightValue) = (try Self.decimal(left), try Self.decimal(right))
            #expect((leftValue < rightValue) == (place < otherPlace), "\(left) < \(right)")
            #expect((leftValue == rightValue) == (place == otherPlace), "\(left) == \(right)")
            if place == otherPlace { #expect(leftValue.hashValue == rightValue.hashValue) }
          }
        }
      }
    }
  }

  @Test("Thousands of seeded pairs compare as Python's fractions do")
  func agreesWithPython() throws {
    let seed: UInt64 = 20_261
    let records = try PythonOracle.records(
      seed: seed,
      #"""
      from fractions import Fraction
      def literal():
          digits = random.choice([1, 1, 2, 3, 8, 17, 18, 19, 20, 40])
          whole = str(random.randrange(10 ** random.randint(1, digits)))
          text = random.choice(["", "", "-"]) + whole
          if random.random() < .5: text += "." + "".join(random.choice("0000123459") for _ in range(random.randint(1, digits)))
          if random.random() < .5: text += random.choice("eE") + random.choice(["", "+", "-"]) + random.choice(["", "0"]) + str(random.randint(0, 40))
          return text
      def respelt(text):
          value = Fraction(text)
          shift = random.randint(-25, 25)
          scaled = value * Fraction(10) ** shift
          if scaled.denominator != 1: return text
          return f"{scaled.numerator}e{-shift}" if scaled.numerator else "-0.0"
      for _ in range(4000):
          a = literal()
          b = respelt(a) if random.random() < .3 else literal()
          x, y = Fraction(a), Fraction(b)
          emit(a, b, "<" if x < y else ">" if x > y else "=", str(x.numerator) if x.denominator == 1 and abs(x) < 2**63 else "")
      """#)
    #expect(records.count == 4000)
    var equal = 0
    for record in records {
      let texts = record.map { String(decoding: $0, as: UTF8.self) }
      let (left, right) = (try Self.decimal(texts[0]), try Self.decimal(texts[1]))
      let order = left < right ? "<" : right < left ? ">" : "="
      #expect(order == texts[2] && (left == right) == (order == "="), "\(texts), seed \(seed)")
      #expect((left.int.map { String($0) } ?? "") == texts[3], "\(texts), seed \(seed)")
      let again = try Self.decimal(left.description)
      #expect(again == left, "\(texts), seed \(seed)")
      if order == "=" {
        equal += 1
        #expect(left.hashValue == right.hashValue && left.description == right.description)
      }
    }
    #expect(equal > 100)
  }

  @Test("Digits by the million cost time in their number, not more")
  func longLiterals() throws {
    let nines = String(repeating: "9", count: 1_000_000)
    let value = try Self.decimal(nines + "." + nines + "e" + nines)
    #expect(!value.isNegative && value.isIntegral && value.int == nil)
    let whole = try Self.decimal(nines)
    let (tiny, small) = (try Self.decimal("1e-" + nines), try Self.decimal("1e-5"))
    #expect(whole < value && tiny < small)
  }
}
