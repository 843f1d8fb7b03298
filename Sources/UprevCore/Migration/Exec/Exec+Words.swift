import LosslessJSON
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Every English sentence about the programs of `exec`, and only here.

extension ProgramFailure {
  /// What the program did, behind its name.
  var words: String {
    switch self {
    case .notStarted(let number): "cannot be started: \(String(cString: strerror(number)))"
    case .deadline(let seconds):
      "was stopped because it took longer than \(Int(seconds)) seconds; `seconds:` allows more"
    case .ended(.exited(let status)): "ended with exit status \(status) before it had answered"
    case .ended(.signalled(let number)): "was ended by signal \(number) before it had answered"
    case .ended(.unknown): "ended before it had answered, and the system does not say how"
    case .answeredTwice: "answered more than once; it must answer one line for each that it gets"
    case .answeredTooFew(let documents, let answers):
      "gave \(answers) answers for \(documents) documents; it must answer one line for each that it gets"
    case .tooLong(let size): "answered with more than \(size) bytes in one line"
    case .notJSON(let words): "did not answer with one JSON text in a line: \(words)"
    case .interrupted: "was stopped, because the run was"
    case .notAllowed: "is not run: give --allow-exec if you trust the pipeline"
    }
  }

  /// For people, with the program's name in front.
  func message(_ command: [String]) -> String { "the program `\(ProgramFailure.name(command))` \(words)" }

  static func name(_ command: [String]) -> String {
    let text = command.joined(separator: " ").map { $0.isNewline ? " " : $0 }
    return text.count > 80 ? String(text.prefix(80)) + "…" : String(text)
  }
}

extension StepFailure {
  static func program(
    _ failure: ProgramFailure, _ command: ProgramCommand, said: String, at value: JSONValue
  ) -> StepFailure {
    StepFailure(
      message: failure.message(command.words), pointer: value.pointer, line: value.line, column: value.column,
      hint: said.isEmpty ? nil : "on standard error it said: \(said)")
  }
}

extension StepNote {
  /// Without a path: what every start of a program says is told once.
  var warning: WarningRecord {
    WarningRecord(
      code: .programSaid, message: "the program `\(ProgramFailure.name(program))` said on standard error: \(said)",
      path: nil)
  }
}
