import ArgumentParser
import UprevCore

/// What every command takes that runs the migrations of pipelines.
struct ExecOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Let pipelines run programs of their own (exec).",
      discussion: "They run with your rights: give it only for pipelines that you trust."))
  var allowExec = false

  /// Runs the programs; nil where that is not allowed.
  func makeRunner() -> ProgramChildren? { allowExec ? ProgramChildren(shouldStop: { StopSignal.isRaised }) : nil }
}
