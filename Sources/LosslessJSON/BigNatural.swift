/// A natural number of any size, for exact arithmetic: limbs below 10^9, the least significant first, no zero in front.
struct BigNatural: Equatable {
  private static let base: UInt64 = 1_000_000_000
  private static let digitsOfLimb = 9

  private(set) var limbs: [UInt64]

  var isZero: Bool { limbs.isEmpty }

  private init(limbs: [UInt64]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  /// - Parameter digits: each from 0 to 9, the most significant first.
  init(digits: some BidirectionalCollection<UInt8>) {
    var limbs: [UInt64] = []
    var end = digits.endIndex
    while end != digits.startIndex {
      let start = digits.index(end, offsetBy: -Self.digitsOfLimb, limitedBy: digits.startIndex) ?? digits.startIndex
      limbs.append(digits[start..<end].reduce(0) { $0 * 10 + UInt64($1) })
      end = start
    }
    self.init(limbs: limbs)
  }

  /// The most significant first, none for zero.
  var digits: [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity(limbs.count * Self.digitsOfLimb)
    for limb in limbs {
      var rest = limb
      for _ in 0..<Self.digitsOfLimb {
        digits.append(UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
    }
    while digits.last == 0 { digits.removeLast() }
    return digits.reversed()
  }

  static func * (left: BigNatural, right: BigNatural) -> BigNatural {
    guard !left.isZero, !right.isZero else { return BigNatural(limbs: []) }
    var result = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (position, limb) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        // Below 10^9 + (10^9 - 1)^2 + 10^9, so it fits.
        let sum = result[position + offset] + limb * other + carry
        result[position + offset] = sum % base
        carry = sum / base
      }
      result[position + right.limbs.count] = carry
    }
    return BigNatural(limbs: result)
  }

  static func + (left: BigNatural, right: BigNatural) -> BigNatural {
    var result: [UInt64] = []
    var carry: UInt64 = 0
    for position in 0..<max(left.limbs.count, right.limbs.count) {
      let sum = left.limb(position) + right.limb(position) + carry
      result.append(sum % base)
      carry = sum / base
    }
    result.append(carry)
    return BigNatural(limbs: result)
  }

  /// - Parameter right: at most `left`.
  static func - (left: BigNatural, right: BigNatural) -> BigNatural {
    var result: [UInt64] = []
    var borrow: UInt64 = 0
    for position in left.limbs.indices {
      let taken = right.limb(position) + borrow
      borrow = left.limbs[position] < taken ? 1 : 0
      result.append(left.limbs[position] + borrow * base - taken)
    }
    return BigNatural(limbs: result)
  }

  /// Ten times the number, and one digit more.
  func appending(_ digit: UInt8) -> BigNatural {
    var result: [UInt64] = []
    result.reserveCapacity(limbs.count + 1)
    var carry = UInt64(digit)
    for limb in limbs {
      let sum = limb * 10 + carry
      result.append(sum % Self.base)
      carry = sum / Self.base
    }
    result.append(carry)
    return BigNatural(limbs: result)
  }

  private func limb(_ position: Int) -> UInt64 { position < limbs.count ? limbs[position] : 0 }
}

extension BigNatural: Comparable {
  static func < (left: BigNatural, right: BigNatural) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    return left.limbs.reversed().lexicographicallyPrecedes(right.limbs.reversed())
  }
}
