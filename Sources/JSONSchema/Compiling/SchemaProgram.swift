import LosslessJSON

/// The first half of compiling: every schema of every document that is reached, with its keywords checked for their form and
/// its references resolved. Depth costs no stack.
struct SchemaProgram {
  /// What stands at one place.
  struct Node {
    var node: SchemaNode
    var verdict: Bool?
    /// Those with an effect, in the order of the text; none with a fault.
    var keywords: [(keyword: SchemaKeyword, value: JSONValue)] = []
    var resource: Int
    var dialect: SchemaDialect
    /// Where `$ref` and `$dynamicRef` lead.
    var reference: Int?
    var dynamicReference: Int?
    /// The name of the dynamic anchor that ``dynamicReference`` has.
    var dynamicAnchor: String?

    func value(of keyword: SchemaKeyword) -> JSONValue? {
      keywords.first { $0.keyword == keyword }?.value
    }
  }

  /// A schema with a URI of its own (core, 4.3.5).
  struct Resource {
    var uri: URIReference
    var root: Int
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
  }

  /// Errors that are told: of each it must be found out where it is.
  private static let mostErrors = 100

  let options: SchemaCompiler.Options
  var loader: SchemaLoader
  var nodes: [Node] = []
  var resources: [Resource] = []
  private(set) var documents: [SchemaDocument] = []
  var patterns = PatternCollection()
  private var found: [(error: SchemaError, document: Int, entry: Int)] = []

  private struct Place: Hashable {
    var document: Int
    var entry: Int
  }

  private var nodeAt: [Place: Int] = [:]
  private var resourceAt: [String: Int] = [:]
  /// Nodes that are made and not read yet; the last comes first.
  private var pending: [Int] = []
  private var unresolved: [Int] = []

  init(options: SchemaCompiler.Options, resolver: (any SchemaResolver)?) {
    self.options = options
    loader = SchemaLoader(options: options, resolver: resolver)
  }

  // MARK: Errors

  var errors: [SchemaError] { found.map(\.error) }

  /// Document by document, in the order of the text.
  var sortedErrors: [SchemaError] {
    found.enumerated().sorted { left, right in
      (left.element.document, left.element.entry, left.offset) < (
        right.element.document, right.element.entry, right.offset
      )
    }.map(\.element.error)
  }

  mutating func note(_ reason: SchemaError.Reason, at value: JSONValue, of document: Int) {
    guard found.count < SchemaProgram.mostErrors else { return }
    let error = SchemaError(
      reason: reason, document: documents[document].uri, pointer: value.pointer, line: value.line,
      column: value.column)
    found.append((error, document, value.entry))
  }

  mutating func note(_ reason: SchemaError.Reason, at value: JSONValue, of node: Node) {
    note(reason, at: value, of: node.node.document)
  }

  // MARK: Documents

  mutating func read(_ document: IndexedJSON, at uri: String) {
    let base = (URIReference(uri) ?? URIReference()).withoutFragment
    _ = add(document, uri: nil, at: base, dialect: SchemaDialect(options.draft))
    while let index = unresolved.popLast() { resolveReferences(of: index) }
  }

  /// - Returns: the node of its root.
  private mutating func add(
    _ json: IndexedJSON, uri: String?, at base: URIReference, dialect: SchemaDialect
  ) -> Int {
    documents.append(SchemaDocument(uri: uri, json: json))
    resources.append(Resource(uri: base, root: nodes.count))
    resourceAt[base.string] = resources.count - 1
    let root = makeNode(
      SchemaNode(source: json.root, document: documents.count - 1, holder: nil), resource: resources.count - 1, dialect)
    readPending()
    return root
  }

  private mutating func makeNode(_ node: SchemaNode, resource: Int, _ dialect: SchemaDialect) -> Int {
    nodeAt[Place(document: node.document, entry: node.source.entry)] = nodes.count
    pending.append(nodes.count)
    nodes.append(Node(node: node, resource: resource, dialect: dialect))
    return nodes.count - 1
  }

  private mutating func readPending() {
    while let index = pending.popLast() {
      let waiting = pending.count
      read(index)
      // So that numbers of nodes come in the order of the text, level by level.
      pending[waiting...].reverse()
    }
  }

