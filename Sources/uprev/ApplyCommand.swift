import ArgumentParser
import UprevArchive
import UprevCore
import UprevReport

/// `uprev apply`: does what a plan says.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Do what a plan of 'uprev plan --out' says, and nothing else.",
    discussion: """
      Targets, versions and limits are the plan's. Documents that have changed since, or come to another result, are \
      rejected and stay as they are; those that the plan does not have are skipped. The plan is refused as a whole, and \
      nothing is touched, where it is damaged or the pipelines are not those that it was made with.

      A plan is a list of things to do to files: apply only those of people whom you would let do it.
      """)

  @Option(
    name: [.short, .customLong("pipeline")],
    help: ArgumentHelp(
      "Where the plan's pipelines are; may be repeated, in the plan's order. Default: where they were.",
      valueName: "name-or-path"))
  var pipeline: [String] = []

  @OptionGroup var exec: ExecOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var migration: MigrationOptions
  @OptionGroup var log: LogOptions
  @OptionGroup var colors: ColorOptions

  @Argument(help: ArgumentHelp("The plan.", valueName: "plan"))
  var plan: String

  mutating func validate() throws {
    if plan.isEmpty { throw ValidationError("The plan's path is empty.") }
  }

  func run() throws {
    let fileSystem = LocalFileSystem()
    let path = PathName(plan)
    let plan: Plan
    do throws(PlanError) {
      plan = try Plan.read(path, fileSystem: fileSystem)
    } catch {
      throw try refusing(error, path, Invocation(options: options([]), archiveLimits: ArchiveLimits(), log: log))
    }
    let header = plan.header
    let programs = exec.makeRunner()
    let pipelines = try PipelineLoading.load(
      pipeline.isEmpty ? header.pipelines.map(\.source) : pipeline, fileSystem: fileSystem, programs: programs,
      logger: log.logger)
    var options = options(pipelines)
    options.programs = programs
    options.targets = plan.targets.map(\.resolvedPath)
    var invocation = Invocation(
      options: options,
      archiveLimits: ArchiveLimits(
        maximumExpandedSize: header.options.maximumExpandedSize,
        maximumExpansionRatio: header.options.maximumExpansionRatio, maximumEntries: header.options.maximumEntries),
      log: log, programs: programs)
    do throws(PlanError) {
      try plan.check(pipelines)
    } catch {
      throw try refusing(error, path, invocation)
    }
    invocation.options.targetVersions = try PipelineLoading.targetVersions(header.options.targetVersions, pipelines)
    invocation.options.excluded = try CommonOptions.globs(header.options.excluded)
    invocation.options.maximumDocumentSize = header.options.maximumDocumentSize
    invocation.options.maximumDepth = header.options.maximumDepth
    invocation.options.maximumPathLength = header.options.maximumPathLength
    try checkReport(path, invocation.options)
    let recorder = migration.writing.dryRun ? PlanRecorder(pipelines: pipelines) : nil
    let (result, report) = try invocation.execute(
      report: migration.destination, state: migration.stateChoice, plan: plan, recording: { _ in recorder })
    migration.say(result, report: report, invocation)
    if let recorder, !log.quiet, migration.reporting.report != "-" {
      try PlanOutput.print(recorder.changes, isColoured: colors.isColoured, invocation.logger)
    }
    throw ExitCode(result.conclusion.exitStatus)
  }

  private func options(_ pipelines: [Pipeline]) -> RunOptions {
    var options = RunOptions(command: "apply", targets: [], pipelines: pipelines)
    options.jobs = workers.count
    migration.apply(to: &options)
    return options
  }

  /// The report must not take the plan's place.
  private func checkReport(_ path: PathName, _ options: RunOptions) throws {
    guard case .file(let report) = migration.destination else { return }
    var check = ReportPlace(report: report, options: options, fileSystem: LocalFileSystem())
    check.others = [(path, "the plan")]
    try check.check()
  }

  /// Says that the plan is not applied, and why.
  private func refusing(_ error: PlanError, _ path: PathName, _ invocation: Invocation) throws -> ExitCode {
    try checkReport(path, invocation.options)
    return invocation.refusing(
      error.targetError, Words.refused(error, path), report: migration.destination)
  }
}
