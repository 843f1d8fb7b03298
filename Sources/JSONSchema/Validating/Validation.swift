import LosslessJSON

/// One check of one value: goes down the value and the schema together, without recursion.
///
/// It holds entries and indices only, so that no step touches a reference count that threads share.
///
/// What remains to be done is a stack of steps. Where only one of several schemas must hold (`anyOf`, `not`, `if`, …) a *trial*
/// is begun: the steps above its base decide whether one schema holds, and the first violation among them ends it instead of
/// being reported. What schemas have evaluated, for `unevaluatedProperties` and `unevaluatedItems`, is a log in the same
/// order: a trial that fails takes its part of the log away again.
struct Validation {
  /// What the loops go over, as pointers.
  struct Memory {
    var value: RawIndex
    /// The values of `enum` and `const`.
    var constants: RawIndex
    var records: UnsafePointer<SchemaRecord>
    var rules: UnsafeBufferPointer<SchemaRule>
    var lists: UnsafeBufferPointer<UInt32>
    var keys: RawKeys
  }

  struct Step {
    enum Action: UInt8 {
      /// The value against the node.
      case check
      /// A trial of the rule.
      case trial
      /// The children that nothing has evaluated, against the node's `unevaluated…`.
      case unevaluated
    }

    var entry: UInt32
    /// Or a rule.
    var node: UInt32
    var scope: UInt32
    /// References on the way to this step that led from a value to itself; of `unevaluated` where its log begins.
    var extra: UInt32
    var action = Action.check
    /// Whether what is evaluated is of interest to a schema around this one.
    var collects = false
  }

  let root: JSONValue
  let schema: CompiledSchema
  var log: [UInt32] = []
  /// What remains to be done; the last comes first. Up to a kibibyte is a small block to `malloc`.
  var pending = StepStack(capacity: 48)
  var trials: [Trial] = []
  /// Whether there is a trial.
  var isTrying = false
  /// Of the innermost trial: the steps below are those around it.
  var base = 0
  /// The innermost trial has met a violation.
  var hasFailed = false
  var found: ViolationList
  var scopes = DynamicScopes()
  var matcher: PatternMatcher?
  /// Comparisons that may still be made; below zero, the check is over.
  var work: Int
  var stop: (reason: SchemaEvaluationError.Reason, entry: UInt32, node: UInt32)?
  let tracksScope: Bool

  /// In the log: all children.
  static let everything = UInt32.max
  /// Comparisons that any check may take, and how many more for each value and name of the document.
  private static let (leastWork, workPerEntry) = (2_000_000, 1_000)

  private init(_ schema: CompiledSchema, _ root: JSONValue, limit: Int) {
    self.schema = schema
    self.root = root
    found = ViolationList(limit: limit)
    work = Validation.leastWork + Validation.workPerEntry * Int(root.entries)
    tracksScope = !schema.dynamicReferences.isEmpty
  }

  static func violations(
    of schema: CompiledSchema, in value: JSONValue, limit: Int
  ) throws(SchemaEvaluationError) -> [SchemaViolation] {
    guard limit > 0 else { return [] }
    var validation = Validation(schema, value, limit: limit)
    defer { validation.pending.deallocate() }
    value.withRawIndex { valueIndex in
      schema.constants.root.withRawIndex { constants in
        schema.keys.withRawKeys { keys in
          schema.records.withUnsafeBufferPointer { records in
            schema.rules.withUnsafeBufferPointer { rules in
              schema.lists.withUnsafeBufferPointer { lists in
                guard let first = records.baseAddress else { return }
                validation.run(
                  Memory(
                    value: valueIndex, constants: constants, records: first, rules: rules, lists: lists, keys: keys))
              }
            }
          }
        }
      }
    }
    if let stop = validation.stop {
      throw SchemaEvaluationError(stop.reason, schema, root: value, entry: Int(stop.entry), node: Int(stop.node))
    }
    if validation.found.isEmpty { return [] }
    return validation.found.sorted.map { SchemaViolation($0, of: schema, root: value) }
  }

