import LosslessJSON

/// The words of violations. They quote the schema and never the document, whose text may be nobody else's business: reports
/// and logs are read by more people than the documents are.
enum Words {
  /// Bytes of a schema's value that a message quotes.
  private static let quotedBytes = 60
  /// Values of an enumeration that a message quotes.
  private static let quotedChoices = 8

  static func message(_ violation: Violation, _ value: JSONValue, _ node: SchemaNode, _ schema: CompiledSchema)
    -> String
  {
    guard let keyword = violation.keyword else { return nothingAllowed(node.holder) }
    guard let demand = node.source[member: keyword.rawValue] else { return "The value is not as the schema demands." }
    let name = Int(violation.detail)
    let member = schema.names.indices.contains(name) ? quoted(schema.names[name].string) : ""
    switch keyword {
    case .type: return "Expected \(SchemaTypes(demand).names.joined(separator: " or ")), found \(kind(of: value))."
    case .enum: return noneOf(Array(demand.elements), value)
    case .const: return "Expected \(quoted(demand)), found something else, \(kind(of: value))."
    case .minimum: return "Expected at least \(quoted(demand)), found less."
    case .maximum: return "Expected at most \(quoted(demand)), found more."
    case .exclusiveMinimum: return "Expected more than \(quoted(demand)), found less or just that."
    case .exclusiveMaximum: return "Expected less than \(quoted(demand)), found more or just that."
    case .multipleOf: return "Expected a multiple of \(quoted(demand)), found another number."
    case .minLength: return "Expected at least \(counted(demand, "character")), found fewer."
    case .maxLength: return "Expected at most \(counted(demand, "character")), found more."
    case .pattern: return "Expected text that the pattern \(quoted(demand)) matches, found other text."
    case .format: return "Expected text of the format \(quoted(demand)), found other text."
    case .minItems: return "Expected at least \(counted(demand, "element")), found fewer."
    case .maxItems: return "Expected at most \(counted(demand, "element")), found more."
    case .uniqueItems: return "This element equals one before it; all must differ."
    case .contains: return "Expected an element that satisfies the schema of \"contains\", found none."
    case .minContains:
      return "Expected at least \(counted(demand, "element")) that satisfy the schema of \"contains\", found fewer."
    case .maxContains:
      return "Expected at most \(counted(demand, "element")) that satisfy the schema of \"contains\", found more."
    case .minProperties: return "Expected at least \(counted(demand, "member")), found fewer."
    case .maxProperties: return "Expected at most \(counted(demand, "member")), found more."
    case .required: return "The member \(member) is missing."
    case .dependentRequired, .dependencies:
      return "The member \(member) is missing; what else is here demands it."
    case .anyOf:
      return
        "Expected what one of the \(demand.count) schemas of \"anyOf\" allows, found \(kind(of: value)) that none does."
    case .oneOf:
      return violation.detail > 1
        ? "Expected what exactly one of the \(demand.count) schemas of \"oneOf\" allows, found \(kind(of: value)) that more than one does."
        : "Expected what one of the \(demand.count) schemas of \"oneOf\" allows, found \(kind(of: value)) that none does."
    case .not: return "Expected what the schema of \"not\" does not allow, found \(kind(of: value)) that it does."
    default: return "The value is not as \"\(keyword.rawValue)\" demands."
    }
  }

  private static func nothingAllowed(_ holder: SchemaKeyword?) -> String {
    switch holder {
    case .additionalProperties, .unevaluatedProperties: "No member of this name is allowed here."
    case .additionalItems, .items, .unevaluatedItems: "No such element is allowed here."
    default: "No value is allowed here."
    }
  }

  private static func noneOf(_ choices: [JSONValue], _ value: JSONValue) -> String {
    guard !choices.isEmpty else { return nothingAllowed(nil) }
    let more = choices.count > quotedChoices ? ", …" : ""
    let list = choices.prefix(quotedChoices).map { quoted($0) }.joined(separator: ", ")
    return "Expected one of \(list)\(more); found something else, \(kind(of: value))."
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

  private static func counted(_ count: JSONValue, _ noun: String) -> String {
    quoted(count) + " " + noun + (count.number == JSONDecimal(1) ? "" : "s")
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

  /// A name or URI of the schema.
  static func quoted(_ name: String) -> String {
    name.utf8.count > quotedBytes ? "\"\(name.prefix(quotedBytes))…\"" : "\"\(name)\""
  }
}

extension SchemaEvaluationError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .patternLimit:
      "A pattern of the schema takes too long to match this text; write the pattern so that it can match in one way only."
    case .workLimit: "The schema demands more comparisons than are made for one document; simplify it."
    case .endlessReference: "A \"$dynamicRef\" of the schema leads back to itself without going down into the value."
    }
  }
}

extension SchemaErrors: CustomStringConvertible {
  /// A line for each error: where it is, and its sentence.
  public var description: String {
    errors.map { ($0.document.map { $0 + ":" } ?? "") + "\($0.line):\($0.column): \($0.message)" }
      .joined(separator: "\n")
  }
}

