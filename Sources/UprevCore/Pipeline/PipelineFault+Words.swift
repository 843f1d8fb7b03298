import JSONSchema
import LosslessJSON
import UprevReport

// Every English sentence about pipelines, here and in PipelineFault+GatherWords.swift alone. None says its place: a fault has
// file, line and column.

extension PipelineProblem {
  private init(_ kind: PipelineFault.Kind, _ message: String) {
    self.init(kind: kind, message: message)
  }

  private static func nearest(_ name: String?) -> String {
    name.map { "; did you mean `\($0)`?" } ?? ""
  }

  private static func list(_ names: [String]) -> String {
    names.map { "`\($0)`" }.joined(separator: ", ")
  }

  // MARK: Files

  static func fileProblem(_ error: PipelineFolderError) -> PipelineProblem {
    problem(error, "the pipeline file")
  }

  static func schemaProblem(_ path: String, _ error: PipelineFolderError) -> PipelineProblem {
    error == .outside ? schemaOutside(path) : problem(error, "the schema `\(path)`")
  }

  private static func problem(_ error: PipelineFolderError, _ what: String) -> PipelineProblem {
    switch error {
    case .failed(let failure): PipelineProblem(.unreadable, "\(what) cannot be read: \(failure.message(.reading))")
    case .notRegular: PipelineProblem(.unreadable, "\(what) is no regular file")
    case .tooLarge:
      PipelineProblem(
        .tooLarge, "\(what) has more than \(PipelineFolder.maximumFileSize) bytes; no pipeline needs so many")
    case .outside: schemaOutside(what)
    }
  }

  static func schemaOutside(_ path: String) -> PipelineProblem {
    PipelineProblem(
      .schemaOutside, "the schema `\(path)` is not inside the pipeline's folder; put it there and write a relative path"
    )
  }

  static func unknownPipeline(_ name: String, nearest: String?, known: [String]) -> PipelineProblem {
    let remedy = known.isEmpty ? "no pipeline is known" : "known are \(list(known))"
    return PipelineProblem(
      .unknownPipeline,
      "there is no pipeline `\(name)`\(self.nearest(nearest)) (\(remedy); a path has a `/` in it or ends in `.yaml`)")
  }

  // MARK: YAML

  static func notYAML(_ words: String) -> PipelineProblem {
    PipelineProblem(.invalidYAML, "this is not YAML: \(words)")
  }

  static func notUTF8() -> PipelineProblem {
    PipelineProblem(.notUTF8, "the file is not valid UTF-8; save it in that encoding")
  }

  static func emptyFile() -> PipelineProblem {
    PipelineProblem(.invalidYAML, "there is nothing in the file; a pipeline begins with `uprev: 1`")
  }

  static func secondDocument() -> PipelineProblem {
    PipelineProblem(.invalidYAML, "a second YAML document begins here; a pipeline file holds one")
  }

  static func tooDeep(limit: Int) -> PipelineProblem {
    PipelineProblem(.tooDeep, "sequences and mappings are nested more than \(limit) deep")
  }

  static func anchor(_ name: String) -> PipelineProblem {
    PipelineProblem(.refusedYAML, "the anchor `&\(name)` is not allowed; write the value out where it is needed")
  }

  static func alias(_ name: String) -> PipelineProblem {
    PipelineProblem(
      .refusedYAML, "the alias `*\(name)` is not allowed; write the value out, or put a glob in quotes: `\"*\(name)\"`")
  }

  static func tag(_ name: String) -> PipelineProblem {
    PipelineProblem(.refusedYAML, "the tag `\(name)` is not allowed; leave it away, and put text in quotes")
  }

  static func directive() -> PipelineProblem {
    PipelineProblem(.refusedYAML, "directives (`%YAML`, `%TAG`) are not allowed; leave them away")
  }

  static func mergeKey() -> PipelineProblem {
    PipelineProblem(.refusedYAML, "the merge key `<<` is not allowed; write the keys out")
  }

  // MARK: Keys and values

  static func duplicateKey(_ name: String, firstLine: Int) -> PipelineProblem {
    PipelineProblem(.duplicateKey, "`\(name)` stands here again; it was given in line \(firstLine)")
  }

  static func unknownKey(_ name: String, of what: String, allowed: [String], nearest: String?) -> PipelineProblem {
    PipelineProblem(
      .unknownKey, "\(what) has no key `\(name)`\(self.nearest(nearest)) (allowed are \(list(allowed)))")
  }

  static func missingKey(_ name: String, of what: String) -> PipelineProblem {
    PipelineProblem(.missingKey, "\(what) lacks the key `\(name)`")
  }

  static func keyNotSupported(_ name: String, of what: String) -> PipelineProblem {
    PipelineProblem(.notSupported, "the key `\(name)` of \(what) is not supported yet")
  }

  static func conflictingKeys(_ second: String, _ first: String, of what: String) -> PipelineProblem {
    PipelineProblem(.conflictingKeys, "\(what) cannot have `\(second)` besides `\(first)`; remove one of them")
  }

