/// A power of ten: an integer of any size.
struct DecimalExponent: Hashable, Sendable {
  /// Magnitudes from here on are kept as digits.
  private static let bound = 1_000_000_000_000_000_000

  private enum Storage: Hashable, Sendable {
    /// Its magnitude is below the bound.
    case small(Int)
    /// Its magnitude is not: nineteen digits or more, each from 0 to 9, the most significant first.
    case large(isNegative: Bool, digits: [UInt8])
  }

  private let storage: Storage

  private init(_ storage: Storage) {
    self.storage = storage
  }

  /// - Parameter value: of a magnitude below 10^18.
  init(_ value: Int) {
    storage = .small(value)
  }

  /// - Parameter literal: ASCII digits, leading zeros allowed.
  init(isNegative: Bool, literal: Slice<UnsafeRawBufferPointer>) {
    self.init(isNegative: isNegative, digits: literal.drop { $0 == Byte.zero }.map { $0 & 0x0f })
  }

  /// - Parameter digits: without a leading zero.
  private init(isNegative: Bool, digits: [UInt8]) {
    if digits.count <= JSONDecimal.smallDigits {
      let magnitude = digits.reduce(0) { $0 * 10 + Int($1) }
      storage = .small(isNegative ? -magnitude : magnitude)
    } else {
      storage = .large(isNegative: isNegative, digits: digits)
    }
  }

  var int: Int? {
    if case .small(let value) = storage { value } else { nil }
  }

  var isNegative: Bool {
    switch storage {
    case .small(let value): value < 0
    case .large(let isNegative, _): isNegative
    }
  }

  /// - Parameter amount: a count of digits, or its negation; no memory holds 10^18 of them.
  func adding(_ amount: Int) -> DecimalExponent {
    switch storage {
    case .small(let value):
      let sum = value + amount
      if sum.magnitude < UInt(DecimalExponent.bound) { return DecimalExponent(sum) }
      return DecimalExponent(isNegative: sum < 0, digits: String(sum.magnitude).utf8.map { $0 - Byte.zero })
    case .large(let isNegative, var digits):
      // The magnitude is above that of any amount, so the sign stays.
      var carry = isNegative ? -amount : amount
      var position = digits.count - 1
      while carry != 0, position >= 0 {
        let sum = Int(digits[position]) + carry
        let digit = ((sum % 10) + 10) % 10
        digits[position] = UInt8(digit)
        carry = (sum - digit) / 10
        position -= 1
      }
      if carry > 0 { digits.insert(contentsOf: String(carry).utf8.map { $0 - Byte.zero }, at: 0) }
      return DecimalExponent(isNegative: isNegative, digits: Array(digits.drop { $0 == 0 }))
    }
  }
}

extension DecimalExponent: Comparable {
  static func < (left: DecimalExponent, right: DecimalExponent) -> Bool {
    switch (left.storage, right.storage) {
    case (.small(let left), .small(let right)): left < right
    case (.small, .large(let isNegative, _)): !isNegative
    case (.large(let isNegative, _), .small): isNegative
    case (.large(let leftNegative, let left), .large(let rightNegative, let right)):
      if leftNegative != rightNegative {
        leftNegative
      } else {
        leftNegative ? magnitudeIsLess(right, left) : magnitudeIsLess(left, right)
      }
    }
  }

  private static func magnitudeIsLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
  }
}

extension DecimalExponent: CustomStringConvertible {
  var description: String {
    switch storage {
    case .small(let value): String(value)
    case .large(let isNegative, let digits):
      (isNegative ? "-" : "") + String(decoding: digits.map { $0 + Byte.zero }, as: UTF8.self)
    }
  }
}
