import JSONSchema
import LosslessJSON
import UprevReport

extension PipelineDecoder {
  /// The whole file; nil where a fault leaves nothing to go on with.
  mutating func pipeline(_ root: YAMLNode) -> (name: String, description: String?, formats: [Format])? {
    guard
      let fields = fields(
        of: root, "the pipeline", required: ["uprev", "name", "formats"], optional: ["description", "gathered"])
    else { return nil }
    if let uprev = fields["uprev"]?.value { fileVersion(uprev) }
    let name = fields["name"].flatMap { self.name($0.value, "`name`") }
    let description = fields["description"].flatMap { text($0.value, "`description`") }
    if let gathered = fields["gathered"]?.value { gatheredFile(gathered) }
    let formats = fields["formats"].flatMap { self.formats($0.value) }
    guard let name, let formats else { return nil }
    return (name, description, formats)
  }

  private mutating func fileVersion(_ node: YAMLNode) {
    if case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind {
      if number != JSONDecimal(1) { note(.unknownFileVersion(scalar.text), at: node.mark) }
    } else {
      note(.wrongType("`uprev`", expected: .number, found: node), at: node.mark)
    }
  }

  private mutating func formats(_ node: YAMLNode) -> [Format]? {
    guard let elements = elements(of: node, "`formats`") else { return nil }
    if elements.isEmpty { note(.emptyList("`formats`"), at: node.mark) }
    var lines: [String: Int] = [:]
    return elements.compactMap { format($0, lines: &lines) }
  }

  private mutating func format(_ node: YAMLNode, lines: inout [String: Int]) -> Format? {
    guard
      let fields = fields(
        of: node, "the format", required: ["name", "files", "current"],
        optional: ["version", "detect", "json", "validate", "migrations", "schemas"])
    else { return nil }
    let name = fields["name"].flatMap { self.name($0.value, "`name`") }
    if let name, let mark = fields["name"]?.value.mark {
      if let line = lines[name] {
        note(.duplicateFormat(name, firstLine: line), at: mark)
      } else {
        lines[name] = mark.line
      }
    }
    currentFormat = name
    let globs = fields["files"].flatMap { self.globs($0.value) }
    let allowsNonFinite = fields["json"].map { self.allowsNonFinite($0.value) } ?? false
    let validation = fields["validate"].map { validationPolicy($0.value) } ?? ValidationPolicy()
    var mentions = VersionMentions()
    guard let (rule, kind) = versionRule(fields, of: node, allowsNonFinite: allowsNonFinite, &mentions) else {
      // Without a type no version can be read; the migrations' other faults are still told.
      if let migrations = fields["migrations"]?.value {
        _ = self.migrations(migrations, nil, allowsNonFinite: allowsNonFinite)
      }
      return nil
    }
    let current = fields["current"].flatMap { version($0.value, "`current`", kind) }
    let migrations =
      fields["migrations"].map { self.migrations($0.value, kind, allowsNonFinite: allowsNonFinite) } ?? []
    let schemas = fields["schemas"].map { self.schemas($0.value, kind, &mentions) } ?? [:]
    guard let name, let globs, let rule, let current, let currentMark = fields["current"]?.value.mark else {
      return nil
    }
    checkGraph(migrations, mentions, rule, current, at: currentMark)
    return Format(
      name: name, files: globs, allowsNonFinite: allowsNonFinite, version: rule, current: current,
      validation: validation,
      graph: MigrationGraph(migrations.map(\.migration), known: mentions.all.map(\.version) + [current]),
      schemas: schemas)
  }

  private mutating func globs(_ node: YAMLNode) -> [Glob]? {
    guard let elements = elements(of: node, "`files`") else { return nil }
    if elements.isEmpty { note(.emptyList("`files`"), at: node.mark) }
    return elements.compactMap { glob($0) }
  }

  private mutating func glob(_ node: YAMLNode) -> Glob? {
    guard let pattern = text(node, "a glob") else { return nil }
    do {
      return try Glob(pattern)
    } catch {
      note(.invalidGlob(error), at: node.mark)
      return nil
    }
  }

  private mutating func allowsNonFinite(_ node: YAMLNode) -> Bool {
    guard let pair = fields(of: node, "`json`", required: [], optional: ["nonFinite"])?["nonFinite"] else {
      return false
    }
    return word(pair.value, "`nonFinite`", NonFinite.self) == .allow
  }

  private mutating func validationPolicy(_ node: YAMLNode) -> ValidationPolicy {
    var policy = ValidationPolicy()
    guard let fields = fields(of: node, "`validate`", required: [], optional: ["before", "after"]) else {
      return policy
    }
    if let before = fields["before"] {
      policy.before = word(before.value, "`before`", ValidationPolicy.Action.self) ?? policy.before
    }
    if let after = fields["after"] {
      policy.after = word(after.value, "`after`", ValidationPolicy.Action.self) ?? policy.after
    }
    return policy
  }
}

/// The words of `json: {nonFinite: …}`.
private enum NonFinite: String, CaseIterable {
  case allow
  case reject
}

/// The versions that a format speaks of outside its migrations, and where.
struct VersionMentions {
  private(set) var all: [(version: FormatVersion, mark: YAMLMark)] = []

  mutating func add(_ version: FormatVersion, at mark: YAMLMark) {
    all.append((version, mark))
  }
}

/// A migration and the place of its mapping.
struct PlacedMigration {
  var migration: Migration
  var mark: YAMLMark
}
