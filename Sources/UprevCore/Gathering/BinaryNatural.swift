#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A natural number of any size in binary, for exact sums: limbs of 64 bits, the least significant first, no zero in front.
struct BinaryNatural: Equatable, Sendable {
  private(set) var limbs: [UInt64]

  init(limbs: [UInt64]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  var isZero: Bool { limbs.isEmpty }

  var bitWidth: Int {
    guard let last = limbs.last else { return 0 }
    return limbs.count * 64 - last.leadingZeroBitCount
  }

  static func * (left: BinaryNatural, right: BinaryNatural) -> BinaryNatural {
    var result = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (position, limb) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        // At most (2^64 - 1)^2 + 2 (2^64 - 1), which is 2^128 - 1.
        var (high, low) = limb.multipliedFullWidth(by: other)
        for addend in [carry, result[position + offset]] {
          let (sum, overflow) = low.addingReportingOverflow(addend)
          low = sum
          if overflow { high += 1 }
        }
        result[position + offset] = low
        carry = high
      }
      result[position + right.limbs.count] = carry
    }
    return BinaryNatural(limbs: result)
  }

  /// The difference; zero where `right` is the greater one.
  static func - (left: BinaryNatural, right: BinaryNatural) -> BinaryNatural {
    var result: [UInt64] = []
    result.reserveCapacity(left.limbs.count)
    var borrow = false
    for position in 0..<max(left.limbs.count, right.limbs.count) {
      let (first, under) = left.limb(position).subtractingReportingOverflow(right.limb(position))
      let (second, underAgain) = first.subtractingReportingOverflow(borrow ? 1 : 0)
      result.append(second)
      borrow = under || underAgain
    }
    return borrow ? BinaryNatural(limbs: []) : BinaryNatural(limbs: result)
  }

  /// Times 2^(64 · count).
  func shifted(limbs count: Int) -> BinaryNatural {
    isZero ? self : BinaryNatural(limbs: [UInt64](repeating: 0, count: count) + limbs)
  }

  /// - Parameter divisor: not zero.
  /// - Returns: the quotient rounded down, and whether nothing was left.
  func divided(by divisor: UInt64) -> (quotient: BinaryNatural, isExact: Bool) {
    guard divisor > 0 else { return (BinaryNatural(limbs: []), false) }
    var result = limbs
    var rest: UInt64 = 0
    for position in limbs.indices.reversed() {
      let (quotient, remainder) = divisor.dividingFullWidth((high: rest, low: limbs[position]))
      result[position] = quotient
      rest = remainder
    }
    return (BinaryNatural(limbs: result), rest == 0)
  }

  /// The double nearest to this number times 2^exponent, half to even; infinity beyond the largest one.
  ///
  /// - Parameter isExact: false where the number was rounded down to what it is.
  func double(exponent: Int, isExact: Bool) -> Double {
    let width = bitWidth
    if width == 0 { return 0 }
    // Below the smallest normal number there are fewer bits.
    let dropped = max(width - 53, -1074 - exponent)
    if dropped <= 0 {
      return scalbn(Double(limbs[0]), Int32(clamping: exponent))
    }
    if dropped > width { return 0 }
    var kept: UInt64 = 0
    for bit in stride(from: width - 1, through: dropped, by: -1) { kept = kept << 1 | (isSet(bit) ? 1 : 0) }
    let isHalf = isSet(dropped - 1)
    let hasMore = !isExact || (0..<(dropped - 1)).contains(where: isSet)
    if isHalf, hasMore || kept & 1 == 1 { kept += 1 }
    return scalbn(Double(kept), Int32(clamping: exponent + dropped))
  }

  private func isSet(_ bit: Int) -> Bool { limb(bit >> 6) >> UInt64(bit & 63) & 1 == 1 }

  private func limb(_ position: Int) -> UInt64 { position < limbs.count ? limbs[position] : 0 }
}
