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

  @Flag(name: [.short, .long], help: "Say only what went wrong.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Say a line a document.")
  var verbose = false

  @Option(help: "How log lines look: \(LogFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var logFormat = LogFormat.text

  @OptionGroup(title: "Limits") var limits: LimitOptions

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
