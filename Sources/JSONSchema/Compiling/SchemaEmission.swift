import LosslessJSON

/// The second half of compiling: from checked keywords to the flat arrays of ``CompiledSchema``.
struct SchemaEmission {
  var records: [SchemaRecord] = []
  var rules: [SchemaRule] = []
  var lists: [UInt32] = []
  var keys = JSONKeyTable()
  var names: [JSONKey] = []
  var patternMembers: [CompiledSchema.PatternMember] = []
  var patterns: [CompiledPattern] = []
  var decimals: [JSONDecimal] = []
  var containments: [CompiledSchema.Containment] = []
  var dependencies: [CompiledSchema.Dependencies] = []
  var dynamicReferences: [CompiledSchema.DynamicReference] = []
  var dynamicAnchors: [UInt64: UInt32] = [:]
  /// The literals of the constants, with commas between them.
  private var constantText: [UInt8] = []
  private var constantCount: UInt32 = 0
  private var anchorNumbers: [String: UInt32] = [:]
  /// Whether anything asks what has been evaluated.
  private var collects = false

  /// After the last fault is noted there is nothing to be emitted.
  mutating func emit(_ program: inout SchemaProgram) {
    noteEndlessReferences(&program)
    guard program.errors.isEmpty else { return }
    collects = program.nodes.contains {
      $0.value(of: .unevaluatedItems) != nil || $0.value(of: .unevaluatedProperties) != nil
    }
    for index in program.nodes.indices {
      var record = record(of: index, program)
      record.settle()
      records.append(record)
    }
    patterns = program.patterns.all
    guard !dynamicReferences.isEmpty else { return }
    for (resource, content) in program.resources.enumerated() {
      for (name, node) in content.dynamicAnchors {
        guard let anchor = anchorNumbers[name] else { continue }
        dynamicAnchors[CompiledSchema.key(resource: UInt32(resource), anchor: anchor)] = UInt32(node)
      }
    }
  }

