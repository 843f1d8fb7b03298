import ArgumentParser
import UprevCore
import UprevReport

/// `uprev plan`: what `migrate` would do, to look at and to do later.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Show what migrate would do to the targets, equal changes together, and write it down for apply; change nothing.",
    discussion: """
      With --out a plan is written: every document that would be migrated, with the hash of its text before and after. \
      'uprev apply' does that and nothing else: it refuses documents that have changed since. A target that fails as a \
      whole leaves no plan.

      Exit status: 0 done; 1 a target failed as a whole; 2 there is something to migrate (only with --detailed-exitcode); \
      3 a document would be rejected; 4 a pipeline is wrong.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var exec: ExecOptions
  @OptionGroup var versions: TargetVersionOptions

  @Option(help: ArgumentHelp("Write the plan there, for apply.", valueName: "path"))
  var out: String?

  @OptionGroup var reporting: UnchangingReportOptions

  @Option(
    help: ArgumentHelp(
      "The state directory, where values that migrations gathered before are found; nothing is written there.",
      valueName: "dir"))
  var state: String?

  @Flag(help: "Exit with 2 where documents are left to migrate.")
  var detailedExitcode = false

  @OptionGroup var colors: ColorOptions

  mutating func validate() throws {
    if state == "" { throw ValidationError("--state takes a path, not an empty one.") }
    if out == "" { throw ValidationError("--out takes a path, not an empty one.") }
  }

  func run() throws {
    var invocation = try Invocation(common: common, exec: exec, command: "plan")
    invocation.options.targetVersions = try PipelineLoading.targetVersions(
      versions.texts, invocation.options.pipelines)
    invocation.options.isDryRun = true
    reporting.apply(to: &invocation.options)
    let destination = reporting.destination
    let place = out.map { PathName($0) }
    if let place {
      var check = ReportPlace(report: place, options: invocation.options, fileSystem: LocalFileSystem())
      check.option = "--out"
      if case .file(let path) = destination { check.others = [(path, "the --report")] }
      try check.check()
    }
    var output: PlanOutput?
    let (result, path) = try invocation.execute(report: destination, state: .directory(state.map { PathName($0) })) {
      run in
      let made = try PlanOutput(place, of: run, invocation.options, common, to: versions.texts, invocation.logger)
      output = made
      return made.recorder
    }
    for line in SummaryTable.lines(result.summary) { invocation.logger.info("\(line)") }
    try output?.finish(
      result, printsChanges: !common.log.quiet && reporting.report != "-", isColoured: colors.isColoured)
    if let path { invocation.logger.info("\(Words.report(at: path))") }
    let isPending = result.summary.outcomes[.migrated] > 0
    if result.conclusion.exitStatus == ExitStatus.success, detailedExitcode, isPending {
      throw ExitCode(ExitStatus.changesPending)
    }
    throw ExitCode(result.conclusion.exitStatus)
  }
}
