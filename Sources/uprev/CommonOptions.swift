import ArgumentParser
import UprevCore
import UprevReport

/// What every command that reads targets takes.
struct CommonOptions: ParsableArguments {
  @OptionGroup var pipelines: PipelineOptions
  @OptionGroup var workers: WorkerOptions

  @Option(
    help: ArgumentHelp(
      "Leave documents alone whose path matches; may be repeated.", valueName: "glob"))
  var exclude: [String] = []

  @OptionGroup var log: LogOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  @Argument(help: ArgumentHelp("A directory, an archive or one document.", valueName: "target"))
  var targets: [String]

  mutating func validate() throws {
    if targets.contains("") { throw ValidationError("A target's path is empty.") }
  }

  /// - Throws: ``ValidationError`` for a text that is no glob.
  static func globs(_ texts: [String]) throws -> [Glob] {
    try texts.map { text in
      do throws(GlobError) {
        return try Glob(text)
      } catch {
        throw ValidationError("--exclude '\(text)': \(error).")
      }
    }
  }
}
