import LosslessJSON

/// A program that a pipeline has run, with its arguments.
public struct ProgramCommand: Hashable, Sendable {
  /// As the pipeline writes them; at least the program.
  public var words: [String]
  /// What is run: a path, or a name that is looked up where programs are; then the arguments, with the paths of the pipeline's
  /// folder made absolute.
  public var arguments: [String]
  /// How long one answer may take, seconds.
  public var seconds: Double
}

/// Runs the programs of `exec` steps and of `gather`.
public protocol ProgramRunner: Sendable {
  /// Has a program answer for each of several values.
  ///
  /// - Parameters:
  ///   - inputs: values of any documents.
  ///   - allowsNonFinite: whether `NaN` and infinities are numbers in them, and may be in answers.
  /// - Returns: one reply for each input, in the same order.
  func run(_ command: ProgramCommand, on inputs: [JSONValue], allowsNonFinite: Bool) -> [ProgramReply]

  /// Starts a program that is given every document before it answers.
  /// - Throws: ``ProgramFailure`` where it cannot be started.
  func start(_ command: ProgramCommand, allowsNonFinite: Bool) throws(ProgramFailure) -> any ProgramConversation
}

/// One run of a program that is given every document, one a line, and answers for each, in the same order. Used by one thread.
public protocol ProgramConversation: AnyObject {
  /// Gives it one document; blocks while it takes none.
  ///
  /// - Parameters:
  ///   - line: JSON without a line end.
  ///   - take: gets the answers that have come meanwhile, in order.
  /// - Throws: ``ProgramFailure``; the program has ended then.
  func give(_ line: [UInt8], _ take: ([UInt8]) throws -> Void) throws
  /// Tells it that there are no more documents, and waits for the rest of the answers and its end.
  /// - Throws: ``ProgramFailure``; the program has ended then.
  func finish(_ take: ([UInt8]) throws -> Void) throws
  /// Ends it, whatever it is doing.
  func end()
  /// What it wrote to standard error, bounded, for people.
  var said: String { get }
}

/// What a program made of one value.
public struct ProgramReply: Sendable {
  public var result: Result<JqAnswer, ProgramFailure>
  /// What it wrote to standard error meanwhile, bounded, for people; empty where that is nothing.
  public var said: String

  public init(_ result: Result<JqAnswer, ProgramFailure>, said: String = "") {
    self.result = result
    self.said = said
  }
}

/// Why a program has no answer. Its words are in `Exec+Words.swift`.
public enum ProgramFailure: Error, Hashable, Sendable {
  /// The system's error number.
  case notStarted(Int32)
  /// It was stopped: it took longer than so many seconds.
  case deadline(seconds: Double)
  /// It ended before it had answered.
  case ended(JqChildEnd)
  /// It answered more than it was asked.
  case answeredTwice
  /// It gave fewer answers than it got documents.
  case answeredTooFew(documents: Int, answers: Int)
  /// Its answer has more than so many bytes.
  case tooLong(Int)
  /// Its answer is no JSON; the reader's words.
  case notJSON(String)
  /// The run was stopped while it worked.
  case interrupted
  /// The run does not allow programs.
  case notAllowed
}
