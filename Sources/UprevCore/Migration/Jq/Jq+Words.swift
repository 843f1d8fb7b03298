import LosslessJSON

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Every English sentence about jq programs, and only here.

extension JqFailure {
  /// One sentence for people, remedy included.
  public var message: String {
    switch self {
    case .programError(let words): "the jq program failed: \(words)"
    case .valueCount(0): "the jq program yields no value; it must yield exactly one (the new document)"
    case .valueCount: "the jq program yields more than one value; it must yield exactly one: collect them as [...]"
    case .deadline(let seconds):
      "the jq program was stopped because it ran for longer than \(JqFailure.number(seconds)) seconds on this document"
    case .childEnded(let words): "the process that runs jq programs \(words)"
    case .invalidValue(let words): "the jq program's value cannot be written: \(words)"
    }
  }

  static func childEnded(_ end: JqChildEnd) -> JqFailure { .childEnded(words(end)) }

  static func words(_ end: JqChildEnd) -> String {
    switch end {
    case .exited(JqChildEnd.noMemory): "had no more memory for this program"
    case .exited(let status): "ended with exit status \(status)"
    case .signalled(SIGABRT): "gave up: a string, an array or the program is larger than jq can hold"
    case .signalled(SIGSEGV), .signalled(SIGBUS): "ran out of stack or memory: the program recurses too deeply"
    case .signalled(let number): "was ended by signal \(number)"
    case .unknown: "ended, and the system does not say how"
    }
  }

  package static let notFinite = JqFailure.invalidValue(
    "it holds a number that is not finite; \"json: {nonFinite: allow}\" in the pipeline's format allows them")
  package static let tooDeep = JqFailure.invalidValue("arrays and objects are nested deeper than \(JqLimits.depth)")
  package static func tooLarge(_ size: Int) -> JqFailure { .invalidValue("it is larger than \(size) bytes") }
  package static let inputTooDeep = JqFailure.programError(
    "the document is nested deeper than \(JqLimits.depth), too deep for jq")
  package static let sameNames = JqFailure.programError(
    "two names in one object differ only in surrogates without their other half, which jq cannot tell apart")
  package static let halted = JqFailure.programError("it halted")
  package static let errorIsNoText = "error (not a string): "

  private static func number(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? String(format(seconds).dropLast(2)) : format(seconds)
  }

  private static func format(_ seconds: Double) -> String { "\(seconds)" }
}

extension JqProgramError {
  /// One sentence for people.
  public var message: String {
    switch self {
    case .invalid(let words): "the jq program is refused: \(words)"
    case .noChild(let words): "the process that runs jq programs \(words)"
    }
  }

  static func tooLarge(_ size: Int) -> JqProgramError { .invalid("it is larger than \(size) bytes") }
  static let holdsNull = JqProgramError.invalid("it holds a null character")
  static func compilesTooLong(_ seconds: Double) -> JqProgramError { .invalid("compiling it took too long") }

  /// What the child said in a ``JqFrame/Kind/refused`` frame.
  init(refusal body: [UInt8]) {
    let text = String(decoding: body.dropFirst(), as: UTF8.self)
    self = body.first == JqRefusal.forbidden.rawValue ? .invalid(JqProgramError.forbidden(text)) : .invalid(text)
  }

  private static func forbidden(_ name: String) -> String {
    switch name {
    case "import", "include", "module":
      "`\(name)` is not available: a migration does not depend on other files; write the definitions into the program"
    case "now", "localtime/0", "localtime", "strflocaltime":
      "`\(name)` is not available: the same document must give the same result at any time and in any time zone"
    case "env", "$ENV":
      "`\(name)` is not available: the same document must give the same result in any environment"
    case "input", "inputs", "input_filename", "input_line_number":
      "`\(name)` is not available: a program gets one document, as `.`, and nothing else"
    case "halt", "halt_error":
      "`\(name)` is not available: `error(\"...\")` rejects a document"
    default:
      "`\(name)` is not available: the same document must give the same result everywhere"
    }
  }
}

extension JqChildError {
  var message: String { "cannot be started: \(String(cString: strerror(number)))" }
}

extension StepFailure {
  /// - Parameter value: what the program was given.
  static func jq(_ failure: JqFailure, at value: JSONValue) -> StepFailure {
    StepFailure(message: failure.message, at: value)
  }

  static func jqIndistinct(_ one: JSONValue, _ other: JSONValue) -> StepFailure {
    StepFailure(
      message: "jq cannot tell \(shortened(one)) from \(shortened(other)), so there is no telling which of them the "
        + "program put where; use other steps than jq for what holds them", at: other)
  }

  static func jqViewDiffers(_ value: JSONValue) -> StepFailure {
    StepFailure(message: "the process that runs jq programs answered for another document", at: value)
  }

  private init(message: String, at value: JSONValue) {
    self.init(message: message, pointer: value.pointer, line: value.line, column: value.column)
  }

  private static func shortened(_ value: JSONValue) -> String {
    let text = String(decoding: value.literal.prefix(80), as: UTF8.self)
    return value.literal.count > 80 ? text + "…" : text
  }
}
