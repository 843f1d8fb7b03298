/// Writes the bytes of a ``TextDelta``.
struct TextDeltaWriter {
  private let old: UnsafeRawBufferPointer
  private var bytes: [UInt8] = []
  /// What of the old text is written, or is in the copy that waits.
  private var oldPosition = 0
  /// Where the inserted bytes that wait begin, in the old text.
  private var insertStart = 0
  /// The copy that waits: it may grow.
  private var copied = 0..<0
  private var waitsForCopy = false
  /// The end of the last copy that was written.
  private var expected = 0

  init(newCount: Int, old: UnsafeRawBufferPointer) {
    self.old = old
    bytes.reserveCapacity(48)
    bytes.append(TextDeltaReader.layout)
    append(UInt64(newCount))
    append(UInt64(old.count))
  }

  /// The old text up to this offset comes from the delta.
  mutating func insert(upTo end: Int) {
    guard end > oldPosition else { return }
    flush()
    oldPosition = end
  }

  /// The next bytes of the old text are found in the new one.
  mutating func copy(count: Int, from start: Int) {
    guard count > 0 else { return }
    if waitsForCopy, copied.upperBound == start {
      copied = copied.lowerBound..<start + count
    } else {
      flush()
      appendInserted()
      copied = start..<start + count
      waitsForCopy = true
    }
    oldPosition += count
    insertStart = oldPosition
  }

  mutating func finish() -> [UInt8] {
    flush()
    if insertStart < oldPosition {
      appendInserted()
      append(0)
    }
    return bytes
  }

  private mutating func flush() {
    guard waitsForCopy else { return }
    waitsForCopy = false
    append(UInt64(copied.count))
    let difference = copied.lowerBound - expected
    append(UInt64(bitPattern: Int64((difference << 1) ^ (difference >> 63))))
    expected = copied.upperBound
  }

  private mutating func appendInserted() {
    let inserted = UnsafeRawBufferPointer(rebasing: old[insertStart..<oldPosition])
    append(UInt64(inserted.count))
    bytes.append(contentsOf: inserted)
    insertStart = oldPosition
  }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Reads the bytes of a ``TextDelta``, part by part, and checks all that can be checked without the text.
struct TextDeltaReader {
  static let layout: UInt8 = 1

  /// What the next bytes of the old text are.
  struct Part {
    /// In the delta's bytes.
    var inserted: Range<Int>
    /// In the new text, after those inserted.
    var copied: Range<Int>
  }

  let newCount: Int
  let oldCount: Int
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  /// Bytes of the old text that the parts so far give; at most `oldCount`.
  private var given = 0
  /// The end of the last copy; at most `newCount`.
  private var expected = 0

  init(_ bytes: UnsafeRawBufferPointer) throws(TextDeltaError) {
    self.bytes = bytes
    guard let first = bytes.first else { throw TextDeltaError(.truncated, offset: 0) }
    guard first == TextDeltaReader.layout else { throw TextDeltaError(.unknownLayout, offset: 0) }
    position = 1
    newCount = try TextDeltaReader.count(bytes, &position)
    oldCount = try TextDeltaReader.count(bytes, &position)
  }

  /// - Returns: nil at the end.
  mutating func next() throws(TextDeltaError) -> Part? {
    guard given < oldCount else {
      guard position == bytes.count else { throw TextDeltaError(.trailingBytes, offset: position) }
      return nil
    }
    let start = position
    let insertedCount = try TextDeltaReader.count(bytes, &position)
    guard insertedCount <= oldCount - given else { throw TextDeltaError(.rangeOutOfBounds, offset: start) }
    guard insertedCount <= bytes.count - position else { throw TextDeltaError(.truncated, offset: position) }
    let inserted = position..<position + insertedCount
    position += insertedCount
    given += insertedCount
    let copiedCount = try TextDeltaReader.count(bytes, &position)
    guard insertedCount > 0 || copiedCount > 0 else { throw TextDeltaError(.emptyPart, offset: start) }
    guard copiedCount > 0 else {
      guard given == oldCount else { throw TextDeltaError(.emptyPart, offset: start) }
      return Part(inserted: inserted, copied: 0..<0)
    }
    guard copiedCount <= oldCount - given, copiedCount <= newCount else {
      throw TextDeltaError(.rangeOutOfBounds, offset: start)
    }
    let zigzag = try TextDeltaReader.integer(bytes, &position)
    let difference = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    // Neither side is negative, and the sum is checked for overflow: the claim is anything.
    let (copyStart, overflow) = expected.addingReportingOverflow(Int(difference))
    guard !overflow, copyStart >= 0, copyStart <= newCount - copiedCount else {
      throw TextDeltaError(.rangeOutOfBounds, offset: start)
    }
    expected = copyStart + copiedCount
    given += copiedCount
    return Part(inserted: inserted, copied: copyStart..<expected)
  }

  /// An integer that is a size.
  private static func count(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(TextDeltaError) -> Int {
    let start = position
    guard let count = Int(exactly: try integer(bytes, &position)) else {
      throw TextDeltaError(.invalidInteger, offset: start)
    }
    return count
  }

  private static func integer(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(TextDeltaError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < bytes.count else { throw TextDeltaError(.truncated, offset: position) }
      let byte = bytes[position]
      position += 1
      // The tenth byte may hold one bit only; a last byte of 0 would add nothing.
      guard shift < 63 || byte <= 1, byte != 0 || shift == 0 else {
        throw TextDeltaError(.invalidInteger, offset: start)
      }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }
}
