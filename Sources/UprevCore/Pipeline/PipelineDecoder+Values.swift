import LosslessJSON

extension PipelineDecoder {
  /// A JSON value as YAML's JSON schema writes it: numbers keep their literals, mappings their order.
  ///
  /// The plain words `NaN`, `Infinity` and `-Infinity` are numbers where the format allows them, and refused elsewhere; in
  /// quotes they are text.
  mutating func value(_ node: YAMLNode, _ what: String, allowsNonFinite: Bool) -> StepValue? {
    guard let fragment = fragment(node, what, allowsNonFinite: allowsNonFinite) else { return nil }
    do {
      return StepValue(fragment: fragment, value: try IndexedJSON(of: fragment).root)
    } catch {
      note(.notAValue(what, found: node), at: node.mark)
      return nil
    }
  }

  /// As ``value(_:_:allowsNonFinite:)``, where gathered values may stand too: `{gather: name}` is that value.
  mutating func gatheringValue(_ node: YAMLNode, _ what: String, allowsNonFinite: Bool) -> StepValue? {
    guard let value = value(node, what, allowsNonFinite: allowsNonFinite) else { return nil }
    guard let template = template(node, what, allowsNonFinite: allowsNonFinite) else { return nil }
    if case .given = template { return value }
    return StepValue(fragment: value.fragment, value: value.value, template: template)
  }

  /// Of a node that is a value. Recursive as deep as ``YAMLReader/maximumDepth``.
  private mutating func template(_ node: YAMLNode, _ what: String, allowsNonFinite: Bool) -> ValueTemplate? {
    if let name = gatheredName(node) { return knownGathered(name, at: node.mark).map { .gathered($0) } }
    func isGiven(_ template: ValueTemplate) -> Bool {
      if case .given = template { true } else { false }
    }
    switch node.content {
    case .scalar: break
    case .sequence(let elements):
      let templates = elements.map { template($0, what, allowsNonFinite: allowsNonFinite) }
      let whole = templates.compactMap { $0 }
      guard whole.count == templates.count else { return nil }
      if !whole.allSatisfy(isGiven) { return .array(whole) }
    case .mapping(let pairs):
      var members: [(name: String, value: ValueTemplate)] = []
      for pair in pairs {
        guard case .scalar(let scalar) = pair.key.content,
          let value = template(pair.value, what, allowsNonFinite: allowsNonFinite)
        else { return nil }
        members.append((scalar.text, value))
      }
      if !members.allSatisfy({ isGiven($0.value) }) { return .object(members) }
    }
    return fragment(node, what, allowsNonFinite: allowsNonFinite).map { .given($0) }
  }

  /// The name in `{gather: name}`; nil for anything else, and where that is an object like any other.
  func gatheredName(_ node: YAMLNode) -> String? {
    guard gatheredNames != nil, case .mapping(let pairs) = node.content, pairs.count == 1,
      pairs[0].key.isText("gather"), case .scalar(let scalar) = pairs[0].value.content, scalar.kind == .string
    else { return nil }
    return scalar.text
  }

  /// - Returns: nil, with a fault, for a name that the migration does not gather.
  mutating func knownGathered(_ name: String, at mark: YAMLMark) -> String? {
    let names = gatheredNames ?? []
    if names.contains(name) { return name }
    note(
      .unknownGathered(name, known: names.sorted(), nearest: NearestName.find(name, among: names.sorted())), at: mark)
    return nil
  }

  /// Recursive as deep as ``YAMLReader/maximumDepth``.
  private mutating func fragment(_ node: YAMLNode, _ what: String, allowsNonFinite: Bool) -> JSONFragment? {
    switch node.content {
    case .scalar(let scalar): return fragment(scalar, node, what, allowsNonFinite: allowsNonFinite)
    case .sequence(let elements):
      let fragments = elements.map { fragment($0, what, allowsNonFinite: allowsNonFinite) }
      let whole = fragments.compactMap { $0 }
      return whole.count == fragments.count ? .array(whole) : nil
    case .mapping(let pairs):
      var members: [(name: String, value: JSONFragment)] = []
      var lines: [[UInt8]: Int] = [:]
      for pair in pairs {
        let value = fragment(pair.value, what, allowsNonFinite: allowsNonFinite)
        guard case .scalar(let scalar) = pair.key.content, scalar.kind == .string else {
          note(.wrongType("a name in \(what)", expected: .text, found: pair.key), at: pair.key.mark)
          continue
        }
        if scalar.isPlain, scalar.text == "<<" {
          note(.mergeKey(), at: pair.key.mark)
        } else if let line = lines[Array(scalar.text.utf8)] {
          note(.duplicateKey(scalar.text, firstLine: line), at: pair.key.mark)
        } else if let value {
          members.append((scalar.text, value))
        }
        lines[Array(scalar.text.utf8)] = pair.key.mark.line
      }
      return members.count == pairs.count ? .object(members) : nil
    }
  }

  private mutating func fragment(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ what: String, allowsNonFinite: Bool
  ) -> JSONFragment? {
    switch scalar.kind {
    case .null:
      if !scalar.text.isEmpty { return .null }
      note(.nothingGiven(what), at: node.mark)
      return nil
    case .boolean(let value): return .bool(value)
    case .number: return literal(scalar.text, node, what)
    case .string:
      guard scalar.isPlain, ["NaN", "Infinity", "-Infinity"].contains(scalar.text) else { return .string(scalar.text) }
      if allowsNonFinite { return literal(scalar.text, node, what) }
      note(.nonFinite(scalar.text), at: node.mark)
      return nil
    }
  }

  private mutating func literal(_ text: String, _ node: YAMLNode, _ what: String) -> JSONFragment? {
    do {
      return try .literal(text, options: JSONReadingOptions(allowsNonFinite: true))
    } catch {
      note(.notAValue(what, found: node), at: node.mark)
      return nil
    }
  }
}
