import ArgumentParser
import UprevCore
import UprevReport

/// `uprev validate`: every document against the schema of its own version.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Hold every document of the targets against the schema of its own version; change nothing.",
    discussion: """
      A document that its schema refuses is rejected (schema-violation), one without a version that its format knows too. \
      Nothing is written, no state either: targets may be read-only.

      Exit status: 0 nothing is wrong; 1 a target failed as a whole; 3 a document was rejected; 4 a pipeline is wrong.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp("Write the JSON report there, - for standard output; default: none.", valueName: "path"))
  var report: String?

  @Flag(help: "List documents that are all right, unmatched or skipped in the report too.")
  var reportAll = false

  @Flag(help: "Treat newer and unmatched documents as failures too.")
  var strict = false

  @Flag(help: "Say everything that is wrong with a document, up to 100 violations, not only the first.")
  var allViolations = false

  private static let maximumViolations = 100

  mutating func validate() throws {
    if report == "" { throw ValidationError("--report takes a path or -, not an empty one.") }
  }

  func run() throws {
    var invocation = try Invocation(common: common, command: "validate")
    invocation.options.job = .validate(violationLimit: allViolations ? Self.maximumViolations : 1)
    invocation.options.isDryRun = true
    invocation.options.listsEveryDocument = reportAll
    invocation.options.isStrict = strict
    let destination: ReportDestination =
      switch report {
      case "-": .standardOutput
      case let path?: .file(PathName(path))
      case nil: .none
      }
    let (result, path) = try invocation.execute(report: destination)
    for line in SummaryTable.lines(result.summary) { invocation.logger.info("\(line)") }
    if let path { invocation.logger.info("\(Words.report(at: path))") }
    throw ExitCode(result.conclusion.exitStatus)
  }
}
