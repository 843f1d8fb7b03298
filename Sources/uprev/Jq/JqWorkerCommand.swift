import ArgumentParser
import CSystem

/// `uprev jq-worker`: what the program starts of itself to run jq programs. It is no command for people: help, the manual
/// and completions do not know it.
struct JqWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "jq-worker", shouldDisplay: false)

  @Option(help: .hidden) var memory: UInt64

  func run() throws {
    guard uprev_is_stream(0) == 1 else {
      Terminal.error(Words.isNotForPeople)
      throw ExitCode(ExitStatus.wrongUsage)
    }
    JqWorker(memory: memory).run()
  }
}
