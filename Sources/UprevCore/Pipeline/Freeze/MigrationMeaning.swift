import LosslessJSON
import UprevReport

/// A migration of a pipeline file as one JSON value, whatever keys it has: what its canonical form is made of.
///
/// Its ends are what it is called by, and its description is for people: neither is part of it. What it stamps, and the
/// files that it runs, are.
struct MigrationMeaning {
  /// Where its version is written; nil where nothing is written.
  let stampPointer: String?
  /// Gives the digest of a file of the pipeline's folder; nil where there is none.
  let digestOfFile: (String) -> String?

  private static let words: Set<String> = ["from", "to", "description"]

  /// - Returns: nil where the migration is none that a pipeline can have.
  func value(of migration: YAMLNode) -> JSONValue? {
    guard case .mapping(let pairs) = migration.content else { return nil }
    var members = [(name: "stamp", json: stampPointer.map(JSONStringLiteral.text) ?? "null")]
    var hasSteps = false
    for pair in pairs {
      guard case .scalar(let key) = pair.key.content, !Self.words.contains(key.text) else { continue }
      hasSteps = hasSteps || key.text == "steps"
      members.append((key.text, Self.json(of: pair.value, isValue: false)))
    }
    if !hasSteps { members.append(("steps", "[]")) }
    let files = Self.programs(of: migration).compactMap { path in
      digestOfFile(path).map { (name: path, json: "\"\($0)\"") }
    }
    if !files.isEmpty { members.append(("files", Self.object(files))) }
    let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: YAMLReader.maximumDepth + 2)
    return try? IndexedJSON(scanning: JSONText(Self.object(members)), options: options).root
  }

  private static func object(_ members: [(name: String, json: String)]) -> String {
    "{" + members.map { "\(JSONStringLiteral.text(of: $0.name)):\($0.json)" }.joined(separator: ",") + "}"
  }

  /// What YAML 1.2's JSON schema makes of a node. Recursive as deep as ``YAMLReader/maximumDepth``.
  ///
  /// - Parameter isValue: whether the node stands for a value of documents: there the plain words `NaN`, `Infinity` and `-Infinity`
  ///   are numbers.
  private static func json(of node: YAMLNode, isValue: Bool) -> String {
    switch node.content {
    case .sequence(let elements):
      return "[" + elements.map { json(of: $0, isValue: isValue) }.joined(separator: ",") + "]"
    case .mapping(let pairs):
      return object(
        pairs.map { pair in
          let name = pair.key.scalarText ?? json(of: pair.key, isValue: false)
          return (name, json(of: pair.value, isValue: isValue || ["value", "equals"].contains(name)))
        })
    case .scalar(let scalar):
      switch scalar.kind {
      case .null: return "null"
      case .boolean(let value): return value ? "true" : "false"
      case .number: return scalar.text
      case .string where isValue && scalar.isPlain && ["NaN", "Infinity", "-Infinity"].contains(scalar.text):
        return scalar.text
      case .string: return JSONStringLiteral.text(of: scalar.text)
      }
    }
  }

  /// The words under `exec`, wherever it stands: one of them may be a file of the pipeline. Each once, sorted.
  private static func programs(of migration: YAMLNode) -> [String] {
    var words: Set<String> = []
    var pending = [(node: migration, isProgram: false)]
    while let (node, isProgram) = pending.popLast() {
      switch node.content {
      case .scalar(let scalar): if isProgram { words.insert(scalar.text) }
      case .sequence(let elements): pending += elements.map { ($0, isProgram) }
      case .mapping(let pairs): pending += pairs.map { ($0.value, isProgram || $0.key.scalarText == "exec") }
      }
    }
    return words.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
