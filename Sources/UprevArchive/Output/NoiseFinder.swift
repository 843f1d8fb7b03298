import CDeflate

/// Finds the parts of a block that deflate cannot make smaller, by samples: encrypted or compressed content, on which all work
/// is lost.
///
/// It is used by one thread at a time.
final class NoiseFinder {
  /// Bytes of the block that are judged together, by one sample.
  private static let unitSize = 64 << 10
  private static let sampleSize = 8 << 10
  /// Bytes of which the different values are counted first, in some places of a unit: text and tables have few.
  private static let glanceSize = 1 << 10
  private static let glanceCount = 4
  /// Random bytes have about 251 in a glance.
  private static let leastValues = 225

  /// Of level 1, the fastest.
  private let handle: OpaquePointer
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: NoiseFinder.sampleSize, alignment: 16)

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
    let units = max(1, bytes.count / Self.unitSize)
    var noisy = (0..<units).map { isNoise(bytes, at: $0 * Self.unitSize) }
    for index in noisy.indices where noisy[index] {
      let hasNeighbour = index > 0 && noisy[index - 1] || index + 1 < units && noisy[index + 1]
      if !hasNeighbour { noisy[index] = false }
    }
    var result: [(range: Range<Int>, isNoise: Bool)] = []
    for index in noisy.indices {
      let start = index * Self.unitSize
      // The last unit takes what is left.
      let end = index + 1 == units ? bytes.count : start + Self.unitSize
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
      guard values(of: bytes[place..<place + Self.glanceSize]) >= Self.leastValues else { return false }
    }
    let middle = start + (Self.unitSize - Self.sampleSize) / 2
    let sample = UnsafeRawBufferPointer(rebasing: bytes[middle..<middle + Self.sampleSize])
    // 0 says that it has no room: that it cannot be made smaller by a hundredth.
    let most = Self.sampleSize - Self.sampleSize / 100
    return libdeflate_deflate_compress(handle, sample.baseAddress, sample.count, room.baseAddress, most) == 0
  }

  /// How many different values there are.
  private func values(of bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    var seen: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for byte in bytes {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: seen.0 |= bit
      case 1: seen.1 |= bit
      case 2: seen.2 |= bit
      default: seen.3 |= bit
      }
    }
    return seen.0.nonzeroBitCount + seen.1.nonzeroBitCount + seen.2.nonzeroBitCount + seen.3.nonzeroBitCount
  }
}
