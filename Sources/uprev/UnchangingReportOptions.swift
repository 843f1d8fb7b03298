import ArgumentParser
import UprevCore
import UprevReport

/// Where the report of a command that changes nothing goes, what it lists, and what counts as a failure.
struct UnchangingReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the JSON report there, - for standard output; default: none.", valueName: "path"))
  var report: String?

  @Flag(help: "List documents that are all right, unmatched or skipped in the report too.")
  var reportAll = false

  @Flag(help: "Treat newer and unmatched documents as failures too.")
  var strict = false

  mutating func validate() throws {
    if report == "" { throw ValidationError("--report takes a path or -, not an empty one.") }
  }

  func apply(to options: inout RunOptions) {
    options.listsEveryDocument = reportAll
    options.isStrict = strict
  }

  var destination: ReportDestination { ReportDestination(option: report, otherwise: .none) }
}
