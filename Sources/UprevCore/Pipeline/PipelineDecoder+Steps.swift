import LosslessJSON

extension PipelineDecoder {
  private static let keywords = ["default", "rename", "each", "convert", "jq", "exec"]

  /// Steps in order; nil where one of them has faults. Recursive as deep as ``YAMLReader/maximumDepth``.
  mutating func steps(_ node: YAMLNode, allowsNonFinite: Bool) -> [any Step]? {
    guard let elements = elements(of: node, "`steps`") else { return nil }
    let steps = elements.map { step($0, allowsNonFinite: allowsNonFinite) }
    let whole = steps.compactMap { $0 }
    return whole.count == steps.count ? whole : nil
  }

  private mutating func step(_ node: YAMLNode, allowsNonFinite: Bool) -> (any Step)? {
    guard let pairs = pairs(of: node, "the step") else { return nil }
    let names = (["op"] + Self.keywords)
    let actions = pairs.filter { pair in names.contains { pair.key.isText($0) } }
    guard let first = actions.first, case .scalar(let action) = first.key.content else {
      noteNoAction(node, pairs)
      return nil
    }
    if let second = actions.dropFirst().first(where: { !$0.key.isText(action.text) }),
      case .scalar(let other) = second.key.content
    {
      note(.conflictingKeys(other.text, action.text, of: "the step"), at: second.key.mark)
      return nil
    }
    let step: (any Step)?
    let when: YAMLPair?
    if action.text == "op" {
      (step, when) = operation(node, first.value, allowsNonFinite: allowsNonFinite)
    } else {
      let optional = action.text == "exec" ? ["seconds", "when"] : ["when"]
      guard let fields = fields(of: node, "the step", required: [action.text], optional: optional) else { return nil }
      when = fields["when"]
      step = fields[action.text].flatMap { value in
        action.text == "exec"
          ? execStep(value.value, fields["seconds"]?.value, allowsNonFinite: allowsNonFinite)
          : keyword(action.text, value.value, allowsNonFinite: allowsNonFinite)
      }
    }
    guard let when else { return step }
    let condition = condition(when.value, allowsNonFinite: allowsNonFinite)
    guard let step, let condition else { return nil }
    return WhenStep(condition: condition, step: step)
  }

  /// Nothing says what the step does: mostly a slip in the one word that would.
  private mutating func noteNoAction(_ node: YAMLNode, _ pairs: [YAMLPair]) {
    let names = ["op"] + Self.keywords
    for pair in pairs {
      guard case .scalar(let scalar) = pair.key.content, scalar.kind == .string else { continue }
      if let nearest = NearestName.find(scalar.text, among: names) {
        note(.unknownKey(scalar.text, of: "the step", allowed: names + ["when"], nearest: nearest), at: pair.key.mark)
        return
      }
    }
    note(.noAction(names), at: node.mark)
  }

  // MARK: Operations

  /// Those of RFC 6902, section 4.
  enum Operation: String, CaseIterable {
    case add, remove, replace, move, copy, test

    /// Besides `op`.
    var fields: [String] {
      switch self {
      case .add, .replace, .test: ["path", "value"]
      case .remove: ["path"]
      case .move, .copy: ["from", "path"]
      }
    }
  }

  private mutating func operation(
    _ node: YAMLNode, _ op: YAMLNode, allowsNonFinite: Bool
  ) -> (step: (any Step)?, when: YAMLPair?) {
    guard let operation = word(op, "`op`", Operation.self),
      let fields = fields(
        of: node, "the operation `\(operation.rawValue)`", required: ["op"] + operation.fields, optional: ["when"])
    else { return (nil, nil) }
    let path = fields["path"].flatMap { pointer($0.value, "`path`") }
    let from = fields["from"].flatMap { pointer($0.value, "`from`") }
    let value = fields["value"].flatMap { gatheringValue($0.value, "`value`", allowsNonFinite: allowsNonFinite) }
    guard let path, let mark = fields["path"]?.value.mark else { return (nil, fields["when"]) }
    var step: (any Step)?
    switch operation {
    case .add: step = value.map { AddStep(path: path, value: $0) }
    case .replace: step = value.map { ReplaceStep(path: path, value: $0) }
    case .test: step = value.map { TestStep(path: path, value: $0) }
    case .copy: step = from.map { CopyStep(from: $0, path: path) }
    case .remove where path.tokens.isEmpty: note(.wholeDocument("`path`", "removed"), at: mark)
    case .remove: step = RemoveStep(path: path)
    case .move:
      if let from, path.isInside(from) {
        note(.movedIntoItself(from, path), at: mark)
      } else {
        step = from.map { MoveStep(from: $0, path: path) }
      }
    }
    return (step, fields["when"])
  }

  // MARK: Keywords

