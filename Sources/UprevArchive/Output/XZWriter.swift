import CLZMA
import UprevCore
import UprevReport

/// Compresses a stream to xz, in blocks that liblzma's own threads compress side by side.
///
/// liblzma is called itself, because libarchive's writer (3.6.2) takes levels above 6 for 6, chooses another encoder for one
/// thread, which gives other bytes than several, and leaves threads and memory behind where a stream is dropped. Here blocks
/// are three times as large as the level's dictionary whatever the number of threads, and so the bytes are always the same.
///
/// Used by one thread at a time.
final class XZWriter: StreamWriter {
  private static let roomSize = 256 << 10
  /// Threads and memory that it takes if nobody says how many. Of level 6 each thread holds about 170 MB, of level 9 a gigabyte.
  private static let mostThreads = 4
  private static let mostMemory: UInt64 = 1 << 30

  private let path: PathName
  private let output: FileSink
  /// Allocated, because liblzma keeps its address.
  private let stream: UnsafeMutablePointer<lzma_stream>
  private let room: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - level: from 0 to 9.
  ///   - threads: at least 1.
  ///   - isBounded: whether fewer threads are taken than `threads` where they would need much memory.
  /// - Throws: ``TargetError`` where memory is out.
  init(
    _ output: FileSink, _ path: PathName, level: Int, threads: Int, isBounded: Bool
  ) throws(TargetError) {
    self.path = path
    self.output = output
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    room = .allocate(byteCount: Self.roomSize, alignment: 16)
    var options = lzma_mt()
    options.preset = UInt32(clamping: level)
    options.check = LZMA_CHECK_CRC64
    options.threads = UInt32(clamping: isBounded ? min(threads, Self.mostThreads) : threads)
    while isBounded, options.threads > 1, lzma_stream_encoder_mt_memusage(&options) > Self.mostMemory {
      options.threads -= 1
    }
    let result = lzma_stream_encoder_mt(stream, &options)
    guard result == LZMA_OK else { throw error(result) }
    empty()
  }

  deinit {
    // Stops its threads, whatever they are doing.
    lzma_end(stream)
    stream.deallocate()
    room.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_in = bytes.count
    while stream.pointee.avail_in > 0 {
      let result = lzma_code(stream, LZMA_RUN)
      guard result == LZMA_OK else { throw error(result) }
      if stream.pointee.avail_out == 0 { try putRoom() }
    }
  }

  func close() throws(TargetError) {
    stream.pointee.next_in = nil
    stream.pointee.avail_in = 0
    while true {
      let result = lzma_code(stream, LZMA_FINISH)
      guard result == LZMA_OK || result == LZMA_STREAM_END else { throw error(result) }
      if stream.pointee.avail_out == 0 || result == LZMA_STREAM_END { try putRoom() }
      if result == LZMA_STREAM_END { return }
    }
  }

  private func putRoom() throws(TargetError) {
    let count = room.count - stream.pointee.avail_out
    try output.put(UnsafeRawBufferPointer(rebasing: room[..<count]))
    empty()
  }

  private func empty() {
    stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = room.count
  }

  private func error(_ result: lzma_ret) -> TargetError {
    result == LZMA_MEM_ERROR
      ? ArchiveWords.noMemory(path) : ArchiveWords.compressionFailed(path, "liblzma: error \(result.rawValue)")
  }
}
