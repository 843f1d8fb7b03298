import LosslessJSON

/// One check of one value: goes down the value and the schema together, in the order of the text, without recursion.
///
/// It holds entries and indices only, so that no step touches a reference count that threads share.
struct Validation {
  private let root: JSONValue
  private let schema: CompiledSchema
  private let limit: Int
  private var violations: [SchemaViolation] = []
  /// What remains to be checked; the last comes first.
  private var pending: [Step] = []

  private struct Step {
    var entry: UInt32
    var node: UInt32
  }

  /// What the loops go over, as pointers.
  private struct Memory {
    var value: RawIndex
    /// The schema's document.
    var schema: RawIndex
    var records: UnsafeBufferPointer<SchemaRecord>
    var keys: RawKeys
  }

  private init(_ schema: CompiledSchema, _ root: JSONValue, limit: Int) {
    self.schema = schema
    self.root = root
    self.limit = limit
  }

  static func violations(of schema: CompiledSchema, in value: JSONValue, limit: Int) -> [SchemaViolation] {
    var validation = Validation(schema, value, limit: limit)
    value.withRawIndex { valueIndex in
      schema.nodes.first?.source.withRawIndex { schemaIndex in
        schema.keys.withRawKeys { keys in
          schema.records.withUnsafeBufferPointer { records in
            validation.run(Memory(value: valueIndex, schema: schemaIndex, records: records, keys: keys))
          }
        }
      }
    }
    return validation.violations
  }

  private mutating func run(_ memory: Memory) {
    pending.reserveCapacity(64)
    push(root.entry, 0)
    while violations.count < limit, let step = pending.popLast() {
      check(Int(step.entry), Int(step.node), memory)
    }
  }

  private mutating func push(_ entry: Int, _ node: Int) {
    pending.append(Step(entry: UInt32(truncatingIfNeeded: entry), node: UInt32(truncatingIfNeeded: node)))
  }

  /// A slice's `reverse()` would copy.
  private mutating func reverse(from start: Int) {
    var (first, last) = (start, pending.count - 1)
    while first < last {
      pending.swapAt(first, last)
      first += 1
      last -= 1
    }
  }

  private mutating func check(_ entry: Int, _ node: Int, _ memory: Memory) {
    let record = memory.records[node]
    if let verdict = record.verdict {
      if !verdict { report(entry, node, nil) { _, _ in Words.nothingAllowed } }
      return
    }
    let kind = memory.value.kindBit(entry)
    if record.kinds & kind == 0, !(record.allowsIntegers && memory.value.isIntegral(entry)) {
      report(entry, node, .type) { value, node in Words.wrongType(node.types ?? [], value) }
    }
    if let choices = record.enumeration, !isAny(of: choices, entry, memory) {
      report(entry, node, .enum) { value, node in Words.noneOf(node.enumeration.map { Array($0.elements) } ?? [], value)
      }
    }
    if let constant = record.constant, !memory.value.isEqual(entry, to: constant, in: memory.schema) {
      report(entry, node, .const) { value, node in Words.notTheConstant(node.constant ?? value, value) }
    }
    if let minimum = record.minimum, isBelow(minimum, entry, node, memory) {
      report(entry, node, .minimum) { _, node in Words.belowMinimum(node.minimum?.literal ?? "") }
    }
    if kind == JSONKind.object.bit {
      checkMembers(entry, node, record, memory)
    } else if kind == JSONKind.array.bit {
      checkElements(entry, record, memory)
    }
  }

  private func isAny(of choices: Int, _ entry: Int, _ memory: Memory) -> Bool {
    var choice = choices + 1
    while choice < memory.schema.end(choices) {
      if memory.value.isEqual(entry, to: choice, in: memory.schema) { return true }
      choice = memory.schema.end(choice)
    }
    return false
  }

  private func isBelow(_ minimum: SchemaRecord.Minimum, _ entry: Int, _ node: Int, _ memory: Memory) -> Bool {
    if case .plain(let least) = minimum, let number = memory.value.plainInteger(entry) { return number < least }
    guard let least = schema.nodes[node].minimum?.value, let number = memory.value.number(entry) else { return false }
    return number < least
  }

  private mutating func checkMembers(_ object: Int, _ node: Int, _ record: SchemaRecord, _ memory: Memory) {
    guard record.hasProperties || record.requiredCount > 0 else { return }
    let waiting = pending.count
    var found = 0
    var name = object + 1
    let end = memory.value.end(object)
    while name < end {
      if let tag = memory.value.tag(ofName: name, in: record.keys, of: memory.keys) {
        let rule = MemberRule(tag: tag)
        if rule.isRequired { found += 1 }
        if let subschema = rule.node { push(name + 1, subschema) }
      }
      name = memory.value.end(name + 1)
    }
    reverse(from: waiting)
    // No name comes twice in an object, and none twice in `required`.
    if found < record.requiredCount { reportMissing(object, node) }
  }

  private mutating func reportMissing(_ object: Int, _ node: Int) {
    let value = JSONValue(entry: object, inTextOf: root)
    for key in schema.nodes[node].required where value[member: key] == nil {
      report(object, node, .required) { _, _ in Words.missing(key.string) }
    }
  }

  private mutating func checkElements(_ array: Int, _ record: SchemaRecord, _ memory: Memory) {
    guard let items = record.items else { return }
    let waiting = pending.count
    var element = array + 1
    while element < memory.value.end(array) {
      push(element, items)
      element = memory.value.end(element)
    }
    reverse(from: waiting)
  }

  private mutating func report(
    _ entry: Int, _ node: Int, _ keyword: SchemaKeyword?, _ message: (JSONValue, SchemaNode) -> String
  ) {
    guard violations.count < limit else { return }
    let value = JSONValue(entry: entry, inTextOf: root)
    let node = schema.nodes[node]
    violations.append(SchemaViolation(value, node, keyword, message: message(value, node)))
  }
}
