import ArgumentParser
import UprevReport

/// Where a command's report goes, and what it lists.
struct ReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the JSON report there, - for standard output; default: in the state directory.", valueName: "path"))
  var report: String?

  @Flag(help: "List current, unmatched and skipped documents in the report too.")
  var reportAll = false

  mutating func validate() throws {
    if report == "" { throw ValidationError("--report takes a path or -, not an empty one.") }
  }

  /// - Parameter otherwise: where the report goes that nobody has said a place for.
  func destination(otherwise: ReportDestination) -> ReportDestination {
    ReportDestination(option: report, otherwise: otherwise)
  }
}
