#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One header block of a tar: where its fields are (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic
/// Tar Format").
enum TarBlock {
  static let size = 512
  /// A record of 20 blocks is what tar writes at once by default.
  static let usualRecordSize: Int64 = 10240

  static let name = 0..<100
  static let sizeField = 124..<136
  static let checksum = 148..<156
  static let typeflag = 156
  static let magic = 257..<265
  static let prefix = 345..<500
  /// Of an old GNU sparse header: whether blocks of more sparse map follow.
  static let gnuIsExtended = 482
  /// The same inside such a block.
  static let gnuExtensionIsExtended = 504

  /// Bytes that fill the last block of a body.
  static func padding(of size: Int64) -> Int64 { (512 - size & 511) & 511 }

  static func isZero(_ block: UnsafeRawBufferPointer) -> Bool {
    var bits: UInt64 = 0
    var index = 0
    while index + 8 <= block.count {
      bits |= block.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index += 8
    }
    while index < block.count {
      bits |= UInt64(block[index])
      index += 1
    }
    return bits == 0
  }

  /// The sum of a block's bytes with the checksum field taken as spaces, of unsigned bytes and of signed ones (which some
  /// old programs wrote).
  static func checksums(of block: UnsafeRawBufferPointer) -> (unsigned: Int64, signed: Int64) {
    var sum: Int32 = 0
    var high: Int32 = 0
    var position = 0
    if block.count >= size {
      // Eight bytes at a time: no 16-bit lane of the sums and no byte of the counts can overflow in 64 words.
      let lanes: UInt64 = 0x00ff_00ff_00ff_00ff
      var sums: UInt64 = 0
      var counts: UInt64 = 0
      while position < size {
        let word = block.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        sums &+= (word & lanes) &+ (word >> 8 & lanes)
        counts &+= word >> 7 & 0x0101_0101_0101_0101
        position += 8
      }
      for lane in 0..<UInt64(4) { sum += Int32(sums >> (lane * 16) & 0xffff) }
      for lane in 0..<UInt64(8) { high += Int32(counts >> (lane * 8) & 0xff) }
    }
    while position < min(block.count, size) {
      sum += Int32(block[position])
      high += Int32(block[position] >> 7)
      position += 1
    }
    for index in checksum where index < block.count {
      sum += 0x20 - Int32(block[index])
      high -= Int32(block[index] >> 7)
    }
    return (Int64(sum), Int64(sum) - 256 * Int64(high))
  }

  /// Which sum a block's checksum field holds; nil where it holds neither.
  enum ChecksumKind {
    case unsigned
    case signed
  }

  static func checksumKind(of block: UnsafeRawBufferPointer) -> ChecksumKind? {
    guard block.count == size,
      let stored = TarNumber.value(of: UnsafeRawBufferPointer(rebasing: block[checksum]))
    else { return nil }
    let sums = checksums(of: block)
    if stored == sums.unsigned { return .unsigned }
    return stored == sums.signed ? .signed : nil
  }

  /// The bytes of a text field, up to its first zero byte.
  static func text(_ block: UnsafeRawBufferPointer, _ field: Range<Int>) -> UnsafeRawBufferPointer {
    let whole = UnsafeRawBufferPointer(rebasing: block[field])
    guard let base = whole.baseAddress, let end = memchr(base, 0, whole.count) else { return whole }
    return UnsafeRawBufferPointer(rebasing: whole[..<(UnsafeRawPointer(end) - base)])
  }
}
