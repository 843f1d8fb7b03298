import ArgumentParser
import Foundation
import Logging
import UprevArchive
import UprevCore
import UprevReport

/// `uprev undo`: puts back what a run changed.
struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Put back what a run changed, byte for byte.",
    discussion: """
      A document that was changed since the run is refused (changed-during-run), unless --force keeps its present text \
      beside it. Owner, mode, attributes and times that were changed since stay as they are now. An undo is a run of its \
      own, and can be undone.
      """)

  @Argument(help: ArgumentHelp("The run's id, or last.", valueName: "run"))
  var id: String

  @Argument(help: ArgumentHelp("Only these targets of the run.", valueName: "target"))
  var targets: [String] = []

  @Flag(help: "Put back documents that were changed since too; their present text is kept beside them.")
  var force = false

  @OptionGroup var writing: WritingOptions
  @OptionGroup var reporting: ReportOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if targets.contains("") { throw ValidationError("A target's path is empty.") }
  }

  func run() throws {
    let fileSystem = LocalFileSystem()
    let (database, run) = try journaledRun(fileSystem)
    let chosen = try chosenTargets(of: run, fileSystem)
    var options = RunOptions(
      command: "undo", targets: chosen.map(\.target.resolvedPath), pipelines: [])
    writing.apply(to: &options)
    options.listsEveryDocument = reporting.reportAll
    options.jobs = ProcessInfo.processInfo.activeProcessorCount
    let destination = reporting.destination(
      otherwise: writing.dryRun ? .none : .state(database.path.splitFolder))
    if case .file(let path) = destination {
      try ReportPlace(report: path, options: options, fileSystem: fileSystem).check()
    }
    let terminal = TerminalObserver(logger: logger, verbosity: log.verbosity, next: nil)
    let undo = Undo(
      run, targets: chosen, in: database, options: options, isForced: force, tool: (Release.name, Release.version),
      fileSystem: fileSystem, clock: SystemClock(),
      openers: [ArchiveContainerOpener(fileSystem), TreeOpener(fileSystem)],
      journal: writing.dryRun ? nil : database.makeJournal(), shouldStop: { StopSignal.isRaised }, observer: terminal)
    let output: ReportOutput
    do {
      output = try ReportOutput(destination, run: undo.id, durability: writing.durability, fileSystem: fileSystem)
    } catch {
      throw failing(with: error)
    }
    if let note = Words.undoNote(run) { logger.info("\(note)") }
    let result = undo.execute(report: output.sink)
    terminal.close()
    if let error = result.reportError { throw failing(with: error) }
    do { try output.finish() } catch { throw failing(with: error) }
    for line in SummaryTable.lines(result.summary) { logger.info("\(line)") }
    for target in result.targets where target.error == nil && target.committed && target.kind == .archive {
      logger.info("\(Words.archiveRestored(target.path))")
    }
    if writing.dryRun { logger.info("\(Words.dryRun)") }
    if let path = output.path { logger.info("\(Words.report(at: path))") }
    throw ExitCode(result.conclusion.exitStatus)
  }

  private var logger: Logger { log.logger }

  /// - Throws: ``ExitCode``, after saying that the state cannot be read or does not know the run.
  private func journaledRun(_ fileSystem: LocalFileSystem) throws -> (StateDatabase, JournaledRun) {
    let environment = ProcessInfo.processInfo.environment
    guard let path = writing.statePath ?? StateDirectory.defaultPath(environment: environment) else {
      logger.error("\(Words.noStateDirectory)")
      throw ExitCode(ExitStatus.targetFailed)
    }
    do throws(JournalError) {
      let database = try StateDatabase.openExisting(StateDirectory(path: path, fileSystem: fileSystem))
      if let database, let run = try database.run(id) { return (database, run) }
    } catch {
      logger.error("\(Terminal.printable(error.message))")
      throw reportNoState(error, fileSystem)
    }
    logger.error("\(Words.noRun(id))")
    throw ExitCode(ExitStatus.wrongUsage)
  }

  /// The report of an undo whose state cannot be read, where one is asked for.
  private func reportNoState(_ error: JournalError, _ fileSystem: LocalFileSystem) -> ExitCode {
    guard reporting.report != nil else { return ExitCode(ExitStatus.targetFailed) }
    var options = RunOptions(command: "undo", targets: [], pipelines: [])
    writing.apply(to: &options)
    options.jobs = ProcessInfo.processInfo.activeProcessorCount
    let failed = Run(
      options: options, tool: (Release.name, Release.version), fileSystem: fileSystem, clock: SystemClock(),
      openers: [], failure: .notJournaled(error))
    do {
      try failed.reportFailure(
        to: reporting.destination(otherwise: .none), durability: writing.durability, fileSystem)
    } catch {
      return failing(with: error)
    }
    return ExitCode(ExitStatus.targetFailed)
  }

  /// - Throws: ``ValidationError`` where the run has no such target.
  private func chosenTargets(of run: JournaledRun, _ fileSystem: LocalFileSystem) throws -> [JournaledTarget] {
    if targets.isEmpty { return run.targets }
    return try targets.flatMap { name in
      let path = PathName(name)
      let resolved = (try? fileSystem.resolved(path)) ?? path
      let found = run.targets.filter { $0.target.resolvedPath == resolved || $0.target.path == path }
      if found.isEmpty {
        throw ValidationError("'\(Terminal.printable(path))' is no target of the run; history show lists them.")
      }
      return found
    }
  }

  private func failing(with error: any Error) -> ExitCode {
    logger.error("\(Words.reportFailure(error))")
    return ExitCode(ExitStatus.targetFailed)
  }
}

extension PathName {
  /// The folder of a path of a file.
  fileprivate var splitFolder: PathName {
    PathName(bytes.lastIndex(of: 0x2F).map { Array(bytes[..<max($0, 1)]) } ?? [0x2E])
  }
}

extension Words {
  /// What must be known before it begins; nil where there is nothing.
  static func undoNote(_ run: JournaledRun) -> String? {
    if run.targets.allSatisfy({ $0.changeCount == 0 }) { return "run \(run.id) changed nothing that is left to undo" }
    if run.finishedAt == nil { return "run \(run.id) did not end: it is undone as far as it came" }
    return nil
  }

  static func archiveRestored(_ path: PathName) -> String {
    "\(Terminal.printable(path)): the original is back in its place"
  }
}
