import LosslessJSON

/// One check of one value: goes down the value and the schema together, in the order of the text, without recursion.
struct Validation {
  let nodes: [SharedSchemaNode]
  let limit: Int
  private(set) var violations: [SchemaViolation] = []
  /// What remains to be checked; the last comes first.
  private var pending: [(value: JSONValue, node: Int)] = []

  init(nodes: [SharedSchemaNode], limit: Int) {
    self.nodes = nodes
    self.limit = limit
  }

  mutating func run(_ root: JSONValue) {
    pending.append((root, 0))
    while violations.count < limit, let (value, node) = pending.popLast() {
      check(value, nodes[node])
    }
  }

  private mutating func check(_ value: JSONValue, _ shared: SharedSchemaNode) {
    if let verdict = shared.node.verdict {
      if !verdict { report(value, shared, nil, Words.nothingAllowed) }
      return
    }
    if let types = shared.node.types, !types.allows(value) {
      report(value, shared, .type, Words.wrongType(types, value))
    }
    if let choices = shared.node.enumeration, !choices.contains(where: { $0.isEqual(to: value) }) {
      report(value, shared, .enum, Words.noneOf(choices, value))
    }
    if let constant = shared.node.constant, !constant.isEqual(to: value) {
      report(value, shared, .const, Words.notTheConstant(constant, value))
    }
    if let minimum = shared.node.minimum, let number = value.number, number < minimum.value {
      report(value, shared, .minimum, Words.belowMinimum(minimum.literal, value))
    }
    switch value.kind {
    case .object: checkMembers(value, shared)
    case .array: checkElements(value, shared)
    default: break
    }
  }

  private mutating func checkMembers(_ object: JSONValue, _ shared: SharedSchemaNode) {
    for key in shared.node.required where object[member: key] == nil {
      report(object, shared, .required, Words.missing(key.string))
    }
    let properties = shared.node.properties
    guard !properties.isEmpty else { return }
    let waiting = pending.count
    // Documents mostly have their members in the schema's order: look first at what follows the last one found.
    var expected = 0
    for (name, value) in object.members {
      var candidate = expected
      repeat {
        if name.matches(properties[candidate].key) {
          pending.append((value, properties[candidate].node))
          expected = candidate + 1 == properties.count ? 0 : candidate + 1
          break
        }
        candidate = candidate + 1 == properties.count ? 0 : candidate + 1
      } while candidate != expected
    }
    pending[waiting...].reverse()
  }

  private mutating func checkElements(_ array: JSONValue, _ shared: SharedSchemaNode) {
    guard let items = shared.node.items else { return }
    let waiting = pending.count
    for element in array.elements { pending.append((element, items)) }
    pending[waiting...].reverse()
  }

  private mutating func report(
    _ value: JSONValue, _ shared: SharedSchemaNode, _ keyword: SchemaKeyword?, _ message: String
  ) {
    guard violations.count < limit else { return }
    violations.append(SchemaViolation(value, shared.node, keyword, message: message))
  }
}
