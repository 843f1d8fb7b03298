#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that is given every document and answers for each, when it likes, in the same order.
final class GatherConversation: ProgramConversation {
  private let process: ProgramProcess
  /// How long nothing may happen.
  private let seconds: Double
  private let shouldStop: @Sendable () -> Bool
  private(set) var said = ""

  /// Bytes of one answer.
  private static let longestAnswer = 8 << 20

  init(_ process: ProgramProcess, seconds: Double, shouldStop: @escaping @Sendable () -> Bool) {
    self.shouldStop = shouldStop
    self.process = process
    self.seconds = seconds
  }

  func give(_ line: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
    var rest = (line + [UInt8(ascii: "\n")])[...]
    var deadline = MonotonicClock.seconds + seconds
    while !rest.isEmpty {
      let ready = try wait(forWriting: true, deadline)
      try takeLines(take)
      if ready.hasFailed || ready.isDeaf || process.outputHasEnded { throw ended() }
      if ready.canWrite {
        guard let count = process.write(rest) else { throw ended() }
        rest = rest.dropFirst(count)
      }
      if ready.canWrite || ready.hasOutput {
        deadline = MonotonicClock.seconds + seconds
      } else if ready.isLate {
        throw late()
      }
    }
  }

  func finish(_ take: ([UInt8]) throws -> Void) throws {
    process.closeInput()
    var deadline = MonotonicClock.seconds + seconds
    while !process.outputHasEnded {
      let ready = try wait(forWriting: false, deadline)
      try takeLines(take)
      if ready.hasFailed { throw ended() }
      if ready.hasOutput {
        deadline = MonotonicClock.seconds + seconds
      } else if ready.isLate {
        throw late()
      }
    }
    try takeLines(take)
    let end = process.end(graceSeconds: ProgramChildren.graceSeconds)
    said = process.takeSaid()
    guard end == .exited(0) else { throw ProgramFailure.ended(end) }
  }

  func end() {
    process.end(graceSeconds: 0)
    if said.isEmpty { said = process.takeSaid() }
  }

  /// Waits for a moment.
  private func wait(forWriting: Bool, _ deadline: Double) throws(ProgramFailure) -> ProgramProcess.Readiness {
    if shouldStop() {
      end()
      throw .interrupted
    }
    return process.wait(forWriting: forWriting, until: deadline)
  }

  private func takeLines(_ take: ([UInt8]) throws -> Void) throws {
    while let line = process.nextLine() {
      guard line.count <= Self.longestAnswer else { throw tooLong() }
      try take(line)
    }
    if process.waitingBytes > Self.longestAnswer { throw tooLong() }
  }

  private func tooLong() -> ProgramFailure {
    end()
    return .tooLong(Self.longestAnswer)
  }

  private func late() -> ProgramFailure {
    end()
    return .deadline(seconds: seconds)
  }

  private func ended() -> ProgramFailure {
    let end = process.end(graceSeconds: ProgramChildren.graceSeconds)
    said = process.takeSaid()
    return .ended(end)
  }
}
