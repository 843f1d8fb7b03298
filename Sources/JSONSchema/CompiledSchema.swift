import LosslessJSON

/// All schema objects of a document, twice: as the compiler read them, for messages, and as records without references,
/// so that threads that validate at once do not contend for reference counts.
final class CompiledSchema: Sendable {
  /// The first is the root.
  let nodes: [SchemaNode]
  /// One for each node, in the same order.
  let records: [SchemaRecord]
  let keys: JSONKeyTable

  init(_ nodes: [SchemaNode]) {
    var keys = JSONKeyTable()
    records = nodes.map { SchemaRecord($0, &keys) }
    self.nodes = nodes
    self.keys = keys
  }
}

/// What a ``SchemaNode`` demands. Values of the schema are entries of its document.
struct SchemaRecord: Sendable {
  /// The least value that `minimum` allows.
  enum Minimum: Sendable {
    /// Compared without unpacking where the value is written plainly as well.
    case plain(Int)
    case other
  }

  let verdict: Bool?
  /// The kinds of which `type` allows every value, as ``JSONKind/bit``s.
  let kinds: UInt8
  /// An integer is a number with an integral value, of any size and however it is written.
  let allowsIntegers: Bool
  /// The entry of the array.
  let enumeration: Int?
  let constant: Int?
  let minimum: Minimum?
  let items: Int?
  /// The names of `required` and `properties`; their tags are ``MemberRule``s.
  let keys: JSONKeyTable.List
  let hasProperties: Bool
  let requiredCount: Int

  init(_ node: SchemaNode, _ table: inout JSONKeyTable) {
    verdict = node.verdict
    kinds = node.types?.kinds ?? .max
    allowsIntegers = node.types?.contains(.integer) ?? true
    enumeration = node.enumeration?.entry
    constant = node.constant?.entry
    minimum = node.minimum.map { minimum in
      minimum.value.int.flatMap { RawIndex.plainIntegers.contains($0) ? .plain($0) : nil } ?? .other
    }
    items = node.items
    let required = Set(node.required)
    let named = Set(node.properties.map(\.key))
    let properties = node.properties.map { property in
      (property.key, MemberRule(node: property.node, isRequired: required.contains(property.key)).tag)
    }
    let others = node.required.filter { !named.contains($0) }.map { ($0, MemberRule(node: nil, isRequired: true).tag) }
    keys = table.add(properties + others)
    hasProperties = !node.properties.isEmpty
    requiredCount = node.required.count
  }
}

/// What a node says of the member of one name, in 32 bits.
struct MemberRule {
  /// The subschema.
  let node: Int?
  let isRequired: Bool

  private static let noNode = UInt32.max >> 1

  init(node: Int?, isRequired: Bool) {
    self.node = node
    self.isRequired = isRequired
  }

  init(tag: UInt32) {
    node = tag >> 1 == MemberRule.noNode ? nil : Int(tag >> 1)
    isRequired = tag & 1 != 0
  }

  var tag: UInt32 {
    (node.map { UInt32(truncatingIfNeeded: $0) } ?? MemberRule.noNode) << 1 | (isRequired ? 1 : 0)
  }
}
