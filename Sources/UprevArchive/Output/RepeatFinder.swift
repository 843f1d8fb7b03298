/// Estimates how many bytes of a block are there already, no further before them than deflate can point back (RFC 1951 2).
///
/// Of every sixteen places one is looked at, chosen by the eight bytes that begin there: where bytes come again, the same of
/// their places are chosen again.
///
/// It is used by one thread at a time.
final class RepeatFinder {
  private static let wordSize = 8
  private static let stride = 16
  /// Bytes that deflate can point back.
  private static let distance = 32 << 10
  /// Four times as many as there are chosen places within that distance.
  private static let slotBits: UInt64 = 13

  /// Where a word of a slot was last, counted from 1; 0 is nowhere.
  private let slots = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1 << Int(RepeatFinder.slotBits))
  /// Everything of the block before this was looked at, or is not to be.
  private var end = 0

  init() { slots.initialize(repeating: 0) }

  deinit { slots.deallocate() }

  /// A new block of less than 4 GiB follows.
  func begin() {
    if end > 0 { slots.update(repeating: 0) }
    end = 0
  }

  /// - Parameters:
  ///   - bytes: the block; the same since `begin()`.
  ///   - start: not before the start that was asked for last.
  func repeatedBytes(in bytes: UnsafeRawBufferPointer, from start: Int, to stop: Int) -> Int {
    var count = 0
    // What was passed over may be what comes again.
    for place in max(end, start - Self.distance, 0)..<max(end, stop) where place + Self.wordSize <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let mixed = word &* 0x9e37_79b9_7f4a_7c15
      guard mixed >> 60 == 0 else { continue }
      let slot = Int(truncatingIfNeeded: mixed >> (60 - Self.slotBits))
      let last = Int(slots[slot]) - 1
      slots[slot] = UInt32(truncatingIfNeeded: place + 1)
      guard place >= start, last >= 0, place - last <= Self.distance else { continue }
      if bytes.loadUnaligned(fromByteOffset: last, as: UInt64.self) == word { count += Self.stride }
    }
    end = max(end, stop)
    return count
  }
}
