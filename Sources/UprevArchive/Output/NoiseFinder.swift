import CDeflate

/// Finds the parts of a block that deflate cannot make smaller, by samples: encrypted or compressed content that is not there
/// twice, on which all work is lost.
///
/// It is used by one thread at a time.
final class NoiseFinder {
  /// Bytes of the block that are judged together, by one sample.
  private static let unitSize = 64 << 10
  private static let sampleSize = 8 << 10
  /// Bytes of which the values are counted first, in some places of a unit: those of text and tables are far from even.
  private static let glanceSize = 4 << 10
  private static let glanceCount = 4
  /// The sum of the squares of the 256 counts in a glance: 69,616 ± 361 where all values are equally likely, 73,100 where
  /// they are so uneven that codes of different lengths save half a hundredth.
  private static let mostSquares = 73_000

  /// Of level 1, the fastest.
  private let handle: OpaquePointer
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: NoiseFinder.sampleSize, alignment: 16)
  private let repeats = RepeatFinder()

  /// Nil where memory is out.
  init?() {
    guard let handle = libdeflate_alloc_compressor(1) else { return nil }
    self.handle = handle
  }

  deinit {
    libdeflate_free_compressor(handle)
    room.deallocate()
  }

  /// The parts of a block, in order and without gaps. A single unit among others is no part of its own: cutting costs more
  /// there than it saves.
  func parts(of bytes: UnsafeRawBufferPointer) -> [(range: Range<Int>, isNoise: Bool)] {
    let units = max(1, (bytes.count + Self.unitSize - 1) / Self.unitSize)
    repeats.begin()
    var noisy = (0..<units).map { isNoise(bytes, at: $0 * Self.unitSize) }
    for index in noisy.indices where noisy[index] {
      let hasNeighbour = index > 0 && noisy[index - 1] || index + 1 < units && noisy[index + 1]
      if !hasNeighbour { noisy[index] = false }
    }
    var result: [(range: Range<Int>, isNoise: Bool)] = []
    for index in noisy.indices {
      let start = index * Self.unitSize
      let end = min(bytes.count, start + Self.unitSize)
      if let last = result.last, last.isNoise == noisy[index] {
        result[result.count - 1].range = last.range.lowerBound..<end
      } else {
        result.append((start..<end, noisy[index]))
      }
    }
    return result
  }

  private func isNoise(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
    guard bytes.count - start >= Self.unitSize else { return false }
    for index in 0..<Self.glanceCount {
      let place = start + index * (Self.unitSize / Self.glanceCount)
      let glance = UnsafeRawBufferPointer(rebasing: bytes[place..<place + Self.glanceSize])
      guard squares(of: glance) <= Self.mostSquares else { return false }
    }
    let middle = start + (Self.unitSize - Self.sampleSize) / 2
    let sample = UnsafeRawBufferPointer(rebasing: bytes[middle..<middle + Self.sampleSize])
    // 0 says that it has no room: that it cannot be made smaller by a hundredth.
    let most = Self.sampleSize - Self.sampleSize / 100
    guard libdeflate_deflate_compress(handle, sample.baseAddress, sample.count, room.baseAddress, most) == 0 else {
      return false
    }
    // The same noise again can be made smaller, and no sample shows it.
    return repeats.repeatedBytes(in: bytes, from: start, to: start + Self.unitSize) < Self.unitSize / 100
  }

  /// The sum of the squares of how often each value occurs.
  private func squares(of bytes: UnsafeRawBufferPointer) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
      counts.initialize(repeating: 0)
      for byte in bytes { counts[Int(byte)] += 1 }
      return counts.reduce(0) { $0 + $1 * $1 }
    }
  }
}
