/// A piece of memory that is filled once, by the thread that made it, and only read from then on.
final class Block: @unchecked Sendable {  // Guarded by use: nothing writes to it after it was handed to a second owner.
  /// How many bytes a block of a stream holds: large enough that a system call or a hand-over costs nothing by the byte.
  static let usualCapacity = 256 << 10

  let memory: UnsafeMutableRawBufferPointer
  /// How many bytes of `memory` are filled.
  private(set) var count = 0

  init(capacity: Int = Block.usualCapacity) {
    memory = .allocate(byteCount: max(capacity, 1), alignment: 16)
  }

  deinit { memory.deallocate() }

  /// What is not filled yet.
  var free: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  func didFill(_ more: Int) { count += more }

  /// Lets go of the first bytes; those behind them move to the front. Only for a block that has one owner.
  func removeFirst(_ gone: Int) {
    guard let base = memory.baseAddress, gone > 0 else { return }
    base.copyMemory(from: base + gone, byteCount: count - gone)
    count -= gone
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    free.copyMemory(from: bytes)
    count += bytes.count
  }
}

/// Some bytes of a block.
struct BlockSlice: Sendable {
  let block: Block
  let offset: Int
  let count: Int

  static let empty = BlockSlice(block: Block(capacity: 0), offset: 0, count: 0)

  /// - Parameter body: may use the bytes until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(UnsafeRawBufferPointer(rebasing: block.bytes[offset..<offset + count]))
    withExtendedLifetime(block) {}
    return result
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBytes` with a typed error.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in try body(UnsafeRawBufferPointer(buffer)) }
  }
}
