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

  @OptionGroup var reporting: UnchangingReportOptions

  @Flag(help: "Say everything that is wrong with a document, up to 100 violations, not only the first.")
  var allViolations = false

  private static let maximumViolations = 100

  func run() throws {
    var invocation = try Invocation(common: common, command: "validate")
    invocation.options.job = .validate(violationLimit: allViolations ? Self.maximumViolations : 1)
    invocation.options.isDryRun = true
    reporting.apply(to: &invocation.options)
    let (result, path) = try invocation.execute(report: reporting.destination)
    for line in SummaryTable.lines(result.summary) { invocation.logger.info("\(line)") }
    if let path { invocation.logger.info("\(Words.report(at: path))") }
    throw ExitCode(result.conclusion.exitStatus)
  }
}