  /// The node of a subschema that has been read.
  func child(_ value: JSONValue, of node: Node) -> Int? {
    nodeAt[Place(document: node.node.document, entry: value.entry)]
  }

  // MARK: Schemas

  private mutating func read(_ index: Int) {
    var node = nodes[index]
    let source = node.node.source
    if let verdict = source.bool {
      nodes[index].verdict = verdict
      return
    }
    guard source.kind == .object else { return note(.notASchema, at: source, of: node) }
    identify(&node, index)
    var schemas: [(value: JSONValue, holder: SchemaKeyword)] = []
    // In draft 7 a reference hides what stands beside it (core, 8.3); definitions can still be referred to.
    let isHidden = node.dialect.draft == .draft7 && source[member: SchemaKeyword.ref.rawValue] != nil
    for (name, value) in source.members {
      let name = name.string
      guard let (keyword, shape) = node.dialect.shape(of: name) else {
        if !isHidden { noteUnknown(name, value, node) }
        continue
      }
      if isHidden, keyword != .ref, keyword != .definitions { continue }
      guard check(value, shape, keyword, node) else { continue }
      node.keywords.append((keyword, value))
      for schema in subschemas(of: value, shape) { schemas.append((schema, keyword)) }
    }
    nodes[index] = node
    if node.value(of: .ref) != nil || node.value(of: .dynamicRef) != nil { unresolved.append(index) }
    for (schema, holder) in schemas {
      let child = SchemaNode(source: schema, document: node.node.document, holder: holder)
      _ = makeNode(child, resource: node.resource, node.dialect)
    }
  }

  private mutating func noteUnknown(_ name: String, _ value: JSONValue, _ node: Node) {
    guard options.unknownKeywords == .reject, !name.hasPrefix("x-") else { return }
    if let keyword = SchemaKeyword(rawValue: name) {
      return note(.keywordOfOtherDialect(keyword), at: value, of: node)
    }
    let known = SchemaKeyword.allCases.filter { node.dialect.shape(of: $0.rawValue) != nil }
    note(.unknownKeyword(name, nearest: .nearest(to: name, among: known)), at: value, of: node)
  }

  private func subschemas(of value: JSONValue, _ shape: KeywordShape) -> [JSONValue] {
    switch shape {
    case .schema: [value]
    case .schemas: Array(value.elements)
    case .schemaOrSchemas: value.kind == .array ? Array(value.elements) : [value]
    case .namedSchemas, .patternSchemas: value.members.map(\.value)
    case .dependencies: value.members.map(\.value).filter { $0.kind != .array }
    default: []
    }
  }

  // MARK: Identity

  /// Finds out the dialect, the resource and the anchors of a schema.
  private mutating func identify(_ node: inout Node, _ index: Int) {
    let source = node.node.source
    let isRoot = source.entry == 0
    let id = source[member: SchemaKeyword.id.rawValue]
    if let schema = source[member: SchemaKeyword.schema.rawValue], let uri = schema.string {
      if let dialect = loader.dialect(uri) {
        if isRoot || id != nil {
          node.dialect = dialect
        } else if dialect.draft != node.dialect.draft {
          note(.misplacedDialect, at: schema, of: node)
        }
      } else {
        note(.unsupportedDialect(uri), at: schema, of: node)
      }
    }
    let hasReference = source[member: SchemaKeyword.ref.rawValue] != nil
    if let id, let text = id.string, !(node.dialect.draft == .draft7 && hasReference),
      let reference = URIReference(text)
    {
      enter(reference, id, &node, index)
    }
    guard node.dialect.draft == .draft2020 else { return }
    for keyword in [SchemaKeyword.anchor, .dynamicAnchor] {
      guard let value = source[member: keyword.rawValue], let name = value.string else { continue }
      addAnchor(name, at: value, node, index)
      if keyword == .dynamicAnchor { resources[node.resource].dynamicAnchors[name] = index }
    }
  }

