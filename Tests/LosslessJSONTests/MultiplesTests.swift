import LosslessJSON
import Testing

@Suite("Multiples")
struct MultiplesTests {
  @Test("A multiple is one times an integer, exactly: compared with integers for all small decimals")
  func small() throws {
    // As many thousandths.
    let numbers = Array(-40...40) + [100, 125, 999, 1000, 1024, 2500, 10_000, 123_456]
    func decimal(_ thousandths: Int) throws -> JSONDecimal {
      try #require(JSONDecimal(literal: Array("\(thousandths)e-3".utf8)))
    }
    for value in numbers {
      for divisor in numbers {
        let expected = divisor == 0 ? value == 0 : value % divisor == 0
        #expect(try decimal(value).isMultiple(of: decimal(divisor)) == expected, "\(value) of \(divisor)")
      }
    }
  }

  @Test("Divisors of any size: a product is a multiple, and its neighbours are none", arguments: 0..<60)
  func large(number: Int) throws {
    // 10^n + 1 times 10^m + 1, digit by digit.
    let (n, m) = (18 + number, 1 + number * 7 % 41)
    func one(_ zeros: Int) -> String { "1" + String(repeating: "0", count: zeros - 1) + "1" }
    var digits = [Int](repeating: 0, count: n + m + 1)
    for place in [0, n, m, n + m] { digits[digits.count - 1 - place] += 1 }
    let product = digits.map(String.init).joined()
    func decimal(_ text: String) throws -> JSONDecimal { try #require(JSONDecimal(literal: Array(text.utf8))) }
    #expect(try decimal(product).isMultiple(of: decimal(one(n))))
    #expect(try decimal(product).isMultiple(of: decimal(one(m))))
    #expect(try decimal("-" + product + "e5").isMultiple(of: decimal(one(n) + "e-7")))
    #expect(try !decimal(product.dropLast() + "2").isMultiple(of: decimal(one(n))))
    #expect(try !decimal(product).isMultiple(of: decimal(one(n) + "e1")))
    #expect(try decimal(one(n)).isMultiple(of: decimal(product)) == false)
  }
}
