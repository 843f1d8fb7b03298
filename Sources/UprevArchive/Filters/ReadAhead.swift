import UprevCore

/// Reads a stream's next blocks on a thread of its own while the caller works on those that it was given.
///
/// Used by one thread at a time. What is read ahead is bounded: blocks of `batchSize` bytes of memory and one block more.
final class ReadAhead: BlockSource {
  private struct Batch: Sendable {
    var blocks: [Block] = []
    var isLast = false
    /// What came behind the blocks.
    var error: TargetError?
  }

  /// Bytes of memory that are filled at once, so that a hand-over costs nothing by the block.
  private static let batchSize = 512 << 10

  private let source: any BlockSource
  private let thread = SideThread<Batch>()
  private var batch = Batch()
  private var taken = 0

  /// - Parameter source: used by the thread from here on.
  init(_ source: any BlockSource) {
    self.source = source
    begin()
  }

  /// What the thread uses may belong to somebody else afterwards.
  deinit { _ = thread.wait() }

  func nextBlock() throws(TargetError) -> Block? {
    while taken == batch.blocks.count {
      if let error = batch.error { throw error }
      if batch.isLast { return nil }
      batch = thread.wait() ?? Batch(isLast: true)
      taken = 0
      if !batch.isLast { begin() }
    }
    taken += 1
    return batch.blocks[taken - 1]
  }

  private func begin() {
    let source = source
    thread.begin {
      var batch = Batch()
      var size = 0
      do throws(TargetError) {
        while size < Self.batchSize {
          guard let block = try source.nextBlock() else {
            batch.isLast = true
            break
          }
          batch.blocks.append(block)
          // Not what it holds: a source may leave a block nearly empty.
          size += block.memory.count
        }
      } catch {
        batch.error = error
        batch.isLast = true
      }
      return batch
    }
  }
}
