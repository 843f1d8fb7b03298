import CZlib
import UprevCore

/// Decompresses gzip, every member of it, and checks each member's CRC-32 and length (RFC 1952 2.3.1), which libarchive's
/// own reader of gzip does not (3.6.2).
final class GzipSource: FilterSource {
  private let input: FileInput
  /// zlib keeps a pointer to the stream in its own state, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let block = Block()
  private var filled = 0
  private var filePosition: Int64 = 0
  private var inMember = true
  private var isAtEnd = false

  var consumed: Int64 { filePosition - Int64(stream.pointee.avail_in) }

  init(_ input: FileInput) throws(TargetError) {
    self.input = input
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

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TargetError) -> Int {
    guard let base = buffer.baseAddress, !isAtEnd else { return 0 }
    // zlib counts in 32 bits.
    let limit = min(buffer.count, 1 << 30)
    stream.pointee.next_out = base.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(limit)
    while stream.pointee.avail_out > 0 {
      if stream.pointee.avail_in == 0 {
        let more = try refill()
        if more == 0 {
          guard !inMember else { throw ArchiveWords.truncatedFilter(.gzip, input.path, at: filePosition) }
          isAtEnd = true
          break
        }
      }
      if !inMember {
        guard try nextMemberBegins() else {
          isAtEnd = true
          break
        }
        inflateReset(stream)
        inMember = true
      }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: inMember = false
      case Z_MEM_ERROR: throw ArchiveWords.noMemory(input.path)
      default:
        let words = stream.pointee.msg.map { String(cString: $0) } ?? "invalid data"
        throw ArchiveWords.damagedFilter(.gzip, input.path, at: consumed, words)
      }
    }
    return limit - Int(stream.pointee.avail_out)
  }

  private func refill() throws(TargetError) -> Int {
    let count = try input.read(into: block.memory, at: filePosition)
    filePosition += Int64(count)
    stream.pointee.next_in = block.memory.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = uInt(count)
    return count
  }

  /// Whether another member follows. What is no member is left unconsumed, so that the caller finds it.
  private func nextMemberBegins() throws(TargetError) -> Bool {
    try input.bytes(at: consumed, count: 2) == [0x1f, 0x8b]
  }
}
