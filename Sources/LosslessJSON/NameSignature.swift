/// Thirty-two bits that are equal for equal names: they sort names and rule most pairs out.
///
/// It is no hash that must withstand an attacker: names made to share a signature are told apart by sorting their bytes.
enum NameSignature {
  /// - Parameter start: the unescaped name; seven bytes past its end must be readable.
  @inline(__always)
  static func of(_ start: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    let word: UInt64
    if count < 8 {
      word = Words.load(start) & ((1 << UInt64(truncatingIfNeeded: count &* 8)) &- 1)
    } else {
      let last = Words.load(start + (count - 8))
      word = Words.load(start) ^ (last << 29 | last >> 35)
    }
    let mixed = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9e37_79b9_7f4a_7c15
    return UInt32(truncatingIfNeeded: (mixed ^ (mixed >> 29)) >> 16)
  }

  /// - Parameter start: what stands between the quotes of a name with escapes.
  @inline(never)
  static func ofEscaped(_ start: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    of(Unescaping.bytes(start, count: count, loneSurrogates: .kept))
  }

  /// - Parameter name: unescaped.
  static func of(_ name: [UInt8]) -> UInt32 {
    (name + repeatElement(0, count: 8)).withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      return of(start, count: name.count)
    }
  }
}
