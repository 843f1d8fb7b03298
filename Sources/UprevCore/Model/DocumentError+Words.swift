import JSONSchema
import LosslessJSON
import UprevReport

// Every English sentence about one document's content, and only here.

extension DocumentError {
  private init(
    _ code: ErrorCode, _ message: String, at value: JSONValue?, _ pointer: JSONPointer?, hint: String? = nil
  ) {
    self.init(
      ReportError(
        code: code, message: message, pointer: pointer?.description, line: value?.line, column: value?.column,
        hint: hint)
    )
  }

  // MARK: JSON

  /// What reading the document ran into.
  init(_ error: JSONError) {
    let code: ErrorCode =
      switch error.code {
      case .invalidJSON: .invalidJSON
      case .notUTF8: .notUTF8
      case .duplicateKey: .duplicateKey
      case .tooDeep: .tooDeep
      case .tooLarge: .tooLarge
      }
    self.init(
      ReportError(
        code: code, message: error.message, pointer: error.pointer?.description, line: error.line,
        column: error.column,
        hint: code == .tooDeep ? "Real data is seldom so deep; raise the limit with --max-depth." : error.hint))
  }

  // MARK: Versions

  static func missingVersion(_ pointer: JSONPointer) -> DocumentError {
    DocumentError(
      .invalidVersion, "There is no version at \(quoted(pointer)).", at: nil, pointer,
      hint: "Where an absent version means a certain one, say so with \"missing:\" in the pipeline's format.")
  }

  static func invalidVersion(
    _ value: JSONValue, _ pointer: JSONPointer, _ kind: VersionRule.Kind
  ) -> DocumentError {
    let wanted =
      switch kind {
      case .integer: "an integer"
      case .string: "a string"
      case .semver: "a semantic version"
      }
    return DocumentError(
      .invalidVersion, "The version at \(quoted(pointer)) is \(shown(value)), not \(wanted).", at: value, pointer,
      hint: "Correct it in the document, or give its meaning with \"map:\" or \"invalid:\" in the pipeline's format.")
  }

  static func noShapeFits(_ count: Int) -> DocumentError {
    DocumentError(
      .invalidVersion, "The document looks like no version: none of the \(count) shapes under \"detect:\" fits.",
      at: nil,
      nil,
      hint:
        "Correct it, or add a shape to \"detect:\" in the pipeline's format; one without conditions fits every document."
    )
  }

  /// A string that is no text.
  static func unknownVersion(_ value: JSONValue, _ pointer: JSONPointer) -> DocumentError {
    DocumentError(
      .unknownVersion, "The format does not know version \(shown(value)), which is no Unicode text.", at: value, pointer
    )
  }

  static func unknownVersion(_ detection: Detection, known: [FormatVersion], _ rule: VersionRule) -> DocumentError {
    DocumentError(
      .unknownVersion, "The format does not know version \(shown(detection.version)).", at: detection.value,
      rule.pointer, hint: "It knows \(list(known)).")
  }

  static func noMigrationPath(_ detection: Detection, to goal: FormatVersion, _ rule: VersionRule) -> DocumentError {
    DocumentError(
      .noMigrationPath,
      "No migrations lead from version \(shown(detection.version)) to version \(shown(goal)).", at: detection.value,
      rule.pointer)
  }

  // MARK: Migrations

  static func noPlaceForVersion(_ version: FormatVersion, _ pointer: JSONPointer) -> DocumentError {
    DocumentError(
      .stepFailed,
      "Version \(shown(version)) cannot be written to \(quoted(pointer)): there is no object to hold it.", at: nil,
      pointer)
  }

  /// - Parameter number: of the step, from 0.
  static func stepFailed(_ failure: StepFailure, _ number: Int, of migration: Migration) -> DocumentError {
    DocumentError(
      ReportError(
        code: .stepFailed,
        message: "Step \(number + 1) (\(migration.steps[number].name)) of the migration from version "
          + "\(shown(migration.from)) to \(shown(migration.to)) failed: \(failure.message).",
        pointer: failure.pointer?.description, line: failure.line, column: failure.column, hint: failure.hint))
  }

  static func nothingGathered(for migration: Migration) -> DocumentError {
    DocumentError(
      ReportError(
        code: .notGathered,
        message:
          "The migration from version \(shown(migration.from)) to \(shown(migration.to)) needs what is gathered over "
          + "all documents, and that is not known: a document that arrived while others were gathered is migrated by the next "
          + "run; for fixtures the values stand in `fixtures/FORMAT/gathered.json`."))
  }