  private mutating func run(_ memory: Memory) {
    push(UInt32(truncatingIfNeeded: root.entry), 0, 0, 0, collects: false)
    while work >= 0 {
      if pending.count == base {
        if !isTrying { return }
        resume(holds: true, memory)
      } else {
        take(pending.removeLast(), memory)
      }
      while hasFailed {
        hasFailed = false
        pending.removeAll(from: base)
        resume(holds: false, memory)
      }
    }
    if stop == nil { stop = (.workLimit, UInt32(truncatingIfNeeded: root.entry), 0) }
  }

  private mutating func take(_ step: Step, _ memory: Memory) {
    // What comes behind the violations that are wanted is of no interest.
    if !isTrying, step.entry >= found.end {
      if step.action == .unevaluated, !step.collects { log.removeSubrange(Int(step.extra)...) }
      return
    }
    switch step.action {
    case .check: check(step, memory)
    case .trial: begin(step, memory)
    case .unevaluated: checkUnevaluated(step, memory)
    }
  }

  // MARK: Steps

  @inline(__always)
  mutating func push(_ entry: UInt32, _ node: UInt32, _ scope: UInt32, _ depth: UInt32, collects: Bool) {
    pending.append(Step(entry: entry, node: node, scope: scope, extra: depth, collects: collects))
  }

  /// Pushes a child of the value, unless its kind alone says that it satisfies the node.
  @inline(__always)
  mutating func pushChild(_ child: Int, _ node: UInt32, _ scope: UInt32, _ memory: Memory) {
    let record = memory.records + Int(node)
    let kind = memory.value.kindBit(child)
    if record.pointee.plainKinds & kind != 0 { return }
    if record.pointee.acceptsIntegers, kind == JSONKind.number.bit, memory.value.isIntegral(child) { return }
    push(UInt32(truncatingIfNeeded: child), node, scope, 0, collects: false)
  }

  mutating func fail(_ entry: UInt32, _ node: UInt32, _ keyword: SchemaKeyword?, detail: UInt32 = 0) {
    guard !isTrying else {
      hasFailed = true
      return
    }
    found.add(Violation(entry: entry, node: node, keyword: keyword, detail: detail))
  }

  mutating func end(_ reason: SchemaEvaluationError.Reason, _ entry: UInt32, _ node: UInt32) {
    if stop == nil { stop = (reason, entry, node) }
    work = -1
  }

  // MARK: A value against a node

  private mutating func check(_ step: Step, _ memory: Memory) {
    work -= 1
    let record = memory.records + Int(step.node)
    if let verdict = record.pointee.verdict {
      if !verdict { fail(step.entry, step.node, nil) }
      return
    }
    let entry = Int(step.entry)
    let kind = memory.value.kindBit(entry)
    if record.pointee.kinds & kind == 0, !(record.pointee.allowsIntegers && memory.value.isIntegral(entry)) {
      fail(step.entry, step.node, .type)
      if hasFailed { return }
    }
    var step = step
    if tracksScope { enterScope(&step, record.pointee.resource) }
    let collects = step.collects || record.pointee.hasUnevaluated
    if record.pointee.hasUnevaluated {
      let start = UInt32(truncatingIfNeeded: log.count)
      pending.append(
        Step(
          entry: step.entry, node: step.node, scope: step.scope, extra: start, action: .unevaluated,
          collects: step.collects))
    }
    let waiting = pending.count
    if record.pointee.general.count > 0 { checkGeneral(step, record.pointee.general, collects, memory) }
    if hasFailed { return }
    switch kind {
    case JSONKind.object.bit:
      if record.pointee.objects.count > 0 { checkObject(step, record.pointee.objects, collects, memory) }
      if record.pointee.hasMembers { checkMembers(step, record, collects, memory) }
    case JSONKind.array.bit:
      if record.pointee.arrays.count > 0 { checkArray(step, record.pointee.arrays, collects, memory) }
      if record.pointee.hasElements { checkElements(step, record, collects, memory) }
    case JSONKind.string.bit:
      if record.pointee.strings.count > 0 { checkString(step, record.pointee.strings, memory) }
    case JSONKind.number.bit:
      if record.pointee.numbers.count > 0 { checkNumber(step, record.pointee.numbers, memory) }
    default: break
    }
    // In the order of the text: the last one comes first.
    pending.reverse(from: waiting)
  }

