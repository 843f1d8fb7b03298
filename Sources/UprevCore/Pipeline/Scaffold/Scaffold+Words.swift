import LosslessJSON
import UprevReport

/// Every English sentence about scaffolds, and only here: what they say in their files, and what is told of samples.
enum ScaffoldWords {
  // MARK: Samples

  static func unreadable(_ path: PathName, _ error: FileSystemError) -> String {
    "“\(path)” is passed over: \(error.message(.reading))"
  }

  static func notRegular(_ path: PathName) -> String { "“\(path)” is passed over: it is neither a file nor a folder" }
  static func tooDeep(_ path: PathName) -> String { "“\(path)” is passed over: it is too deep below the sample" }

  static func tooMuch(_ path: PathName?) -> String {
    let limits =
      "samples may be \(SampleReader.maximumCount) files with \(SampleReader.maximumBytes >> 20) MiB together"
    return path.map { "“\($0)” is passed over: \(limits)" } ?? "what follows is passed over: \(limits)"
  }

  static func notJSON(_ path: PathName, _ error: any Error) -> String {
    guard let error = error as? JSONError else { return "“\(path)” is passed over: it is no JSON" }
    return "“\(path)” is passed over: line \(error.line), column \(error.column): \(error.message)"
  }

  static func withoutVersion(_ paths: [PathName]) -> String {
    let names = paths.prefix(3).map { "“\($0)”" }.joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
    return "\(paths.count) of the samples have no version by the rule that is proposed, and would be rejected: \(names)"
  }

  // MARK: Files

  static func heading(_ count: Int) -> [String] {
    [
      "Made from \(count) sample\(count == 1 ? "" : "s"): a beginning. Look at the globs, the version and the schemas, and run",
      "`uprev pipeline lint` and `uprev pipeline test` after every change. docs/pipelines.md explains every key.",
    ]
  }

  static let aboutFiles = "These match the names of the samples. Make them as narrow as they can be."
  static let aboutMigrations =
    "Nothing but the version is changed: say under `steps` what else must be (docs/steps.md)."
  static let aboutShapes =
    "No version was found in the samples. A further version needs a shape of its own in front of these."

  static func aboutVersion(_ proposal: VersionProposal, _ count: Int) -> [String] {
    guard let found = proposal.count else {
      return [
        "The samples have no version: what has none counts as 1, and the next version is written there. If the format must",
        "stay without one, say `detect:` instead: [{version: 1, type: {at: \"\", is: object}}]",
      ]
    }
    var lines = ["\(found) of \(count) samples have their version there."]
    if let missing = proposal.rule.value?.missing { lines.append("What has none counts as \(missing).") }
    if proposal.rule.kind == .string, proposal.versions.count > 1 {
      lines.append("Strings have no order: see that the migrations go the right way.")
    }
    return lines
  }

  static func schemaTitle(_ format: String, _ version: FormatVersion) -> String { "\(format), version \(version)" }

  static func schemaDescription(_ count: Int) -> String {
    "What \(count) sample\(count == 1 ? "" : "s") of this version and those before it had in common. Members that are not named "
      + "here are allowed."
  }

  static let aboutNext =
    "Say under `steps` what changes besides the version (docs/steps.md), then record the fixtures anew:"
  static let recordAgain = "uprev pipeline test --record"

  // MARK: Refusals

  static let toldByShapes =
    "a format whose versions are told by shapes needs one that only documents of the new version fit"
  static let noPlace = "the pipeline file is written in a way that cannot be added to without writing it anew"
  static func doesNotPass(_ findings: [FindingRecord]) -> String {
    "with the next version the pipeline does not pass lint ("
      + findings.prefix(3).map(\.message).joined(separator: "; ") + ")"
  }
}

extension ScaffoldError {
  /// One sentence, remedy included.
  public var message: String {
    switch self {
    case .badName(let name):
      "“\(name)” cannot be the name of a pipeline or format: it must not be empty, begin with “.” or “README”, or contain “/”"
    case .exists(let path): "“\(path)” is there already, and nothing is written over; choose another name, or remove it"
    case .noSamples: "none of the samples can be used; give documents that are JSON, or folders that hold some"
    case .failed(let path, let error): "“\(path)”: \(error.message(.writing))"
    case .pipeline(let error): error.faults.map(\.message).joined(separator: "; ")
    case .lint(let findings):
      "what would be written does not pass lint, so that nothing was written: "
        + findings.prefix(3).map(\.message).joined(separator: "; ")
    case .wrongPipeline:
      "the pipeline has errors already; put right what `uprev pipeline lint` and `uprev pipeline test` find, then try again"
    case .noFormat(let name, let known):
      "the pipeline has no format `\(name)`; it has \(known.map { "`\($0)`" }.joined(separator: ", "))"
    case .needsVersion: "the next version cannot be told from the current one; say it with --as"
    case .notAVersion(let text, let kind): "`\(text)` is no version of the type \(kind)"
    case .notAbove(let version, let current): "version \(version) is not above the current version \(current)"
    case .known(let version): "the format knows version \(version) already"
    case .byHand(let why, _): "\(why); nothing was written. Put this in by hand:"
    case .changed(let path): "“\(path)” was changed by somebody else meanwhile; nothing was written; try again"
    }
  }
}

extension FindingRecord {
  /// A fixture that does not become what it should.
  static func comesOutOtherwise(_ comparison: FixtureComparison) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: "test", format: comparison.format, file: comparison.source,
      message: "`\(comparison.source)` does not become `\(comparison.expected)`")
  }
}
