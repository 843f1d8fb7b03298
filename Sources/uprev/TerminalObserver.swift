import Logging
import UprevCore
import UprevReport

/// How much is said.
enum Verbosity {
  /// Errors only.
  case quiet
  case normal
  /// A line a document.
  case verbose
}

/// Says what happens while a run goes on.
final class TerminalObserver: RunObserver {
  private let logger: Logger
  private let verbosity: Verbosity
  /// Is told everything too.
  private let next: (any RunObserver)?
  private var rejected = 0
  private var warnings = 0

  /// Lines of one kind said in full; the rest is counted, and the report has them all.
  static let maximumLines = 20

  init(logger: Logger, verbosity: Verbosity, next: (any RunObserver)?) {
    self.logger = logger
    self.verbosity = verbosity
    self.next = next
  }

  /// A line a document takes every one of them.
  var hearsEveryDecision: Bool { verbosity == .verbose || next?.hearsEveryDecision ?? false }

  func decided(_ decision: Decision, format: String?, in target: PathName) {
    next?.decided(decision, format: format, in: target)
    if let error = decision.error {
      rejected += 1
      if verbosity == .verbose || rejected <= Self.maximumLines {
        logger.error(
          "\(Words.rejection(error.report, path: decision.reference.path, target: target))",
          metadata: ["code": "\(error.code.rawValue)", "path": "\(Terminal.printable(decision.reference.path))"])
        for violation in decision.violations.dropFirst() {
          logger.error(
            "\(Words.violation(violation, path: decision.reference.path, target: target))",
            metadata: ["code": "\(error.code.rawValue)", "path": "\(Terminal.printable(decision.reference.path))"])
        }
      }
    } else if verbosity == .verbose {
      logger.debug(
        "\(Words.line(of: decision, in: target))",
        metadata: ["outcome": "\(decision.outcome.rawValue)", "path": "\(Terminal.printable(decision.reference.path))"])
    }
  }

  func warned(_ warning: WarningRecord, in target: PathName) {
    next?.warned(warning, in: target)
    warnings += 1
    guard verbosity == .verbose || warnings <= Self.maximumLines else { return }
    logger.warning("\(Words.warning(warning, in: target))", metadata: ["code": "\(warning.code.rawValue)"])
  }

  func ended(_ target: TargetRecord) {
    next?.ended(target)
    guard let error = target.error else { return }
    logger.error("\(Words.failure(error, of: target.path))", metadata: ["code": "\(error.code.rawValue)"])
  }

  /// Says how many lines were left out.
  func close() {
    if verbosity == .verbose { return }
    if rejected > Self.maximumLines {
      logger.error("\(Words.more(rejected - Self.maximumLines, "rejected documents"))")
    }
    if warnings > Self.maximumLines {
      logger.warning("\(Words.more(warnings - Self.maximumLines, "warnings"))")
    }
  }
}