extension SchemaError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .notJSON(let error): return "The document is not JSON: " + error.message
    case .notASchema: return "A schema is an object, true or false."
    case .unsupportedDialect(let dialect):
      return "The schema dialect \(Words.quoted(dialect)) is not supported; those that are: "
        + SchemaDraft.allCases.reversed().map { "\"\($0.uri)\"" }.joined(separator: " and ") + "."
    case .misplacedDialect: return "\"$schema\" stands at the root of a schema, or beside an \"$id\"."
    case .unknownKeyword(let name, let nearest):
      return "JSON Schema has no keyword \(Words.quoted(name))."
        + (nearest.map { " Did you mean \"\($0.rawValue)\"?" } ?? "")
    case .keywordOfOtherDialect(let keyword):
      return "The draft in which this schema is written has no keyword \"\(keyword.rawValue)\"."
        + (SchemaError.successors[keyword].map { " " + $0 } ?? "")
    case .invalidValue(let keyword, let shape):
      return "The value of \"\(keyword.rawValue)\" must be \(shape.words)."
    case .unknownType(let name):
      return "There is no type \(Words.quoted(name)); the types are "
        + SchemaTypes.named.map(\.name).joined(separator: ", ") + "."
    case .repeatedItem(let keyword, let name): return "\"\(keyword.rawValue)\" lists \(Words.quoted(name)) twice."
    case .invalidPattern(let error): return error.message
    case .tooManyDigits(let keyword):
      return "The value of \"\(keyword.rawValue)\" has more than \(SchemaCompiler.mostDigits) digits."
    case .repeatedIdentifier(let name): return "\(Words.quoted(name)) names another schema already."
    case .unresolvedReference(let reference, let problem):
      return "The reference \(Words.quoted(reference)) leads nowhere: \(problem.words)."
    case .endlessReference(let reference):
      return
        "The reference \(Words.quoted(reference)) leads back to the schema around it without going down into the value."
    case .tooMuch: return "The schema is too large."
    }
  }

  /// What stands for keywords that one of the drafts does not have.
  private static let successors: [SchemaKeyword: String] = [
    .additionalItems: "Write the first elements' schemas as \"prefixItems\" and the others' as \"items\".",
    .defs: "Write \"definitions\".", .dependentRequired: "Write \"dependencies\".",
    .dependentSchemas: "Write \"dependencies\".", .anchor: "Write an \"$id\" that begins with \"#\".",
  ]
}

extension SchemaError.ReferenceProblem {
  var words: String {
    switch self {
    case .unknownDocument: "the document is not known, and nothing is fetched from a network"
    case .unreadable(let message): message
    case .outside: "it leads outside of what the schema belongs to"
    case .noSuchAnchor: "the document has no anchor of that name"
    case .noSuchPlace: "there is nothing at that place"
    case .notASchema: "what is at that place is no schema"
    }
  }
}

extension KeywordShape {
  var words: String {
    switch self {
    case .anything: "anything"
    case .string: "a string"
    case .boolean: "true or false"
    case .number: "a number"
    case .positiveNumber: "a number above 0"
    case .count: "an integer from 0 on"
    case .array: "an array"
    case .uri: "a URI"
    case .uriReference: "a URI-reference"
    case .resourceReference: "a URI-reference without a fragment"
    case .anchor: "a letter or \"_\", then letters, digits, \"-\", \"_\" and \".\""
    case .vocabularies: "an object whose names are URIs and whose values are true or false"
    case .pattern: "a regular expression"
    case .typeNames: "the name of a type, or an array of at least one"
    case .memberNames: "an array of strings"
    case .memberNameLists: "an object of arrays of strings"
    case .schema: "a schema"
    case .schemas: "an array of schemas, at least one"
    case .schemaOrSchemas: "a schema, or an array of at least one"
    case .namedSchemas: "an object of schemas"
    case .patternSchemas: "an object of schemas"
    case .dependencies: "an object of schemas and arrays of strings"
    }
  }
}

extension PatternError {
  /// One sentence for people.
  public var message: String {
    "The regular expression is not usable\(offset.map { ", character \($0 + 1)" } ?? ""): \(reason.words)."
  }
}

extension PatternError.Reason {
  var words: String {
    switch self {
    case .tooLong: "it is longer than \(PatternTranslation.longestPattern) characters"
    case .tooDeep: "groups are nested more than \(PatternTranslation.deepestGroup) deep"
    case .nothingToRepeat: "there is nothing in front of the quantifier to be repeated"
    case .loneBracket(let bracket): "\"\(bracket)\" stands alone; write \"\\\(bracket)\" for the character itself"
    case .unclosedGroup: "a group is not closed"
    case .unclosedClass: "a class is not closed"
    case .unknownGroup: "ECMA-262 has no such group"
    case .invalidName: "a group's name consists of letters, digits, \"_\" and \"$\""
    case .repeatedName(let name): "two groups have the name \(Words.quoted(name))"
    case .noSuchGroup(let name): "there is no group \(Words.quoted(name))"
    case .unknownEscape: "ECMA-262 has no such escape"
    case .unknownProperty: "ECMA-262 has no such property"
    case .loneSurrogate: "a surrogate without its other half is no character"
    case .rangeOfClasses: "a range is from one character to another"
    case .reversedRange: "the range ends before it begins"
    case .referenceAndLookbehind: "back-references and lookbehind are not supported together"
    case .referenceIntoRepetition:
      "a back-reference to a group that is repeated is supported only behind the group in the same repetition"
    case .notMatchable(let words): "PCRE2 says: \(words)"
    }
  }
}
