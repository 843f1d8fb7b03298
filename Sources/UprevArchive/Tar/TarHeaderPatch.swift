/// Changes the size of a member in its raw header blocks, and nothing else.
enum TarHeaderPatch {
  /// - Parameter header: the header blocks of one regular member, extended headers first, as ``TarHeader`` found them.
  /// - Parameter size: the new body's bytes.
  /// - Returns: the blocks with the size (of the header, and of a pax `size` record), what counts it (the extended header's
  ///   own size and padding) and the checksums made right; nil where the new size has no place in the fields found.
  static func patched(_ header: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    var result: [UInt8] = []
    if header.count > TarBlock.size { result.reserveCapacity(header.count + TarBlock.size) }
    var position = 0
    while position + TarBlock.size <= header.count {
      let block = UnsafeRawBufferPointer(rebasing: header[position..<position + TarBlock.size])
      position += TarBlock.size
      let typeflag = block[TarBlock.typeflag]
      guard TarHeader.isExtension(typeflag) else {
        // The member's own header is the last.
        guard position == header.count, let main = patchedBlock(block, size: Int64(size)) else { return nil }
        if result.isEmpty { return main }
        return result + main
      }
      guard let length = TarNumber.value(of: UnsafeRawBufferPointer(rebasing: block[TarBlock.sizeField])),
        length <= header.count - position,
        length + TarBlock.padding(of: length) <= header.count - position
      else { return nil }
      let padded = Int(length + TarBlock.padding(of: length))
      let body = UnsafeRawBufferPointer(rebasing: header[position..<position + Int(length)])
      if typeflag == TarHeader.paxMember, let records = patchedRecords(body, size: size) {
        guard let own = records.count == body.count ? Array(block) : patchedBlock(block, size: Int64(records.count))
        else { return nil }
        result += own
        result += records
        if records.count == body.count {
          result += header[position + Int(length)..<position + padded]
        } else {
          result += [UInt8](repeating: 0, count: Int(TarBlock.padding(of: Int64(records.count))))
        }
      } else {
        result += block
        result += header[position..<position + padded]
      }
      position += padded
    }
    return nil
  }

  private static func patchedBlock(_ block: UnsafeRawBufferPointer, size: Int64) -> [UInt8]? {
    guard let kind = TarBlock.checksumKind(of: block) else { return nil }
    var result = Array(block)
    let fits = result.withUnsafeMutableBytes { bytes in
      guard TarNumber.replace(UnsafeMutableRawBufferPointer(rebasing: bytes[TarBlock.sizeField]), with: size)
      else { return false }
      let sums = TarBlock.checksums(of: UnsafeRawBufferPointer(bytes))
      return TarNumber.replace(
        UnsafeMutableRawBufferPointer(rebasing: bytes[TarBlock.checksum]),
        with: kind == .signed ? sums.signed : sums.unsigned)
    }
    return fits ? result : nil
  }

  /// - Returns: nil where there is no `size` record.
  private static func patchedRecords(_ body: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    var found: Range<Int>?
    let isWellFormed = PaxRecords.forEach(body) { record in
      if record.hasKey("size") { found = record.range }
    }
    guard isWellFormed, let found else { return nil }
    return Array(body[..<found.lowerBound]) + PaxRecords.encoded(key: "size", value: String(size))
      + Array(body[found.upperBound...])
  }
}
