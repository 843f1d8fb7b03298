/// The bytes of one JSON text as they were read: immutable, and not yet known to be JSON.
///
/// The bytes are followed by ``paddingCount`` zero bytes, so that a scanner may read whole words past the end and stops at
/// the first byte of the padding: a zero byte is no part of any JSON token.
public struct JSONText: Sendable {
  /// Zero bytes that are readable after the last byte of the text.
  public static let paddingCount = 64

  /// The text and its padding.
  let storage: [UInt8]
  /// Bytes of the text, padding excluded.
  public let count: Int

  /// - Parameter bytes: the text, of any content; it is copied once.
  public init(_ bytes: some Collection<UInt8>) {
    let size = bytes.count
    self.init(capacity: size) { target in
      if size > 0 { target.copyBytes(from: bytes) }
      return size
    }
  }

  /// - Parameter string: its UTF-8 is the text.
  public init(_ string: String) {
    self.init(string.utf8)
  }

  /// Lets `fill` write the text where it stays, so that reading a file needs no second copy.
  ///
  /// - Parameters:
  ///   - capacity: bytes that `fill` may write, not negative.
  ///   - fill: gets `capacity` uninitialised bytes, writes from the first on, and returns how many it wrote, at most
  ///     `capacity`. Its errors are passed on.
  public init(capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
    var written = 0
    storage = try [UInt8](unsafeUninitializedCapacity: capacity + JSONText.paddingCount) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<capacity])
      written = try fill(target)
      precondition((0...capacity).contains(written), "more bytes reported than were asked for")
      buffer[written..<written + JSONText.paddingCount].initialize(repeating: 0)
      initialized = written + JSONText.paddingCount
    }
    count = written
  }

  /// The bytes of the text, without the padding; valid during the call only.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }
  }

  /// The bytes of the text, without the padding. Indices are offsets.
  public var bytes: ArraySlice<UInt8> { storage[..<count] }
}

extension JSONText: Hashable {
  /// Byte for byte.
  public static func == (left: JSONText, right: JSONText) -> Bool {
    left.count == right.count && left.storage == right.storage
  }

  /// Hashes the bytes, padding excluded.
  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension JSONText: CustomStringConvertible {
  /// The text for people: invalid UTF-8 is repaired.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
