import UprevCore

/// Where the last LZ4 frame of a file ends, by the sizes in its frames alone (lz4_Frame_format.md 1.6.1, "Legacy frame",
/// "Skippable Frames").
///
/// libarchive reads four bytes past the last frame before it sees that they begin no other, and counts them as used.
enum LZ4Frames {
  private static let magic: UInt32 = 0x184d_2204
  private static let legacyMagic: UInt32 = 0x184c_2102

  /// - Returns: the position after the last frame, which is the file's size where nothing follows.
  /// - Throws: ``TargetError`` `read-failed`
  static func end(of input: FileInput) throws(TargetError) -> Int64 {
    var position: Int64 = 0
    while let magic = try word(input, at: position) {
      let next: Int64?
      switch magic {
      case Self.magic: next = try endOfFrame(input, at: position + 4)
      case legacyMagic: next = try endOfLegacyFrame(input, at: position + 4)
      case let other where other & 0xffff_fff0 == 0x184d_2a50:
        next = try word(input, at: position + 4).map { position + 8 + Int64($0) }
      default: next = nil
      }
      guard let next else { break }
      position = next
    }
    return position
  }

  private static func endOfFrame(_ input: FileInput, at start: Int64) throws(TargetError) -> Int64? {
    guard let flags = try input.bytes(at: start, count: 1).first else { return nil }
    let hasBlockChecksum = flags & 0x10 != 0
    let hasContentSize = flags & 0x08 != 0
    let hasContentChecksum = flags & 0x04 != 0
    let hasDictionary = flags & 0x01 != 0
    var position = start + 3 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0)
    while let size = try word(input, at: position) {
      position += 4
      if size == 0 { return position + (hasContentChecksum ? 4 : 0) }
      position += Int64(size & 0x7fff_ffff) + (hasBlockChecksum ? 4 : 0)
    }
    return nil
  }

  /// A legacy frame has no end mark: it ends with the file, or where another frame's magic stands in place of a size.
  private static func endOfLegacyFrame(_ input: FileInput, at start: Int64) throws(TargetError) -> Int64? {
    var position = start
    while let size = try word(input, at: position) {
      if size == magic || size == legacyMagic || size & 0xffff_fff0 == 0x184d_2a50 { break }
      position += 4 + Int64(size)
    }
    return position
  }

  /// Little-endian; nil past the end.
  private static func word(_ input: FileInput, at position: Int64) throws(TargetError) -> UInt32? {
    let bytes = try input.bytes(at: position, count: 4)
    guard bytes.count == 4 else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
