import LosslessJSON

/// Makes a ``Schema`` of a JSON document, or says what is wrong with it.
public struct SchemaCompiler: Sendable {
  /// The one dialect: draft 2020-12. It is taken for granted where `$schema` is missing.
  public static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// A compiler without options.
  public init() {}

  /// - Parameter document: the schema; its subschemas become nodes of one array, so that validating needs no recursion.
  /// - Throws: ``SchemaError`` at the first thing that is wrong, in the order of the text.
  public func compile(_ document: IndexedJSON) throws(SchemaError) -> Schema {
    var compilation = Compilation()
    try compilation.run(document.root)
    return Schema(CompiledSchema(compilation.nodes))
  }
}

private struct Compilation {
  var nodes: [SchemaNode] = []
  /// Subschemas that have a node and are not compiled yet; the last comes first.
  private var pending: [Int] = []

  mutating func run(_ root: JSONValue) throws(SchemaError) {
    pending = [0]
    nodes = [SchemaNode(root)]
    while let index = pending.popLast() {
      let waiting = pending.count
      nodes[index] = try compiled(nodes[index])
      // So that errors come in the order of the text.
      pending[waiting...].reverse()
    }
  }

  private mutating func subschema(_ value: JSONValue) -> Int {
    nodes.append(SchemaNode(value))
    pending.append(nodes.count - 1)
    return nodes.count - 1
  }

  private mutating func compiled(_ empty: SchemaNode) throws(SchemaError) -> SchemaNode {
    var node = empty
    let value = node.source
    if let verdict = value.bool {
      node.verdict = verdict
      return node
    }
    guard value.kind == .object else { throw SchemaError(.notASchema, at: value) }
    for (name, content) in value.members {
      let name = name.string
      guard let keyword = SchemaKeyword(rawValue: name) else {
        throw SchemaError(
          SchemaKeyword.unsupported.contains(name)
            ? .unsupportedKeyword(name) : .unknownKeyword(name, nearest: .nearest(to: name)), at: content)
      }
      try take(keyword, content, &node)
    }
    return node
  }

  private mutating func take(
    _ keyword: SchemaKeyword, _ value: JSONValue, _ node: inout SchemaNode
  ) throws(SchemaError) {
    switch keyword {
    case .type:
      node.types = try types(value)
    case .required:
      node.required = try names(value)
    case .properties:
      try demand(value, .object, keyword, .object)
      for (name, subvalue) in value.members {
        let key = JSONKey(bytes: name.unescapedBytes)
        node.properties.append(.init(key: key, node: subschema(subvalue)))
      }
    case .items:
      node.items = subschema(value)
    case .enum:
      try demand(value, .array, keyword, .array)
      node.enumeration = value
    case .const:
      node.constant = value
    case .minimum:
      guard let number = value.number else { throw SchemaError(.invalidValue(keyword, expected: .number), at: value) }
      node.minimum = .init(value: number, literal: String(decoding: value.literal, as: UTF8.self))
    case .schema:
      guard let dialect = value.string else { throw SchemaError(.invalidValue(keyword, expected: .string), at: value) }
      guard value.equalsString(SchemaCompiler.dialect) || value.equalsString(SchemaCompiler.dialect + "#") else {
        throw SchemaError(.unsupportedDialect(dialect), at: value)
      }
    case .id, .comment, .title, .description:
      try demand(value, .string, keyword, .string)
    case .deprecated:
      guard value.bool != nil else { throw SchemaError(.invalidValue(keyword, expected: .boolean), at: value) }
    case .examples:
      try demand(value, .array, keyword, .array)
    case .default:
      break
    }
  }

  private func demand(
    _ value: JSONValue, _ kind: JSONKind, _ keyword: SchemaKeyword, _ form: SchemaError.ExpectedForm
  ) throws(SchemaError) {
    guard value.kind == kind else { throw SchemaError(.invalidValue(keyword, expected: form), at: value) }
  }

  /// One name, or an array of different ones that is not empty.
  private func types(_ value: JSONValue) throws(SchemaError) -> SchemaTypes {
    if value.kind == .string { return try type(value) }
    var types: SchemaTypes = []
    for element in value.elements {
      let type = try type(element)
      guard types.isDisjoint(with: type) else {
        throw SchemaError(.repeatedItem(.type, element.string ?? ""), at: element)
      }
      types.formUnion(type)
    }
    guard !types.isEmpty else { throw SchemaError(.invalidValue(.type, expected: .typeNames), at: value) }
    return types
  }

  private func type(_ value: JSONValue) throws(SchemaError) -> SchemaTypes {
    guard let name = value.string else { throw SchemaError(.invalidValue(.type, expected: .typeNames), at: value) }
    guard let type = SchemaTypes.named.first(where: { value.equalsString($0.name) })?.type else {
      throw SchemaError(.unknownType(name), at: value)
    }
    return type
  }

  /// An array of different strings.
  private func names(_ value: JSONValue) throws(SchemaError) -> [JSONKey] {
    try demand(value, .array, .required, .memberNames)
    var seen: Set<JSONKey> = []
    var names: [JSONKey] = []
    for element in value.elements {
      guard let bytes = element.unescapedBytes else {
        throw SchemaError(.invalidValue(.required, expected: .memberNames), at: element)
      }
      let key = JSONKey(bytes: bytes)
      guard seen.insert(key).inserted else { throw SchemaError(.repeatedItem(.required, key.string), at: element) }
      names.append(key)
    }
    return names
  }
}
