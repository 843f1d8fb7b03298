/// A file or member name as the file system or the archive holds it: bytes, not necessarily UTF-8.
///
/// In a report, a valid UTF-8 name is a JSON string and any other is `{"base64": "…"}`.
public struct PathName: Hashable, Sendable, Comparable {
  /// The name's bytes, without a terminating zero.
  public let bytes: [UInt8]

  /// A name of any bytes.
  public init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  /// A name of these bytes, which are not copied.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// A string's UTF-8.
  public init(_ string: String) {
    self.bytes = Array(string.utf8)
  }

  /// Byte order.
  public static func < (left: PathName, right: PathName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension PathName: CustomStringConvertible {
  /// The name as text for people: invalid UTF-8 is repaired, nothing is escaped.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
