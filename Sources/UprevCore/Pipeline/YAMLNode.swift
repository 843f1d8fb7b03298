import LosslessJSON

/// A node of a YAML text, with its place.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the file; names may repeat.
    case mapping([YAMLPair])
  }

  var content: Content
  var mark: YAMLMark
  /// The bytes of the text, without a byte order mark: of a scalar and of a collection in brackets exactly; a collection in block
  /// style ends somewhere before what comes next.
  var range = 0..<0
}

/// A name and its value.
struct YAMLPair: Sendable {
  var key: YAMLNode
  var value: YAMLNode
}

/// A place in a text: line, and column in bytes, both from 1.
struct YAMLMark: Hashable, Sendable {
  var line: Int
  var column: Int
}

/// A scalar as it was written, and what YAML 1.2's JSON schema (YAML 1.2.2, 10.2) makes of it.
struct YAMLScalar: Hashable, Sendable {
  /// The text after quotes, escapes and folding are resolved.
  var text: String
  /// Without quotes and not a block scalar.
  var isPlain: Bool

  enum Kind: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(JSONDecimal)
    case string
  }

  /// A plain scalar that is no JSON literal is a string: `yes`, `0o7` and `1_000` too. An empty one stands for nothing
  /// given, and is null.
  var kind: Kind {
    guard isPlain else { return .string }
    switch text {
    case "", "null": return .null
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: return JSONDecimal(literal: text.utf8).map(Kind.number) ?? .string
    }
  }
}
