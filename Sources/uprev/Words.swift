import JSONSchema
import UprevCore
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program's words for people, apart from the help texts: all of them, and nothing else.
enum Words {
  static func path(_ path: PathName, in target: PathName) -> String {
    let inside = Terminal.printable(path)
    let outside = Terminal.printable(target)
    if path.bytes.isEmpty || outside == inside || outside.hasSuffix("/" + inside) { return outside }
    return outside.hasSuffix("/") ? outside + inside : outside + "/" + inside
  }

  /// `cache/a.json: line 3, column 7: expected a value [invalid-json]`
  static func rejection(_ error: ReportError, path: PathName, target: PathName) -> String {
    var parts = [Words.path(path, in: target)]
    if let line = error.line, let column = error.column { parts.append("line \(line), column \(column)") }
    parts.append("\(Terminal.printable(error.message)) [\(error.code.rawValue)]")
    return parts.joined(separator: ": ")
  }

  /// A further violation of a document that was rejected for its first.
  static func violation(_ violation: SchemaViolation, path: PathName, target: PathName) -> String {
    "\(Words.path(path, in: target)): line \(violation.line), column \(violation.column): "
      + "\(Terminal.printable(violation.message)) [\(ErrorCode.schemaViolation.rawValue)]"
  }

  static func failure(_ error: ReportError, of target: PathName) -> String {
    let message = "\(Terminal.printable(error.message)) [\(error.code.rawValue)]"
    // Most messages about a target name it.
    return error.message.contains("“\(target)”") ? message : "\(Terminal.printable(target)): \(message)"
  }

  static func warning(_ warning: WarningRecord, in target: PathName) -> String {
    let place = warning.path.map { path($0, in: target) } ?? Terminal.printable(target)
    return "\(place): \(Terminal.printable(warning.message)) [\(warning.code.rawValue)]"
  }

  /// What `info` says in its table of something that an earlier run left; nil for any other warning.
  static func left(_ warning: WarningRecord) -> String? {
    guard let path = warning.path else { return nil }
    return switch warning.code {
    case .notRecovered: "interrupted run: \(Terminal.printable(path))"
    case .fileKept: "kept file: \(Terminal.printable(path))"
    default: nil
    }
  }

  /// A warning that is about no target.
  static func warning(_ warning: WarningRecord) -> String {
    "\(Terminal.printable(warning.message)) [\(warning.code.rawValue)]"
  }

  static let isNotForPeople = "error: uprev starts this command itself, to run the jq programs of pipelines"

  static func notUTF8(_ argument: PathName) -> String {
    "error: the argument '\(Terminal.printable(argument))' is not UTF-8; reach the file through a symbolic link, or give the "
      + "folder that holds it"
  }

  static let noStateFolder = "there is no place for the state: set HOME or XDG_STATE_HOME, or give --state"

  static func noState(_ error: JournalError) -> String {
    "nothing was changed, because it could not be undone: \(Terminal.printable(error.message)); --no-state does without"
  }

  /// `pipelines/mine/pipeline.yaml:5:7: unknown key …`
  static func fault(_ fault: PipelineFault) -> String {
    var place = Terminal.printable(fault.file)
    if let line = fault.line { place += ":\(line)" }
    if let column = fault.column { place += ":\(column)" }
    return "\(place): \(Terminal.printable(fault.message)) [\(fault.kind.rawValue)]"
  }

  static func more(_ count: Int, _ what: String) -> String {
    "and \(count) more \(what): the report lists them"
  }

  /// `cache/a.json: migrated v1 → v2`
  static func line(of decision: Decision, in target: PathName) -> String {
    let path = Words.path(decision.reference.path, in: target)
    return switch (decision.outcome, decision.from, decision.to) {
    case (.migrated, let from?, let to?): "\(path): migrated v\(from) → v\(to)"
    case (.current, let from?, _): "\(path): current v\(from)"
    case (.newer, let from?, _): "\(path): newer v\(from)"
    default: "\(path): \(decision.outcome.rawValue)"
    }
  }

  static func report(at path: PathName) -> String {
    "report: \(Terminal.printable(path))"
  }

  /// `cache (tree)`, `snap.tar.gz (archive, pax, gzip)`
  static func heading(_ target: TargetRecord) -> String {
    let kind = [target.kind?.rawValue, target.archiveFormat].compactMap { $0 } + target.filters
    let path = Terminal.printable(target.path)
    return kind.isEmpty ? path : "\(path) (\(kind.joined(separator: ", ")))"
  }

  static func kind(_ kind: FileKind) -> String {
    switch kind {
    case .directory: "folder"
    case .regular: "file"
    case .symbolicLink: "symbolic link"
    default: "special file"
    }
  }

  static func reportFailure(_ error: any Error) -> String {
    switch error {
    case ReportOutputError.noStateDirectory:
      "there is no place for the state and the report: set HOME or XDG_STATE_HOME, or give --state, or --no-state and "
        + "--report"
    case ReportOutputError.failed(let error):
      "the report: \(Terminal.printable(error.message(.writing))); give --report another path"
    case let error as FileSystemError: "the report: \(Terminal.printable(error.message(.writing)))"
    case let error as StandardOutputError: "the report is not whole: \(standardOutputFailure(error))"
    default: "the report is not whole: \(error)"
    }
  }

  static func standardOutputFailure(_ error: StandardOutputError) -> String {
    error.number == EPIPE
      ? "standard output was closed" : "standard output cannot be written (\(String(cString: strerror(error.number))))"
  }

  /// Below a table that counts what would have been migrated there.
  static func notCommitted(_ target: PathName) -> String {
    "not committed, whatever the table counts of it: \(Terminal.printable(target)) is as it was"
  }

  static let gathersNothing = "the pipeline gathers nothing: none of its migrations has `gather`"

  static func gatheredNotWritten(_ path: PathName, _ error: FileSystemError) -> String {
    "\(Terminal.printable(path)): \(Terminal.printable(error.message(.writing)))"
  }

  static let noFormat = "(no format)"
  static let total = "total"
  static let unknownVersion = "unknown"
  static let noUndo = "this run cannot be undone: --no-state was given"
  static let noReport = "no report was written: --no-state was given without --report"
  static let dryRun = "dry run: nothing was changed"
}
