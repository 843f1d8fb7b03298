import Foundation
import LosslessJSON

/// Runs the programs of pipelines as children of this process: of each as many as there are threads that ask at one time; none
/// before the first document for it.
///
/// A document during whose work a program ended is tried once more, with a new one, so that what becomes of it does not depend on
/// the documents before. A program that took too long, or answered more than it was asked, is killed.
// @unchecked: `idle` and `started` are guarded by `lock`; a process that is taken from it belongs to one thread until it is put back.
public final class ProgramChildren: ProgramRunner, @unchecked Sendable {
  private let lock = NSLock()
  private var idle: [ProgramCommand: [ProgramProcess]] = [:]
  private var started: [Int64] = []
  private let shouldStop: @Sendable () -> Bool

  /// - Parameter shouldStop: asked while a program is waited for; true kills it.
  public init(shouldStop: @escaping @Sendable () -> Bool = { false }) {
    self.shouldStop = shouldStop
  }

  deinit { end() }

  /// Ends those that wait for more.
  public func end() {
    let waiting = lock.withLock {
      defer { idle = [:] }
      return idle.values.joined()
    }
    // All of them know before the first is waited for.
    for process in waiting { process.closeInput() }
    for process in waiting { process.end(graceSeconds: Self.graceSeconds) }
  }

  /// How long a program that has been told to end, or has begun to, is waited for.
  static let graceSeconds = 2.0

  /// The processes that were started last, whether they still run or not.
  var startedProcesses: [Int64] { lock.withLock { started } }

  // MARK: Steps

  public func run(
    _ command: ProgramCommand, on inputs: [JSONValue], allowsNonFinite: Bool
  ) -> [ProgramReply] {
    var current: ProgramProcess?
    let replies = inputs.map { answer(to: $0, command, allowsNonFinite: allowsNonFinite, &current) }
    if let current { lock.withLock { idle[command, default: []].append(current) } }
    return replies
  }

  private func answer(
    to input: JSONValue, _ command: ProgramCommand, allowsNonFinite: Bool, _ current: inout ProgramProcess?
  ) -> ProgramReply {
    let line = input.oneLine
    let exchange = ProgramExchange(line: line, seconds: command.seconds, shouldStop: shouldStop)
    for isSecondAttempt in [false, true] {
      let process: ProgramProcess
      do {
        if let current { process = current } else { process = try borrow(command, fresh: isSecondAttempt) }
      } catch {
        return ProgramReply(.failure(error))
      }
      current = nil
      switch exchange.run(with: process) {
      case .answered(let bytes, let isOver):
        let said = process.takeSaid()
        if isOver { process.end(graceSeconds: Self.graceSeconds) } else { current = process }
        return ProgramReply(Self.answer(bytes, to: line, allowsNonFinite: allowsNonFinite), said: said)
      case .failed(let failure):
        process.end(graceSeconds: 0)
        return ProgramReply(.failure(failure), said: process.takeSaid())
      case .ended:
        let end = process.end(graceSeconds: Self.graceSeconds)
        if isSecondAttempt { return ProgramReply(.failure(.ended(end)), said: process.takeSaid()) }
      }
    }
    return ProgramReply(.failure(.ended(.unknown)))
  }

  private func borrow(_ command: ProgramCommand, fresh: Bool) throws(ProgramFailure) -> ProgramProcess {
    if !fresh, let process = lock.withLock({ idle[command]?.popLast() }) { return process }
    let process = try ProgramProcess(command, smallInput: true)
    note(process)
    return process
  }

  private func note(_ process: ProgramProcess) {
    lock.withLock {
      if started.count == 1024 { started.removeFirst(512) }
      started.append(process.process)
    }
  }

  private static func answer(
    _ bytes: [UInt8], to line: [UInt8], allowsNonFinite: Bool
  ) -> Result<JqAnswer, ProgramFailure> {
    let options = JSONReadingOptions(
      allowsNonFinite: allowsNonFinite, maximumDepth: JqLimits.depth, maximumSize: .max)
    do throws(JSONError) {
      let answered = try IndexedJSON(scanning: JSONText(bytes), options: options)
      let sent = try IndexedJSON(scanning: JSONText(line), options: options)
      return .success(
        JqAnswer(
          view: try IndexedJSON(scanning: JSONText(sent.comparable(asDoubles: true)), options: options),
          value: try IndexedJSON(scanning: JSONText(answered.comparable(asDoubles: false)), options: options)))
    } catch {
      return .failure(.notJSON(error.message))
    }
  }

  // MARK: Gathering

  public func start(
    _ command: ProgramCommand, allowsNonFinite: Bool
  ) throws(ProgramFailure) -> any ProgramConversation {
    let process = try ProgramProcess(command, smallInput: false)
    note(process)
    return GatherConversation(process, seconds: command.seconds, shouldStop: shouldStop)
  }
}