  private mutating func enterScope(_ step: inout Step, _ resource: UInt32) {
    step.scope = scopes.entering(resource, from: step.scope)
    // No way without a circle is longer.
    if Int(step.extra) > schema.nodes.count * (schema.resourceCount + 1) {
      end(.endlessReference, step.entry, step.node)
    }
  }

  private mutating func checkGeneral(_ step: Step, _ part: SchemaRecord.Part, _ collects: Bool, _ memory: Memory) {
    let entry = Int(step.entry)
    for index in part.start..<part.start + part.count {
      switch memory.rules[Int(index)] {
      case .enumeration(let choices):
        if !isAny(of: Int(choices), entry, memory) { fail(step.entry, step.node, .enum) }
      case .constant(let constant):
        if !memory.value.isEqual(entry, to: Int(constant), in: memory.constants) { fail(step.entry, step.node, .const) }
      case .reference(let target): push(step.entry, target, step.scope, step.extra &+ 1, collects: collects)
      case .dynamicReference(let number):
        push(step.entry, target(ofDynamic: Int(number), step.scope), step.scope, step.extra &+ 1, collects: collects)
      case .allOf(let list):
        for position in list.start..<list.start + list.count {
          push(step.entry, memory.lists[Int(position)], step.scope, step.extra &+ 1, collects: collects)
        }
      default:
        pending.append(
          Step(
            entry: step.entry, node: index, scope: step.scope, extra: step.extra &+ 1, action: .trial,
            collects: collects))
      }
      if hasFailed { return }
    }
  }

  private mutating func isAny(of choices: Int, _ entry: Int, _ memory: Memory) -> Bool {
    var choice = choices + 1
    let end = memory.constants.end(choices)
    while choice < end {
      work -= 1
      if memory.value.isEqual(entry, to: choice, in: memory.constants) { return true }
      choice = memory.constants.end(choice)
    }
    return false
  }

  private func target(ofDynamic number: Int, _ scope: UInt32) -> UInt32 {
    let reference = schema.dynamicReferences[number]
    return scopes.outermost(from: scope) { resource in
      schema.dynamicAnchors[CompiledSchema.key(resource: resource, anchor: reference.anchor)]
    } ?? reference.node
  }
}

/// The resources that have been entered on the way to a step, outermost first (core, 7.1). Only the first time counts.
struct DynamicScopes {
  private var entered: [(resource: UInt32, outer: UInt32)] = []
  private var known: [UInt64: UInt32] = [:]

  /// 0 is the empty scope; others are places in `entered`, from 1.
  mutating func entering(_ resource: UInt32, from scope: UInt32) -> UInt32 {
    var current = scope
    while current > 0 {
      let place = entered[Int(current) - 1]
      if place.resource == resource { return scope }
      current = place.outer
    }
    let key = UInt64(scope) << 32 | UInt64(resource)
    if let scope = known[key] { return scope }
    entered.append((resource, scope))
    let number = UInt32(truncatingIfNeeded: entered.count)
    known[key] = number
    return number
  }

  func outermost(from scope: UInt32, _ find: (UInt32) -> UInt32?) -> UInt32? {
    var result: UInt32?
    var current = scope
    while current > 0 {
      let place = entered[Int(current) - 1]
      result = find(place.resource) ?? result
      current = place.outer
    }
    return result
  }
}
