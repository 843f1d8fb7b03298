import LosslessJSON

/// One check of one value: goes down the value and the schema together, in the order of the text, without recursion.
struct Validation {
  let nodes: [SchemaNode]
  let limit: Int
  private(set) var violations: [SchemaViolation] = []
  /// What remains to be checked; the last comes first.
  private var pending: [(value: JSONValue, node: Int)] = []

  init(nodes: [SchemaNode], limit: Int) {
    self.nodes = nodes
    self.limit = limit
  }

  mutating func run(_ root: JSONValue) {
    pending.append((root, 0))
    while violations.count < limit, let (value, node) = pending.popLast() {
      check(value, nodes[node])
    }
  }

  private mutating func check(_ value: JSONValue, _ node: SchemaNode) {
    if let verdict = node.verdict {
      if !verdict { report(value, node, nil, Words.nothingAllowed) }
      return
    }
    if let types = node.types, !types.allows(value) {
      report(value, node, .type, Words.wrongType(types, value))
    }
    if let choices = node.enumeration, !choices.contains(where: { $0.isEqual(to: value) }) {
      report(value, node, .enum, Words.noneOf(choices, value))
    }
    if let constant = node.constant, !constant.isEqual(to: value) {
      report(value, node, .const, Words.notTheConstant(constant, value))
    }
    if let minimum = node.minimum, let number = value.number, number < minimum.value {
      report(value, node, .minimum, Words.belowMinimum(minimum.literal, value))
    }
    switch value.kind {
    case .object: checkMembers(value, node)
    case .array: checkElements(value, node)
    default: break
    }
  }

  private mutating func checkMembers(_ object: JSONValue, _ node: SchemaNode) {
    for key in node.required where object[member: key] == nil {
      report(object, node, .required, Words.missing(key.string))
    }
    let properties = node.properties
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

  private mutating func checkElements(_ array: JSONValue, _ node: SchemaNode) {
    guard let items = node.items else { return }
    let waiting = pending.count
    for element in array.elements { pending.append((element, items)) }
    pending[waiting...].reverse()
  }

  private mutating func report(_ value: JSONValue, _ node: SchemaNode, _ keyword: SchemaKeyword?, _ message: String) {
    guard violations.count < limit else { return }
    violations.append(SchemaViolation(value, node, keyword, message: message))
  }
}
