import JSONSchema
import LosslessJSON
import UprevReport

// Every English sentence about what lint finds, and only here. None says its place: a finding has file, line, column and
// pointer.

extension FindingRecord {
  private init(
    _ severity: FindingSeverity, _ rule: LintRuleName, _ format: String?, _ file: PathName, _ mark: YAMLMark? = nil,
    pointer: JSONPointer? = nil, _ message: String
  ) {
    self.init(
      severity: severity, rule: rule.rawValue, format: format, file: file, line: mark?.line, column: mark?.column,
      pointer: pointer?.description, message: message)
  }

  private init(
    _ severity: FindingSeverity, _ rule: LintRuleName, _ format: String, _ fixture: Fixture, _ message: String
  ) {
    self.init(severity, rule, format, fixture.file, nil, message)
  }

  /// A fault that keeps a pipeline from being used.
  init(_ fault: PipelineFault) {
    self.init(
      severity: .error, rule: fault.kind.rawValue, format: nil, file: fault.file, line: fault.line,
      column: fault.column, message: fault.message)
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(listedNames).map { "`\($0)`" }.joined(separator: ", ") + (names.count > listedNames ? ", …" : "")
  }

  private static let listedNames = 12

  private static func because(_ error: DocumentError?) -> String {
    guard let error = error?.report else { return "" }
    var place = ""
    if let line = error.line, let column = error.column { place = "line \(line), column \(column): " }
    return ": \(place)\(error.message) [\(error.code.rawValue)]"
  }

  // MARK: Files

  static func unreadableFixture(_ file: PathName, format: String?, _ error: FileSystemError) -> FindingRecord {
    let words =
      error.kind == .symbolicLink || error.kind == .otherDevice
      ? "a symbolic link is not followed here; put the file itself there" : error.message(.reading)
    return FindingRecord(.error, .fixtureUnreadable, format, file, nil, "this cannot be read: \(words)")
  }

  static func noGatheredFixtures(_ file: PathName, format: String) -> FindingRecord {
    FindingRecord(
      .error, .fixtureUnreadable, format, file, nil,
      "this should say what migrations of the format would have gathered: an array of {\"from\", \"to\", \"values\", "
        + "\"documents\"}")
  }

  static func programsNotRun(format: String, _ file: PathName, at mark: YAMLMark) -> FindingRecord {
    FindingRecord(
      .note, .programsNotRun, format, file, mark,
      "the migrations were not tried on the fixtures, because they run programs; --allow-exec tries them")
  }

  static func fixtureTooLarge(_ file: PathName, format: String, isRegular: Bool) -> FindingRecord {
    FindingRecord(
      .error, .fixtureUnreadable, format, file, nil,
      isRegular
        ? "the fixtures of a pipeline may have \(FixtureFolder.maximumBytes) bytes together; make this one smaller"
        : "this is no regular file; remove it")
  }

  static func tooManyFixtures(_ file: PathName, format: String) -> FindingRecord {
    FindingRecord(
      .error, .fixtureUnreadable, format, file, nil,
      "a pipeline may have \(FixtureFolder.maximumCount) fixtures; this one and those behind it are not read")
  }

  static func fixtureOfNoFormat(_ file: PathName, _ formats: [String]) -> FindingRecord {
    FindingRecord(
      .warning, .fixtureName, nil, file, nil,
      "no format has this name; fixtures are `fixtures/FORMAT/NAME.vVERSION.json`, the formats are \(list(formats))")
  }

  static func unknownFixtureName(_ file: PathName, format: String?, known: [FormatVersion]) -> FindingRecord {
    let versions = known.isEmpty ? "" : "; the format knows \(list(known.map(\.description)))"
    return FindingRecord(
      .warning, .fixtureName, format, file, nil,
      "the name is not `NAME.vVERSION.json` with a version that the format knows\(versions); rename or remove the file")
  }

  static func versionWithoutFileName(_ version: FormatVersion, format: String, _ file: PathName) -> FindingRecord {
    FindingRecord(
      .note, .fixtureName, format, file, nil,
      "version `\(version)` cannot stand in a file's name, so that it can have no fixtures")
  }

  static func unusedSchema(_ file: PathName) -> FindingRecord {
    FindingRecord(
      .warning, .unusedSchema, nil, file, nil,
      "nothing refers to this file; name it under `schemas:` or in a `$ref`, or remove it")
  }

  static func missingSchema(_ version: FormatVersion, format: String, _ file: PathName, at mark: YAMLMark)
    -> FindingRecord
  {
    FindingRecord(
      .note, .missingSchema, format, file, mark,
      "version \(version) of `\(format)` has no schema, so that nothing judges its documents; add one under `schemas:`")
  }

  static func missingFixtures(format: String, _ file: PathName, at mark: YAMLMark) -> FindingRecord {
    FindingRecord(
      .note, .missingFixtures, format, file, mark,
      "`\(format)` has migrations but no fixtures, so that nothing tries them; add `fixtures/\(format)/NAME.vVERSION.json`"
    )
  }

  // MARK: Claims

  static func formatsOverlap(
    _ glob: Glob, _ otherGlob: Glob, _ other: LintSubject.EarlierFormat, example: PathName?, format: String,
    _ subject: LintSubject, at mark: YAMLMark
  ) -> FindingRecord {
    let owner = other.pipeline == subject.pipeline.name ? "" : " of the pipeline `\(other.pipeline)`"
    let what =
      example.map { "both claim `\($0)`" } ?? "may claim the same paths, which could not be found out"
    return FindingRecord(
      .warning, .formatsOverlap, format, subject.pipeline.file, mark,
      "`\(glob.pattern)` and `\(otherGlob.pattern)` of the format `\(other.format.name)`\(owner) \(what); the first format "
        + "gets such a document, so make one of the globs narrower, or see that the order is meant")
  }

