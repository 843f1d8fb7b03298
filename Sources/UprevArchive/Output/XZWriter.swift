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
  /// Threads and bytes that it takes if nobody says how many. A thread holds up to 170 MB at level 6, 1.3 GB at level 9.
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
  ///   - isBounded: whether fewer threads are taken than `threads` where they are too many or would need much memory.
  /// - Throws: ``TargetError`` where memory is out.
  init(
    _ output: FileSink, _ path: PathName, level: Int, threads: Int, isBounded: Bool
  ) throws(TargetError) {
    self.path = path
    self.output = output
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    room = .allocate(byteCount: Self.roomSize, alignment: 16)
    var options = Self.options(level: level, threads: isBounded ? Self.threads(threads, level: level) : threads)
    let result = lzma_stream_encoder_mt(stream, &options)
    guard result == LZMA_OK else { throw error(result) }
    empty()
  }

  private static func options(level: Int, threads: Int) -> lzma_mt {
    var options = lzma_mt()
    options.preset = UInt32(clamping: level)
    options.check = LZMA_CHECK_CRC64
    options.threads = UInt32(clamping: threads)
    return options
  }

  /// As many threads as are wanted and as are reasonable if nobody says how many; at least 1.
  static func threads(_ wanted: Int, level: Int) -> Int {
    var threads = max(1, min(wanted, mostThreads))
    while threads > 1 {
      var options = options(level: level, threads: threads)
      if lzma_stream_encoder_mt_memusage(&options) <= mostMemory { break }
      threads -= 1
    }
    return threads
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
