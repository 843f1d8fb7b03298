import ArgumentParser
import UprevCore
import UprevReport

/// What every command takes that migrates: everything but what is migrated, and to which version.
struct MigrationOptions: ParsableArguments {
  @OptionGroup var writing: WritingOptions
  @OptionGroup var reporting: ReportOptions
  @OptionGroup(title: "Compression") var compression: CompressionOptions

  @Flag(help: "Treat newer and unmatched documents as failures too.")
  var strict = false

  @Flag(help: "Keep no state: the run cannot be undone, and without --report there is no report.")
  var noState = false

  @Flag(help: "Read every document, also those that were current before and whose files have not changed since.")
  var paranoid = false

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
      "Keep the originals of changed archives so long, for undo; 0 keeps none.", valueName: "days"))
  var keepOriginals = RunOptions.defaultKeepOriginalsDays

  @Flag(
    help: ArgumentHelp(
      "Gather anew what migrations need to know of all documents, in place of what an earlier run recorded.",
      discussion: "Documents that were migrated with the earlier values stay as they are."))
  var gatherAgain = false

  /// A century.
  private static let longestKept = 36_500

  mutating func validate() throws {
    if !(0...Self.longestKept).contains(keepOriginals) {
      throw ValidationError("--keep-originals takes days from 0 to \(Self.longestKept), not \(keepOriginals).")
    }
  }

  func apply(to options: inout RunOptions) {
    writing.apply(to: &options)
    compression.apply(to: &options)
    options.listsEveryDocument = reporting.reportAll
    options.isStrict = strict
    options.readsEverything = paranoid
    options.gathersAgain = gatherAgain
    options.isAllOrNothing = allOrNothing
    options.rejectionLimit = maxRejected
    options.keepOriginalsDays = keepOriginals
  }

  var destination: ReportDestination {
    reporting.destination(otherwise: writing.dryRun || noState ? .none : .state(writing.statePath))
  }

  var stateChoice: StateChoice { noState ? .none : .directory(writing.statePath) }

  /// Says what a run came to.
  func say(_ result: RunResult, report: PathName?, _ invocation: Invocation) {
    for line in SummaryTable.lines(result.summary) { invocation.logger.info("\(line)") }
    for target in result.targets where target.error != nil && !target.committed && !writing.dryRun {
      invocation.logger.info("\(Words.notCommitted(target.path))")
    }
    if writing.dryRun { invocation.logger.info("\(Words.dryRun)") }
    if let report { invocation.logger.info("\(Words.report(at: report))") }
    if noState, invocation.options.changesInPlace { invocation.logger.info("\(Words.noUndo)") }
    if noState, reporting.report == nil, !writing.dryRun { invocation.logger.info("\(Words.noReport)") }
  }
}

extension RejectionLimit: ExpressibleByArgument {}
