/// A member name to look for again and again: prepared once, it rules most names out by one comparison.
public struct JSONKey: Sendable {
  /// The name's UTF-8.
  public let bytes: [UInt8]
  @usableFromInline let signature: UInt32

  /// - Parameter name: unescaped.
  public init(_ name: String) {
    self.init(bytes: Array(name.utf8))
  }

  /// - Parameter bytes: a name as ``JSONName/unescapedBytes`` has it.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
    signature = NameSignature.of(bytes)
  }

  /// The name for people; a surrogate without its other half is repaired.
  public var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONKey: Hashable {
  /// By bytes.
  public static func == (left: JSONKey, right: JSONKey) -> Bool { left.bytes == right.bytes }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension JSONName {
  /// Compared after unescaping.
  @inlinable
  public func matches(_ key: JSONKey) -> Bool {
    index.entries[entry].next == key.signature && hasBytes(of: key)
  }

  @usableFromInline
  func hasBytes(of key: JSONKey) -> Bool { index.equals(entry, key.bytes) }
}

extension JSONValue {
  /// The value of the member of that name; nil where there is none, or the value is no object.
  @inlinable
  public subscript(member key: JSONKey) -> JSONValue? {
    for (name, value) in members where name.matches(key) { return value }
    return nil
  }
}
