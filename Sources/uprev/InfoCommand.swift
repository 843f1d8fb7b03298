import ArgumentParser
import UprevCore
import UprevReport

/// `uprev info`: what is there, by format and version.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Count the documents of the targets by format and version; change nothing.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var exec: ExecOptions

  @Flag(help: "Print the counts as JSON: a report without its documents.")
  var json = false

  @Flag(help: "Exit with 2 where documents are left to migrate.")
  var detailedExitcode = false

  func run() throws {
    var invocation = try Invocation(common: common, exec: exec, command: "info")
    invocation.options.isDryRun = true
    invocation.options.onlyCounts = true
    let counts = TargetCounts()
    let (result, _) = try invocation.execute(report: json ? .standardOutput : .none, observer: counts)
    if !json {
      let lines = counts.targets.flatMap { counted in
        ["\(Words.heading(counted.target)):"] + SummaryTable.versionLines(counted.summary).map { "  " + $0 }
          + counted.left.map { "  " + $0 }
      }
      do {
        try Terminal.output(lines.joined(separator: "\n") + "\n")
      } catch let error as StandardOutputError {
        invocation.logger.error("\(Words.standardOutputFailure(error))")
        throw ExitCode(ExitStatus.targetFailed)
      }
    }
    let isPending = result.summary.outcomes[.migrated] > 0
    if result.conclusion.exitStatus == ExitStatus.success, detailedExitcode, isPending {
      throw ExitCode(ExitStatus.changesPending)
    }
    throw ExitCode(result.conclusion.exitStatus)
  }
}

/// Counts each target by itself.
private final class TargetCounts: RunObserver {
  /// A target, its counts, and a line for each interrupted run and each kept file in it.
  private(set) var targets: [(target: TargetRecord, summary: Summary, left: [String])] = []
  private var summary = Summary()
  private var left: [String] = []

  func decided(_ decision: Decision, format: String?, in target: PathName) {
    summary.add(
      DocumentRecord(
        target: target, path: decision.reference.path, format: format, outcome: decision.outcome,
        from: decision.from?.reportValue, bytesBefore: decision.bytesBefore))
  }

  func warned(_ warning: WarningRecord, in target: PathName) {
    if let line = Words.left(warning) { left.append(line) }
  }

  func ended(_ target: TargetRecord) {
    targets.append((target, summary, left))
    summary = Summary()
    left = []
  }
}
