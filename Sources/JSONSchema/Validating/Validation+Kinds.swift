import LosslessJSON

// What is demanded of values of one kind.

extension Validation {
  // MARK: Numbers

  mutating func checkNumber(_ step: Step, _ part: SchemaRecord.Part, _ memory: Memory) {
    for index in part.start..<part.start + part.count {
      switch memory.rules[Int(index)] {
      case .plainBound(let bound, let limit, let number):
        if let (digits, power) = memory.value.plainDecimal(Int(step.entry)),
          case (let scaled, false) = limit.multipliedReportingOverflow(by: power)
        {
          if !bound.allows(digits, scaled) { fail(step.entry, step.node, bound.keyword) }
        } else if !isWithin(bound, schema.decimals[Int(number)], Int(step.entry), memory) {
          fail(step.entry, step.node, bound.keyword)
        }
      case .bound(let bound, let number):
        if !isWithin(bound, schema.decimals[Int(number)], Int(step.entry), memory) {
          fail(step.entry, step.node, bound.keyword)
        }
      case .multipleOf(let number):
        let divisor = schema.decimals[Int(number)]
        work -= memory.value.literalCount(Int(step.entry)) / 16 * (1 + divisor.significantDigits / 16)
        if work >= 0, let value = memory.value.number(Int(step.entry)), !value.isMultiple(of: divisor) {
          fail(step.entry, step.node, .multipleOf)
        }
      default: break
      }
      if hasFailed { return }
    }
  }

  private func isWithin(
    _ bound: SchemaBound, _ limit: JSONDecimal, _ entry: Int, _ memory: Memory
  ) -> Bool {
    guard let number = memory.value.number(entry) else { return true }
    return bound.allows(number, limit)
  }

  // MARK: Strings

  mutating func checkString(_ step: Step, _ part: SchemaRecord.Part, _ memory: Memory) {
    let entry = Int(step.entry)
    work -= memory.value.literalCount(entry) / 64
    for index in part.start..<part.start + part.count {
      switch memory.rules[Int(index)] {
      case .minLength(let least):
        if memory.value.codePoints(entry) < least { fail(step.entry, step.node, .minLength) }
      case .maxLength(let most):
        if memory.value.codePoints(entry) > most { fail(step.entry, step.node, .maxLength) }
      case .pattern(let number):
        if matches(Int(number), step.entry, step.node, memory) == false { fail(step.entry, step.node, .pattern) }
      case .format(let format):
        var isAccepted = true
        memory.value.withText(entry) { isAccepted = format.accepts($0) }
        if !isAccepted { fail(step.entry, step.node, .format) }
      default: break
      }
      if hasFailed { return }
    }
  }

  /// Whether a string or name matches; nil, and the end of the check, where finding out would take too long.
  mutating func matches(_ pattern: Int, _ entry: UInt32, _ node: UInt32, _ memory: Memory) -> Bool? {
    work -= 1 + memory.value.literalCount(Int(entry)) / 64
    if matcher == nil { matcher = PatternMatcher() }
    var answer: Bool?
    if let matcher {
      let compiled = schema.patterns[pattern]
      memory.value.withText(Int(entry)) { answer = matcher.matches(compiled, $0) }
    }
    if answer == nil { end(.patternLimit, entry, node) }
    return answer
  }

  // MARK: Arrays

