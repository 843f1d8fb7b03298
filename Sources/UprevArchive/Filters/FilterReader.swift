import UprevCore
import UprevReport

/// A stream in blocks, front to back.
///
/// Used by one thread at a time.
protocol BlockSource: AnyObject {
  /// - Returns: nil at the end.
  /// - Throws: ``TargetError``
  func nextBlock() throws(TargetError) -> Block?
}

/// The decompressed content of a file, in blocks, through at most one filter.
///
/// Used by one thread at a time. The end is reported only when every byte of the file belongs to the content.
final class FilterReader: BlockSource {
  let filter: ArchiveFilter?
  private let input: FileInput
  private let source: any FilterSource
  private var measure: ArchiveMeasure?
  private var isAtEnd = false

  /// - Parameters:
  ///   - file: read by position; its offset is neither used nor moved.
  ///   - hash: takes the bytes of the file.
  ///   - measure: counts the bytes, with the limits that they must keep; nil for what this program wrote itself.
  ///   - progress: how far the file is written, where it is read behind its writer.
  ///   - triesWholeMembers: false leaves every gzip member to zlib.
  /// - Throws: ``TargetError`` `archive-unsupported` where the filter is not available.
  init(
    _ fileSystem: any FileSystem, _ file: OpenFile, path: PathName, filter: ArchiveFilter?,
    hash: ReadHash? = nil, measure: ArchiveMeasure? = nil, progress: Progress? = nil,
    triesWholeMembers: Bool = true
  ) throws(TargetError) {
    self.filter = filter
    self.measure = measure
    input = FileInput(fileSystem: fileSystem, file: file, path: path, hash: hash, progress: progress)
    switch filter {
    case nil: source = PlainSource(input)
    case .gzip: source = try GzipSource(input, triesWhole: triesWholeMembers)
    case .some(let filter): source = try LibrarySource(input, filter)
    }
  }

  /// The next bytes, as many as fit into a block; nil at the end.
  /// - Throws: ``TargetError``: `read-failed`; `limit-exceeded`; `archive-damaged` for a truncated or corrupted file and for bytes after its
  ///   last frame; `archive-unsupported` for stream padding, which a rewriting would lose.
  func nextBlock() throws(TargetError) -> Block? {
    guard !isAtEnd else { return nil }
    let block: Block
    if let whole = try source.nextWhole() { block = whole } else { block = try readBlock() }
    if let excess = measure?.take(bytes: Int64(block.count)) {
      throw ArchiveWords.limitExceeded(excess, input.path)
    }
    return block.count > 0 ? block : nil
  }

  private func readBlock() throws(TargetError) -> Block {
    let block = Block()
    while !block.free.isEmpty {
      let count = try source.read(into: block.free)
      if count == 0 {
        isAtEnd = true
        try checkEnd()
        break
      }
      block.didFill(count)
      if source.prefersWhole { break }
    }
    return block
  }

  private func checkEnd() throws(TargetError) {
    guard let filter else { return }
    let consumed = filter == .lz4 ? try LZ4Frames.end(of: input) : source.consumed
    guard try input.bytes(at: consumed, count: 1).isEmpty else {
      throw ArchiveWords.bytesAfterLastFrame(filter, input.path, at: consumed)
    }
    // Zeros after the last stream are xz's stream padding (.xz file format, 2.2); a stream itself ends with "YZ".
    if filter == .xz, consumed >= 2, try input.bytes(at: consumed - 2, count: 2) != [0x59, 0x5a] {
      throw ArchiveWords.streamPadding(input.path)
    }
  }
}
