import JSONSchema
import LosslessJSON
import UprevReport

extension PipelineDecoder {
  /// The rule of `version` or of `detect`, whichever is there, and the kind that every other version in the format has.
  ///
  /// - Returns: nil where the kind cannot be told; the rule alone is nil where it has other faults.
  mutating func versionRule(
    _ fields: [String: YAMLPair], of format: YAMLNode, allowsNonFinite: Bool, _ mentions: inout VersionMentions
  ) -> (rule: VersionRule?, kind: VersionRule.Kind)? {
    switch (fields["version"], fields["detect"]) {
    case (nil, nil):
      note(.missingVersion(), at: format.mark)
      return nil
    case (let version?, let detect):
      if let detect { note(.conflictingKeys("detect", "version", of: "the format"), at: detect.key.mark) }
      guard let kind = versionKind(version.value) else { return nil }
      return (versionRule(version.value, kind, &mentions), kind)
    case (nil, let detect?):
      guard let kind = shapesKind(detect.value) else {
        _ = shapes(detect.value, nil, allowsNonFinite: allowsNonFinite, &mentions)
        return nil
      }
      let shapes = shapes(detect.value, kind, allowsNonFinite: allowsNonFinite, &mentions)
      return (shapes.map { VersionRule(kind: kind, source: .shapes($0)) }, kind)
    }
  }

  /// The `type` of a version rule, read first: every other version in the format depends on it.
  private mutating func versionKind(_ node: YAMLNode) -> VersionRule.Kind? {
    if case .mapping(let pairs) = node.content, let type = pairs.first(where: { $0.key.isText("type") })?.value,
      let kind = word(type, "`type`", VersionRule.Kind.self)
    {
      return kind
    }
    // What is wrong with the rule apart from its type.
    if let at = ruleFields(node)?["at"] { _ = pointer(at.value, "`at`") }
    return nil
  }

  private mutating func ruleFields(_ node: YAMLNode) -> [String: YAMLPair]? {
    fields(of: node, "`version`", required: ["at", "type"], optional: ["missing", "invalid", "map"])
  }

  private mutating func versionRule(
    _ node: YAMLNode, _ kind: VersionRule.Kind, _ mentions: inout VersionMentions
  ) -> VersionRule? {
    guard let fields = ruleFields(node) else { return nil }
    let pointer = fields["at"].flatMap { self.pointer($0.value, "`at`") }
    let missing = fields["missing"].flatMap { pair in
      mentioned(pair.value, "`missing`", kind, &mentions)
    }
    var invalid: FormatVersion?
    if let node = fields["invalid"]?.value, !node.isPlain("reject") {
      invalid = mentioned(node, "`invalid`", kind, &mentions)
    }
    let map = fields["map"].map { self.map($0.value, kind, &mentions) } ?? [:]
    guard let pointer else { return nil }
    return VersionRule(
      kind: kind,
      source: .value(VersionValueRule(pointer: pointer, missing: missing, invalid: invalid, map: map)))
  }

  private mutating func map(
    _ node: YAMLNode, _ kind: VersionRule.Kind, _ mentions: inout VersionMentions
  ) -> [VersionValueRule.FoundValue: FormatVersion] {
    guard let pairs = pairs(of: node, "`map`") else { return [:] }
    var map: [VersionValueRule.FoundValue: FormatVersion] = [:]
    var lines: [VersionValueRule.FoundValue: Int] = [:]
    for pair in pairs {
      guard case .scalar(let scalar) = pair.key.content else {
        note(.wrongType("a key of `map`", expected: .text, found: pair.key), at: pair.key.mark)
        continue
      }
      let found = VersionValueRule.FoundValue(scalar)
      if pair.key.isPlain("<<") {
        note(.mergeKey(), at: pair.key.mark)
      } else if let line = lines[found] {
        note(.duplicateKey(scalar.text, firstLine: line), at: pair.key.mark)
      } else {
        lines[found] = pair.key.mark.line
        if let version = mentioned(pair.value, "a value of `map`", kind, &mentions) { map[found] = version }
      }
    }
    return map
  }