  private mutating func keyword(_ name: String, _ node: YAMLNode, allowsNonFinite: Bool) -> (any Step)? {
    switch name {
    case "default": defaultStep(node, allowsNonFinite: allowsNonFinite)
    case "rename": renameStep(node)
    case "each": eachStep(node, allowsNonFinite: allowsNonFinite)
    case "convert": convertStep(node)
    default: jqStep(node, allowsNonFinite: allowsNonFinite)
    }
  }

  private mutating func defaultStep(_ node: YAMLNode, allowsNonFinite: Bool) -> (any Step)? {
    guard let fields = fields(of: node, "`default`", required: ["at", "value"]) else { return nil }
    let at = fields["at"].flatMap { memberPointer($0.value, "never absent") }
    let value = fields["value"].flatMap { gatheringValue($0.value, "`value`", allowsNonFinite: allowsNonFinite) }
    guard let at, let value else { return nil }
    return DefaultStep(at: at, value: value)
  }

  private mutating func renameStep(_ node: YAMLNode) -> (any Step)? {
    guard let fields = fields(of: node, "`rename`", required: ["at", "to"]) else { return nil }
    let at = fields["at"].flatMap { memberPointer($0.value, "without a name") }
    let to = fields["to"].flatMap { text($0.value, "`to`") }
    guard let at, let to else { return nil }
    return RenameStep(at: at, newName: to)
  }

  /// A pointer to anything but the document itself.
  private mutating func memberPointer(_ node: YAMLNode, _ why: String) -> JSONPointer? {
    guard let pointer = pointer(node, "`at`") else { return nil }
    if !pointer.tokens.isEmpty { return pointer }
    note(.wholeDocument("`at`", why), at: node.mark)
    return nil
  }

  private mutating func eachStep(_ node: YAMLNode, allowsNonFinite: Bool) -> (any Step)? {
    guard let fields = fields(of: node, "`each`", required: ["at", "steps"]) else { return nil }
    let at = fields["at"].flatMap { pointer($0.value, "`at`") }
    let steps = fields["steps"].flatMap { self.steps($0.value, allowsNonFinite: allowsNonFinite) }
    if let steps, steps.isEmpty, let mark = fields["steps"]?.value.mark { note(.emptyList("`steps`"), at: mark) }
    guard let at, let steps else { return nil }
    return EachStep(at: at, steps: steps)
  }

  private mutating func jqStep(_ node: YAMLNode, allowsNonFinite: Bool) -> (any Step)? {
    guard let program = text(node, "`jq`") else { return nil }
    guard let jq else {
      note(.noJq(), at: node.mark)
      return nil
    }
    let gathers = !(gatheredNames ?? []).isEmpty
    do {
      try jq.check(program, seesGathered: gathers)
    } catch {
      note(.invalidProgram(error), at: node.mark)
      return nil
    }
    return JqStep(program: program, runner: jq, allowsNonFinite: allowsNonFinite, seesGathered: gathers)
  }

  private mutating func execStep(_ node: YAMLNode, _ seconds: YAMLNode?, allowsNonFinite: Bool) -> (any Step)? {
    program(node, "`exec`", seconds: seconds, usual: ProgramCommand.usualStepSeconds).map {
      ExecStep(command: $0, runner: exec, allowsNonFinite: allowsNonFinite)
    }
  }

  // MARK: Conditions

  private mutating func condition(_ node: YAMLNode, allowsNonFinite: Bool) -> Condition? {
    let tests = ["exists", "equals", "type"]
    guard let fields = fields(of: node, "`when`", required: ["at"], optional: tests) else { return nil }
    let at = fields["at"].flatMap { pointer($0.value, "`at`") }
    let given = fields.filter { tests.contains($0.key) }.sorted { $0.value.key.mark.isBefore($1.value.key.mark) }
    guard let first = given.first else {
      // A slip in one of them has been told already.
      if case .mapping(let pairs) = node.content, pairs.count <= 1 { note(.noTest(tests), at: node.mark) }
      return nil
    }
    if let second = given.dropFirst().first {
      note(.conflictingKeys(second.key, first.key, of: "`when`"), at: second.value.key.mark)
    }
    let test: Condition.Test?
    switch first.key {
    case "exists": test = boolean(first.value.value, "`exists`").map { .exists($0) }
    case "type": test = word(first.value.value, "`type`", ValueType.self).map { .type($0) }
    default:
      if gatheredName(first.value.value) != nil { note(.gatheredInCondition(), at: first.value.value.mark) }
      test = value(first.value.value, "`equals`", allowsNonFinite: allowsNonFinite).map { .equals($0.value) }
    }
    guard let at, let test else { return nil }
    return Condition(pointer: at, test: test)
  }
}

extension YAMLMark {
  func isBefore(_ other: YAMLMark) -> Bool { (line, column) < (other.line, other.column) }
}
