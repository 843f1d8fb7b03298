import LosslessJSON

/// Runs jq programs outside this process, in batches.
///
/// libjq cannot be stopped while it allocates and aborts when memory fails, so it never runs in the process that holds the
/// documents.
public protocol JqRunner: Sendable {
  /// Whether libjq accepts a program.
  ///
  /// - Parameter seesGathered: whether the program has the variable `$gather`.
  /// - Throws: ``JqProgramError`` with libjq's words where it does not; also where no child can be started.
  func check(_ program: String, seesGathered: Bool) throws(JqProgramError)

  /// Runs a program once for each input.
  ///
  /// - Parameters:
  ///   - program: one that ``check(_:)`` accepted.
  ///   - inputs: values of any documents.
  ///   - gathered: for each input a JSON object, which the program has as `$gather`; nil for a program that was checked without.
  ///   - allowsNonFinite: whether `NaN` and infinities may come out.
  /// - Returns: one answer for each input, in the same order. An input whose program fails, yields nothing or more than one
  ///   value, overruns its time or its memory, has a failure, and the others have theirs.
  func run(
    _ program: String, on inputs: [JSONValue], gathered: [[UInt8]]?, allowsNonFinite: Bool
  ) -> [Result<JqAnswer, JqFailure>]
}

extension JqRunner {
  /// A program without `$gather`.
  func check(_ program: String) throws(JqProgramError) { try check(program, seesGathered: false) }

  /// A program without `$gather`.
  func run(
    _ program: String, on inputs: [JSONValue], allowsNonFinite: Bool
  ) -> [Result<JqAnswer, JqFailure>] {
    run(program, on: inputs, gathered: nil, allowsNonFinite: allowsNonFinite)
  }
}

/// What a jq program made of one input.
public struct JqAnswer: Sendable {
  /// The input as jq sees it: its numbers are doubles.
  public var view: IndexedJSON
  /// The program's one value, numbers with the shortest digits that read back the same.
  public var value: IndexedJSON

  public init(view: IndexedJSON, value: IndexedJSON) {
    self.view = view
    self.value = value
  }
}

/// Why a program has no answer for one input. Its words are in `Jq+Words.swift`.
public enum JqFailure: Error, Hashable, Sendable {
  /// The program's own error, in jq's words.
  case programError(String)
  /// It yielded so many values instead of one; the count stops at 2.
  case valueCount(Int)
  /// The child was stopped: it ran for longer than so many seconds.
  case deadline(seconds: Double)
  /// The child ended by itself, mostly for want of memory.
  case childEnded(String)
  /// The value cannot be JSON, or is too deep or too large.
  case invalidValue(String)
}

/// Why a text is no jq program. Its words are in `Jq+Words.swift`.
public enum JqProgramError: Error, Hashable, Sendable {
  /// libjq's words.
  case invalid(String)
  /// The child that compiles programs cannot be started.
  case noChild(String)
}
