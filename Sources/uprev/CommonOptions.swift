import ArgumentParser
import UprevCore
import UprevReport

/// What every command that reads targets takes.
struct CommonOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("pipeline")],
    help: ArgumentHelp(
      "The pipeline to use; may be repeated.",
      discussion: "A name among the known pipelines or, if it contains '/' or ends in '.yaml', a folder or file.",
      valueName: "name-or-path"))
  var pipeline: [String] = ["amorsize"]

  @Option(name: [.short, .long], help: "Workers; default: the processors available.")
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Leave documents alone whose path matches; may be repeated.", valueName: "glob"))
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp(
      "Reject larger documents, unread; bytes, or with K, M or G (powers of 1024).", valueName: "size"))
  var maxDocumentSize = ByteCount(bytes: RunOptions.defaultMaximumDocumentSize)

  @Flag(name: [.short, .long], help: "Say only what went wrong.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Say a line a document.")
  var verbose = false

  @Option(help: "How log lines look: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var logFormat = LogFormat.text

  @Argument(help: ArgumentHelp("A directory, an archive or one document.", valueName: "target"))
  var targets: [String]

  mutating func validate() throws {
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs takes a whole number from 1 to 1024, not \(jobs).")
    }
    if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    if targets.contains("") { throw ValidationError("A target's path is empty.") }
  }
}

extension LogFormat: ExpressibleByArgument {}

/// A number of bytes on the command line: `4096`, `64K`, `256M`, `1G`.
struct ByteCount: ExpressibleByArgument {
  var bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    var digits = argument[...]
    var factor = 1
    if let last = digits.last, let power = ["k": 10, "m": 20, "g": 30][last.lowercased()] {
      factor = 1 << power
      digits = digits.dropLast()
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
      return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    guard !overflow, product > 0 else { return nil }
    bytes = product
  }

  var defaultValueDescription: String {
    bytes % (1 << 20) == 0 ? "\(bytes >> 20)M" : "\(bytes)"
  }
}
