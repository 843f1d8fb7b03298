import ArgumentParser
import UprevCore
import UprevReport

/// How a run that changes targets goes about it.
struct WritingOptions: ParsableArguments {
  @Flag(help: "Do everything but the writing, and say what would happen.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "How changes are made durable: batch (one flush a batch), file (a flush a file), none (scratch data only).",
      valueName: "batch|file|none"))
  var durability = Durability.batch

  @Option(
    help: ArgumentHelp(
      "Wait so long for another run that holds a target; without it such a target fails at once (exit status 75).",
      valueName: "seconds"))
  var wait = 0.0

  @Option(help: ArgumentHelp("The state directory.", valueName: "dir"))
  var state: String?

  /// A year.
  private static let longestWait = 31_536_000.0

  mutating func validate() throws {
    if !(0...Self.longestWait).contains(wait) {
      throw ValidationError("--wait takes seconds from 0 to \(Int(Self.longestWait)), not \(wait).")
    }
    if state == "" { throw ValidationError("--state takes a path, not an empty one.") }
  }

  var statePath: PathName? { state.map { PathName($0) } }

  func apply(to options: inout RunOptions) {
    options.isDryRun = dryRun
    options.durability = durability
    options.waitSeconds = wait
  }
}

extension Durability: ExpressibleByArgument {}
