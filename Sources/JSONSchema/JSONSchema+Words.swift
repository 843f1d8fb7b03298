import LosslessJSON

// Every English sentence about schemas and what does not satisfy them, and only here. None says its place.

/// The words of violations. They quote the schema and never the document, whose text may be nobody else's business: reports
/// and logs are read by more people than the documents are.
enum Words {
  /// Bytes of a schema's value that a message quotes.
  private static let quotedBytes = 60
  /// Values of an enumeration that a message quotes.
  private static let quotedChoices = 8

  static func message(
    _ violation: Violation, _ value: JSONValue, _ node: SchemaNode, _ schema: CompiledSchema
  ) -> String {
    guard let keyword = violation.keyword else { return nothingAllowed(node.holder) }
    guard let wanted = node.source[member: keyword.rawValue] else { return nothingAllowed(node.holder) }
    let detail = Int(violation.detail)
    switch keyword {
    case .type:
      return "Expected \(SchemaTypes(wanted).names.joined(separator: " or ")), found \(kind(of: value))."
    case .enum: return noneOf(Array(wanted.elements), value)
    case .const: return "Expected \(quoted(wanted)), found something else, \(kind(of: value))."
    case .minimum: return "Expected at least \(quoted(wanted)), found less."
    case .exclusiveMinimum: return "Expected more than \(quoted(wanted)), found no more."
    case .maximum: return "Expected at most \(quoted(wanted)), found more."
    case .exclusiveMaximum: return "Expected less than \(quoted(wanted)), found no less."
    case .multipleOf: return "Expected a multiple of \(quoted(wanted)), found none."
    case .minLength: return "Expected at least \(counted(wanted, "character")), found fewer."
    case .maxLength: return "Expected at most \(counted(wanted, "character")), found more."
    case .pattern: return "Expected a text that matches \(quoted(wanted)), found one that does not."
    case .format: return "Expected a text of the format \(quoted(wanted)), found another."
    case .minItems: return "Expected at least \(counted(wanted, "element")), found fewer."
    case .maxItems: return "Expected at most \(counted(wanted, "element")), found more."
    case .uniqueItems: return "Expected elements that differ, found one that equals another before it."
    case .contains: return "Expected an element that satisfies \"contains\", found none."
    case .minContains: return "Expected at least \(counted(wanted, "element")) that satisfy \"contains\", found fewer."
    case .maxContains: return "Expected at most \(counted(wanted, "element")) that satisfy \"contains\", found more."
    case .minProperties: return "Expected at least \(counted(wanted, "member")), found fewer."
    case .maxProperties: return "Expected at most \(counted(wanted, "member")), found more."
    case .required: return "\(member(detail, schema)) is missing."
    case .dependentRequired, .dependencies:
      return "\(member(detail, schema)) is missing, which another member demands."
    case .anyOf: return "Expected a value that satisfies one of the schemas of \"anyOf\", found one that satisfies none."
    case .oneOf where detail > 1:
      return "Expected a value that satisfies just one of the schemas of \"oneOf\", found one that satisfies several."
    case .oneOf:
      return "Expected a value that satisfies just one of the schemas of \"oneOf\", found one that satisfies none."
    case .not: return "Expected a value that does not satisfy the schema of \"not\", found one that does."
    default: return nothingAllowed(node.holder)
    }
  }

  private static func nothingAllowed(_ holder: SchemaKeyword?) -> String {
    switch holder {
    case .additionalProperties, .unevaluatedProperties: "No further member is allowed here."
    case .items, .additionalItems, .unevaluatedItems: "No further element is allowed here."
    case .propertyNames: "No member of this name is allowed here."
    default: "No value is allowed here."
    }
  }

  private static func noneOf(_ choices: [JSONValue], _ value: JSONValue) -> String {
    guard !choices.isEmpty else { return nothingAllowed(nil) }
    let more = choices.count > quotedChoices ? ", …" : ""
    let list = choices.prefix(quotedChoices).map(quoted).joined(separator: ", ")
    return "Expected one of \(list)\(more); found something else, \(kind(of: value))."
  }

  private static func member(_ name: Int, _ schema: CompiledSchema) -> String {
    guard schema.names.indices.contains(name) else { return "A member" }
    return "The member \"\(schema.names[name].string)\""
  }

  private static func counted(_ count: JSONValue, _ what: String) -> String {
    count.number?.int == 1 ? "1 \(what)" : "\(quoted(count)) \(what)s"
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

extension SchemaEvaluationError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .patternLimit:
      "Matching a regular expression of the schema against this text would take too long; write one that needs no "
        + "backtracking."
    case .workLimit: "Checking this value against the schema would take too long; simplify the schema."
    case .endlessReference: "The schema demands itself of the same value, through \"$dynamicRef\", without end."
    }
  }
}

