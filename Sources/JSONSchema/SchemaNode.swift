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

  /// An integer is a number with an integral value, of any size and however it is written.
  func allows(_ entry: Int, in index: RawIndex) -> Bool {
    switch index.kind(entry) {
    case .null: contains(.null)
    case .false, .true: contains(.boolean)
    case .object: contains(.object)
    case .array: contains(.array)
    case .string: contains(.string)
    case .nonFinite: contains(.number)
    case .number: contains(.number) || contains(.integer) && index.isIntegral(entry)
    }
  }
}
