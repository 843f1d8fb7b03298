import CZlib
import UprevCore

/// Decompresses gzip, every member of it, and checks each member's CRC-32 and length (RFC 1952 2.3.1), which libarchive's
/// own reader of gzip does not (3.6.2).
///
/// Members of up to 1 MiB, which is what this program writes, are decompressed whole, several times as fast; all others go
/// through zlib.
final class GzipSource: FilterSource {
  private let input: FileInput
  /// zlib keeps a pointer to the stream in its own state, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let members: GzipMembers
  private let triesWhole: Bool
  /// What was read of the file: the bytes from `taken` on are not used yet.
  private let block = Block(capacity: 2 * GzipMembers.maximumSize)
  private var taken = 0
  private var filePosition: Int64 = 0
  private var fileEnded = false
  /// Whether zlib is in the middle of a member.
  private var inMember = false
  private var isAtStart = true
  private var isAtEnd = false

  var consumed: Int64 { filePosition - Int64(available) }
  private var available: Int { block.count - taken }

  /// - Parameter triesWhole: false leaves every member to zlib.
  init(_ input: FileInput, triesWhole: Bool = true) throws(TargetError) {
    self.input = input
    self.triesWhole = triesWhole
    guard let members = GzipMembers() else { throw ArchiveWords.noMemory(input.path) }
    self.members = members
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 more for "a gzip header and trailer": zlib.h, inflateInit2.
    guard inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ArchiveWords.noMemory(input.path)
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// As many whole members as fit; what is no whole member of at most 1 MiB, or no sound one, is left to zlib, which also
  /// says what is wrong with it.
  func nextWhole() throws(TargetError) -> Block? {
    guard !isAtEnd, prefersWhole else { return nil }
    let result = Block(capacity: GzipMembers.maximumSize)
    while members.mayFit(into: result) {
      if available <= GzipMembers.maximumCompressedSize { try fill(atLeast: block.memory.count) }
      guard try memberBegins() else { break }
      guard let (used, count) = members.decompress(rest, into: result.free, isOnly: result.count == 0) else { break }
      taken += used
      result.didFill(count)
      isAtStart = false
    }
    return result.count > 0 ? result : nil
  }

  var prefersWhole: Bool { triesWhole && !inMember && members.areLikely }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TargetError) -> Int {
    guard let base = buffer.baseAddress, !isAtEnd else { return 0 }
    // zlib counts in 32 bits.
    let limit = min(buffer.count, 1 << 30)
    stream.pointee.next_out = base.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(limit)
    while stream.pointee.avail_out > 0 {
      if !inMember {
        if stream.pointee.avail_out < uInt(limit), prefersWhole { break }
        guard try memberBegins() else {
          isAtEnd = true
          break
        }
        inflateReset(stream)
        inMember = true
        isAtStart = false
      }
      if available == 0 {
        try fill(atLeast: 1)
        if available == 0 { throw ArchiveWords.truncatedFilter(.gzip, input.path, at: filePosition) }
      }
      try inflateSome()
    }
    return limit - Int(stream.pointee.avail_out)
  }

  private func inflateSome() throws(TargetError) {
    let given = rest
    stream.pointee.next_in = UnsafeMutablePointer(mutating: given.bindMemory(to: Bytef.self).baseAddress)
    stream.pointee.avail_in = uInt(given.count)
    let result = inflate(stream, Z_NO_FLUSH)
    taken += given.count - Int(stream.pointee.avail_in)
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: inMember = false
    case Z_MEM_ERROR: throw ArchiveWords.noMemory(input.path)
    default:
      let words = stream.pointee.msg.map { String(cString: $0) } ?? "invalid data"
      throw ArchiveWords.damagedFilter(.gzip, input.path, at: consumed, words)
    }
  }

  private var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: block.bytes[taken...]) }

  /// Reads on until `count` bytes are there, at most as many as the block holds, or the file ends.
  private func fill(atLeast count: Int) throws(TargetError) {
    guard available < count, !fileEnded else { return }
    block.removeFirst(taken)
    taken = 0
    while available < count {
      let more = try input.read(into: block.free, at: filePosition)
      if more == 0 {
        fileEnded = true
        return
      }
      filePosition += Int64(more)
      block.didFill(more)
    }
  }

  /// Whether another member follows, or the first. What is no member is left unconsumed, so that the caller finds it.
  private func memberBegins() throws(TargetError) -> Bool {
    // The first is zlib's business whatever it is: it was found by its magic.
    try fill(atLeast: 2)
    return isAtStart || rest.starts(with: [0x1f, 0x8b])
  }
}
