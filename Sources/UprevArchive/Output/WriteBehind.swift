import UprevCore

/// Collects a stream in large pieces, and has another writer compress and write each on a thread of its own while the caller
/// fills the next.
///
/// Used by one thread at a time.
final class WriteBehind: StreamWriter {
  /// Bytes of a piece. Two of those that are only written should stay in a processor's own cache; a compressor, which is slow,
  /// must not have to wait for the next one.
  static let (plainSize, compressedSize) = (128 << 10, 256 << 10)

  private let writer: any StreamWriter
  private let thread: SideThread<TargetError?>
  /// Being filled.
  private var piece: Block
  /// In the thread's hand, or empty.
  private var other: Block
  /// What went wrong first: from then on nothing more is written, which would leave a hole.
  private var failure: TargetError?

  /// - Parameters:
  ///   - writer: used by the thread from here on.
  ///   - pieceSize: bytes that are handed over at once.
  ///   - isInline: whether the work is done on the caller's thread after all.
  init(_ writer: any StreamWriter, pieceSize: Int, isInline: Bool) {
    self.writer = writer
    piece = Block(capacity: pieceSize)
    other = Block(capacity: pieceSize)
    thread = SideThread(isInline: isInline)
  }

  /// What the thread uses may belong to somebody else afterwards.
  deinit { _ = thread.wait() }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, piece.free.count)
      piece.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if piece.free.isEmpty { try handOver() }
    }
  }

  func close() throws(TargetError) {
    if piece.count > 0 { try handOver() }
    try settle()
    try writer.close()
  }

  private func handOver() throws(TargetError) {
    try settle()
    swap(&piece, &other)
    piece.removeFirst(piece.count)
    let writer = writer
    let full = other
    thread.begin {
      do throws(TargetError) {
        try writer.write(full.bytes)
        return nil
      } catch {
        return error
      }
    }
  }

  /// Waits for what is under way.
  private func settle() throws(TargetError) {
    if case .some(.some(let error)) = thread.wait() { failure = error }
    if let failure { throw failure }
  }
}