  static func wrongType(_ what: String, expected: YAMLExpectation, found: YAMLNode) -> PipelineProblem {
    let wanted =
      switch expected {
      case .mapping: "a mapping"
      case .sequence: "a sequence"
      case .text: "text"
      case .number: "a number"
      case .boolean: "`true` or `false`"
      }
    return PipelineProblem(
      .wrongType, "\(what) must be \(wanted), not \(description(found))\(quoting(found, expected))")
  }

  private static func quoting(_ node: YAMLNode, _ expected: YAMLExpectation) -> String {
    guard expected == .text, case .scalar(let scalar) = node.content, !scalar.text.isEmpty else { return "" }
    return "; put it in quotes"
  }

  private static func description(_ node: YAMLNode) -> String {
    switch node.content {
    case .mapping: return "a mapping"
    case .sequence: return "a sequence"
    case .scalar(let scalar):
      switch scalar.kind {
      case .null: return scalar.text.isEmpty ? "nothing" : "null"
      case .boolean, .number: return "`\(scalar.text)`"
      case .string: return "the text `\(scalar.text)`"
      }
    }
  }

  static func emptyText(_ what: String) -> PipelineProblem {
    PipelineProblem(.wrongValue, "\(what) must not be empty")
  }

  static func emptyList(_ what: String) -> PipelineProblem {
    PipelineProblem(.wrongValue, "\(what) needs at least one entry")
  }

  static func unknownWord(
    _ text: String, for what: String, allowed: [String], nearest: String?
  ) -> PipelineProblem {
    PipelineProblem(
      .wrongValue, "\(what) cannot be `\(text)`\(self.nearest(nearest)) (allowed are \(list(allowed)))")
  }

  static func unknownFileVersion(_ text: String) -> PipelineProblem {
    PipelineProblem(.wrongValue, "`uprev` is `\(text)`, but this program reads version 1 of pipeline files only")
  }

  static func invalidGlob(_ error: GlobError) -> PipelineProblem {
    PipelineProblem(.invalidGlob, error.description)
  }

  static func invalidPointer(_ text: String, _ error: JSONPointerError) -> PipelineProblem {
    PipelineProblem(.invalidPointer, "`\(text)` is no JSON Pointer, byte \(error.offset + 1): \(error.description)")
  }

  static func notAVersion(_ what: String, kind: VersionRule.Kind, found: YAMLNode) -> PipelineProblem {
    switch kind {
    case .integer:
      PipelineProblem(
        .invalidVersion, "\(what) must be an integer, as the versions of this format are, not \(description(found))")
    case .string:
      PipelineProblem(
        .invalidVersion,
        "\(what) must be text, as the versions of this format are, not \(description(found))\(quoting(found, .text))")
    case .semver:
      PipelineProblem(
        .invalidVersion,
        "\(what) must be a semantic version such as `1.2.3` or `1.2.3-rc.1`, not \(description(found))")
    }
  }

  static func missingVersion() -> PipelineProblem {
    PipelineProblem(
      .missingKey,
      "the format lacks the key `version`, which says where a document's version is; or give `detect`, what "
        + "documents of each version look like")
  }

  static func unreachableShape(firstLine: Int) -> PipelineProblem {
    PipelineProblem(
      .wrongValue,
      "no document gets to this shape: the one in line \(firstLine) has no conditions and fits all; put that last")
  }

  static func noShape(of version: FormatVersion) -> PipelineProblem {
    PipelineProblem(
      .wrongValue,
      "this migration ends at version \(version), and no shape under `detect` tells that version; add one")
  }

  // MARK: Steps

  static func noAction(_ names: [String]) -> PipelineProblem {
    PipelineProblem(.missingKey, "the step says nothing to do; give it one of \(list(names))")
  }

  static func noTest(_ names: [String], of what: String = "`when`") -> PipelineProblem {
    PipelineProblem(.missingKey, "\(what) lacks one of \(list(names))")
  }

  static func wholeDocument(_ what: String, _ why: String) -> PipelineProblem {
    PipelineProblem(
      .wrongValue,
      "\(what) leads to the whole document, or the whole element of `each`, which cannot be \(why); name a part of it")
  }

  static func movedIntoItself(_ from: JSONPointer, _ path: JSONPointer) -> PipelineProblem {
    PipelineProblem(
      .wrongValue, "`\(path)` is inside `\(from)`, and nothing can be moved into itself; move it elsewhere first")
  }

  static func nothingGiven(_ what: String) -> PipelineProblem {
    PipelineProblem(.wrongType, "\(what) has no value; write `null` for null, and `\"\"` for empty text")
  }

  static func notAValue(_ what: String, found: YAMLNode) -> PipelineProblem {
    PipelineProblem(.wrongType, "\(what) must be a JSON value, not \(description(found))")
  }

