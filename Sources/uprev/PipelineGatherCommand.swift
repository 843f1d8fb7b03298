import ArgumentParser
import UprevCore
import UprevReport

/// `uprev pipeline gather`
struct PipelineGatherCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gather",
    abstract: "Write what a pipeline's migrations gather over the documents of a target, as a file for the pipeline.",
    discussion: """
      The pipeline names the file under `gathered`: then every machine migrates with the same values, whatever documents it \
      has. What an earlier run recorded for the target is taken from the state; otherwise the documents are read. No document \
      is changed.

      Exit status: 0; 1 the target or the file failed; 4 the pipeline is wrong, or gathers nothing.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var exec: ExecOptions

  @Option(
    name: [.short, .long], help: ArgumentHelp("Write the file there; default: standard output.", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("The state directory.", valueName: "dir"))
  var state: String?

  @Flag(help: "Look at no state.")
  var noState = false

  @Flag(help: "Gather anew, whatever an earlier run recorded.")
  var gatherAgain = false

  mutating func validate() throws {
    if common.targets.count > 1 {
      throw ValidationError("pipeline gather takes one target, not \(common.targets.count).")
    }
    if common.pipelines.pipeline.count > 1 {
      throw ValidationError("pipeline gather takes one pipeline, not \(common.pipelines.pipeline.count).")
    }
    if output == "" { throw ValidationError("--output takes a path, not an empty one.") }
    if state == "" { throw ValidationError("--state takes a path, not an empty one.") }
  }

  func run() throws {
    var invocation = try Invocation(common: common, exec: exec, command: "gather")
    invocation.options.isDryRun = true
    invocation.options.onlyCounts = true
    invocation.options.onlyGathers = true
    invocation.options.gathersAgain = gatherAgain
    guard let pipeline = invocation.options.pipelines.first, pipeline.gathers else {
      invocation.logger.error("\(Words.gathersNothing)")
      throw ExitCode(ExitStatus.pipelineWrong)
    }
    let choice = noState ? StateChoice.none : .directory(state.map { PathName($0) })
    let (result, _) = try invocation.execute(report: .none, state: choice)
    guard result.conclusion.exitStatus == ExitStatus.success, let target = result.targets.first,
      let text = GatheredFile.text(pipeline, target.gathered)
    else { throw ExitCode(ExitStatus.targetFailed) }
    guard let output else {
      return try PipelineArguments.printing { try Terminal.output(String(decoding: text, as: UTF8.self)) }
    }
    do throws(FileSystemError) {
      let writer = try AtomicFileWriter(
        PathName(output), runID: result.id.description, durability: .file, mode: 0o644, fileSystem: LocalFileSystem())
      try writer.write(text[...])
      try writer.finish()
    } catch {
      invocation.logger.error("\(Words.gatheredNotWritten(PathName(output), error))")
      throw ExitCode(ExitStatus.targetFailed)
    }
  }
}
