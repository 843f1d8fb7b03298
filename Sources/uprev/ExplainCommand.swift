import ArgumentParser
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// `uprev explain`: one document, stage by stage.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Show one document stage by stage: who claims it, its version, every step, what a run would do; change nothing.",
    discussion: """
      A file alone is claimed by its name, as migrate claims it; --as says where in a tree it would lie. An entry of an \
      archive is ARCHIVE:ENTRY. A path that exists wins; otherwise it ends at the first ':' behind the name of a file.

      Exit status: 0 a run would not reject it; 1 there is no such document; 3 a run would reject it; 4 a pipeline is wrong.
      """)

  @OptionGroup var pipelines: PipelineOptions

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("The path inside a target by which the document is claimed.", valueName: "path"))
  var claimedPath: String?

  @OptionGroup var versions: TargetVersionOptions
  @OptionGroup var colors: ColorOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  @OptionGroup var exec: ExecOptions

  @Argument(help: ArgumentHelp("A file, or ARCHIVE:ENTRY.", valueName: "file"))
  var file: String

  mutating func validate() throws {
    if file.isEmpty { throw ValidationError("The document's path is empty.") }
    if claimedPath == "" { throw ValidationError("--as takes a path, not an empty one.") }
  }

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let logger = Logger(label: Release.name) { _ in StandardErrorLogHandler(format: .text, logLevel: .info) }
    let programs = exec.makeRunner()
    defer { programs?.end() }
    let pipelines = try PipelineLoading.load(
      self.pipelines.pipeline, fileSystem: fileSystem, programs: programs, logger: logger)
    var options = RunOptions(command: "explain", targets: [], pipelines: pipelines)
    options.programs = programs
    limits.apply(to: &options)
    let lookup = DocumentLookup(
      fileSystem: fileSystem,
      openers: [ArchiveContainerOpener(fileSystem, limits: limits.archiveLimits), TreeOpener(fileSystem)],
      maximumDocumentSize: options.maximumDocumentSize)
    let found: DocumentLookup.Found
    do {
      found = try lookup.find(PathName(file))
    } catch let error as TargetError {
      logger.error("\(Words.failure(error.report, of: PathName(file)))")
      throw ExitCode(ExitStatus.targetFailed)
    }
    let text = ExplanationText(
      pipelines: pipelines, isColoured: colors.isColoured, hasChosenPath: claimedPath != nil)
    let outcome = try explain(found, options, text)
    if outcome == .rejected { throw ExitCode(ExitStatus.documentRejected) }
  }

  private func explain(_ found: DocumentLookup.Found, _ options: RunOptions, _ text: ExplanationText) throws -> Outcome
  {
    let formats = options.pipelines.flatMap(\.formats)
    let path = claimedPath.map { PathName($0) } ?? found.path
    var lines = text.heading(found)
    var outcome = Outcome.unmatched
    let versions = try PipelineLoading.targetVersions(self.versions.texts, options.pipelines)
    switch Claims(formats: formats.map(\.files), excluded: []).claim(path) {
    case .format(let index) where versions.leavesAlone(index):
      lines += text.claimed(index, path) + text.section(.decided, [Words.leftAlone])
      outcome = .skipped
    case .excluded:
      lines += text.section(.claimed, [Words.ownName])
      outcome = .skipped
    case .unmatched:
      lines += text.unclaimed(path)
    case .format(let index):
      lines += text.claimed(index, path)
      guard let document = found.document else {
        if let decision = found.decision {
          lines += text.section(.decided, [Words.decided(decision)])
          outcome = decision.outcome
        }
        break
      }
      let claimed = Document(
        reference: DocumentReference(path: path, format: index), text: document.text, origin: document.origin)
      let (decider, gathered) = Decider.alone(
        for: claimed, formats: formats, targets: versions.versions,
        limits: .init(maximumDepth: options.maximumDepth, maximumSize: .max), programs: options.programs)
      let explanation = decider.explain(claimed)
      lines += text.lines(explanation, gathered)
      outcome = explanation.decision.outcome
    }
    try PipelineArguments.printing { try PipelineArguments.print(lines) }
    return outcome
  }
}
