import ArgumentParser
import UprevCore
import UprevReport

/// `uprev pipeline freeze`
struct PipelineFreezeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze",
    abstract: "Write down what of a pipeline has shipped, so that lint tells when it changes.",
    discussion: """
      The file uprev.lock beside the pipeline file gets a digest of every migration, schema and fixture: of what they mean, not \
      of their bytes. What is in it already is left as it is; where that has changed or is gone, nothing is written, unless \
      --accept names it. A pipeline in which lint finds an error is not frozen.

      Exit status: 0 everything is frozen; 1 the lock could not be written; 4 something frozen has changed or is gone, or the \
      pipeline or its lock is wrong; 64 --accept names nothing that has changed or gone.
      """)

  @Argument(
    help: ArgumentHelp(
      "The pipeline.",
      discussion: "A name among the known pipelines or, if it contains '/' or ends in '.yaml', a folder or file.",
      valueName: "name-or-path"))
  var pipeline: String

  @Option(
    help: ArgumentHelp(
      "Freeze anew what has changed, or forget what is gone, by the name that lint and this command give it; may be repeated.",
      valueName: "item"))
  var accept: [String] = []

  mutating func validate() throws {
    if pipeline.isEmpty { throw ValidationError("A pipeline's name is empty.") }
  }

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let catalog = PipelineLoading.catalog(fileSystem)
    try refuseErrors(PipelineLinter(catalog: catalog, fileSystem: fileSystem).lint([pipeline]))
    let loaded: Pipeline
    do throws(PipelineError) {
      loaded = try catalog.load(pipeline)
    } catch {
      throw PipelineArguments.faults(error)
    }
    let freezing = try freeze(loaded, fileSystem)
    if !freezing.refused.isEmpty {
      for finding in freezing.refused { Terminal.error(Words.finding(finding)) }
      Terminal.error(Words.notFrozen)
      throw ExitCode(ExitStatus.pipelineWrong)
    }
    if !freezing.unknown.isEmpty {
      throw ValidationError(Words.nothingToAccept(freezing.unknown))
    }
    try PipelineArguments.printing { try PipelineArguments.print(Words.freezing(freezing)) }
  }

  /// What is wrong with the pipeline itself; what its lock says is judged when it is frozen.
  private func refuseErrors(_ findings: [FindingRecord]) throws {
    let ofTheLock = [LintRuleName.frozenChanged, .frozenMissing, .lockDamaged].map(\.rawValue)
    let errors = findings.filter { $0.severity == .error && !ofTheLock.contains($0.rule) }
    guard !errors.isEmpty else { return }
    for finding in errors { Terminal.error(Words.finding(finding)) }
    Terminal.error(Words.notFrozen)
    throw ExitCode(ExitStatus.pipelineWrong)
  }

  /// - Throws: ``ExitCode``, after it was said why nothing was frozen.
  private func freeze(_ loaded: Pipeline, _ fileSystem: LocalFileSystem) throws -> PipelineFreezing {
    let id = RunID(startedAt: SystemClock().now(), random: .random(in: 0...UInt32.max)).description
    do throws(PipelineFreezeError) {
      return try PipelineFreezer(fileSystem: fileSystem, runID: id).freeze(loaded, accepting: accept)
    } catch {
      switch error {
      case .pipeline(let error): throw PipelineArguments.faults(error)
      case .lock, .tooMuch:
        Terminal.error(Words.freezeFailure(error))
        throw ExitCode(ExitStatus.pipelineWrong)
      case .failed:
        Terminal.error(Words.freezeFailure(error))
        throw ExitCode(ExitStatus.targetFailed)
      }
    }
  }
}
