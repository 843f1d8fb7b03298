import CNettle

/// SHA-256 (FIPS 180-4), computed by nettle.
public struct SHA256 {
  private var context = sha256_ctx()

  /// The hash of nothing yet.
  public init() {
    nettle_sha256_init(&context)
  }

  /// Takes more of the message.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    nettle_sha256_update(&context, bytes.count, base)
  }

  /// Takes more of the message.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// 32 bytes. The hash starts again.
  public mutating func finish() -> [UInt8] {
    // From a buffer on the stack: an array made to be filled asks the runtime for its type each time.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(SHA256_DIGEST_SIZE)) { buffer in
      if let base = buffer.baseAddress { nettle_sha256_digest(&context, buffer.count, base) }
      return Array(buffer)
    }
  }

  /// The 32 bytes of a whole message's hash.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}
