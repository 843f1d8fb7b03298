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

  @Flag(help: "Do everything but the writing, and say what would happen.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Write the JSON report there, - for standard output; default: in the state directory.", valueName: "path"))
  var report: String?

  @Flag(help: "List current, unmatched and skipped documents in the report too.")
  var reportAll = false

  @Flag(help: "Treat newer and unmatched documents as failures too.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "How changes are made durable: batch (one flush a batch), file (a flush a file), none (scratch data only).",
      valueName: "batch|file|none"))
  var durability = Durability.batch

  @Option(help: ArgumentHelp("The state directory.", valueName: "dir"))
  var state: String?

  @Flag(help: "Keep no state: the run cannot be undone, and without --report there is no report.")
  var noState = false

  @Option(
    help: ArgumentHelp(
      "Migrate to this version instead of the current one; may be repeated.",
      discussion: """
        Without a format exactly one must know the version. Documents of the formats that no --to speaks of are left alone.
        """,
      valueName: "[format=]version"))
  var to: [String] = []

  @Flag(help: "Change nothing if one document is rejected (with --strict, also if one is newer or unmatched).")
  var allOrNothing = false

  @Option(
    help: ArgumentHelp(
      "Stop early, with exit status 1, once more documents are rejected.",
      discussion: """
        A number, or a share of the documents decided so far, which counts from the hundredth on. What a tree's documents \
        became before stays; an archive is left as it was.
        """,
      valueName: "n|p%"))
  var maxRejected: RejectionLimit?

  @Option(
    help: ArgumentHelp(
      "Wait so long for another run that holds a target; without it such a target fails at once (exit status 75).",
      valueName: "seconds"))
  var wait = 0.0

  @Option(
    help: ArgumentHelp(
      "Keep the originals of changed archives so long, for undo; 0 keeps none.", valueName: "days"))
  var keepOriginals = RunOptions.defaultKeepOriginalsDays

  @Flag(
    help: ArgumentHelp(
      "Gather anew what migrations need to know of all documents, in place of what an earlier run recorded.",
      discussion: "Documents that were migrated with the earlier values stay as they are."))
  var gatherAgain = false

  /// A year.
  private static let longestWait = 31_536_000.0
  /// A century.
  private static let longestKept = 36_500

  mutating func validate() throws {
    if !(0...Self.longestWait).contains(wait) {
      throw ValidationError("--wait takes seconds from 0 to \(Int(Self.longestWait)), not \(wait).")
    }
    if !(0...Self.longestKept).contains(keepOriginals) {
      throw ValidationError("--keep-originals takes days from 0 to \(Self.longestKept), not \(keepOriginals).")
    }
    if output != nil, common.targets.count > 1 {
      throw ValidationError("--output goes with one target, not \(common.targets.count).")
    }
    if output == "" { throw ValidationError("--output takes a path, not an empty one.") }
    if state == "" { throw ValidationError("--state takes a path, not an empty one.") }
    if report == "" { throw ValidationError("--report takes a path or -, not an empty one.") }
  }

  func run() throws {
    var invocation = try Invocation(common: common, exec: exec, command: "migrate")
    invocation.options.targetVersions = try PipelineLoading.targetVersions(to, invocation.options.pipelines)
    invocation.options.output = output.map { PathName($0) }
    invocation.options.isDryRun = dryRun
    invocation.options.listsEveryDocument = reportAll
    invocation.options.isStrict = strict
    invocation.options.durability = durability
    invocation.options.isAllOrNothing = allOrNothing
    invocation.options.rejectionLimit = maxRejected
    invocation.options.waitSeconds = wait
    invocation.options.keepOriginalsDays = keepOriginals
    invocation.options.gathersAgain = gatherAgain
    let destination: ReportDestination =
      switch report {
      case "-": .standardOutput
      case let path?: .file(PathName(path))
      case nil where dryRun || noState: .none
      case nil: .state(state.map { PathName($0) })
      }
    let choice = noState ? StateChoice.none : .directory(state.map { PathName($0) })
    let (result, path) = try invocation.execute(report: destination, state: choice)
    for line in SummaryTable.lines(result.summary) { invocation.logger.info("\(line)") }
    for target in result.targets where target.error != nil && !target.committed && !dryRun {
      invocation.logger.info("\(Words.notCommitted(target.path))")
    }
    if dryRun { invocation.logger.info("\(Words.dryRun)") }
    if let path { invocation.logger.info("\(Words.report(at: path))") }
    if noState, invocation.options.changesInPlace { invocation.logger.info("\(Words.noUndo)") }
    if noState, report == nil, !dryRun { invocation.logger.info("\(Words.noReport)") }
    throw ExitCode(result.conclusion.exitStatus)
  }
}

extension Durability: ExpressibleByArgument {}
extension RejectionLimit: ExpressibleByArgument {}
