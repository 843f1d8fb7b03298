import LosslessJSON

/// One schema object, as the compiler reads it. Subschemas are indices into ``CompiledSchema/nodes``.
struct SchemaNode: Sendable {
  /// A subschema for the member of one name.
  struct Property: Sendable {
    var key: JSONKey
    var node: Int
  }

  /// The schema in its document: where it stands is worked out when it is asked for, as a pointer a node would take
  /// memory by the square of the depth.
  let source: JSONValue
  /// Set in a boolean schema.
  var verdict: Bool?
  var types: SchemaTypes?
  var required: [JSONKey] = []
  var properties: [Property] = []
  var items: Int?
  /// The array of the values.
  var enumeration: JSONValue?
  var constant: JSONValue?
  var minimum: Minimum?

  /// A bound with its literal, for messages.
  struct Minimum: Sendable {
    var value: JSONDecimal
    var literal: String
  }

  init(_ source: JSONValue) {
    self.source = source
  }
}

/// The values that the keyword `type` lists.
struct SchemaTypes: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let null = SchemaTypes(rawValue: 1)
  static let boolean = SchemaTypes(rawValue: 2)
  static let object = SchemaTypes(rawValue: 4)
  static let array = SchemaTypes(rawValue: 8)
  static let number = SchemaTypes(rawValue: 16)
  static let string = SchemaTypes(rawValue: 32)
  static let integer = SchemaTypes(rawValue: 64)

  /// In the order of the specification (2020-12, validation, 6.1.1).
  static let named: [(name: String, type: SchemaTypes)] = [
    ("null", .null), ("boolean", .boolean), ("object", .object), ("array", .array), ("number", .number),
    ("string", .string), ("integer", .integer),
  ]

  var names: [String] { SchemaTypes.named.filter { contains($0.type) }.map(\.name) }

  /// The kinds of which every value is allowed, as ``JSONKind/bit``s. Infinities and `NaN` are numbers.
  var kinds: UInt8 {
    JSONKind.allCases.reduce(0) { kinds, kind in contains(SchemaTypes.allOf(kind)) ? kinds | kind.bit : kinds }
  }

  /// The type that has all values of the kind.
  private static func allOf(_ kind: JSONKind) -> SchemaTypes {
    switch kind {
    case .null: .null
    case .false, .true: .boolean
    case .object: .object
    case .array: .array
    case .string: .string
    case .number, .nonFinite: .number
    }
  }
}
