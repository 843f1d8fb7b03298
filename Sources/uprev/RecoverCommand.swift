import ArgumentParser
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// `uprev recover`: only what the next run on a target would do first.
struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Bring to an end what interrupted runs left in the targets; migrate nothing.",
    discussion: """
      A run that is killed leaves every document whole. What it leaves beside them is brought to an end by the next run on \
      the same target, or by this command, for example when the machine starts. It needs no state directory, does no harm \
      where there is nothing to do, and may itself be interrupted at any time.

      Exit status: 0 done, or nothing to do; 1 something could not be brought to an end; 64 wrong usage; 75 another run \
      holds a target.
      """)

  @Flag(name: [.short, .long], help: "Say only what went wrong.")
  var quiet = false

  @Option(help: "How log lines look: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var logFormat = LogFormat.text

  @Argument(help: ArgumentHelp("A directory, an archive or one document.", valueName: "target"))
  var targets: [String]

  mutating func validate() throws {
    if targets.contains("") { throw ValidationError("A target's path is empty.") }
  }

  func run() throws {
    var logger = Logger(label: Release.name) { [logFormat] _ in
      StandardErrorLogHandler(format: logFormat, logLevel: .info)
    }
    logger.logLevel = quiet ? .error : .info
    let fileSystem = LocalFileSystem()
    let clock = SystemClock()
    let run = RecoveryRun(
      openers: [ArchiveContainerOpener(fileSystem), TreeOpener(fileSystem)],
      claimOptions: ContainerClaimOptions(
        runID: RunID(startedAt: clock.now(), random: .random(in: 0...UInt32.max)).description,
        shouldStop: { StopSignal.isRaised }))
    var records: [TargetRecord] = []
    var isDone = true
    for target in targets.map({ PathName($0) }) {
      let record = run.execute(target) { warning in
        if warning.code == .notRecovered { isDone = false }
        say(warning, in: target, logger)
      }
      if let error = record.error {
        logger.error("\(Words.failure(error, of: target))", metadata: ["code": "\(error.code.rawValue)"])
      }
      records.append(record)
    }
    let conclusion = RunConclusion(summary: Summary(), targets: records, error: nil, strict: false)
    throw ExitCode(isDone ? conclusion.exitStatus : ExitStatus.targetFailed)
  }

  private func say(_ warning: WarningRecord, in target: PathName, _ logger: Logger) {
    let level: Logger.Level =
      switch warning.code {
      case .recovered: .info
      case .notRecovered: .error
      default: .warning
      }
    logger.log(
      level: level, "\(Words.warning(warning, in: target))", metadata: ["code": "\(warning.code.rawValue)"])
  }
}
