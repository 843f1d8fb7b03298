import LosslessJSON

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

  /// - Parameter value: a string, or an array of strings; what names no type is passed over.
  init(_ value: JSONValue) {
    let names = value.kind == .array ? Array(value.elements) : [value]
    self = []
    for name in names {
      if let type = SchemaTypes.named(name) { formUnion(type) }
    }
  }

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  static func named(_ name: JSONValue) -> SchemaTypes? {
    named.first { name.equalsString($0.name) }?.type
  }

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
