/// Bytes in a row that grow at their end. An array would be asked at each append whether somebody else has it too.
struct ByteBuffer: ~Copyable {
  private var memory: UnsafeMutableRawPointer
  private(set) var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    memory = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { memory.deallocate() }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.baseAddress else { return }
    if capacity - count < bytes.count { grow(by: bytes.count) }
    (memory + count).copyMemory(from: first, byteCount: bytes.count)
    count += bytes.count
  }

  /// - Parameters:
  ///   - size: bytes to append.
  ///   - fill: writes all of them; they are not initialised.
  @inline(__always)
  mutating func append(_ size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    if capacity - count < size { grow(by: size) }
    fill(UnsafeMutableRawBufferPointer(start: memory + count, count: size))
    count += size
  }

  /// Keeps the memory.
  mutating func removeAll() {
    count = 0
  }

  /// Valid during the call only.
  func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  @inline(never)
  private mutating func grow(by size: Int) {
    capacity = max(2 * capacity, count + size)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = larger
  }
}
