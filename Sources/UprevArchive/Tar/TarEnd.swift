import UprevCore
import UprevReport

/// The end of a tar: two zero blocks, and only zeros after them.
struct TarEnd {
  private let window: BlockWindow
  private let archive: PathName
  /// Where the first zero block is.
  private let position: Int64
  private var checked: Int64

  init(_ window: BlockWindow, at position: Int64, _ archive: PathName) {
    self.window = window
    self.archive = archive
    self.position = position
    checked = position
  }

  /// Goes through the rest of the stream, letting go of it.
  /// - Returns: the position after the last byte.
  /// - Throws: ``TargetError``: `archive-damaged`, or `archive-unsupported` where another tar follows.
  mutating func check() throws(TargetError) -> Int64 {
    let blocks = 2 * Int64(TarBlock.size)
    let isLong = try window.load(upTo: position + blocks)
    guard firstNonZero(upTo: min(position + blocks, window.upperBound)) == nil, isLong else {
      throw ArchiveWords.loneZeroBlock(archive, at: position)
    }
    repeat {
      if let found = firstNonZero(upTo: window.upperBound) {
        let block = position + (found - position) / Int64(TarBlock.size) * Int64(TarBlock.size)
        let isHeader =
          try window.load(upTo: block + Int64(TarBlock.size))
          && window.slice(at: block, count: TarBlock.size)?.withBytes { TarBlock.checksumKind(of: $0) != nil } ?? false
        throw isHeader ? ArchiveWords.concatenated(archive, at: block) : ArchiveWords.bytesAfterEnd(archive, at: found)
      }
      // A block that begins here may not be complete yet.
      window.discard(before: max(position, checked - Int64(TarBlock.size)))
    } while try window.loadBlock()
    return window.upperBound
  }

  private mutating func firstNonZero(upTo end: Int64) -> Int64? {
    var start = checked
    var found: Int64?
    window.forEachSlice(from: checked, to: end) { slice in
      slice.withBytes { bytes in
        if found == nil, !TarBlock.isZero(bytes), let index = bytes.firstIndex(where: { $0 != 0 }) {
          found = start + Int64(index)
        }
      }
      start += Int64(slice.count)
    }
    checked = end
    return found
  }
}
