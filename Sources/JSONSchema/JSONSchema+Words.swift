import LosslessJSON

/// The words of violations. They quote the schema and never the document, whose text may be nobody else's business: reports
/// and logs are read by more people than the documents are.
enum Words {
  /// Bytes of a schema's value that a message quotes.
  private static let quotedBytes = 60
  /// Values of an enumeration that a message quotes.
  private static let quotedChoices = 8

  static let nothingAllowed = "No value is allowed here."

  static func wrongType(_ types: SchemaTypes, _ value: JSONValue) -> String {
    "Expected \(types.names.joined(separator: " or ")), found \(kind(of: value))."
  }

  static func noneOf(_ choices: [JSONValue], _ value: JSONValue) -> String {
    guard !choices.isEmpty else { return nothingAllowed }
    let more = choices.count > quotedChoices ? ", …" : ""
    let list = choices.prefix(quotedChoices).map(quoted).joined(separator: ", ")
    return "Expected one of \(list)\(more); found something else, \(kind(of: value))."
  }

  static func notTheConstant(_ constant: JSONValue, _ value: JSONValue) -> String {
    "Expected \(quoted(constant)), found something else, \(kind(of: value))."
  }

  static func belowMinimum(_ minimum: String) -> String {
    "Expected at least \(minimum), found less."
  }

  static func missing(_ name: String) -> String {
    "The member \"\(name)\" is missing."
  }

  private static func kind(of value: JSONValue) -> String {
    switch value.kind {
    case .null: "null"
    case .false, .true: "a boolean"
    case .number: value.isIntegral ? "an integer" : "a number that is no integer"
    case .nonFinite: "a number that is not finite"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// A scalar's literal, shortened; arrays and objects are named by their kind.
  private static func quoted(_ value: JSONValue) -> String {
    switch value.kind {
    case .array: return "an array"
    case .object: return "an object"
    default:
      let literal = value.literal
      guard literal.count > quotedBytes else { return String(decoding: literal, as: UTF8.self) }
      // Not within a character: continuation bytes are 10xxxxxx.
      var end = literal.startIndex + quotedBytes
      while end > literal.startIndex, literal[end] & 0xc0 == 0x80 { end -= 1 }
      return String(decoding: literal[..<end], as: UTF8.self) + "…"
    }
  }
}

extension SchemaError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .notASchema: "A schema is an object, true or false."
    case .unsupportedDialect(let dialect):
      "The schema dialect \"\(dialect)\" is not supported; the only one is \"\(SchemaCompiler.dialect)\"."
    case .unsupportedKeyword(let name): "JSON Schema's keyword \"\(name)\" is not supported."
    case .unknownKeyword(let name, let nearest):
      "JSON Schema has no keyword \"\(name)\"."
        + (nearest.map { " Did you mean \"\($0.rawValue)\"?" } ?? "")
    case .invalidValue(let keyword, let form): "The value of \"\(keyword.rawValue)\" must be \(form.words)."
    case .unknownType(let name):
      "There is no type \"\(name)\"; the types are "
        + SchemaTypes.named.map(\.name).joined(separator: ", ") + "."
    case .repeatedItem(let keyword, let name): "\"\(keyword.rawValue)\" lists \"\(name)\" twice."
    }
  }
}

extension SchemaError.ExpectedForm {
  var words: String {
    switch self {
    case .string: "a string"
    case .boolean: "true or false"
    case .number: "a number"
    case .array: "an array"
    case .object: "an object"
    case .typeNames: "the name of a type, or an array of at least one"
    case .memberNames: "an array of strings"
    }
  }
}
