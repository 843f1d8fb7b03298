import CDeflate
import UprevCore
import UprevReport

/// Compresses a stream to gzip, block by block on side threads: each block of 1 MiB becomes a gzip member of its own, or
/// several where parts of it cannot be compressed, and members that follow one another are one gzip file (RFC 1952 2.2). No
/// time and no name stand in the headers, so that the same stream gives the same bytes, whatever the number of threads.
final class GzipWriter: StreamWriter {
  /// Bytes of the stream in one member.
  static let blockSize = 1 << 20

  private let path: PathName
  private let output: FileSink
  /// Used in turn, so that what comes out of them is in order.
  private let lanes: [(thread: SideThread<[UInt8]?>, compressor: Compressor)]
  private var next = 0
  private var block: [UInt8] = []
  private var isEmpty = true
  /// What went wrong first: from then on nothing more is written, which would leave a hole.
  private var failure: TargetError?

  /// - Parameters:
  ///   - level: from 1 to 12. On documents each of 1 to 9 gives no more than zlib's of the same number, which is why none
  ///     stands for another.
  ///   - threads: that compress; 0: the caller's.
  /// - Throws: ``TargetError`` where memory is out.
  init(_ output: FileSink, _ path: PathName, level: Int, threads: Int) throws(TargetError) {
    self.path = path
    self.output = output
    var lanes: [(SideThread<[UInt8]?>, Compressor)] = []
    for _ in 0..<max(1, threads) {
      guard let compressor = Compressor(level: Int32(clamping: level)) else { throw ArchiveWords.noMemory(path) }
      lanes.append((SideThread(isInline: threads < 1), compressor))
    }
    self.lanes = lanes
    block.reserveCapacity(Self.blockSize)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, Self.blockSize - block.count)
      block.append(contentsOf: rest[..<count])
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if block.count == Self.blockSize { try beginBlock() }
    }
  }

  func close() throws(TargetError) {
    // An empty stream is one empty member: a file without any is no gzip.
    if !block.isEmpty || isEmpty { try beginBlock() }
    for _ in lanes {
      try takeOldest()
      next = (next + 1) % lanes.count
    }
  }

  private func beginBlock() throws(TargetError) {
    try takeOldest()
    let (thread, compressor) = lanes[next]
    let full = block
    thread.begin { compressor.members(of: full) }
    next = (next + 1) % lanes.count
    isEmpty = false
    block = []
    block.reserveCapacity(Self.blockSize)
  }

  /// Writes the member that the next lane is working on.
  private func takeOldest() throws(TargetError) {
    if let failure { throw failure }
    guard let result = lanes[next].thread.wait() else { return }
    do throws(TargetError) {
      guard let member = result else { throw ArchiveWords.compressionFailed(path, "libdeflate: no room") }
      try member.withBytes { (bytes) throws(TargetError) in try output.put(bytes) }
    } catch {
      failure = error
      throw error
    }
  }

  deinit {
    // A dropped stream: what is still being worked on uses the compressors.
    for lane in lanes { _ = lane.thread.wait() }
  }
}

/// A libdeflate compressor.
// @unchecked: used by its lane's thread between `begin` and `wait`, and by no other.
private final class Compressor: @unchecked Sendable {
  private let handle: OpaquePointer
  /// Of level 0, which stores: for what no level makes smaller.
  private let store: OpaquePointer
  private let noise: NoiseFinder

  /// Nil where memory is out.
  init?(level: Int32) {
    guard let noise = NoiseFinder(), let handle = libdeflate_alloc_compressor(level) else { return nil }
    guard let store = libdeflate_alloc_compressor(0) else {
      libdeflate_free_compressor(handle)
      return nil
    }
    self.handle = handle
    self.store = store
    self.noise = noise
  }

  deinit {
    libdeflate_free_compressor(handle)
    libdeflate_free_compressor(store)
  }

  /// Gzip members that hold `bytes`: one, or where parts of it cannot be compressed one a part. Nil is impossible by the
  /// library's own bound, and an error all the same.
  func members(of bytes: [UInt8]) -> [UInt8]? {
    bytes.withUnsafeBytes { bytes in
      let parts = noise.parts(of: bytes)
      let bounds = parts.map { libdeflate_gzip_compress_bound($0.isNoise ? store : handle, $0.range.count) }
      let bound = bounds.reduce(0, +)
      var isWhole = true
      let result = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        for part in parts {
          let source = UnsafeRawBufferPointer(rebasing: bytes[part.range])
          let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[count...])
          let written = libdeflate_gzip_compress(
            part.isNoise ? store : handle, source.baseAddress, source.count, room.baseAddress, room.count)
          if written == 0 { isWhole = false }
          count += written
        }
      }
      return isWhole ? result : nil
    }
  }
}
