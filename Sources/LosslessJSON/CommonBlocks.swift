/// Blocks of one text that are found in another, wherever they are there.
///
/// Every block of the new text at a multiple of the block's size goes into a table by its hash; a rolling hash then goes over
/// the old text, and what is found is extended to both sides. A block that the new text has once only is trusted; one that
/// it has several times, where it leads to a longer match (as in text that repeats itself). Time is linear, whatever the
/// texts are: each byte of the old text costs a look-up and a comparison of bounded length.
///
/// Tridgell, Mackerras: "The rsync algorithm", 1996, turned round.
enum CommonBlocks {
  struct Block {
    var oldStart: Int
    var newStart: Int
    var count: Int
  }

  /// Bytes of the smallest block that is looked for.
  static let smallestBlock = 32
  /// Blocks that the table holds at most: their size grows with the text.
  static let mostBlocks = 1 << 16
  /// A match of a block that is not unique counts from so many blocks on.
  static let ambiguousFactor = 4

  /// Gives the blocks in the order of the old text; they do not overlap there.
  static func forEach(
    in new: UnsafeRawBufferPointer, _ newRange: Range<Int>, of old: UnsafeRawBufferPointer, _ oldRange: Range<Int>,
    _ body: (Block) -> Void
  ) {
    var size = smallestBlock
    while newRange.count / size > mostBlocks { size *= 2 }
    guard newRange.count >= size, oldRange.count >= size else { return }
    let table = BlockTable(of: new, newRange, size: size)
    var hash = RollingHash(size: size)
    /// The first byte of the old text that no block has yet.
    var pending = oldRange.lowerBound
    /// Where the window begins.
    var start = pending
    /// From a place in the old text to where its match would be if it went on as the last one: replaced text of the same size
    /// does not move what follows.
    var shift = newRange.lowerBound - oldRange.lowerBound
    hash.fill(old, at: start)
    while true {
      var found: Block?
      let aligned = start + shift
      if aligned >= newRange.lowerBound, aligned <= newRange.upperBound - size,
        CommonBytes.word(old, start) == CommonBytes.word(new, aligned)
      {
        found = match(new, newRange, aligned, old, oldRange, start, pending: pending, atLeast: size)
      }
      if found == nil, let candidate = table.find(hash.value) {
        let least = candidate.isUnique ? size : size * ambiguousFactor
        found = match(new, newRange, candidate.offset, old, oldRange, start, pending: pending, atLeast: least)
      }
      if let block = found {
        body(block)
        pending = block.oldStart + block.count
        shift = block.newStart - block.oldStart
        start = pending
        guard start <= oldRange.upperBound - size else { return }
        hash.fill(old, at: start)
      } else {
        guard start < oldRange.upperBound - size else { return }
        hash.roll(old, from: start)
        start += 1
      }
    }
  }

  /// The match through two places, extended to both sides.
  private static func match(
    _ new: UnsafeRawBufferPointer, _ newRange: Range<Int>, _ newStart: Int, _ old: UnsafeRawBufferPointer,
    _ oldRange: Range<Int>, _ oldStart: Int, pending: Int, atLeast least: Int
  ) -> Block? {
    let limit = min(newRange.upperBound - newStart, oldRange.upperBound - oldStart)
    // The bounded comparison first: a long one is paid for by the bytes that it finds.
    guard least <= limit, CommonBytes.forward(new, newStart, old, oldStart, atMost: least) == least else { return nil }
    let ahead = least + CommonBytes.forward(new, newStart + least, old, oldStart + least, atMost: limit - least)
    let behind = CommonBytes.backward(
      new, newStart, old, oldStart, atMost: min(newStart - newRange.lowerBound, oldStart - pending))
    return Block(oldStart: oldStart - behind, newStart: newStart - behind, count: behind + ahead)
  }
}

/// A polynomial over the bytes of a window.
private struct RollingHash {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let size: Int
  /// The factor of the byte that leaves the window.
  private let leaving: UInt64
  private var sum: UInt64 = 0

  init(size: Int) {
    self.size = size
    var power: UInt64 = 1
    for _ in 0..<size { power = power &* RollingHash.factor }
    leaving = power
  }

  /// Mixed, so that its high bits depend on all of the window.
  var value: UInt64 { (sum ^ (sum >> 32)) &* 0xD6E8_FEB8_6659_FD93 }

  mutating func fill(_ bytes: UnsafeRawBufferPointer, at start: Int) {
    sum = 0
    for offset in start..<start + size { sum = sum &* RollingHash.factor &+ RollingHash.term(bytes[offset]) }
  }

  mutating func roll(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    sum =
      sum &* RollingHash.factor &+ RollingHash.term(bytes[start + size])
      &- leaving &* RollingHash.term(bytes[start])
  }

  /// Never 0: otherwise leading zero bytes would not count.
  private static func term(_ byte: UInt8) -> UInt64 { UInt64(byte) &+ 1 }
}

/// The blocks of a text by their hashes.
private struct BlockTable {
  struct Entry {
    var tag: UInt32
    /// The block's number plus 1; 0 is an empty place; the highest bit says that several blocks have the hash.
    var number: UInt32
  }

  private static let severalBit: UInt32 = 1 << 31
  /// Places that are looked at for one hash: a text made to collide costs no more.
  private static let mostProbes = 16
  private var entries: [Entry]
  private let shift: UInt64
  private let start: Int
  private let size: Int

  init(of text: UnsafeRawBufferPointer, _ range: Range<Int>, size: Int) {
    let count = range.count / size
    var bits: UInt64 = 6
    while 1 << bits < count * 2 { bits += 1 }
    entries = Array(repeating: Entry(tag: 0, number: 0), count: 1 << bits)
    shift = 64 - bits
    start = range.lowerBound
    self.size = size
    var hash = RollingHash(size: size)
    for number in 0..<count {
      hash.fill(text, at: start + number * size)
      insert(hash.value, UInt32(number + 1))
    }
  }

  private mutating func insert(_ hash: UInt64, _ number: UInt32) {
    let tag = UInt32(truncatingIfNeeded: hash)
    var place = Int(hash >> shift)
    for _ in 0..<BlockTable.mostProbes {
      if entries[place].number == 0 {
        entries[place] = Entry(tag: tag, number: number)
        return
      }
      if entries[place].tag == tag {
        entries[place].number |= BlockTable.severalBit
        return
      }
      place = (place + 1) & (entries.count - 1)
    }
  }

  func find(_ hash: UInt64) -> (offset: Int, isUnique: Bool)? {
    let tag = UInt32(truncatingIfNeeded: hash)
    var place = Int(hash >> shift)
    for _ in 0..<BlockTable.mostProbes {
      let entry = entries[place]
      guard entry.number != 0 else { return nil }
      if entry.tag == tag {
        let number = Int(entry.number & ~BlockTable.severalBit) - 1
        return (start + number * size, entry.number & BlockTable.severalBit == 0)
      }
      place = (place + 1) & (entries.count - 1)
    }
    return nil
  }
}
