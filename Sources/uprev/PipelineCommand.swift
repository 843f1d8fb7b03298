import ArgumentParser
import Foundation
import UprevCore
import UprevReport

/// `uprev pipeline`: pipelines, looked at without a run.
struct PipelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Check, test, show and list pipelines.",
    subcommands: [
      PipelineLintCommand.self, PipelineTestCommand.self, PipelineShowCommand.self, PipelineListCommand.self,
      PipelineGatherCommand.self,
    ])
}

/// The pipelines that a command looks at.
struct PipelineArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The pipelines.",
      discussion: "A name among the known pipelines or, if it contains '/' or ends in '.yaml', a folder or file.",
      valueName: "name-or-path"))
  var pipelines: [String] = ["amorsize"]

  mutating func validate() throws {
    if pipelines.contains("") { throw ValidationError("A pipeline's name is empty.") }
  }

  /// Calls `body`, and says why standard output could not be written.
  static func printing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as StandardOutputError {
      Terminal.error("error: \(Words.standardOutputFailure(error))")
      throw ExitCode(ExitStatus.targetFailed)
    }
  }

  /// Lines on standard output.
  static func print(_ lines: [String]) throws {
    if !lines.isEmpty { try Terminal.output(lines.joined(separator: "\n") + "\n") }
  }

  /// - Throws: ``ExitCode`` 4, after every fault was said with its place.
  static func faults(_ error: PipelineError) -> ExitCode {
    for fault in error.faults { Terminal.error("error: \(Words.fault(fault))") }
    return ExitCode(ExitStatus.pipelineWrong)
  }
}

/// `uprev pipeline lint`
struct PipelineLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Say what is wrong with pipelines, all of it, without touching a document.",
    discussion: """
      Every fault of the files is told with its place. A pipeline without one is then tried on its fixtures, the documents \
      fixtures/FORMAT/NAME.vVERSION.json in its folder. Several pipelines are looked at together, in the order in which \
      they would claim documents.

      Exit status: 0 no error; 4 an error, or with --strict a warning.
      """)

  @OptionGroup var arguments: PipelineArguments

  @OptionGroup var exec: ExecOptions

  @Flag(help: "Print the findings as a JSON array.")
  var json = false

  @Flag(help: "Treat warnings as errors.")
  var strict = false

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let programs = exec.makeRunner()
    let linter = PipelineLinter(
      catalog: PipelineLoading.catalog(fileSystem, programs: programs), fileSystem: fileSystem,
      allowsPrograms: exec.allowExec)
    let findings = linter.lint(arguments.pipelines)
    programs?.end()
    try PipelineArguments.printing {
      if json {
        try FindingWriter(sink: { try Terminal.output($0) }).write(findings)
      } else {
        try PipelineArguments.print(findings.map(Words.finding))
      }
    }
    Terminal.error(Words.findings(findings))
    let isWrong = findings.contains { $0.severity == .error || strict && $0.severity == .warning }
    if isWrong { throw ExitCode(ExitStatus.pipelineWrong) }
  }
}

/// `uprev pipeline list`
struct PipelineListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the pipelines that are known by name, and where each lies.")

  func run() throws {
    StopSignal.endsTheProcess()
    let entries = PipelineLoading.catalog(LocalFileSystem()).entries()
    if entries.isEmpty { return Terminal.error(Words.noPipelines) }
    let width = entries.map { Terminal.printable($0.name).count }.max() ?? 0
    let lines = entries.flatMap { entry in
      let name = Terminal.printable(entry.name)
      let words =
        switch entry.pipeline {
        case .success(let pipeline): pipeline.description.map { Terminal.printable($0) } ?? Words.noDescription
        case .failure(let error): Words.broken(entry.name, error)
        }
      return [
        name + String(repeating: " ", count: width - name.count + 2) + words,
        String(repeating: " ", count: width + 2) + Terminal.printable(entry.file),
      ]
    }
    try PipelineArguments.printing { try PipelineArguments.print(lines) }
  }
}
