import ArgumentParser
import Foundation
import Logging
import UprevCore
import UprevReport

/// `uprev history`: past runs.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Past runs: list them, show one, forget some.",
    subcommands: [HistoryListCommand.self, HistoryShowCommand.self, HistoryPruneCommand.self],
    defaultSubcommand: HistoryListCommand.self)
}

/// What every command about past runs takes.
struct HistoryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The state directory.", valueName: "dir"))
  var state: String?

  @Option(help: "How log lines look: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var logFormat = LogFormat.text

  mutating func validate() throws {
    if state == "" { throw ValidationError("--state takes a path, not an empty one.") }
  }

  var logger: Logger {
    let format = logFormat
    return Logger(label: Release.name) { _ in StandardErrorLogHandler(format: format, logLevel: .info) }
  }

  /// The directory, for looking at it or for opening it.
  /// - Throws: ``ExitCode``, after saying that there is none.
  func directory() throws -> StateDirectory {
    let environment = ProcessInfo.processInfo.environment
    guard let path = state.map({ PathName($0) }) ?? StateDirectory.defaultPath(environment: environment) else {
      logger.error("\(Words.noStateDirectory)")
      throw ExitCode(ExitStatus.targetFailed)
    }
    return StateDirectory(path: path, fileSystem: LocalFileSystem())
  }

  /// - Returns: nil where no run was remembered yet.
  /// - Throws: ``ExitCode``, after saying what is wrong.
  func database() throws -> StateDatabase? {
    let directory = try directory()
    return try failing { () throws(JournalError) in try StateDatabase.openExisting(directory) }
  }

  /// Calls `body`, and says what went wrong in it.
  func failing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as JournalError {
      logger.error("\(Terminal.printable(error.message))")
    } catch let error as StandardOutputError {
      logger.error("\(Words.standardOutputFailure(error))")
    }
    throw ExitCode(ExitStatus.targetFailed)
  }
}

/// `uprev history list`, or without a word.
struct HistoryListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List past runs, the last one first.")

  @OptionGroup var options: HistoryOptions

  @Flag(help: "Print them as a JSON array.")
  var json = false

  func run() throws {
    let database = try options.database()
    try options.failing {
      let runs = try database?.runs() ?? []
      if json {
        try HistoryWriter(sink: { try Terminal.output($0) }).write(runs.map { HistoryRun($0) })
      } else if !runs.isEmpty {
        try Terminal.output(HistoryTable.lines(runs).joined(separator: "\n") + "\n")
      }
    }
    guard let database else { return options.logger.info("\(Words.noRuns)") }
    options.logger.info("\(Words.stateSize(database.sizeInBytes, at: database.path))")
  }
}

/// `uprev history show RUN`
struct HistoryShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a run and every document that it changed.")

  @OptionGroup var options: HistoryOptions

  @Flag(help: "Print it as a JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("The run's id, or last.", valueName: "run"))
  var id: String

  func run() throws {
    let database = try options.database()
    guard let database, let run = try options.failing({ try database.run(id) }) else {
      options.logger.error("\(Words.noRun(id))")
      throw ExitCode(ExitStatus.wrongUsage)
    }
    try options.failing {
      if json {
        try HistoryWriter(sink: { try Terminal.output($0) }).write(HistoryRun(run)) { position, body in
          try forEachChange(of: run.targets[position], in: database, body)
        }
        return
      }
      try Terminal.output(HistoryTable.heading(run).joined(separator: "\n") + "\n")
      for target in run.targets {
        try Terminal.output(HistoryTable.heading(target) + "\n")
        try forEachChange(of: target, in: database) { change in
          try Terminal.output(HistoryTable.lines(change).joined(separator: "\n") + "\n")
        }
      }
    }
  }

  private func forEachChange(
    of target: JournaledTarget, in database: StateDatabase, _ body: (HistoryChange) throws -> Void
  ) throws {
    if let original = try database.original(of: target) { try body(HistoryChange(original)) }
    try database.forEachChange(of: target) { try body(HistoryChange($0)) }
  }
}

/// `uprev history prune`
struct HistoryPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Forget past runs, so that they cannot be undone any more.",
    discussion: """
      A run goes that is neither one of the last N nor younger than the age. One of the two may be left out. A run that did \
      not end stays for 90 days. Without options the rule holds by which every run prunes.
      """)

  @OptionGroup var options: HistoryOptions

  @Option(help: ArgumentHelp("Keep the last runs, so many.", valueName: "n"))
  var keep: Int?

  @Option(help: ArgumentHelp("Keep younger runs: 12h, 90d, 4w.", valueName: "age"))
  var olderThan: Age?

  mutating func validate() throws {
    if let keep, keep < 0 { throw ValidationError("--keep takes a whole number from 0, not \(keep).") }
  }

  func run() throws {
    guard let database = try options.database() else { return options.logger.info("\(Words.noRuns)") }
    let rule =
      keep == nil && olderThan == nil
      ? PruningRule() : PruningRule(keep: keep ?? 0, olderThan: olderThan?.seconds ?? .min)
    let before = database.sizeInBytes
    let pruned = try options.failing { () throws(JournalError) in
      try database.prune(rule, at: SystemClock().now())
    }
    for path in pruned.remaining { options.logger.warning("\(Words.originalNotRemoved(path))") }
    options.logger.info("\(Words.pruned(pruned, from: before, to: database.sizeInBytes))")
  }
}

/// A length of time on the command line: `30m`, `12h`, `90d`, `4w`.
struct Age: ExpressibleByArgument {
  var seconds: Int64

  init?(argument: String) {
    guard let unit = argument.last, let factor = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800][unit] else {
      return nil
    }
    let digits = argument.dropLast()
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else {
      return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: Int64(factor))
    guard !overflow else { return nil }
    seconds = product
  }
}
