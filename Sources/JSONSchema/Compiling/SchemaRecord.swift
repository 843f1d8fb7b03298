import LosslessJSON

/// What one schema demands, without references to count: what validation goes over. Nodes, rules and lists are indices into
/// the arrays of ``CompiledSchema``.
struct SchemaRecord: Sendable {
  /// A part of one of those arrays.
  struct Part: Sendable {
    var start: UInt32 = 0
    var count: UInt32 = 0
  }

  /// Set in a boolean schema.
  var verdict: Bool?
  /// The kinds of which `type` allows every value, as ``JSONKind/bit``s.
  var kinds = UInt8.max
  /// An integer is a number with an integral value, of any size and however it is written.
  var allowsIntegers = true
  /// The kinds of which every value satisfies the whole schema.
  var plainKinds: UInt8 = 0
  /// Whether every integer does.
  var acceptsIntegers = false
  /// Whether it has `unevaluatedItems` or `unevaluatedProperties`.
  var hasUnevaluated = false
  /// Whether the members of an object matter.
  var hasMembers = false
  /// Whether members matter that ``keys`` does not name, or all of them.
  var hasOtherMembers = false
  /// Whether the elements of an array matter.
  var hasElements = false
  var resource: UInt32 = 0

  /// The names of `required` and `properties`; their tags are ``MemberRule``s.
  var keys: JSONKeyTable.List
  /// Of ``CompiledSchema/names``.
  var required = Part()
  /// Of ``CompiledSchema/patternMembers``.
  var patterns = Part()
  var additionalProperties: UInt32?
  var propertyNames: UInt32?

  /// Of ``CompiledSchema/lists``: the schemas of the first elements, and of the others.
  var prefixItems = Part()
  var items: UInt32?

  var unevaluatedProperties: UInt32?
  var unevaluatedItems: UInt32?

  /// Of ``CompiledSchema/rules``: those for any value, and those for one kind alone.
  var general = Part()
  var numbers = Part()
  var strings = Part()
  var arrays = Part()
  var objects = Part()
}

extension SchemaRecord {
  /// Finds out which values satisfy the schema by their kind alone. The last thing to be done.
  mutating func settle() {
    if let verdict {
      plainKinds = verdict ? .max : 0
      return
    }
    guard general.count == 0 else { return }
    plainKinds = kinds
    if objects.count > 0 || hasMembers || unevaluatedProperties != nil { plainKinds &= ~JSONKind.object.bit }
    if arrays.count > 0 || hasElements || unevaluatedItems != nil { plainKinds &= ~JSONKind.array.bit }
    if strings.count > 0 { plainKinds &= ~JSONKind.string.bit }
    if numbers.count > 0 { plainKinds &= ~JSONKind.number.bit }
    acceptsIntegers = allowsIntegers && numbers.count == 0
  }
}

/// One further demand.
enum SchemaRule: Sendable {
  // For any value. Values of the schema are entries of the constants.
  case enumeration(UInt32)
  case constant(UInt32)
  case reference(UInt32)
  /// Of ``CompiledSchema/dynamicReferences``.
  case dynamicReference(UInt32)
  /// Lists are parts of ``CompiledSchema/lists``; the owner is the node that has the keyword.
  case allOf(SchemaRecord.Part)
  case anyOf(SchemaRecord.Part, owner: UInt32)
  case oneOf(SchemaRecord.Part, owner: UInt32)
  case not(UInt32, owner: UInt32)
  case condition(if: UInt32, then: UInt32?, else: UInt32?)

  // For numbers. Decimals are indices of ``CompiledSchema/decimals``.
  case bound(SchemaBound, UInt32)
  /// A bound that is compared without unpacking where the value is written plainly as well.
  case plainBound(SchemaBound, Int, UInt32)
  case multipleOf(UInt32)

  // For strings.
  case minLength(Int)
  case maxLength(Int)
  case pattern(UInt32)
  case format(SchemaFormat)

  // For arrays.
  case minItems(Int)
  case maxItems(Int)
  case uniqueItems
  /// Of ``CompiledSchema/containments``.
  case contains(UInt32, owner: UInt32)

  // For objects.
  case minProperties(Int)
  case maxProperties(Int)
  /// Of ``CompiledSchema/dependencies``.
  case dependencies(UInt32)
}

/// The four keywords that bound a number.
enum SchemaBound: Sendable {
  case minimum
  case exclusiveMinimum
  case maximum
  case exclusiveMaximum

  var keyword: SchemaKeyword {
    switch self {
    case .minimum: .minimum
    case .exclusiveMinimum: .exclusiveMinimum
    case .maximum: .maximum
    case .exclusiveMaximum: .exclusiveMaximum
    }
  }

  @inline(__always)
  func allows<Number: Comparable>(_ number: Number, _ bound: Number) -> Bool {
    switch self {
    case .minimum: !(number < bound)
    case .exclusiveMinimum: bound < number
    case .maximum: !(bound < number)
    case .exclusiveMaximum: number < bound
    }
  }
}

/// What a node says of the member of one name, in 32 bits.
struct MemberRule {
  /// The subschema.
  let node: UInt32?
  let isRequired: Bool

  private static let noNode = UInt32.max >> 1

  init(node: UInt32?, isRequired: Bool) {
    self.node = node
    self.isRequired = isRequired
  }

  @inline(__always)
  init(tag: UInt32) {
    node = tag >> 1 == MemberRule.noNode ? nil : tag >> 1
    isRequired = tag & 1 != 0
  }

  var tag: UInt32 { (node ?? MemberRule.noNode) << 1 | (isRequired ? 1 : 0) }
}
