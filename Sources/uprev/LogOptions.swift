import ArgumentParser
import Logging

/// What a command says on standard error, and how.
struct LogOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Say only what went wrong.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Say a line a document.")
  var verbose = false

  @Option(help: "How log lines look: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var logFormat = LogFormat.text

  mutating func validate() throws {
    if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
  }

  var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

  var logger: Logger {
    let format = logFormat
    var logger = Logger(label: Release.name) { _ in StandardErrorLogHandler(format: format, logLevel: .info) }
    logger.logLevel =
      switch verbosity {
      case .quiet: .error
      case .normal: .info
      case .verbose: .debug
      }
    return logger
  }
}

extension LogFormat: ExpressibleByArgument {}
