import ArgumentParser
import Foundation
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// Where a command's report goes.
enum ReportDestination {
  case none
  case standardOutput
  case file(PathName)
  /// `runs/<runId>/report.json` in the state directory; nil is the default one.
  case state(PathName?)
}

/// What `migrate` and `info` share: options to a run, and the run to words and an exit status.
struct Invocation {
  var options: RunOptions
  let fileSystem = LocalFileSystem()
  let clock = SystemClock()
  let logger: Logger
  let verbosity: Verbosity

  /// - Throws: ``ExitCode`` 4 after saying what is wrong with a pipeline; ``ValidationError`` for a wrong option.
  init(common: CommonOptions, command: String) throws {
    let verbosity: Verbosity = common.quiet ? .quiet : common.verbose ? .verbose : .normal
    var logger = Logger(label: Release.name) { _ in
      StandardErrorLogHandler(format: common.logFormat, logLevel: .info)
    }
    logger.logLevel =
      switch verbosity {
      case .quiet: .error
      case .normal: .info
      case .verbose: .debug
      }
    self.logger = logger
    self.verbosity = verbosity
    options = RunOptions(
      command: command, targets: common.targets.map { PathName($0) },
      pipelines: try Self.pipelines(common.pipeline, logger: logger))
    options.jobs = common.jobs ?? ProcessInfo.processInfo.activeProcessorCount
    options.maximumDocumentSize = common.maxDocumentSize.bytes
    options.excluded = try common.exclude.map { pattern in
      do { return try Glob(pattern) } catch { throw ValidationError("--exclude '\(pattern)': \(error)") }
    }
  }

  /// Runs, says what happened, and answers the exit status.
  func execute(report destination: ReportDestination) throws -> Int32 {
    let observer = TerminalObserver(logger: logger, verbosity: verbosity)
    let run = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: clock,
      openers: [ArchiveContainerOpener(fileSystem: fileSystem), TreeOpener(fileSystem: fileSystem)],
      shouldStop: { StopSignal.isRaised }, observer: observer)
    if let problem = run.usageProblem() { throw ValidationError(problem) }
    return 0
  }
}