  mutating func checkArray(_ step: Step, _ part: SchemaRecord.Part, _ collects: Bool, _ memory: Memory) {
    let entry = Int(step.entry)
    for index in part.start..<part.start + part.count {
      switch memory.rules[Int(index)] {
      case .minItems(let least):
        if elements(of: entry, upTo: least, memory) < least { fail(step.entry, step.node, .minItems) }
      case .maxItems(let most):
        if elements(of: entry, upTo: most == .max ? most : most + 1, memory) > most {
          fail(step.entry, step.node, .maxItems)
        }
      case .uniqueItems:
        work -= memory.value.end(entry) - entry
        if work >= 0, let repetition = memory.value.firstRepetition(in: entry) {
          fail(UInt32(truncatingIfNeeded: repetition), step.node, .uniqueItems)
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

  /// Counted no further than `most`.
  private mutating func elements(of array: Int, upTo most: Int, _ memory: Memory) -> Int {
    let end = memory.value.end(array)
    var element = array + 1
    var count = 0
    while element < end, count < most {
      count += 1
      element = memory.value.end(element)
    }
    work -= count
    return count
  }

  mutating func checkElements(
    _ step: Step, _ record: UnsafePointer<SchemaRecord>, _ collects: Bool, _ memory: Memory
  ) {
    let array = Int(step.entry)
    let end = memory.value.end(array)
    let prefix = record.pointee.prefixItems
    var element = array + 1
    var position: UInt32 = 0
    while element < end, position < prefix.count {
      pushChild(element, memory.lists[Int(prefix.start + position)], step.scope, memory)
      if collects { log.append(UInt32(truncatingIfNeeded: element)) }
      work -= 1
      element = memory.value.end(element)
      position += 1
    }
    guard let items = record.pointee.items else { return }
    if collects { log.append(Validation.everything) }
    while element < end {
      pushChild(element, items, step.scope, memory)
      work -= 1
      element = memory.value.end(element)
    }
  }

  // MARK: Objects

  mutating func checkObject(_ step: Step, _ part: SchemaRecord.Part, _ collects: Bool, _ memory: Memory) {
    let entry = Int(step.entry)
    for index in part.start..<part.start + part.count {
      switch memory.rules[Int(index)] {
      case .minProperties(let least):
        if members(of: entry, upTo: least, memory) < least { fail(step.entry, step.node, .minProperties) }
      case .maxProperties(let most):
        if members(of: entry, upTo: most == .max ? most : most + 1, memory) > most {
          fail(step.entry, step.node, .maxProperties)
        }
      case .dependencies(let number): checkDependencies(step, Int(number), collects, memory)
      default: break
      }
      if hasFailed { return }
    }
  }

  /// Counted no further than `most`.
  private mutating func members(of object: Int, upTo most: Int, _ memory: Memory) -> Int {
    let end = memory.value.end(object)
    var name = object + 1
    var count = 0
    while name < end, count < most {
      count += 1
      name = memory.value.end(name + 1)
    }
    work -= count
    return count
  }

  private mutating func checkDependencies(_ step: Step, _ number: Int, _ collects: Bool, _ memory: Memory) {
    let dependencies = schema.dependencies[number]
    var isThere = [Bool](repeating: false, count: dependencies.slots)
    var name = Int(step.entry) + 1
    let end = memory.value.end(Int(step.entry))
    while name < end {
      work -= 1
      if let slot = memory.value.tag(ofName: name, in: dependencies.keys, of: memory.keys) { isThere[Int(slot)] = true }
      name = memory.value.end(name + 1)
    }
    for (slot, demand) in dependencies.demands {
      work -= 1
      guard isThere[Int(slot)] else { continue }
      switch demand {
      case .schema(let node): push(step.entry, node, step.scope, step.extra &+ 1, collects: collects)
      case .members(let members, let keyword):
        for member in members where !isThere[Int(member.slot)] {
          fail(step.entry, step.node, keyword, detail: member.name)
          if hasFailed { return }
        }
        work -= members.count
      }
    }
  }

  mutating func checkMembers(
    _ step: Step, _ record: UnsafePointer<SchemaRecord>, _ collects: Bool, _ memory: Memory
  ) {
    let object = Int(step.entry)
    let keys = record.pointee.keys
    let hasOtherMembers = record.pointee.hasOtherMembers
    var found: UInt32 = 0
    var name = object + 1
    let end = memory.value.end(object)
    while name < end {
      var isEvaluated = false
      let child = UInt32(truncatingIfNeeded: name + 1)
      if let tag = memory.value.tag(ofName: name, in: keys, of: memory.keys) {
        let rule = MemberRule(tag: tag)
        if rule.isRequired { found += 1 }
        if let node = rule.node {
          pushChild(name + 1, node, step.scope, memory)
          isEvaluated = true
        }
      }
      if hasOtherMembers { checkMember(name, &isEvaluated, step, record, memory) }
      if collects, isEvaluated { log.append(child) }
      work -= 1
      name = memory.value.end(name + 1)
    }
    // No name comes twice in an object, and none twice in `required`.
    if found < record.pointee.required.count { failMissing(step, record.pointee.required) }
  }

  private mutating func checkMember(
    _ name: Int, _ isEvaluated: inout Bool, _ step: Step, _ record: UnsafePointer<SchemaRecord>, _ memory: Memory
  ) {
    let entry = UInt32(truncatingIfNeeded: name)
    if let node = record.pointee.propertyNames { pushChild(name, node, step.scope, memory) }
    let patterns = record.pointee.patterns
    for position in patterns.start..<patterns.start + patterns.count {
      let member = schema.patternMembers[Int(position)]
      guard matches(Int(member.pattern), entry, step.node, memory) == true else { continue }
      pushChild(name + 1, member.node, step.scope, memory)
      isEvaluated = true
    }
    if !isEvaluated, let node = record.pointee.additionalProperties {
      pushChild(name + 1, node, step.scope, memory)
      isEvaluated = true
    }
  }

  private mutating func failMissing(_ step: Step, _ required: SchemaRecord.Part) {
    guard !isTrying else { return fail(step.entry, step.node, .required) }
    let value = JSONValue(entry: Int(step.entry), inTextOf: root)
    for name in required.start..<required.start + required.count where value[member: schema.names[Int(name)]] == nil {
      fail(step.entry, step.node, .required, detail: name)
    }
    work -= Int(required.count)
  }
}