  // MARK: Fixtures

  static func fixtureVersion(_ fixture: Fixture, found: FormatVersion, format: Format) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.fixtureVersion.rawValue, format: format.name, file: fixture.file,
      message: "the name says version \(fixture.version), but the text has version \(found); correct one of them")
  }

  static func schemaRefuses(_ fixture: Fixture, _ violation: SchemaViolation, format: String) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.schemaRefusesFixture.rawValue, format: format, file: fixture.file,
      line: violation.line, column: violation.column, pointer: violation.pointer.description,
      message: "the schema of version \(fixture.version) refuses this: \(violation.message) (schema: "
        + "`\(violation.schemaPointer)`)")
  }

  static func schemaLimit(_ fixture: Fixture, _ error: SchemaEvaluationError, format: String) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.schemaLimit.rawValue, format: format, file: fixture.file, line: error.line,
      column: error.column, pointer: error.pointer.description,
      message: "the schema of version \(fixture.version) cannot be held against this: \(error.message) (schema: "
        + "`\(error.schemaPointer)`)")
  }

  static func fixtureNewer(_ fixture: Fixture, format: Format) -> FindingRecord {
    FindingRecord(
      .error, .reachesCurrent, format.name, fixture,
      "its version is above the current version \(format.current), so that no run migrates it; raise `current`, or remove "
        + "the fixture")
  }

  static func fixtureRejected(_ fixture: Fixture, _ error: DocumentError, format: Format) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.reachesCurrent.rawValue, format: format.name, file: fixture.file,
      line: error.report.line, column: error.report.column, pointer: error.report.pointer,
      message: "this does not reach the current version \(format.current): \(error.report.message) "
        + "[\(error.code.rawValue)]")
  }

  // MARK: Migrations

  private static func words(_ path: [Migration]) -> String {
    (path.prefix(1).map(\.from.description) + path.map(\.to.description)).joined(separator: " → ")
  }

  static func pathsDiffer(
    _ edge: Migration, _ path: [Migration], _ fixture: Fixture, at difference: JSONDifference, format: String,
    _ file: PathName, _ mark: YAMLMark
  ) -> FindingRecord {
    FindingRecord(
      .error, .pathsDiffer, format, file, mark, pointer: nil,
      "the migration from \(edge.from) to \(edge.to) and the path \(words(path)) make different documents of "
        + "`\(fixture.file)`, first at `\(difference.pointer)`; make them agree, or remove one")
  }

  static func onePathFails(
    _ edge: Migration, _ path: [Migration], _ fixture: Fixture, directFails: Bool, error: DocumentError?,
    format: String, _ file: PathName, _ mark: YAMLMark
  ) -> FindingRecord {
    let (failing, other) =
      directFails
      ? ("the migration from \(edge.from) to \(edge.to)", "the path \(words(path))")
      : ("the path \(words(path))", "the migration from \(edge.from) to \(edge.to)")
    return FindingRecord(
      .error, .pathsDiffer, format, file, mark,
      "\(failing) fails for `\(fixture.file)`, and \(other) does not\(because(error))")
  }

  static func changesAgain(_ fixture: Fixture, _ error: DocumentError?, format: Format) -> FindingRecord {
    FindingRecord(
      .error, .notRepeatable, format.name, fixture,
      "what is migrated to version \(format.current) does not stay as it is when it is migrated again\(because(error))")
  }

  static func comesOutDifferently(_ fixture: Fixture, format: Format) -> FindingRecord {
    FindingRecord(
      .error, .notRepeatable, format.name, fixture,
      "migrated twice from the same text, this comes out differently; a step must depend on the document alone")
  }

  static func roundTripLoss(
    _ fixture: Fixture, through version: FormatVersion, _ differences: [JSONDifference], format: String
  ) -> FindingRecord {
    FindingRecord(
      .warning, .roundTripLoss, format, fixture,
      "up to version \(version) and down to \(fixture.version) again does not give the text back: "
        + words(differences))
  }

  private static func words(_ differences: [JSONDifference]) -> String {
    if differences.isEmpty { return "the values are the same, the way they are written is not" }
    let parts = [(JSONDifference.Kind.lost, "lost"), (.changed, "changed"), (.added, "added")].compactMap {
      kind, word -> String? in
      let pointers = differences.filter { $0.kind == kind }.map { "`\($0.pointer)`" }
      return pointers.isEmpty ? nil : "\(word) are \(pointers.joined(separator: ", "))"
    }
    let more = differences.count >= JSONDifference.maximumCount ? ", and perhaps more" : ""
    return parts.joined(separator: "; ") + more
  }

  static func wayBackFails(
    _ fixture: Fixture, through version: FormatVersion, _ error: DocumentError?, format: String
  ) -> FindingRecord {
    FindingRecord(
      .error, .roundTripLoss, format, fixture,
      "from version \(version) it cannot be brought back to \(fixture.version)\(because(error))")
  }

  static func orderDependent(_ fixture: Fixture, format: String) -> FindingRecord {
    FindingRecord(
      .error, .orderDependent, format, fixture,
      "what becomes of this depends on the documents that are migrated with it; a step must depend on the document alone"
    )
  }
}
