import JSONSchema
import LosslessJSON
import UprevReport

/// Turns the nodes of a pipeline file into typed values, and collects every fault on the way.
///
/// A function that answers nil has noted at least one fault.
struct PipelineDecoder {
  let folder: PipelineFolder
  /// Checks and later runs jq programs; nil where none can run.
  let jq: (any JqRunner)?
  var faults: [PipelineFault] = []
  /// By path; nil for one that has faults, which are told once.
  var compiledSchemas: [String: Schema?] = [:]
  /// By path: the schemas and every file that they refer to.
  var schemaBytes: [[UInt8]: [UInt8]] = [:]
  var notedSchemaFaults: Set<PipelineFault> = []
  /// What the migration at hand gathers; nil where `{gather: name}` is an object like any other, as in JSON Patch.
  var gatheredNames: Set<String>? = []
  /// Values from the file that the pipeline names.
  var given: [GivenValues] = []
  /// The name of the format at hand.
  var currentFormat: String?
  /// Runs programs of `exec`; nil where none may run.
  let exec: (any ProgramRunner)?

  init(folder: PipelineFolder, jq: (any JqRunner)? = nil, exec: (any ProgramRunner)? = nil) {
    self.folder = folder
    self.jq = jq
    self.exec = exec
  }

  mutating func note(_ problem: PipelineProblem, at mark: YAMLMark) {
    faults.append(
      PipelineFault(
        kind: problem.kind, file: folder.file, line: mark.line, column: mark.column, message: problem.message))
  }

  /// The members of a mapping by name, each allowed and none twice.
  ///
  /// - Parameters:
  ///   - what: names the mapping in messages.
  ///   - later: names that belong to the pipeline language but not to this release.
  mutating func fields(
    of node: YAMLNode, _ what: String, required: [String], optional: [String] = [], later: [String] = []
  ) -> [String: YAMLPair]? {
    guard let pairs = pairs(of: node, what) else { return nil }
    var fields: [String: YAMLPair] = [:]
    for pair in pairs {
      guard case .scalar(let scalar) = pair.key.content, scalar.kind == .string else {
        note(.wrongType("a key of \(what)", expected: .text, found: pair.key), at: pair.key.mark)
        continue
      }
      let name = scalar.text
      if let first = fields[name] {
        note(.duplicateKey(name, firstLine: first.key.mark.line), at: pair.key.mark)
      } else if required.contains(name) || optional.contains(name) {
        fields[name] = pair
      } else if later.contains(name) {
        note(.keyNotSupported(name, of: what), at: pair.key.mark)
      } else if scalar.isPlain, name == "<<" {
        note(.mergeKey(), at: pair.key.mark)
      } else {
        let nearest = NearestName.find(name, among: required + optional)
        note(.unknownKey(name, of: what, allowed: required + optional, nearest: nearest), at: pair.key.mark)
      }
    }
    for name in required where fields[name] == nil {
      note(.missingKey(name, of: what), at: node.mark)
    }
    return fields
  }

  mutating func pairs(of node: YAMLNode, _ what: String) -> [YAMLPair]? {
    if case .mapping(let pairs) = node.content { return pairs }
    note(.wrongType(what, expected: .mapping, found: node), at: node.mark)
    return nil
  }

  mutating func elements(of node: YAMLNode, _ what: String) -> [YAMLNode]? {
    if case .sequence(let elements) = node.content { return elements }
    note(.wrongType(what, expected: .sequence, found: node), at: node.mark)
    return nil
  }

  /// A string; a number or another literal without quotes is none.
  mutating func text(_ node: YAMLNode, _ what: String) -> String? {
    if case .scalar(let scalar) = node.content, scalar.kind == .string { return scalar.text }
    note(.wrongType(what, expected: .text, found: node), at: node.mark)
    return nil
  }

  /// A string of at least one byte.
  mutating func name(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = text(node, what) else { return nil }
    if !text.isEmpty { return text }
    note(.emptyText(what), at: node.mark)
    return nil
  }

  mutating func boolean(_ node: YAMLNode, _ what: String) -> Bool? {
    if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.kind { return value }
    note(.wrongType(what, expected: .boolean, found: node), at: node.mark)
    return nil
  }

  mutating func pointer(_ node: YAMLNode, _ what: String) -> JSONPointer? {
    guard let text = text(node, what) else { return nil }
    do {
      return try JSONPointer(parsing: text)
    } catch {
      note(.invalidPointer(text, error), at: node.mark)
      return nil
    }
  }

  /// One of a few words.
  mutating func word<Word: RawRepresentable & CaseIterable>(_ node: YAMLNode, _ what: String, _: Word.Type) -> Word?
  where Word.RawValue == String {
    guard let text = text(node, what) else { return nil }
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map(\.rawValue)
    note(
      .unknownWord(text, for: what, allowed: words, nearest: NearestName.find(text, among: words)), at: node.mark)
    return nil
  }

  /// A version of the format's kind.
  mutating func version(_ node: YAMLNode, _ what: String, _ kind: VersionRule.Kind) -> FormatVersion? {
    if case .scalar(let scalar) = node.content {
      switch (kind, scalar.kind) {
      case (.integer, .number(let number)):
        if number.isIntegral { return .integer(number) }
      case (.string, .string): return .string(scalar.text)
      case (.semver, .string):
        if let version = SemanticVersion(scalar.text) { return .semantic(version) }
      default: break
      }
    }
    note(.notAVersion(what, kind: kind, found: node), at: node.mark)
    return nil
  }
}

/// What is expected of a node.
enum YAMLExpectation: Hashable, Sendable {
  case mapping
  case sequence
  case text
  case number
  case boolean
}
