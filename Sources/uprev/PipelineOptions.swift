import ArgumentParser

/// Which pipelines a command uses.
struct PipelineOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("pipeline")],
    help: ArgumentHelp(
      "The pipeline to use; may be repeated.",
      discussion: "A name among the known pipelines or, if it contains '/' or ends in '.yaml', a folder or file.",
      valueName: "name-or-path"))
  var pipeline: [String] = ["amorsize"]
}
