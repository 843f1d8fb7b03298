import LosslessJSON

extension PipelineDecoder {
  /// Whether the versions under `detect` are integers or text: as the first of them is written.
  mutating func shapesKind(_ node: YAMLNode) -> VersionRule.Kind? {
    guard case .sequence(let elements) = node.content else { return nil }
    for element in elements {
      guard case .mapping(let pairs) = element.content,
        let version = pairs.first(where: { $0.key.isText("version") })?.value,
        case .scalar(let scalar) = version.content
      else { continue }
      switch scalar.kind {
      case .number: return .integer
      case .string: return .string
      default: continue
      }
    }
    return nil
  }

  /// The shapes of `detect`, in order.
  ///
  /// - Parameter kind: nil where no version tells it; then that is a fault of every shape that has one.
  mutating func shapes(
    _ node: YAMLNode, _ kind: VersionRule.Kind?, allowsNonFinite: Bool, _ mentions: inout VersionMentions
  ) -> [VersionShape]? {
    guard let elements = elements(of: node, "`detect`") else { return nil }
    if elements.isEmpty { note(.emptyList("`detect`"), at: node.mark) }
    var shapes: [VersionShape] = []
    var isWhole = !elements.isEmpty
    var catchAll: Int?
    for element in elements {
      if let catchAll { note(.unreachableShape(firstLine: catchAll), at: element.mark) }
      guard
        let fields = fields(
          of: element, "the shape", required: ["version"], optional: ["has", "lacks", "equals", "type"])
      else {
        isWhole = false
        continue
      }
      if fields.count == 1, fields["version"] != nil { catchAll = catchAll ?? element.mark.line }
      let version = fields["version"].flatMap { mentioned($0.value, "`version`", kind ?? .integer, &mentions) }
      let conditions = conditions(fields, allowsNonFinite: allowsNonFinite)
      if let version, let conditions {
        shapes.append(VersionShape(version: version, conditions: conditions))
      } else {
        isWhole = false
      }
    }
    return isWhole ? shapes : nil
  }

  private mutating func conditions(_ fields: [String: YAMLPair], allowsNonFinite: Bool) -> [Condition]? {
    var conditions: [Condition] = []
    var isWhole = true
    func add(_ condition: Condition?) {
      if let condition { conditions.append(condition) } else { isWhole = false }
    }
    for (name, expected) in [("has", true), ("lacks", false)] {
      for node in fields[name].map({ oneOrMore($0.value) }) ?? [] {
        add(pointer(node, "`\(name)`").map { Condition(pointer: $0, test: .exists(expected)) })
      }
    }
    for node in fields["equals"].map({ oneOrMore($0.value) }) ?? [] {
      let fields = self.fields(of: node, "`equals`", required: ["at", "value"])
      let pointer = fields?["at"].flatMap { self.pointer($0.value, "`at`") }
      let value = fields?["value"].flatMap { self.value($0.value, "`value`", allowsNonFinite: allowsNonFinite) }
      if let pointer, let value {
        add(Condition(pointer: pointer, test: .equals(value.value)))
      } else {
        isWhole = false
      }
    }
    for node in fields["type"].map({ oneOrMore($0.value) }) ?? [] {
      let fields = self.fields(of: node, "`type`", required: ["at", "is"])
      let pointer = fields?["at"].flatMap { self.pointer($0.value, "`at`") }
      let type = fields?["is"].flatMap { word($0.value, "`is`", ValueType.self) }
      if let pointer, let type {
        add(Condition(pointer: pointer, test: .type(type)))
      } else {
        isWhole = false
      }
    }
    return isWhole ? conditions : nil
  }

  /// A sequence's elements, or the one node that is none.
  private func oneOrMore(_ node: YAMLNode) -> [YAMLNode] {
    if case .sequence(let elements) = node.content { elements } else { [node] }
  }
}
