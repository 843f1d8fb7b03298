import LosslessJSON

/// A violation as validation notes it.
struct Violation {
  var entry: UInt32
  var node: UInt32
  var keyword: SchemaKeyword?
  /// A place in ``CompiledSchema/names``, or a count.
  var detail: UInt32
}

/// The first violations in the order of the text; of those at one value, in the order in which they are found.
struct ViolationList {
  private let limit: Int
  private var all: [Violation] = []
  private var capacity: Int
  /// Entries from here on are behind all that is wanted.
  private(set) var end = UInt32.max

  /// - Parameter limit: at least 1.
  init(limit: Int) {
    self.limit = limit
    capacity = limit
  }

  var isEmpty: Bool { all.isEmpty }

  mutating func add(_ violation: Violation) {
    guard violation.entry < end else { return }
    all.append(violation)
    guard all.count >= capacity else { return }
    all = Array(sorted)
    if let last = all.last { end = last.entry }
    // Sorted again only when there are as many again.
    capacity = limit.multipliedReportingOverflow(by: 2).overflow ? .max : limit * 2
  }

  var sorted: ArraySlice<Violation> {
    let order = all.indices.sorted { (all[$0].entry, $0) < (all[$1].entry, $1) }
    return order.prefix(limit).map { all[$0] }[...]
  }
}

extension SchemaViolation {
  init(_ violation: Violation, of schema: CompiledSchema, root: JSONValue) {
    let value = JSONValue(entry: Int(violation.entry), inTextOf: root)
    let node = schema.nodes[Int(violation.node)]
    let location = node.source.pointer
    self.init(
      pointer: value.pointer, line: value.line, column: value.column,
      schemaDocument: schema.documents[node.document].uri,
      schemaPointer: violation.keyword.map { location.appending($0.rawValue) } ?? location,
      keyword: violation.keyword, message: Words.message(violation, value, node, schema))
  }
}

extension SchemaEvaluationError {
  init(_ reason: Reason, _ schema: CompiledSchema, root: JSONValue, entry: Int, node: Int) {
    let value = JSONValue(entry: entry, inTextOf: root)
    let node = schema.nodes[node]
    self.init(
      reason: reason, pointer: value.pointer, line: value.line, column: value.column,
      schemaDocument: schema.documents[node.document].uri, schemaPointer: node.source.pointer)
  }
}
