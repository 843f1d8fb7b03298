import ArgumentParser
import Foundation
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// What the commands that run over targets share: from the command line's options to a run, and from a run to words and an exit status.
struct Invocation {
  var options: RunOptions
  let logger: Logger
  let verbosity: Verbosity
  private let fileSystem = LocalFileSystem()
  private let archiveLimits: ArchiveLimits
  private let programs: ProgramChildren?

  /// - Throws: ``ExitCode`` 4 after saying what is wrong with a pipeline; ``ValidationError`` for a wrong option.
  init(common: CommonOptions, exec: ExecOptions? = nil, command: String) throws {
    let programs = exec?.makeRunner()
    let logger = common.log.logger
    var options = RunOptions(
      command: command, targets: common.targets.map { PathName($0) },
      pipelines: try PipelineLoading.load(
        common.pipelines.pipeline, fileSystem: LocalFileSystem(), programs: programs, logger: logger))
    options.programs = programs
    options.jobs = common.workers.count
    options.excluded = try CommonOptions.globs(common.exclude)
    common.limits.apply(to: &options)
    self.init(options: options, archiveLimits: common.limits.archiveLimits, log: common.log, programs: programs)
  }

  /// - Parameter programs: runs the programs of the options' pipelines, and is ended with the run.
  init(
    options: RunOptions, archiveLimits: ArchiveLimits, log: LogOptions, programs: ProgramChildren? = nil
  ) {
    self.options = options
    self.archiveLimits = archiveLimits
    self.programs = programs
    logger = log.logger
    verbosity = log.verbosity
  }

  /// Runs, and says what went wrong on the way.
  ///
  /// - Parameters:
  ///   - state: where a run that changes something in place is remembered.
  ///   - observer: is told of every decision.
  ///   - plan: what alone is done; nil: everything.
  ///   - recording: makes what takes the changes of a dry run, before it begins.
  /// - Returns: what the run came to, and where its report is.
  /// - Throws: ``ExitCode``, after saying why; ``ValidationError`` for options that do not fit the targets.
  func execute(
    report destination: ReportDestination, state: StateChoice = .none, observer: (any RunObserver)? = nil,
    plan: Plan? = nil, recording: (Run) throws -> PlanRecorder? = { _ in nil }
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
      throw refusing(.notJournaled(error), Words.noState(error), report: destination)
    }
    let run = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: SystemClock(),
      openers: openers, journal: opened?.database.makeJournal(), known: opened?.database.makeKnownStore(),
      gatherRecords: gathered, warnings: [opened?.setAside].compactMap { $0 }, plan: plan,
      shouldStop: { StopSignal.isRaised }, observer: terminal)
    let output: ReportOutput
    do {
      output = try ReportOutput(destination, run: run.id, durability: options.durability, fileSystem: fileSystem)
    } catch {
      throw failing(with: error)
    }
    let result = run.execute(report: output.sink, recorder: try recording(run))
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
  func refusing(_ failure: TargetError, _ words: String, report destination: ReportDestination) -> ExitCode {
    logger.error("\(words)", metadata: ["code": "\(failure.code.rawValue)"])
    let failed = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: SystemClock(),
      openers: [], failure: failure)
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
