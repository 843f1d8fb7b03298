import ArgumentParser
import Foundation
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// What `migrate`, `info` and `validate` share: from the command line's options to a run, and from a run to words and an exit status.
struct Invocation {
  var options: RunOptions
  let logger: Logger
  let verbosity: Verbosity
  private let fileSystem = LocalFileSystem()
  private let archiveLimits: ArchiveLimits
  private let programs: ProgramChildren?

  /// - Throws: ``ExitCode`` 4 after saying what is wrong with a pipeline; ``ValidationError`` for a wrong option.
  init(common: CommonOptions, exec: ExecOptions? = nil, command: String) throws {
    programs = exec?.makeRunner()
    verbosity = common.quiet ? .quiet : common.verbose ? .verbose : .normal
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
    options = RunOptions(
      command: command, targets: common.targets.map { PathName($0) },
      pipelines: try PipelineLoading.load(
        common.pipeline, fileSystem: fileSystem, programs: programs, logger: logger))
    options.programs = programs
    options.jobs = common.jobs ?? ProcessInfo.processInfo.activeProcessorCount
    common.limits.apply(to: &options)
    archiveLimits = common.limits.archiveLimits
    options.excluded = try common.exclude.map { pattern in
      do throws(GlobError) {
        return try Glob(pattern)
      } catch {
        throw ValidationError("--exclude '\(pattern)': \(error).")
      }
    }
  }

  /// Runs, and says what went wrong on the way.
  ///
  /// - Parameters:
  ///   - state: where a run that changes something in place is remembered.
  ///   - observer: is told of every decision.
  /// - Returns: what the run came to, and where its report is.
  /// - Throws: ``ExitCode``, after saying why; ``ValidationError`` for options that do not fit the targets.
  func execute(
    report destination: ReportDestination, state: StateChoice = .none, observer: (any RunObserver)? = nil
  ) throws -> (result: RunResult, report: PathName?) {
    let terminal = TerminalObserver(logger: logger, verbosity: verbosity, next: observer)
    let openers: [any ContainerOpener] = [
      ArchiveContainerOpener(fileSystem, limits: archiveLimits), TreeOpener(fileSystem),
    ]
    if let output = options.output, let target = options.targets.first {
      try OutputPlace(output: output, target: target, fileSystem: fileSystem, openers: openers).check()
    }
    if case .file(let path) = destination {
      try ReportPlace(report: path, options: options, fileSystem: fileSystem).check()
    }
    let opened: (database: StateDatabase, setAside: WarningRecord?)?
    let gathered: StateDatabase?
    do throws(JournalError) {
      opened = try openState(state)
      if let opened { gathered = opened.database } else { gathered = try existingState(state) }
    } catch {
      throw reportNoState(error, to: destination)
    }
    let run = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: SystemClock(),
      openers: openers, journal: opened?.database.makeJournal(), gatherRecords: gathered,
      warnings: [opened?.setAside].compactMap { $0 },
      shouldStop: { StopSignal.isRaised }, observer: terminal)
    let output: ReportOutput
    do {
      output = try ReportOutput(destination, run: run.id, durability: options.durability, fileSystem: fileSystem)
    } catch {
      throw failing(with: error)
    }
    let result = run.execute(report: output.sink)
    programs?.end()
    if let error = result.error, error.code == .execNotAllowed {
      logger.error("\(Terminal.printable(error.message)) [\(error.code.rawValue)]")
    }
    terminal.close()
    if let error = result.reportError { throw failing(with: error) }
    do { try output.finish() } catch { throw failing(with: error) }
    return (result, output.path)
  }

  /// Opens the state of a run that changes something in place; every other run needs none, and writes none.
  ///
  /// - Throws: ``JournalError`` where it cannot be opened. Nothing was touched then.
  private func openState(
    _ choice: StateChoice
  ) throws(JournalError) -> (database: StateDatabase, setAside: WarningRecord?)? {
    guard options.changesInPlace, case .directory(let chosen) = choice else { return nil }
    guard let path = chosen ?? StateDirectory.defaultPath(environment: ProcessInfo.processInfo.environment) else {
      throw JournalError(message: Words.noStateFolder)
    }
    let opened = try StateDatabase.open(
      StateDirectory(path: path, fileSystem: fileSystem), at: SystemClock().now())
    if let warning = opened.setAside {
      logger.warning("\(Words.warning(warning))", metadata: ["code": "\(warning.code.rawValue)"])
    }
    return opened
  }

  /// The state that a run which changes nothing in place looks at, for what an earlier one gathered.
  ///
  /// - Returns: nil where there is none, or no pipeline gathers anything.
  private func existingState(_ choice: StateChoice) throws(JournalError) -> StateDatabase? {
    guard case .directory(let chosen) = choice, options.pipelines.contains(where: \.gathers),
      let path = chosen ?? StateDirectory.defaultPath(environment: ProcessInfo.processInfo.environment)
    else { return nil }
    return try StateDatabase.openExisting(StateDirectory(path: path, fileSystem: fileSystem))
  }

  /// Says why nothing was done, to people and in a report that goes elsewhere than into the state.
  private func reportNoState(_ error: JournalError, to destination: ReportDestination) -> ExitCode {
    logger.error("\(Words.noState(error))")
    let failed = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: SystemClock(),
      openers: [], stateFailure: error)
    do {
      try failed.reportFailure(to: destination, durability: options.durability, fileSystem)
    } catch {
      return failing(with: error)
    }
    return ExitCode(ExitStatus.targetFailed)
  }

  /// Says why there is no report.
  private func failing(with error: any Error) -> ExitCode {
    logger.error("\(Words.reportFailure(error))")
    return ExitCode(ExitStatus.targetFailed)
  }
}

/// Where runs are remembered.
enum StateChoice {
  /// Nowhere: what is changed cannot be undone.
  case none
  /// nil: the default one.
  case directory(PathName?)
}
