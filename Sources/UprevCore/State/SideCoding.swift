/// The compact form of what a journal remembers of a file beside its size and hash: identity, modification time, attributes.
///
/// Numbers are LEB128, signed ones in zigzag: few documents need more than 25 bytes. The attributes of the new file mostly
/// equal those of the old, and are then left out. The form is written down in `docs/state.md`.
enum SideCoding {
  private static let same: UInt8 = 0
  private static let own: UInt8 = 1

  /// - Parameter attributes: of the other side, which the reader will know; nil: they are written down in any case.
  static func encode(_ side: JournalChange.Side, besides attributes: FileAttributes? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(40)
    append(side.file.device, to: &bytes)
    append(side.file.inode, to: &bytes)
    append(signed: side.modification.seconds, to: &bytes)
    append(signed: side.modification.nanoseconds, to: &bytes)
    if side.attributes == attributes {
      bytes.append(same)
      return bytes
    }
    bytes.append(own)
    append(UInt64(side.attributes.mode), to: &bytes)
    append(UInt64(side.attributes.user), to: &bytes)
    append(UInt64(side.attributes.group), to: &bytes)
    // 0 stands for no flags at all.
    append(side.attributes.flags.map { UInt64($0) + 1 } ?? 0, to: &bytes)
    append(UInt64(side.attributes.extended.count), to: &bytes)
    for attribute in side.attributes.extended {
      append(UInt64(attribute.name.count), to: &bytes)
      bytes.append(contentsOf: attribute.name)
      append(UInt64(attribute.value.count), to: &bytes)
      bytes.append(contentsOf: attribute.value)
    }
    return bytes
  }

  /// - Parameter attributes: of the other side, where this one may say that they are the same.
  /// - Returns: nil where the bytes are not what ``encode(_:besides:)`` makes.
  static func decode(
    _ bytes: [UInt8], size: Int, sha256: [UInt8], besides attributes: FileAttributes? = nil
  ) -> JournalChange.Side? {
    var reader = Reader(bytes: bytes[...])
    guard let device = reader.number(), let inode = reader.number(), let seconds = reader.signedNumber(),
      let nanoseconds = reader.signedNumber(), let kind = reader.byte(),
      let attributes = kind == own ? reader.attributes() : kind == same ? attributes : nil, reader.bytes.isEmpty
    else { return nil }
    return JournalChange.Side(
      file: FileIdentity(device: device, inode: inode), sha256: sha256, size: size, attributes: attributes,
      modification: FileTime(seconds: seconds, nanoseconds: nanoseconds))
  }

  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private static func append(signed value: Int64, to bytes: inout [UInt8]) {
    append(UInt64(bitPattern: (value << 1) ^ (value >> 63)), to: &bytes)
  }

  struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func number() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = bytes.popFirst() else { return nil }
        let part = UInt64(byte & 0x7F)
        if shift == 63, part > 1 { return nil }
        value |= part << shift
        if byte & 0x80 == 0 { return value }
      }
      return nil
    }

    mutating func signedNumber() -> Int64? {
      number().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func attributes() -> FileAttributes? {
      guard let mode = small(), let user = small(), let group = small(), let flags = number(), flags <= 1 << 32,
        let count = number()
      else { return nil }
      var extended: [ExtendedAttribute] = []
      var rest = count
      while rest > 0 {
        guard let name = text(), let value = text() else { return nil }
        extended.append(ExtendedAttribute(name: name, value: value))
        rest -= 1
      }
      return FileAttributes(
        mode: mode, user: user, group: group, extended: extended,
        flags: flags == 0 ? nil : UInt32(truncatingIfNeeded: flags - 1))
    }

    private mutating func small() -> UInt32? { number().flatMap { UInt32(exactly: $0) } }

    mutating func text() -> [UInt8]? {
      guard let count = number().flatMap({ Int(exactly: $0) }), count <= bytes.count else { return nil }
      defer { bytes = bytes.dropFirst(count) }
      return Array(bytes.prefix(count))
    }
  }
}
