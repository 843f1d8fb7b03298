import LosslessJSON

extension PipelineDecoder {
  /// A JSON value as YAML's JSON schema writes it: numbers keep their literals, mappings their order.
  ///
  /// The plain words `NaN`, `Infinity` and `-Infinity` are numbers where the format allows them, and refused elsewhere; in
  /// quotes they are text.
  mutating func value(_ node: YAMLNode, _ what: String, allowsNonFinite: Bool) -> StepValue? {
    guard let fragment = fragment(node, what, allowsNonFinite: allowsNonFinite) else { return nil }
    do {
      let empty = try IndexedJSON(scanning: JSONText("null"))
      let text = try empty.applying([empty.replacing(empty.root, with: fragment)])
      let document = try IndexedJSON(scanning: text, options: JSONReadingOptions(allowsNonFinite: true))
      return StepValue(fragment: fragment, value: document.root)
    } catch {
      note(.notAValue(what, found: node), at: node.mark)
      return nil
    }
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
