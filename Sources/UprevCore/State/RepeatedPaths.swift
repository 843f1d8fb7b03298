import UprevReport

/// Which paths of a long list may have come before: in a fixed amount of memory, whatever the list's length, and never
/// missing one. Some that came once are taken for repeated ones in a list of millions.
struct RepeatedPaths {
  /// 2 MiB of bits.
  private static let bitCount: UInt64 = 1 << 24
  private var bits = [UInt64](repeating: 0, count: Int(bitCount / 64))
  private var repeated: Set<UInt64> = []

  mutating func add(_ path: PathName) {
    let bit = Self.bit(of: path)
    let (word, mask) = (Int(bit / 64), UInt64(1) << (bit % 64))
    if bits[word] & mask != 0 { repeated.insert(bit) }
    bits[word] |= mask
  }

  func contains(_ path: PathName) -> Bool { repeated.contains(Self.bit(of: path)) }

  /// FNV-1a, so that every run meets the same order.
  private static func bit(of path: PathName) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path.bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return (hash ^ (hash >> 32)) & (bitCount - 1)
  }
}
