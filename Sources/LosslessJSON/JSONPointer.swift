/// A JSON Pointer (RFC 6901).
public struct JSONPointer: Sendable {
  /// The reference tokens, unescaped; empty for the root.
  public let tokens: [String]

  /// The root.
  public static let root = JSONPointer(tokens: [])

  /// - Parameter tokens: unescaped.
  public init(tokens: [String]) {
    self.tokens = tokens
  }

  /// - Parameter text: a pointer in its string representation (RFC 6901, section 5), not that of a URI fragment.
  /// - Throws: ``JSONPointerError``
  public init(parsing text: String) throws(JSONPointerError) {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else {
      self = .root
      return
    }
    guard first == UInt8(ascii: "/") else { throw JSONPointerError(reason: .noLeadingSlash, offset: 0) }
    var tokens: [String] = []
    var token: [UInt8] = []
    var position = 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "/"):
        tokens.append(String(decoding: token, as: UTF8.self))
        token.removeAll(keepingCapacity: true)
      case UInt8(ascii: "~"):
        switch position + 1 < bytes.count ? bytes[position + 1] : 0 {
        case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
        case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
        default: throw JSONPointerError(reason: .invalidEscape, offset: position)
        }
        position += 1
      case let byte:
        token.append(byte)
      }
      position += 1
    }
    tokens.append(String(decoding: token, as: UTF8.self))
    self.tokens = tokens
  }

  /// The pointer to a member of what this one points to.
  public func appending(_ token: String) -> JSONPointer {
    JSONPointer(tokens: tokens + [token])
  }

  /// The pointer to an element of what this one points to.
  public func appending(_ index: Int) -> JSONPointer {
    appending(String(index))
  }

  /// A token as an index of an array: `0`, or digits without a leading zero (RFC 6901, section 4).
  package static func arrayIndex(_ token: String) -> Int? {
    let bytes = token.utf8
    guard let first = bytes.first, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard first != UInt8(ascii: "0") || bytes.count == 1 else { return nil }
    return Int(token)
  }
}

extension JSONPointer: Hashable {
  /// Token by token, by bytes: Swift's `==` holds canonically equivalent strings equal, member names are not.
  public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
    left.tokens.count == right.tokens.count
      && zip(left.tokens, right.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }

  /// Hashes the tokens' bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(tokens.count)
    for token in tokens {
      hasher.combine(token.utf8.count)
      for byte in token.utf8 { hasher.combine(byte) }
    }
  }
}

extension JSONPointer: CustomStringConvertible {
  /// The string representation of RFC 6901, section 5.
  public var description: String {
    var bytes: [UInt8] = []
    for token in tokens {
      bytes.append(UInt8(ascii: "/"))
      for byte in token.utf8 {
        switch byte {
        case UInt8(ascii: "~"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "0")]
        case UInt8(ascii: "/"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "1")]
        default: bytes.append(byte)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Why a text is no JSON Pointer.
public struct JSONPointerError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable, CaseIterable {
    /// A pointer is empty or begins with `/`.
    case noLeadingSlash
    /// `~` is followed by neither `0` nor `1`.
    case invalidEscape
  }

  /// What is wrong.
  public var reason: Reason
  /// In bytes of the pointer's UTF-8, from 0.
  public var offset: Int

  /// - Parameter offset: in bytes, from 0.
  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