  static func notAmongGathered(_ name: String, of migration: Migration) -> DocumentError {
    DocumentError(
      ReportError(
        code: .notGathered,
        message: "The program that answered `\(name)` for the migration from version \(shown(migration.from)) to "
          + "\(shown(migration.to)) was not given this document: it is new, or has changed since; --gather-again has it "
          + "answer anew, for the documents that are still at that version."))
  }

  static func answersLost(_ words: String, of migration: Migration) -> DocumentError {
    DocumentError(
      ReportError(
        code: .notGathered,
        message: "What programs answered for the migration from version \(shown(migration.from)) to "
          + "\(shown(migration.to)) cannot be read: \(words)."))
  }

  static func noVersionAfter(_ migration: Migration, _ error: DocumentError) -> DocumentError {
    DocumentError(
      ReportError(
        code: .stepFailed,
        message:
          "After the migration from version \(shown(migration.from)) to \(shown(migration.to)) the document has no "
          + "version: \(error.report.message)",
        pointer: error.report.pointer, line: error.report.line, column: error.report.column,
        hint: "Correct the migration's steps, or the way versions are told, in the pipeline."))
  }

  static func otherVersionAfter(_ migration: Migration, _ found: Detection) -> DocumentError {
    DocumentError(
      .stepFailed,
      "After the migration from version \(shown(migration.from)) to \(shown(migration.to)) the document counts as "
        + "version \(shown(found.version)).", at: nil, nil)
  }

  static func invalidResult(_ migration: Migration, _ error: JSONError) -> DocumentError {
    DocumentError(
      .stepFailed,
      "After the migration from version \(shown(migration.from)) to \(shown(migration.to)) the document cannot be read: "
        + error.message, at: nil, error.pointer)
  }

  // MARK: Schemas

  /// - Parameter isResult: whether it is what a migration made, not what was read.
  static func schemaViolation(
    _ violation: SchemaViolation, of version: FormatVersion, isResult: Bool
  ) -> DocumentError {
    let subject = isResult ? "The migrated document" : "The document"
    return DocumentError(
      ReportError(
        code: .schemaViolation,
        message: "\(subject) does not satisfy the schema of version \(shown(version)): \(violation.message)",
        pointer: violation.pointer.description, line: violation.line, column: violation.column))
  }

  /// A schema that cannot be evaluated within the limits.
  static func undecidable(
    _ error: SchemaEvaluationError, by version: FormatVersion, isResult: Bool
  ) -> DocumentError {
    let subject = isResult ? "the migrated document" : "the document"
    return DocumentError(
      ReportError(
        code: .stepFailed,
        message:
          "Whether \(subject) satisfies the schema of version \(shown(version)) cannot be told: \(error.message)",
        pointer: error.pointer.description, line: error.line, column: error.column))
  }

  // MARK: Parts of sentences

  static func quoted(_ pointer: JSONPointer) -> String { "\"\(pointer.description)\"" }

  private static let longestShown = 40
  private static let mostListed = 20

  /// A value as it is written, if that is short.
  static func shown(_ value: JSONValue) -> String {
    switch value.kind {
    case .object: return "an object"
    case .array: return "an array"
    default:
      let literal = value.literal
      if literal.count <= longestShown { return String(decoding: literal, as: UTF8.self) }
      return String(decoding: literal.prefix(longestShown), as: UTF8.self) + "…"
    }
  }

  static func shown(_ version: FormatVersion) -> String {
    switch version {
    case .integer(let number): return shortened(number.description)
    case .string(let string): return "\"" + shortened(string) + "\""
    case .semantic(let version): return "\"" + shortened(version.text) + "\""
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count <= longestShown ? text : text.prefix(longestShown) + "…"
  }

  private static func list(_ versions: [FormatVersion]) -> String {
    let shown = versions.prefix(mostListed).map { self.shown($0) }.joined(separator: ", ")
    return versions.count > mostListed ? shown + " and \(versions.count - mostListed) more" : shown
  }
}

extension WarningRecord {
  static func noSchema(_ version: FormatVersion, format: String) -> WarningRecord {
    WarningRecord(
      code: .noSchema,
      message: "Version \(DocumentError.shown(version)) of \(format) has no schema; its documents were not validated.",
      path: nil)
  }

  static func newerVersion(
    _ version: FormatVersion, current: FormatVersion, format: String, at path: PathName
  ) -> WarningRecord {
    WarningRecord(
      code: .newerVersion,
      message:
        "Version \(DocumentError.shown(version)) is above the current version \(DocumentError.shown(current)) of "
        + "\(format); it was left alone.", path: path)
  }
}
