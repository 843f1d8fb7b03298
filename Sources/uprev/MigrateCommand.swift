import ArgumentParser
import UprevCore
import UprevReport

/// `uprev migrate`: the main job.
struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring every document of the targets up to the current version of its format.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var exec: ExecOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Write the migrated copy of the only target there and leave the target alone.",
      discussion: """
        The path must not exist. A suffix .tar, .tar.gz, .tar.zst, .tar.xz, .tar.bz2, .tar.lz4, .tgz, .tzst or .txz makes \
        an archive, anything else a tree.
        """,
      valueName: "path"))
  var output: String?

  @OptionGroup var versions: TargetVersionOptions
  @OptionGroup var migration: MigrationOptions

  mutating func validate() throws {
    if output != nil, common.targets.count > 1 {
      throw ValidationError("--output goes with one target, not \(common.targets.count).")
    }
    if output == "" { throw ValidationError("--output takes a path, not an empty one.") }
  }

  func run() throws {
    var invocation = try Invocation(common: common, exec: exec, command: "migrate")
    invocation.options.targetVersions = try PipelineLoading.targetVersions(
      versions.texts, invocation.options.pipelines)
    invocation.options.output = output.map { PathName($0) }
    migration.apply(to: &invocation.options)
    let (result, report) = try invocation.execute(report: migration.destination, state: migration.stateChoice)
    migration.say(result, report: report, invocation)
    throw ExitCode(result.conclusion.exitStatus)
  }
}
