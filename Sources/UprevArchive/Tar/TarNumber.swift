/// A number in a field of a tar header: octal digits, or base-256 where the first bit is set (GNU tar manual, "Basic Tar
/// Format"; POSIX.1-2017, pax, "ustar Interchange Format").
enum TarNumber {
  private static let space: UInt8 = 0x20
  private static let zero: UInt8 = 0x30

  /// - Returns: nil where the field holds no number, or one below zero or above `Int64.max`.
  static func value(of field: UnsafeRawBufferPointer) -> Int64? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 { return base256(field, first) }
    var index = 0
    while index < field.count, field[index] == space { index += 1 }
    var value: Int64 = 0
    while index < field.count, field[index] & 0xf8 == zero {
      guard value >> 60 == 0 else { return nil }
      value = value << 3 | Int64(field[index] & 7)
      index += 1
    }
    while index < field.count {
      guard field[index] == 0 || field[index] == space else { return nil }
      index += 1
    }
    return value
  }

  private static func base256(_ field: UnsafeRawBufferPointer, _ first: UInt8) -> Int64? {
    guard first & 0x40 == 0 else { return nil }
    var value = Int64(first & 0x3f)
    for byte in field.dropFirst() {
      guard value >> 55 == 0 else { return nil }
      value = value << 8 | Int64(byte)
    }
    return value
  }

  /// Writes `value` in the style of what is there: octal with the same padding, width and terminator, or base-256.
  ///
  /// Digits that need more room take it from the terminator, of which one byte stays.
  /// - Returns: false, and nothing written, where the field is too small.
  static func replace(_ field: UnsafeMutableRawBufferPointer, with value: Int64) -> Bool {
    guard value >= 0, let first = field.first else { return false }
    if first & 0x80 != 0 { return replaceBase256(field, with: value) }
    let spaces = field.prefix { $0 == space }.count
    let digits = field.dropFirst(spaces).prefix { $0 & 0xf8 == zero }.count
    let count = octalDigits(of: value)
    // A field of nothing but zero bytes has no style of its own: all but the last byte are digits.
    let found = digits == 0 && spaces == 0 ? field.count - 1 : spaces + digits
    let width = max(found, count)
    guard width < field.count || width == found else { return false }
    let pad = spaces > 0 ? space : zero
    var rest = value
    for index in stride(from: width - 1, through: 0, by: -1) {
      field[index] = index >= width - count ? zero + UInt8(rest & 7) : pad
      rest >>= 3
    }
    return true
  }

  private static func octalDigits(of value: Int64) -> Int {
    max(1, (Int64.bitWidth - value.leadingZeroBitCount + 2) / 3)
  }

  private static func replaceBase256(_ field: UnsafeMutableRawBufferPointer, with value: Int64) -> Bool {
    guard field.count >= 9 else { return false }
    var rest = UInt64(value)
    for index in stride(from: field.count - 1, through: 1, by: -1) {
      field[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    field[0] = 0x80
    return true
  }
}