  /// All of them as one array; nil where they are too large, which is noted.
  func constants(_ program: inout SchemaProgram) -> IndexedJSON? {
    let text = JSONText(Array("[".utf8) + constantText + Array("]".utf8))
    let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: .max, maximumSize: .max)
    if let constants = try? IndexedJSON(scanning: text, options: options) { return constants }
    program.note(.tooMuch, at: program.nodes[0].node.source, of: 0)
    return nil
  }

  // MARK: Parts

  private func part(from start: Int, of count: Int) -> SchemaRecord.Part {
    SchemaRecord.Part(start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count - start))
  }

  private mutating func list(_ nodes: [UInt32]) -> SchemaRecord.Part {
    let start = lists.count
    lists += nodes
    return part(from: start, of: lists.count)
  }

  private mutating func add(_ rules: [SchemaRule]) -> SchemaRecord.Part {
    let start = self.rules.count
    self.rules += rules
    return part(from: start, of: self.rules.count)
  }

  private mutating func constant(_ value: JSONValue) -> UInt32 {
    if !constantText.isEmpty { constantText.append(UInt8(ascii: ",")) }
    constantText += value.literal
    defer { constantCount += value.entries }
    // The first entry is the array's.
    return constantCount + 1
  }

  // MARK: Nodes

  /// Not settled yet.
  private mutating func record(of index: Int, _ program: SchemaProgram) -> SchemaRecord {
    let node = program.nodes[index]
    var record = SchemaRecord(keys: keys.add([]))
    record.verdict = node.verdict
    record.resource = UInt32(truncatingIfNeeded: node.resource)
    guard node.verdict == nil else { return record }
    if let types = node.value(of: .type).map({ SchemaTypes($0) }) {
      record.kinds = types.kinds
      record.allowsIntegers = types.contains(.integer)
    }
    let owner = UInt32(truncatingIfNeeded: index)
    record.general = add(generalRules(node, owner, program))
    record.numbers = add(numberRules(node))
    record.strings = add(stringRules(node, program))
    record.arrays = add(arrayRules(node, owner, program))
    record.objects = add(objectRules(node, program))
    takeMembers(node, program, &record)
    takeElements(node, program, &record)
    record.unevaluatedProperties = child(.unevaluatedProperties, node, program)
    record.unevaluatedItems = child(.unevaluatedItems, node, program)
    record.hasUnevaluated = record.unevaluatedProperties != nil || record.unevaluatedItems != nil
    return record
  }

  private func child(_ keyword: SchemaKeyword, _ node: SchemaProgram.Node, _ program: SchemaProgram) -> UInt32? {
    node.value(of: keyword).flatMap { program.child($0, of: node) }.map { UInt32(truncatingIfNeeded: $0) }
  }

  private func children(
    _ values: some Sequence<JSONValue>, _ node: SchemaProgram.Node, _ program: SchemaProgram
  ) -> [UInt32] {
    values.compactMap { program.child($0, of: node) }.map { UInt32(truncatingIfNeeded: $0) }
  }

  private mutating func generalRules(
    _ node: SchemaProgram.Node, _ owner: UInt32, _ program: SchemaProgram
  ) -> [SchemaRule] {
    var rules: [SchemaRule] = []
    if let value = node.value(of: .enum) { rules.append(.enumeration(constant(value))) }
    if let value = node.value(of: .const) { rules.append(.constant(constant(value))) }
    if let target = node.reference { rules.append(.reference(UInt32(truncatingIfNeeded: target))) }
    if let target = node.dynamicReference { rules.append(dynamicReference(target, node)) }
    for keyword in [SchemaKeyword.allOf, .anyOf, .oneOf] {
      guard let value = node.value(of: keyword) else { continue }
      let list = list(children(value.elements, node, program))
      switch keyword {
      case .allOf: rules.append(.allOf(list))
      case .anyOf: rules.append(.anyOf(list, owner: owner))
      default: rules.append(.oneOf(list, owner: owner))
      }
    }
    if let negated = child(.not, node, program) { rules.append(.not(negated, owner: owner)) }
    if let condition = child(.if, node, program) {
      let (then, otherwise) = (child(.then, node, program), child(.else, node, program))
      // Without a consequence it matters only for what it evaluates.
      if then != nil || otherwise != nil || collects {
        rules.append(.condition(if: condition, then: then, else: otherwise))
      }
    }
    return rules
  }

  private mutating func dynamicReference(_ target: Int, _ node: SchemaProgram.Node) -> SchemaRule {
    guard let name = node.dynamicAnchor else { return .reference(UInt32(truncatingIfNeeded: target)) }
    let anchor = anchorNumbers[name] ?? UInt32(truncatingIfNeeded: anchorNumbers.count)
    anchorNumbers[name] = anchor
    dynamicReferences.append(.init(node: UInt32(truncatingIfNeeded: target), anchor: anchor))
    return .dynamicReference(UInt32(truncatingIfNeeded: dynamicReferences.count - 1))
  }

  private mutating func numberRules(_ node: SchemaProgram.Node) -> [SchemaRule] {
    var rules: [SchemaRule] = []
    for bound in [SchemaBound.minimum, .exclusiveMinimum, .maximum, .exclusiveMaximum] {
      guard let decimal = node.value(of: bound.keyword).flatMap({ self.decimal($0) }) else { continue }
      if let plain = decimals[Int(decimal)].int, RawIndex.plainIntegers.contains(plain) {
        rules.append(.plainBound(bound, plain, decimal))
      } else {
        rules.append(.bound(bound, decimal))
      }
    }
    if let decimal = node.value(of: .multipleOf).flatMap({ self.decimal($0) }) { rules.append(.multipleOf(decimal)) }
    return rules
  }

  private mutating func decimal(_ value: JSONValue) -> UInt32? {
    guard let number = value.number else { return nil }
    decimals.append(number)
    return UInt32(truncatingIfNeeded: decimals.count - 1)
  }

  private func count(_ keyword: SchemaKeyword, _ node: SchemaProgram.Node) -> Int? {
    // Nothing has as many as the largest `Int`.
    node.value(of: keyword).flatMap { $0.number.map { $0.int ?? .max } }
  }

  private mutating func stringRules(_ node: SchemaProgram.Node, _ program: SchemaProgram) -> [SchemaRule] {
    var rules: [SchemaRule] = []
    if let least = count(.minLength, node) { rules.append(.minLength(least)) }
    if let most = count(.maxLength, node) { rules.append(.maxLength(most)) }
    if let bytes = node.value(of: .pattern)?.unescapedBytes, let number = program.patterns.known(bytes) {
      rules.append(.pattern(number))
    }
    if program.options.assertsFormats || node.dialect.assertsFormats,
      let format = node.value(of: .format)?.string.flatMap({ SchemaFormat(rawValue: $0) })
    {
      rules.append(.format(format))
    }
    return rules
  }

  private mutating func arrayRules(
    _ node: SchemaProgram.Node, _ owner: UInt32, _ program: SchemaProgram
  ) -> [SchemaRule] {
    var rules: [SchemaRule] = []
    if let least = count(.minItems, node) { rules.append(.minItems(least)) }
    if let most = count(.maxItems, node) { rules.append(.maxItems(most)) }
    if node.value(of: .uniqueItems)?.bool == true { rules.append(.uniqueItems) }
    if let contained = child(.contains, node, program) {
      let least = count(.minContains, node) ?? 1
      containments.append(.init(node: contained, least: least, most: count(.maxContains, node)))
      rules.append(.contains(UInt32(truncatingIfNeeded: containments.count - 1), owner: owner))
    }
    return rules
  }

  // MARK: Members and elements

  private func members(of keyword: SchemaKeyword, _ node: SchemaProgram.Node) -> [(name: JSONName, value: JSONValue)] {
    node.value(of: keyword).map { Array($0.members) } ?? []
  }

  private mutating func takeMembers(
    _ node: SchemaProgram.Node, _ program: SchemaProgram, _ record: inout SchemaRecord
  ) {
    let required = node.value(of: .required).map { $0.elements.compactMap(\.unescapedBytes).map(JSONKey.init) } ?? []
    let start = names.count
    names += required
    record.required = part(from: start, of: names.count)
    var rules: [JSONKey: MemberRule] = [:]
    for key in required { rules[key] = MemberRule(node: nil, isRequired: true) }
    for (name, value) in members(of: .properties, node) {
      let key = JSONKey(bytes: name.unescapedBytes)
      let child = program.child(value, of: node).map { UInt32(truncatingIfNeeded: $0) }
      rules[key] = MemberRule(node: child, isRequired: rules[key] != nil)
    }
    record.keys = keys.add(rules.map { ($0.key, $0.value.tag) })

    let firstPattern = patternMembers.count
    for (name, value) in members(of: .patternProperties, node) {
      guard let pattern = program.patterns.known(name.unescapedBytes), let child = program.child(value, of: node)
      else { continue }
      patternMembers.append(.init(pattern: pattern, node: UInt32(truncatingIfNeeded: child)))
    }
    record.patterns = part(from: firstPattern, of: patternMembers.count)
    record.additionalProperties = child(.additionalProperties, node, program)
    // What allows everything matters only for what it evaluates.
    if !collects, node.value(of: .additionalProperties)?.bool == true { record.additionalProperties = nil }
    record.propertyNames = child(.propertyNames, node, program)
    record.hasOtherMembers =
      record.patterns.count > 0 || record.additionalProperties != nil || record.propertyNames != nil
    record.hasMembers = !rules.isEmpty || record.hasOtherMembers
  }

  private mutating func takeElements(
    _ node: SchemaProgram.Node, _ program: SchemaProgram, _ record: inout SchemaRecord
  ) {
    if let items = node.value(of: .items), items.kind == .array {
      // Draft 7: one schema for each of the first elements.
      record.prefixItems = list(children(items.elements, node, program))
      record.items = child(.additionalItems, node, program)
    } else {
      if let prefix = node.value(of: .prefixItems) {
        record.prefixItems = list(children(prefix.elements, node, program))
      }
      record.items = child(.items, node, program)
    }
    record.hasElements = record.prefixItems.count > 0 || record.items != nil
  }

  private mutating func objectRules(_ node: SchemaProgram.Node, _ program: SchemaProgram) -> [SchemaRule] {
    var rules: [SchemaRule] = []
    if let least = count(.minProperties, node) { rules.append(.minProperties(least)) }
    if let most = count(.maxProperties, node) { rules.append(.maxProperties(most)) }
    var slots: [JSONKey: UInt32] = [:]
    func slot(_ key: JSONKey) -> UInt32 {
      let slot = slots[key] ?? UInt32(truncatingIfNeeded: slots.count)
      slots[key] = slot
      return slot
    }
    var demands: [(slot: UInt32, demand: CompiledSchema.Dependencies.Demand)] = []
    for keyword in [SchemaKeyword.dependentRequired, .dependentSchemas, .dependencies] {
      for (name, value) in members(of: keyword, node) {
        let cause = slot(JSONKey(bytes: name.unescapedBytes))
        if value.kind == .array {
          let members = value.elements.compactMap(\.unescapedBytes).map(JSONKey.init).map { key in
            names.append(key)
            return (slot: slot(key), name: UInt32(truncatingIfNeeded: names.count - 1))
          }
          demands.append((cause, .members(members, keyword)))
        } else if let child = program.child(value, of: node) {
          demands.append((cause, .schema(UInt32(truncatingIfNeeded: child))))
        }
      }
    }
    if !demands.isEmpty {
      dependencies.append(
        .init(keys: keys.add(slots.map { ($0.key, $0.value) }), slots: slots.count, demands: demands))
      rules.append(.dependencies(UInt32(truncatingIfNeeded: dependencies.count - 1)))
    }
    return rules
  }

  // MARK: Endless references

  /// Notes each reference through which a schema demands itself of the same value: it could never be decided. References by
  /// the dynamic scope are known only when a value is there.
  private func noteEndlessReferences(_ program: inout SchemaProgram) {
    enum State { case unseen, open, done }
    var states = [State](repeating: .unseen, count: program.nodes.count)
    for start in program.nodes.indices where states[start] == .unseen {
      var path: [(node: Int, next: [Int])] = [(start, inPlace(start, program))]
      states[start] = .open
      while let (node, next) = path.last {
        guard let target = next.last else {
          states[node] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next.removeLast()
        switch states[target] {
        case .done: break
        case .open:
          // Subschemas are a tree: only a reference leads back.
          let source = program.nodes[node]
          if let value = source.value(of: .ref) ?? source.value(of: .dynamicRef) {
            program.note(.endlessReference(value.string ?? ""), at: value, of: source)
          }
        case .unseen:
          states[target] = .open
          path.append((target, inPlace(target, program)))
        }
      }
    }
  }

  /// The schemas that a schema holds against the value that it is given itself.
  private func inPlace(_ index: Int, _ program: SchemaProgram) -> [Int] {
    let node = program.nodes[index]
    var targets = node.reference.map { [$0] } ?? []
    if let target = node.dynamicReference, node.dynamicAnchor == nil { targets.append(target) }
    for (keyword, value) in node.keywords {
      switch keyword {
      case .allOf, .anyOf, .oneOf: targets += value.elements.compactMap { program.child($0, of: node) }
      case .not, .if, .then, .else: targets += [program.child(value, of: node)].compactMap { $0 }
      case .dependentSchemas, .dependencies:
        targets += value.members.compactMap { program.child($0.value, of: node) }
      default: break
      }
    }
    return targets
  }
}