  private mutating func enter(_ reference: URIReference, _ id: JSONValue, _ node: inout Node, _ index: Int) {
    let base = resources[node.resource].uri
    let uri = reference.withoutFragment.resolved(against: base).uri
    if uri != base, reference.withoutFragment != URIReference() {
      if let other = resourceAt[uri.string], resources[other].root != index {
        note(.repeatedIdentifier(uri.string), at: id, of: node)
      } else if node.node.source.entry == 0 {
        // The document has another name beside the place that it was had from.
        resources[node.resource].uri = uri
        resourceAt[uri.string] = node.resource
      } else {
        resources.append(Resource(uri: uri, root: index))
        resourceAt[uri.string] = resources.count - 1
        node.resource = resources.count - 1
      }
    }
    if node.dialect.draft == .draft7, let fragment = reference.fragment, !fragment.isEmpty {
      addAnchor(fragment, at: id, node, index)
    }
  }

  private mutating func addAnchor(_ name: String, at value: JSONValue, _ node: Node, _ index: Int) {
    let known = resources[node.resource].anchors.updateValue(index, forKey: name)
    if let known, known != index { note(.repeatedIdentifier(name), at: value, of: node) }
  }

  // MARK: References

  private mutating func resolveReferences(of index: Int) {
    let node = nodes[index]
    if let value = node.value(of: .ref), let text = value.string {
      nodes[index].reference = resolve(text, at: value, node)
    }
    if let value = node.value(of: .dynamicRef), let text = value.string,
      let target = resolve(text, at: value, node)
    {
      nodes[index].dynamicReference = target
      // Only where it leads to a dynamic anchor by its name is the dynamic scope asked (core, 8.2.3.2).
      if let anchor = URIReference(text)?.fragment, resources[nodes[target].resource].dynamicAnchors[anchor] == target {
        nodes[index].dynamicAnchor = anchor
      }
    }
  }

  /// Nil where a fault has been noted.
  private mutating func resolve(_ text: String, at value: JSONValue, _ node: Node) -> Int? {
    // Its form has been checked.
    guard let reference = URIReference(text) else { return nil }
    do {
      return try target(of: reference, from: node)
    } catch {
      note(.unresolvedReference(text, error), at: value, of: node)
      return nil
    }
  }

  private mutating func target(
    of reference: URIReference, from node: Node
  ) throws(SchemaError.ReferenceProblem) -> Int {
    let (uri, climbs) = reference.resolved(against: resources[node.resource].uri)
    let resource = try resource(at: uri.withoutFragment, climbs: climbs, from: node)
    guard let encoded = uri.fragment, !encoded.isEmpty else { return resources[resource].root }
    guard let fragment = URIReference.percentDecoded(encoded) else { throw .noSuchPlace }
    guard fragment.hasPrefix("/") else {
      guard let anchor = resources[resource].anchors[fragment] else { throw .noSuchAnchor }
      return anchor
    }
    guard let pointer = try? JSONPointer(parsing: fragment) else { throw .noSuchPlace }
    return try place(pointer, in: resource)
  }

  private mutating func resource(
    at uri: URIReference, climbs: Bool, from node: Node
  ) throws(SchemaError.ReferenceProblem) -> Int {
    if let known = resourceAt[uri.string] { return known }
    if climbs { throw .outside }
    guard let json = try loader.load(uri.string) else { throw .unknownDocument }
    let isMeta = MetaSchemas.texts[uri.string] != nil
    let root = add(json.document, uri: uri.string, at: uri, dialect: isMeta ? SchemaDialect(.draft2020) : node.dialect)
    if let error = json.error {
      found.append((error, documents.count - 1, 0))
    }
    return nodes[root].resource
  }

  /// What a JSON Pointer leads to; where that is no schema by its place, it is read as one now.
  private mutating func place(
    _ pointer: JSONPointer, in resource: Int
  ) throws(SchemaError.ReferenceProblem) -> Int {
    var nearest = resources[resource].root
    let document = nodes[nearest].node.document
    var value = nodes[nearest].node.source
    for token in pointer.tokens {
      guard let next = value.value(at: JSONPointer(tokens: [token])) else { throw .noSuchPlace }
      value = next
      if let known = nodeAt[Place(document: document, entry: value.entry)] { nearest = known }
    }
    if let known = nodeAt[Place(document: document, entry: value.entry)] { return known }
    guard value.kind == .object || value.bool != nil else { throw .notASchema }
    let around = nodes[nearest]
    let node = makeNode(
      SchemaNode(source: value, document: document, holder: nil), resource: around.resource, around.dialect)
    readPending()
    return node
  }
}
