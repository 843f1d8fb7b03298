/// A member's header that every reader of tars takes for the same: one block with the magic of POSIX or of GNU, a regular file or
/// a folder, numbers in octal digits, nothing where one dialect looks and another does not.
///
/// Of such a member nobody needs a second opinion; of every other one libarchive gives it.
enum PlainTarHeader {
  private static let regular: UInt8 = 0x30
  private static let folder: UInt8 = 0x35
  /// Mode, owner, group, size and modification time, one after the other.
  private static let numbers = [100..<108, 108..<116, 116..<124, TarBlock.sizeField, 136..<148]
  /// Numbers of a device, which these members are not: digits or nothing.
  private static let deviceNumbers = [329..<337, 337..<345]
  /// Behind the last field of POSIX, where other dialects have fields of their own.
  private static let unused = 500..<TarBlock.size

  /// The format that libarchive has for such a member (`ustar`, `gnutar`); nil where the header is not plain.
  ///
  /// - Parameter block: one block whose checksum was found right.
  static func format(of block: UnsafeRawBufferPointer) -> String? {
    guard block.count == TarBlock.size else { return nil }
    let type = block[TarBlock.typeflag]
    guard type == regular || type == folder else { return nil }
    let name = TarBlock.text(block, TarBlock.name)
    guard let last = name.last, type == folder || last != 0x2f else { return nil }
    guard numbers.allSatisfy({ isOctal(UnsafeRawBufferPointer(rebasing: block[$0])) }) else { return nil }
    guard deviceNumbers.allSatisfy({ isOctal(UnsafeRawBufferPointer(rebasing: block[$0])) || isZero(block, $0) })
    else { return nil }
    switch block.loadUnaligned(fromByteOffset: TarBlock.magic.lowerBound, as: UInt64.self) {
    case posix:
      // A name of two slashes in a row, or of one.
      guard TarBlock.text(block, TarBlock.prefix).last != 0x2f else { return nil }
      return isZero(block, unused) ? "ustar" : nil
    case gnu: return isZero(block, TarBlock.prefix.lowerBound..<TarBlock.size) ? "gnutar" : nil
    default: return nil
    }
  }

  /// `ustar`, a zero byte, `00`
  private static let posix = UInt64(bigEndian: 0x7573_7461_7200_3030)
  /// `ustar`, two spaces, a zero byte
  private static let gnu = UInt64(bigEndian: 0x7573_7461_7220_2000)

  /// Digits, and after them nothing but zero bytes and spaces; at least one of each.
  private static func isOctal(_ field: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < field.count, field[index] & 0xf8 == 0x30 { index += 1 }
    guard index > 0, index < field.count else { return false }
    while index < field.count {
      guard field[index] == 0 || field[index] == 0x20 else { return false }
      index += 1
    }
    return true
  }

  private static func isZero(_ block: UnsafeRawBufferPointer, _ field: Range<Int>) -> Bool {
    TarBlock.isZero(UnsafeRawBufferPointer(rebasing: block[field]))
  }
}
