/// How far two texts agree, 8 bytes at a time.
enum CommonBytes {
  /// Bytes at the beginning that are the same in both.
  static func prefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    forward(left, 0, right, 0, atMost: min(left.count, right.count))
  }

  /// Bytes at the end that are the same in both, at most `limit`, which neither is shorter than.
  static func suffix(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, atMost limit: Int
  ) -> Int {
    backward(left, left.count, right, right.count, atMost: limit)
  }

  /// Bytes from the two offsets on that are the same, at most `limit`, which lies within both.
  static func forward(
    _ left: UnsafeRawBufferPointer, _ leftStart: Int, _ right: UnsafeRawBufferPointer, _ rightStart: Int,
    atMost limit: Int
  ) -> Int {
    var count = 0
    while count + 8 <= limit {
      let difference = word(left, leftStart + count) ^ word(right, rightStart + count)
      if difference != 0 { return count + difference.trailingZeroBitCount >> 3 }
      count += 8
    }
    while count < limit, left[leftStart + count] == right[rightStart + count] { count += 1 }
    return count
  }

  /// Bytes in front of the two offsets that are the same, at most `limit`, which lies within both.
  static func backward(
    _ left: UnsafeRawBufferPointer, _ leftEnd: Int, _ right: UnsafeRawBufferPointer, _ rightEnd: Int,
    atMost limit: Int
  ) -> Int {
    var count = 0
    while count + 8 <= limit {
      let difference = word(left, leftEnd - count - 8) ^ word(right, rightEnd - count - 8)
      if difference != 0 { return count + difference.leadingZeroBitCount >> 3 }
      count += 8
    }
    while count < limit, left[leftEnd - count - 1] == right[rightEnd - count - 1] { count += 1 }
    return count
  }

  /// 8 bytes, the first lowest.
  static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
