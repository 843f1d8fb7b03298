import ArgumentParser
import UprevCore
import UprevReport

/// `uprev pipeline new`
struct PipelineNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a pipeline from sample documents, or the next version of a format.",
    discussion: """
      With --from, a new folder is made: globs from the names of the samples, the place of the version, a schema of each version \
      that was found, and a few of the samples as fixtures. Every sample of a run shows the same format.

      With --next, the pipeline gets a migration from the current version of a format to the next one, with a schema like that \
      of the current version and what the fixtures become. What is in the pipeline file keeps its bytes.

      What is written passes lint and test, is there as a whole or not at all, and replaces nothing.

      Exit status: 0 it is written; 1 it could not be, or no sample can be used; 4 the pipeline is wrong, or must be \
      changed by hand; 64 wrong usage, or the folder is there already.
      """)

  @Argument(
    help: ArgumentHelp(
      "With --from the folder to make; its name becomes the pipeline's. With --next the pipeline.",
      valueName: "folder-or-pipeline"))
  var pipeline: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Documents to learn from, and folders of documents.", valueName: "sample"))
  var from: [String] = []

  @Option(help: ArgumentHelp("The name of the new format; the pipeline's without it.", valueName: "name"))
  var format: String?

  @Option(help: ArgumentHelp("The format that gets its next version.", valueName: "format"))
  var next: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "The next version; without it the next integer, or the next major version.", valueName: "version"))
  var version: String?

  mutating func validate() throws {
    if pipeline.isEmpty || from.contains("") { throw ValidationError("A path is empty.") }
    if from.isEmpty == (next == nil) {
      throw ValidationError("Give either --from with samples, or --next with a format.")
    }
    if next != nil, format != nil { throw ValidationError("--format belongs to --from.") }
    if next == nil, version != nil { throw ValidationError("--as belongs to --next.") }
  }

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let id = RunID(startedAt: SystemClock().now(), random: .random(in: 0...UInt32.max)).description
    let scaffolder = PipelineScaffolder(
      catalog: PipelineLoading.catalog(fileSystem), fileSystem: fileSystem, runID: id)
    let scaffold: Scaffold
    do throws(ScaffoldError) {
      if let next {
        scaffold = try scaffolder.addNextVersion(of: next, to: pipeline, as: version)
      } else {
        scaffold = try scaffolder.make(PathName(pipeline), from: from.map { PathName($0) }, format: format)
      }
    } catch {
      throw failure(error)
    }
    for notice in scaffold.notices { Terminal.error(Words.notice(notice)) }
    try PipelineArguments.printing { try PipelineArguments.print(scaffold.files.map(Words.written)) }
    if next == nil { Terminal.error(Words.afterScaffold(pipeline)) }
  }

  /// Says why nothing was made.
  private func failure(_ error: ScaffoldError) -> any Error {
    switch error {
    case .pipeline(let error): return PipelineArguments.faults(error)
    case .wrongPipeline(let findings):
      for finding in findings { Terminal.error(Words.finding(finding)) }
    case .noSamples(let notices):
      for notice in notices { Terminal.error(Words.notice(notice)) }
    default: break
    }
    Terminal.error("error: \(Terminal.printable(error.message))")
    if case .byHand(_, let text) = error { Terminal.error(Words.byHand(text)) }
    return ExitCode(status(of: error))
  }

  private func status(of error: ScaffoldError) -> Int32 {
    switch error {
    case .badName, .exists, .needsVersion, .notAVersion, .notAbove, .known, .noFormat: ExitStatus.wrongUsage
    case .noSamples, .failed, .changed: ExitStatus.targetFailed
    case .pipeline, .lint, .wrongPipeline, .byHand: ExitStatus.pipelineWrong
    }
  }
}
