import UprevCore
import UprevReport

/// The words about pipelines that are looked at without a run, and about documents that are explained.
extension Words {
  static func moreLines(_ count: Int) -> String { "… \(count) more lines" }

  private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

  // MARK: Findings

  /// `pipelines/mine/pipeline.yaml:5:7: warning: … [formats-overlap]`
  static func finding(_ finding: FindingRecord) -> String {
    var place = Terminal.printable(finding.file)
    if let line = finding.line { place += ":\(line)" }
    if let column = finding.column { place += ":\(column)" }
    if let pointer = finding.pointer, !pointer.isEmpty { place += ": " + Terminal.printable(pointer) }
    return "\(place): \(finding.severity.rawValue): \(Terminal.printable(finding.message)) [\(finding.rule)]"
  }

  static func findings(_ findings: [FindingRecord]) -> String {
    FindingSeverity.allCases.map { severity in
      count(findings.count { $0.severity == severity }, severity.rawValue)
    }.joined(separator: ", ")
  }

  // MARK: Tests

  static func comparison(_ comparison: FixtureComparison) -> String {
    let place = "\(Terminal.printable(comparison.source)) → \(Terminal.printable(comparison.expected))"
    switch comparison.result {
    case .equal: return "\(place): equal"
    case .differs(_, _, let onlyInLayout):
      return onlyInLayout
        ? "\(place): differs in layout only: the values are the same, the way they are written is not"
        : "\(place): differs"
    case .notMigrated(let outcome, let error):
      guard let error else { return "\(place): \(outcome.rawValue), not migrated to version \(version(comparison.to))" }
      var at = ""
      if let line = error.line, let column = error.column { at = "line \(line), column \(column): " }
      return "\(place): rejected: \(at)\(Terminal.printable(error.message)) [\(error.code.rawValue)]"
    case .otherVersion(let found):
      let what = found.map { "version \(version($0))" } ?? "no version"
      return "\(place): the source has \(what), not \(version(comparison.from)) as its name says"
    }
  }

  static func version(_ version: FormatVersion) -> String { Terminal.printable(version.description) }

  static let expectedText = "what is expected"
  static let actualText = "what the pipeline makes"

  static func unexpected(_ source: PathName) -> String {
    "\(Terminal.printable(source)): nothing says what it becomes; --record writes that"
  }

  static func recorded(_ fixture: RecordedFixture) -> String {
    let file = Terminal.printable(fixture.file)
    return switch fixture.problem {
    case nil: "\(file): \(fixture.isNew ? "written" : "written anew")"
    case .failed(let error): "\(file): not written: \(Terminal.printable(error.message(.writing)))"
    case .notReadable: "\(file): not written: something is there that is no regular file; remove it"
    case .impossibleName(let version):
      "\(file): version \(Words.version(version)) cannot stand in a file's name; nothing is written for it"
    }
  }

  static func comparisons(_ comparisons: [FixtureComparison]) -> String {
    let equal = comparisons.count(where: \.isEqual)
    return "\(count(comparisons.count, "comparison")): \(equal) equal, \(comparisons.count - equal) not"
  }

  // MARK: Pipelines

  static func broken(_ name: String, _ error: PipelineError) -> String {
    "broken, \(count(error.faults.count, "fault")): uprev pipeline lint \(Terminal.printable(name)) says which"
  }

  static let noDescription = "(no description)"
  static let noPipelines = "no pipeline is known by name"
  static let current = "current"
  static let noSchema = "no schema"
  static let hasSchema = "with a schema"
  static let noMigrations = "no migrations"
  static let versions = "versions"
  static let migrations = "migrations"
  static let paths = "paths"
  static let down = "down"

  static func versionRule(_ format: PipelineOverview.FormatOverview) -> String {
    guard let pointer = format.versionPointer else { return "the version is told by the document's shape" }
    let type = format.versionType.map { ", \(Terminal.printable($0))" } ?? ""
    return "version at \(pointer.isEmpty ? "the root" : Terminal.printable(pointer))\(type)"
  }

  static func steps(_ number: Int) -> String { count(number, "step") }

  // MARK: Explanations

  static func claimed(by format: Format, of pipeline: Pipeline, glob: Glob?) -> String {
    let pattern = glob.map { " (\(Terminal.printable($0.pattern)))" } ?? ""
    return "by \(Terminal.printable(format.name)) of \(Terminal.printable(pipeline.name))\(pattern)"
  }

  static func unclaimed(_ path: PathName) -> String { "by no format: no glob matches \(Terminal.printable(path))" }

  static func tried(_ format: Format) -> String {
    "\(Terminal.printable(format.name)): \(format.files.map { Terminal.printable($0.pattern) }.joined(separator: ", "))"
  }

  static let ownName = "by no format: what is named so is Uprev's own, or was kept by it"

  static func asHint() -> String {
    "a file alone is claimed by its name; --as PATH says where in a tree it would lie"
  }

  static func change(_ change: Explanation.Change) -> String {
    let edge = "\(Terminal.printable(change.migration.from.key)) → \(Terminal.printable(change.migration.to.key))"
    let step = change.step.map { "step \($0 + 1): " } ?? "the version is written: "
    return "\(edge), \(step)\(Terminal.printable(change.name))"
  }

  static let nothingChanged = "(nothing changed)"
  static let notDetected = "nothing: it could not be read, or has no version"

  /// What was gathered for one migration over one document.
  static func gathered(_ record: GatheredRecord) -> [String] {
    let source =
      record.source == .given
      ? "from the file that the pipeline names" : "from this document alone; a run takes all of them"
    let heading = "for \(Terminal.printable(record.from.key)) → \(Terminal.printable(record.to.key)), \(source)"
    return [heading]
      + record.statistics.map { statistic in
        let value = statistic.value.map { Terminal.printable(String($0.prefix(200))) } ?? "(a value for each document)"
        return "  \(Terminal.printable(statistic.name)) = \(value)"
      }
  }

  static func check(_ check: Explanation.Check) -> String {
    let subject = check.isResult ? "the result" : "the document"
    let version = Words.version(check.version)
    if let error = check.error { return Terminal.printable(error.report.message) }
    guard let violations = check.violations else { return "\(subject): version \(version) has no schema" }
    return violations.isEmpty
      ? "\(subject) satisfies the schema of version \(version)"
      : "\(subject) does not satisfy the schema of version \(version): \(count(violations.count, "violation"))"
  }

  static func decided(_ decision: Decision) -> String {
    switch (decision.outcome, decision.from, decision.to) {
    case (.migrated, let from?, let to?):
      return
        "migrated v\(version(from)) → v\(version(to)), \(decision.bytesBefore ?? 0) → \(decision.bytesAfter ?? 0) bytes"
    case (.current, let from?, _): return "current v\(version(from))"
    case (.newer, let from?, _): return "newer v\(version(from)): it is left alone"
    case (let outcome, _, _):
      guard let error = decision.error?.report else { return outcome.rawValue }
      var at = ""
      if let line = error.line, let column = error.column { at = "line \(line), column \(column): " }
      let hint = error.hint.map { " " + Terminal.printable($0) } ?? ""
      return "\(outcome.rawValue): \(at)\(Terminal.printable(error.message))\(hint) [\(error.code.rawValue)]"
    }
  }

  static let leftAlone = "left alone: --to asks for a version of another format"
}
