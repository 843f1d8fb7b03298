import LosslessJSON

/// All schemas that one schema reaches, as flat arrays: threads that validate at once share it and contend for nothing.
final class CompiledSchema: Sendable {
  struct PatternMember: Sendable {
    var pattern: UInt32
    var node: UInt32
  }

  struct Containment: Sendable {
    var node: UInt32
    var least: Int
    var most: Int?
  }

  /// `dependentRequired`, `dependentSchemas` and `dependencies` of one node.
  struct Dependencies: Sendable {
    enum Demand: Sendable {
      /// The names that must be there too: a slot and a place in ``CompiledSchema/names`` each.
      case members([(slot: UInt32, name: UInt32)], SchemaKeyword)
      case schema(UInt32)
    }

    /// The names concerned; their tags are slots.
    var keys: JSONKeyTable.List
    var slots: Int
    var demands: [(slot: UInt32, demand: Demand)]
  }

  struct DynamicReference: Sendable {
    /// Where it leads if nothing in the dynamic scope says otherwise.
    var node: UInt32
    var anchor: UInt32
  }

  /// For messages. The first is the root.
  let nodes: [SchemaNode]
  let documents: [SchemaDocument]
  /// One for each node, in the same order.
  let records: [SchemaRecord]
  let rules: [SchemaRule]
  let lists: [UInt32]
  let keys: JSONKeyTable
  let names: [JSONKey]
  let patternMembers: [PatternMember]
  let patterns: [CompiledPattern]
  let decimals: [JSONDecimal]
  let containments: [Containment]
  let dependencies: [Dependencies]
  let dynamicReferences: [DynamicReference]
  /// By resource and anchor; empty where there is no dynamic reference.
  let dynamicAnchors: [UInt64: UInt32]
  let resourceCount: Int
  /// An array of all values of `enum` and `const`.
  let constants: IndexedJSON

  init(_ emission: consuming SchemaEmission, _ program: SchemaProgram, constants: IndexedJSON) {
    nodes = program.nodes.map(\.node)
    documents = program.documents
    resourceCount = program.resources.count
    records = emission.records
    rules = emission.rules
    lists = emission.lists
    keys = emission.keys
    names = emission.names
    patternMembers = emission.patternMembers
    patterns = emission.patterns
    decimals = emission.decimals
    containments = emission.containments
    dependencies = emission.dependencies
    dynamicReferences = emission.dynamicReferences
    dynamicAnchors = emission.dynamicAnchors
    self.constants = constants
  }

  static func key(resource: UInt32, anchor: UInt32) -> UInt64 { UInt64(resource) << 32 | UInt64(anchor) }
}

/// One document that a schema is made of.
struct SchemaDocument: Sendable {
  /// Where it was had from; nil for the document that was given to the compiler.
  var uri: String?
  var json: IndexedJSON
}

/// One schema, for messages.
struct SchemaNode: Sendable {
  /// The schema in its document: where it stands is worked out when it is asked for, as a pointer a node would take
  /// memory by the square of the depth.
  var source: JSONValue
  var document: Int
  /// The keyword of the schema around it that it belongs to.
  var holder: SchemaKeyword?
}