extension SchemaError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .notJSON(let error): "The document is no JSON: \(error.message)"
    case .notASchema: "A schema is an object, true or false."
    case .unsupportedDialect(let dialect):
      "The schema dialect \"\(dialect)\" is not supported; known are "
        + SchemaDraft.allCases.map { "\"\($0.uri)\"" }.joined(separator: " and ") + "."
    case .misplacedDialect: "\"$schema\" can name another draft only at the root or beside \"$id\"."
    case .unknownKeyword(let name, let nearest):
      "JSON Schema has no keyword \"\(name)\"."
        + (nearest.map { " Did you mean \"\($0.rawValue)\"?" } ?? " Names of your own begin with \"x-\".")
    case .keywordOfOtherDialect(let keyword):
      "The draft that this schema is written in has no keyword \"\(keyword.rawValue)\"."
    case .invalidValue(let keyword, let shape): "The value of \"\(keyword.rawValue)\" must be \(shape.words)."
    case .unknownType(let name):
      "There is no type \"\(name)\"; the types are " + SchemaTypes.named.map(\.name).joined(separator: ", ") + "."
    case .repeatedItem(let keyword, let name): "\"\(keyword.rawValue)\" lists \"\(name)\" twice."
    case .invalidPattern(let error): "The regular expression cannot be used: \(error.words)."
    case .tooManyDigits(let keyword):
      "The value of \"\(keyword.rawValue)\" has more than \(SchemaCompiler.mostDigits) digits."
    case .repeatedIdentifier(let name): "Two schemas are called \"\(name)\"."
    case .unresolvedReference(let reference, let problem):
      "The reference \"\(reference)\" leads nowhere: \(problem.words)."
    case .endlessReference(let reference):
      "Through the reference \"\(reference)\" the schema demands itself of the same value, without end."
    case .tooMuch: "The schema is too large."
    }
  }
}

extension SchemaError.ReferenceProblem {
  /// The end of a sentence.
  fileprivate var words: String {
    switch self {
    case .unknownDocument: "there is no such document here, and none is fetched from a network"
    case .unreadable(let why): why
    case .outside: "it leads out of the folder"
    case .noSuchAnchor: "the document has no anchor of that name"
    case .noSuchPlace: "the document has no such place"
    case .notASchema: "what is there is no schema"
    }
  }
}

extension KeywordShape {
  /// The end of a sentence.
  fileprivate var words: String {
    switch self {
    case .anything: "a value"
    case .string: "a string"
    case .boolean: "true or false"
    case .number: "a number"
    case .positiveNumber: "a number above 0"
    case .count: "an integer from 0 on"
    case .array: "an array"
    case .uri: "a URI"
    case .uriReference: "a URI-reference"
    case .resourceReference: "a URI-reference without a fragment"
    case .anchor: "a name: a letter or \"_\", then letters, digits, \"-\", \"_\" and \".\""
    case .vocabularies: "an object of booleans, its names URIs"
    case .pattern: "a regular expression"
    case .typeNames: "the name of a type, or an array of at least one"
    case .memberNames: "an array of strings"
    case .memberNameLists: "an object of arrays of strings"
    case .schema: "a schema: an object, true or false"
    case .schemas: "an array of at least one schema"
    case .schemaOrSchemas: "a schema, or an array of at least one"
    case .namedSchemas: "an object of schemas"
    case .patternSchemas: "an object of schemas, its names regular expressions"
    case .dependencies: "an object of schemas and arrays of strings"
    }
  }
}

extension PatternError {
  /// The end of a sentence, with the place in the pattern where there is one.
  public var words: String {
    let place = offset.map { " (at character \($0 + 1))" } ?? ""
    return reason.words + place
  }
}

extension PatternError.Reason {
  fileprivate var words: String {
    switch self {
    case .tooLong: "it is too long"
    case .tooDeep: "its groups are nested too deep"
    case .nothingToRepeat: "there is nothing to repeat"
    case .loneBracket(let bracket): "\"\(bracket)\" lacks its other half"
    case .unclosedGroup: "a group is not closed"
    case .unclosedClass: "a class is not closed"
    case .unknownGroup: "ECMA-262 has no such group"
    case .invalidName: "a group's name is none"
    case .repeatedName(let name): "two groups are called \"\(name)\""
    case .noSuchGroup(let name): "there is no group \"\(name)\""
    case .unknownEscape: "ECMA-262 has no such escape; a character that stands for itself needs no backslash"
    case .unknownProperty: "there is no such Unicode property"
    case .loneSurrogate: "a surrogate lacks its other half"
    case .rangeOfClasses: "a range ends in a class of characters"
    case .reversedRange: "a range ends before it begins"
    case .referenceAndLookbehind: "a back-reference has to do with a lookbehind, which is not supported"
    case .referenceIntoRepetition: "a back-reference into a repeated group is not supported"
    case .notMatchable(let words): words
    }
  }
}
