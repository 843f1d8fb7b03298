import LosslessJSON

/// One rule of which it is found out whether its schemas hold, one after the other.
struct Trial {
  var step: Validation.Step
  /// Of the trial around it.
  var outerBase: Int
  /// Where the log was when the schema that is tried now was begun.
  var logStart: Int
  /// Schemas that have been tried, and of them those that hold.
  var tried = 0
  var held = 0
  /// The element of an array that is tried now.
  var element = 0
}

extension Validation {
  /// A trial ends where it is known whether its rule is satisfied.
  mutating func begin(_ step: Step, _ memory: Memory) {
    work -= 1
    trials.append(Trial(step: step, outerBase: base, logStart: log.count))
    base = pending.count
    isTrying = true
    switch memory.rules[Int(step.node)] {
    case .anyOf(let list, _), .oneOf(let list, _): attempt(memory.lists[Int(list.start)], step)
    case .not(let node, _): attempt(node, step, collects: false)
    case .condition(let node, _, _): attempt(node, step)
    case .contains: tryElement(at: Int(step.entry) + 1, memory)
    default: endTrial()
    }
  }

  private mutating func attempt(_ node: UInt32, _ step: Step, collects: Bool? = nil) {
    push(step.entry, node, step.scope, step.extra, collects: collects ?? step.collects)
  }

  /// - Returns: the step that the trial was of.
  @discardableResult
  private mutating func endTrial() -> Step? {
    guard let trial = trials.popLast() else { return nil }
    base = trial.outerBase
    isTrying = !trials.isEmpty
    return trial.step
  }

  /// A schema of the innermost trial has been tried.
  mutating func resume(holds: Bool, _ memory: Memory) {
    guard let trial = trials.last else { return }
    let step = trial.step
    if !holds { log.removeSubrange(trial.logStart...) }
    switch memory.rules[Int(step.node)] {
    case .anyOf(let list, let owner): resumeChoice(list, owner, .anyOf, holds, memory)
    case .oneOf(let list, let owner): resumeChoice(list, owner, .oneOf, holds, memory)
    case .not(_, let owner):
      // What it evaluates was never of interest.
      endTrial()
      if holds { fail(step.entry, owner, .not) }
    case .condition(_, let then, let otherwise):
      endTrial()
      if let node = holds ? then : otherwise { attempt(node, step) }
    case .contains(let number, let owner): resumeContains(schema.containments[Int(number)], owner, holds, memory)
    default: endTrial()
    }
  }

  private mutating func resumeChoice(
    _ list: SchemaRecord.Part, _ owner: UInt32, _ keyword: SchemaKeyword, _ holds: Bool, _ memory: Memory
  ) {
    let index = trials.count - 1
    trials[index].tried += 1
    if holds { trials[index].held += 1 }
    trials[index].logStart = log.count
    let (step, tried, held) = (trials[index].step, trials[index].tried, trials[index].held)
    // What is evaluated is what all that hold have evaluated.
    let isDecided = keyword == .anyOf ? held > 0 && !step.collects : held > 1
    if tried < list.count, !isDecided {
      attempt(memory.lists[Int(list.start) + tried], step)
      return
    }
    endTrial()
    if held == 0 || keyword == .oneOf && held > 1 {
      fail(step.entry, owner, keyword, detail: UInt32(truncatingIfNeeded: held))
    }
  }

  /// Tries the element, or ends the trial behind the last one.
  private mutating func tryElement(at element: Int, _ memory: Memory) {
    let index = trials.count - 1
    let step = trials[index].step
    guard case .contains(let number, let owner) = memory.rules[Int(step.node)] else { return }
    let containment = schema.containments[Int(number)]
    let held = trials[index].held
    let isTooMany = containment.most.map { held > $0 } ?? false
    // With an upper bound, and where somebody wants to know which they are, all of them count.
    let isEnough = held >= containment.least && containment.most == nil && !step.collects
    if element < memory.value.end(Int(step.entry)), !isTooMany, !isEnough {
      trials[index].element = element
      push(UInt32(truncatingIfNeeded: element), containment.node, step.scope, 0, collects: false)
      return
    }
    endTrial()
    if isTooMany {
      fail(step.entry, owner, .maxContains)
    } else if held < containment.least {
      fail(step.entry, owner, held == 0 || containment.least == 1 ? .contains : .minContains)
    }
  }

  private mutating func resumeContains(
    _ containment: CompiledSchema.Containment, _ owner: UInt32, _ holds: Bool, _ memory: Memory
  ) {
    let index = trials.count - 1
    let element = trials[index].element
    if holds {
      trials[index].held += 1
      if trials[index].step.collects { log.append(UInt32(truncatingIfNeeded: element)) }
    }
    trials[index].logStart = log.count
    tryElement(at: memory.value.end(element), memory)
  }

  // MARK: What nothing has evaluated

  mutating func checkUnevaluated(_ step: Step, _ memory: Memory) {
    let start = Int(step.extra)
    let record = memory.records + Int(step.node)
    let kind = memory.value.kindBit(Int(step.entry))
    let isObject = kind == JSONKind.object.bit
    if isObject || kind == JSONKind.array.bit,
      let node = isObject ? record.pointee.unevaluatedProperties : record.pointee.unevaluatedItems
    {
      work -= log.count - start
      let evaluated = log[start...].sorted()
      if evaluated.last != Validation.everything {
        pushUnevaluated(step, node, evaluated, isObject: isObject, memory)
        log.append(Validation.everything)
      }
    }
    if !step.collects { log.removeSubrange(start...) }
  }

  /// - Parameter evaluated: in ascending order.
  private mutating func pushUnevaluated(
    _ step: Step, _ node: UInt32, _ evaluated: [UInt32], isObject: Bool, _ memory: Memory
  ) {
    let waiting = pending.count
    let end = memory.value.end(Int(step.entry))
    var child = Int(step.entry) + (isObject ? 2 : 1)
    var next = 0
    while child < end {
      while next < evaluated.count, evaluated[next] < UInt32(truncatingIfNeeded: child) { next += 1 }
      if next == evaluated.count || evaluated[next] != UInt32(truncatingIfNeeded: child) {
        push(UInt32(truncatingIfNeeded: child), node, step.scope, 0, collects: false)
      }
      work -= 1
      child = memory.value.end(child) + (isObject ? 1 : 0)
    }
    pending.reverse(from: waiting)
  }
}
