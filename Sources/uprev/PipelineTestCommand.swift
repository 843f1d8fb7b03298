import ArgumentParser
import UprevCore
import UprevReport

/// `uprev pipeline test`
struct PipelineTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Migrate the fixtures of pipelines and compare the results, byte for byte.",
    discussion: """
      Of the files fixtures/FORMAT/NAME.vVERSION.json with one NAME, each is what every earlier version of it becomes, and \
      what a later one becomes by a migration that leads down to it.

      Exit status: 0 everything is as expected; 4 it is not, or a pipeline is wrong.
      """)

  @OptionGroup var arguments: PipelineArguments
  @OptionGroup var exec: ExecOptions

  @Flag(help: "Write what the pipelines make of the first version of each fixture, then compare.")
  var record = false

  @Flag(name: [.short, .long], help: "Say a line a comparison.")
  var verbose = false

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let programs = exec.makeRunner()
    defer { programs?.end() }
    let pipelines: [Pipeline]
    do throws(PipelineError) {
      pipelines = try PipelineLoading.catalog(fileSystem, programs: programs).load(arguments.pipelines)
    } catch {
      throw PipelineArguments.faults(error)
    }
    var hasFailed = false
    var all: [FixtureComparison] = []
    try PipelineArguments.printing {
      for pipeline in pipelines {
        var tester = FixtureTester(pipeline, fileSystem: fileSystem)
        if record { hasFailed = try write(&tester) || hasFailed }
        for finding in tester.findings {
          try PipelineArguments.print([Words.finding(finding)])
          hasFailed = hasFailed || finding.severity == .error
        }
        for comparison in tester.run() {
          try say(comparison)
          hasFailed = hasFailed || !comparison.isEqual
          all.append(comparison)
        }
        try PipelineArguments.print(tester.unexpected.map(Words.unexpected))
      }
      try PipelineArguments.print([Words.comparisons(all)])
    }
    if hasFailed { throw ExitCode(ExitStatus.pipelineWrong) }
  }

  /// - Returns: whether something could not be written.
  private func write(_ tester: inout FixtureTester) throws -> Bool {
    let id = RunID(startedAt: SystemClock().now(), random: .random(in: 0...UInt32.max)).description
    let recorded = tester.record(runID: id)
    try PipelineArguments.print(recorded.map(Words.recorded))
    return recorded.contains { $0.problem != nil }
  }

  private func say(_ comparison: FixtureComparison) throws {
    if comparison.isEqual && !verbose { return }
    var lines = [Words.comparison(comparison)]
    if case .differs(let actual, let expected, _) = comparison.result {
      lines += DiffText(isColoured: Terminal.isColoured).lines(
        from: expected, to: actual, oldName: "\(comparison.expected) (\(Words.expectedText))",
        newName: "\(comparison.source) (\(Words.actualText))")
    }
    try PipelineArguments.print(lines)
  }
}
