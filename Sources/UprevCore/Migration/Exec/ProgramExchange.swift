#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One document's exchange with a program: a line there and a line back.
///
/// A program that answers twice must not have its second answer taken for that to the next document. So before an answer counts,
/// one space is sent, which may stand in front of the next document: when the program has read it, it is reading again, and
/// everything that it had to say has come.
struct ProgramExchange {
  enum Ending {
    /// - Parameter isOver: whether the program reads no more.
    case answered([UInt8], isOver: Bool)
    /// The program must be killed.
    case failed(ProgramFailure)
    /// The program ended without an answer.
    case ended
  }

  private let line: [UInt8]
  private let seconds: Double
  private let longestAnswer: Int
  private let shouldStop: @Sendable () -> Bool

  init(line: [UInt8], seconds: Double, shouldStop: @escaping @Sendable () -> Bool) {
    self.shouldStop = shouldStop
    self.line = line
    self.seconds = seconds
    longestAnswer = JqLimits.largestValue(forInput: line.count)
  }

  private enum Waiting: Error {
    case failed(ProgramFailure)
    case ended
  }

  func run(with process: ProgramProcess) -> Ending {
    let deadline = MonotonicClock.seconds + seconds
    do throws(Waiting) {
      try send(line + [UInt8(ascii: "\n")], process, deadline)
      let answer = try receive(process, deadline)
      let isOver = try !settle(process, deadline)
      if process.hasMore { return .failed(.answeredTwice) }
      return .answered(answer, isOver: isOver)
    } catch {
      switch error {
      case .failed(let failure): return .failed(failure)
      case .ended: return .ended
      }
    }
  }

  /// Waits for a moment.
  private func wait(_ process: ProgramProcess, forWriting: Bool, _ deadline: Double) throws(Waiting)
    -> ProgramProcess.Readiness
  {
    if shouldStop() { throw .failed(.interrupted) }
    return process.wait(forWriting: forWriting, until: deadline)
  }

  private func expectNothingMore(_ process: ProgramProcess) throws(Waiting) {
    if process.hasMore { throw .failed(.answeredTwice) }
    if process.waitingBytes > longestAnswer { throw .failed(.tooLong(longestAnswer)) }
  }

  private func send(_ bytes: [UInt8], _ process: ProgramProcess, _ deadline: Double) throws(Waiting) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let ready = try wait(process, forWriting: true, deadline)
      if ready.hasFailed || ready.isDeaf || process.outputHasEnded { throw .ended }
      // Whoever answers before it can have read the document answers something else.
      try expectNothingMore(process)
      if ready.canWrite {
        guard let count = process.write(rest) else { throw .ended }
        rest = rest.dropFirst(count)
      } else if ready.isLate {
        throw .failed(.deadline(seconds: seconds))
      }
    }
  }

  private func receive(_ process: ProgramProcess, _ deadline: Double) throws(Waiting) -> [UInt8] {
    while true {
      if let line = process.nextLine() {
        guard line.count <= longestAnswer else { throw .failed(.tooLong(longestAnswer)) }
        return line
      }
      if process.outputHasEnded { throw .ended }
      if process.waitingBytes > longestAnswer { throw .failed(.tooLong(longestAnswer)) }
      let ready = try wait(process, forWriting: false, deadline)
      if ready.hasFailed { throw .ended }
      // What has arrived counts, however late this process looks at it.
      if ready.isLate, !ready.hasOutput { throw .failed(.deadline(seconds: seconds)) }
    }
  }

  /// - Returns: whether the program is reading again; false where it is not going to.
  private func settle(_ process: ProgramProcess, _ deadline: Double) throws(Waiting) -> Bool {
    guard process.write([UInt8(ascii: " ")]) != nil else { return try drain(process, deadline) }
    while true {
      // The pipe holds one page, so that it can be written to only when the space was read.
      let ready = try wait(process, forWriting: true, deadline)
      if ready.hasFailed || ready.isDeaf { return try drain(process, deadline) }
      try expectNothingMore(process)
      if process.outputHasEnded { return false }
      if ready.canWrite {
        // It may have said something between the look at its output and its reading.
        _ = process.wait(forWriting: false, until: 0)
        return !process.outputHasEnded
      }
      if ready.isLate { throw .failed(.deadline(seconds: seconds)) }
    }
  }

  /// Takes the rest of what a program says that listens no more.
  private func drain(_ process: ProgramProcess, _ deadline: Double) throws(Waiting) -> Bool {
    while !process.outputHasEnded {
      try expectNothingMore(process)
      let ready = try wait(process, forWriting: false, deadline)
      if ready.hasFailed { return false }
      if ready.isLate, !ready.hasOutput { throw .failed(.deadline(seconds: seconds)) }
    }
    return false
  }
}
