import UprevCore

/// The part of a decompressed stream that is held in memory: blocks in a row, addressed by position in the stream.
///
/// Used by one thread at a time.
final class BlockWindow {
  private struct Piece {
    let start: Int64
    let block: Block
    var end: Int64 { start + Int64(block.count) }
  }

  private let source: any BlockSource
  private var pieces: [Piece] = []
  /// Everything before is gone.
  private(set) var lowerBound: Int64 = 0
  /// What lies beyond is not read yet.
  private(set) var upperBound: Int64 = 0
  private var isAtEnd = false

  init(_ source: any BlockSource) {
    self.source = source
  }

  /// Reads on until `position` is reached.
  /// - Returns: false where the stream ends before it.
  func load(upTo position: Int64) throws(TargetError) -> Bool {
    while upperBound < position {
      guard try loadBlock() else { return false }
    }
    return true
  }

  /// - Returns: false at the end of the stream.
  func loadBlock() throws(TargetError) -> Bool {
    guard !isAtEnd, let block = try source.nextBlock() else {
      isAtEnd = true
      return false
    }
    pieces.append(Piece(start: upperBound, block: block))
    upperBound += Int64(block.count)
    return true
  }

  /// What is left of the block that holds `position`; nil where that is not loaded.
  func rest(at position: Int64) -> BlockSlice? {
    guard let piece = pieces.first(where: { position < $0.end }), position >= piece.start else { return nil }
    let offset = Int(position - piece.start)
    return BlockSlice(block: piece.block, offset: offset, count: piece.block.count - offset)
  }

  /// Loaded bytes in one piece: inside their block, or copied together where they lie across blocks.
  /// - Returns: nil where not all of them are loaded.
  func slice(at position: Int64, count: Int) -> BlockSlice? {
    guard let first = rest(at: position) else {
      return count == 0 ? .empty : nil
    }
    if count <= first.count { return BlockSlice(block: first.block, offset: first.offset, count: count) }
    guard Int64(count) <= upperBound - position else { return nil }
    let joined = Block(capacity: count)
    forEachSlice(from: position, to: position + Int64(count)) { slice in
      slice.withBytes { joined.append($0) }
    }
    return BlockSlice(block: joined, offset: 0, count: count)
  }

  /// The loaded bytes of a range, block by block.
  func forEachSlice(from lower: Int64, to upper: Int64, _ body: (BlockSlice) -> Void) {
    for piece in pieces where piece.end > lower && piece.start < upper {
      let offset = Int(max(lower, piece.start) - piece.start)
      let end = Int(min(upper, piece.end) - piece.start)
      body(BlockSlice(block: piece.block, offset: offset, count: end - offset))
    }
  }

  /// Lets go of what lies before `position`.
  func discard(before position: Int64) {
    lowerBound = max(lowerBound, position)
    let gone = pieces.prefix(while: { $0.end <= position }).count
    if gone > 0 { pieces.removeFirst(gone) }
  }
}