  mutating func mentioned(
    _ node: YAMLNode, _ what: String, _ kind: VersionRule.Kind, _ mentions: inout VersionMentions
  ) -> FormatVersion? {
    guard let version = version(node, what, kind) else { return nil }
    mentions.add(version, at: node.mark)
    return version
  }

  /// - Parameter kind: nil where the format's is unknown: then only what does not depend on it is looked at.
  mutating func migrations(
    _ node: YAMLNode, _ kind: VersionRule.Kind?, allowsNonFinite: Bool
  ) -> [PlacedMigration] {
    guard let elements = elements(of: node, "`migrations`") else { return [] }
    return elements.compactMap { element in
      guard
        let fields = fields(
          of: element, "the migration", required: ["from", "to"], optional: ["description", "gather", "steps"])
      else { return nil }
      let description = fields["description"].flatMap { text($0.value, "`description`") }
      var gathering = fields["gather"].flatMap { self.gathering($0.value) }
      gatheredNames = Set(fields["gather"].map { gatherNames($0.value) } ?? [])
      defer { gatheredNames = [] }
      let steps = fields["steps"].map { self.steps($0.value, allowsNonFinite: allowsNonFinite) } ?? []
      guard let kind else { return nil }
      let from = fields["from"].flatMap { version($0.value, "`from`", kind) }
      let to = fields["to"].flatMap { version($0.value, "`to`", kind) }
      guard let from, let to else { return nil }
      if let gathered = gathering { gathering = take(gathered, from: from, to: to, at: element.mark) }
      return PlacedMigration(
        migration: Migration(from: from, to: to, description: description, steps: steps ?? [], gathering: gathering),
        mark: element.mark)
    }
  }

  /// Those that are written down, also where something is wrong with what they stand for.
  private func gatherNames(_ node: YAMLNode) -> [String] {
    guard case .mapping(let pairs) = node.content else { return [] }
    return pairs.compactMap { pair in
      if case .scalar(let scalar) = pair.key.content { scalar.text } else { nil }
    }
  }

  mutating func schemas(
    _ node: YAMLNode, _ kind: VersionRule.Kind, _ mentions: inout VersionMentions
  ) -> [FormatVersion: Schema] {
    guard let pairs = pairs(of: node, "`schemas`") else { return [:] }
    var schemas: [FormatVersion: Schema] = [:]
    var lines: [FormatVersion: Int] = [:]
    for pair in pairs {
      if pair.key.isPlain("<<") {
        note(.mergeKey(), at: pair.key.mark)
        continue
      }
      guard let version = version(pair.key, "a key of `schemas`", kind) else { continue }
      if let line = lines[version] {
        note(.duplicateKey(version.description, firstLine: line), at: pair.key.mark)
        continue
      }
      lines[version] = pair.key.mark.line
      mentions.add(version, at: pair.key.mark)
      if let path = name(pair.value, "a schema's path"), let schema = schema(path, at: pair.value.mark) {
        schemas[version] = schema
      }
    }
    return schemas
  }
}

extension YAMLNode {
  /// Whether this is a certain string.
  func isText(_ text: String) -> Bool {
    if case .scalar(let scalar) = content { return scalar.kind == .string && scalar.text == text }
    return false
  }

  /// Whether this is a certain word without quotes.
  func isPlain(_ text: String) -> Bool {
    if case .scalar(let scalar) = content { return scalar.isPlain && scalar.text == text }
    return false
  }
}

extension VersionValueRule.FoundValue {
  /// What a scalar of a pipeline stands for.
  init(_ scalar: YAMLScalar) {
    switch scalar.kind {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .number(let number): self = .number(number)
    case .string: self = .string(Array(scalar.text.utf8))
    }
  }
}
