import ArgumentParser
import CSystem
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the process begins: what must hold before anything else, then the command line.
@main
enum Program {
  static func main() {
    // libarchive converts member names by LC_CTYPE; names are bytes, whatever the environment of a cron job says.
    setlocale(LC_CTYPE, "C.UTF-8")
    uprev_watch_stop_signals()
    refuseWhatIsNotUTF8()
    do {
      var command = try UprevCommand.parseAsRoot()
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// The library that reads the command line repairs what is not UTF-8, and the path would be another one.
  private static func refuseWhatIsNotUTF8() {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else { continue }
      let bytes = PathName(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
      Terminal.error(Words.notUTF8(bytes))
      UprevCommand.exit(withError: ExitCode(ExitStatus.wrongUsage))
    }
  }

  /// Says what there is to say, and ends the process with the error's exit status.
  private static func end(with error: any Error) -> Never {
    let code = UprevCommand.exitCode(for: error)
    let text = UprevCommand.fullMessage(for: error)
    if code == .success {
      if !text.isEmpty { try? Terminal.output(text + "\n") }
    } else if !text.isEmpty {
      Terminal.error(Terminal.printable(text, quoting: CommandLine.arguments))
    }
    UprevCommand.exit(withError: ExitCode(code.rawValue))
  }
}

/// `uprev`
struct UprevCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uprev",
    abstract: "Bring trees and archives of versioned JSON documents up to the current version of their format.",
    discussion: """
      A target is a directory, an archive or one document. A migration changes the bytes it must change and no others; \
      what is rejected stays as it is and is reported.

      Exit status: 0 done, or nothing to do; 1 a target failed as a whole; 2 changes are pending (only with \
      --detailed-exitcode); 3 a document was rejected; 4 a pipeline is wrong; 64 wrong usage; 75 another run holds a \
      target, and nothing else failed.
      """,
    version: Release.version,
    subcommands: [
      MigrateCommand.self, InfoCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self,
      ExplainCommand.self, UndoCommand.self,
      RecoverCommand.self, HistoryCommand.self, PipelineCommand.self,
      JqWorkerCommand.self,
    ])
}

/// The exit statuses of the program.
enum ExitStatus {
  static let success: Int32 = 0
  static let targetFailed: Int32 = 1
  static let changesPending: Int32 = 2
  static let documentRejected: Int32 = 3
  static let pipelineWrong: Int32 = 4
  static let wrongUsage: Int32 = 64
  static let targetBusy: Int32 = 75
}
