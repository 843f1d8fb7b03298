import CDeflate

/// Decompresses whole gzip members of bounded size through libdeflate, which checks their CRC-32 and length.
///
/// Used by one thread at a time.
final class GzipMembers {
  /// Bytes that a member may hold.
  static let maximumSize = GzipWriter.blockSize
  /// Bytes that such a member takes at most, unless somebody took pains to make it larger: deflate's stored blocks cost five
  /// bytes each 64 KiB, and a header may carry a name.
  static let maximumCompressedSize = maximumSize + (64 << 10)
  /// After so many members that were too large or not sound no further one is tried.
  private static let patience = 4

  private let handle: OpaquePointer
  private var failures = 0
  private var largest = 0

  /// Nil where memory is out.
  init?() {
    guard let handle = libdeflate_alloc_decompressor() else { return nil }
    self.handle = handle
  }

  deinit { libdeflate_free_decompressor(handle) }

  /// Whether it is worth while to try the next member.
  var areLikely: Bool { failures < Self.patience }

  /// Whether it is worth while to try the next member in what is left of a block.
  ///
  /// A block that is nearly empty takes any: otherwise a large member followed by thousands of tiny ones would give as many
  /// blocks. In a fuller one as much must be left as the largest so far took.
  func mayFit(into block: Block) -> Bool {
    let room = block.free.count
    return room > 0 && (block.count < Block.usualCapacity || room >= largest)
  }

  /// Decompresses the member that `bytes` begins with, if it is there whole and sound and has room.
  ///
  /// - Parameter isOnly: whether there is as much room as there will ever be.
  /// - Returns: the bytes that it takes, and those that it holds; nil where nothing can be said of it.
  func decompress(
    _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, isOnly: Bool
  ) -> (used: Int, count: Int)? {
    // Checks of the header itself (FHCRC, RFC 1952 2.3.1) are zlib's business.
    let isOurs = bytes.count > 3 && bytes[3] & 0x02 == 0
    var used = 0
    var count = 0
    guard
      isOurs,
      libdeflate_gzip_decompress_ex(
        handle, bytes.baseAddress, bytes.count, room.baseAddress, room.count, &used, &count) == LIBDEFLATE_SUCCESS
    else {
      if isOnly { failures += 1 }
      return nil
    }
    largest = max(largest, count)
    return (used, count)
  }
}