  static func nonFinite(_ word: String) -> PipelineProblem {
    PipelineProblem(
      .wrongValue,
      "`\(word)` is no JSON number; put text in quotes, or allow such numbers with `json: {nonFinite: allow}` in the format"
    )
  }

  static func divisionByZero() -> PipelineProblem {
    PipelineProblem(.wrongValue, "nothing can be divided by zero")
  }

  static func digitsAlone() -> PipelineProblem {
    PipelineProblem(.wrongValue, "`digits` says where an endless quotient is rounded, and goes with `divide` only")
  }

  static func invalidDigits(found: YAMLNode) -> PipelineProblem {
    PipelineProblem(
      .wrongValue, "`digits` must be an integer from 0 to \(JSONDecimal.maximumDigits), not \(description(found))")
  }

  static func operandTooLong(_ what: String) -> PipelineProblem {
    PipelineProblem(
      .wrongValue, "\(what) has more than \(JSONDecimal.maximumDigits) digits, or an exponent beyond any use")
  }

  static func noJq() -> PipelineProblem {
    PipelineProblem(.notSupported, "jq programs cannot run here; write the change with other steps")
  }

  static func invalidProgram(_ error: JqProgramError) -> PipelineProblem {
    switch error {
    case .invalid: PipelineProblem(.invalidProgram, error.message)
    case .noChild: PipelineProblem(.notSupported, error.message)
    }
  }

  // MARK: Schemas

  static func notJSON(_ error: JSONError) -> PipelineProblem {
    PipelineProblem(.invalidSchema, "the schema is not JSON: " + error.message)
  }

  static func notASchema(_ error: SchemaError) -> PipelineProblem {
    PipelineProblem(.invalidSchema, error.message)
  }

  // MARK: Formats and their graphs

  static func duplicateFormat(_ name: String, firstLine: Int) -> PipelineProblem {
    PipelineProblem(.duplicateFormat, "the format `\(name)` is here again; the first is in line \(firstLine)")
  }

  static func duplicateMigration(from: FormatVersion, to: FormatVersion, firstLine: Int) -> PipelineProblem {
    PipelineProblem(
      .duplicateMigration, "the migration from \(from) to \(to) is here again; the first is in line \(firstLine)")
  }

  static func emptyMigration(_ version: FormatVersion) -> PipelineProblem {
    PipelineProblem(.emptyMigration, "this migration ends at version \(version), where it begins")
  }

  static func unknownCurrent(_ current: FormatVersion, known: [FormatVersion]) -> PipelineProblem {
    PipelineProblem(
      .unknownCurrent,
      "no migration begins or ends at the current version \(current); they know "
        + list(known.map(\.description)))
  }

  static func noPathToCurrent(from: FormatVersion, to: FormatVersion) -> PipelineProblem {
    PipelineProblem(
      .noPathToCurrent, "no path of migrations leads from version \(from) to the current version \(to); add one")
  }

  static func equalPaths(
    from: FormatVersion, to: FormatVersion, through first: FormatVersion, _ second: FormatVersion, firstLine: Int
  ) -> PipelineProblem {
    PipelineProblem(
      .equalPaths,
      "from version \(from) two paths lead to \(to) equally well, through \(first) (line \(firstLine)) and through "
        + "\(second); remove one")
  }

  static func mappedStamp(_ stamp: FormatVersion, readAs read: FormatVersion) -> PipelineProblem {
    PipelineProblem(
      .wrongValue, "this migration writes version \(stamp), which `map` would read as \(read); change the map")
  }
}

extension PipelineFault: CustomStringConvertible {
  /// Place and sentence, as compilers write them: `pipelines/a/pipeline.yaml:3:5: …`.
  public var description: String {
    var text = file.description
    if let line { text += ":\(line)" }
    if let column { text += ":\(column)" }
    return text + ": " + message
  }
}

extension PipelineError: CustomStringConvertible {
  /// A line for each fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

extension GlobError: CustomStringConvertible {
  /// One sentence: what is wrong and what to write instead.
  public var description: String {
    let remedy =
      switch problem {
      case .empty: "a glob matches at least one byte; write `*` for every file"
      case .negated: "a `!` in front is not supported; write `\\!` for a name that begins with it"
      case .folder: "a glob that ends in `/` matches no document; write `**` behind it for everything in the folder"
      case .emptyComponent: "there is nothing between two slashes"
      case .dots: "`.` and `..` are never part of a document's path"
      case .unclosedSet: "`[` has no `]` before the next `/`; write `\\[` for the byte itself"
      case .reversedRange: "the range ends before it begins"
      case .namedSet: "named sets such as `[:alpha:]` are not supported; write the range"
      case .unfinishedEscape: "nothing follows the last `\\`; write `\\\\` for the byte itself"
      case .escapedSlash: "a `/` cannot be escaped; it always separates components"
      }
    return "glob `\(pattern)`, byte \(offset + 1): \(remedy)"
  }
}
