import Foundation
import LosslessJSON

/// Runs jq programs in children of this process, as many as there are threads that ask at one time; none is started before
/// the first program.
///
/// An input whose child came to its end is tried once more, in a child of its own, so that what it does to a child does not
/// depend on the inputs before it; the others are done again by other children. A child that overran its time is killed.
// @unchecked: `idle` and `started` are guarded by `lock`; a child that is taken from it belongs to one thread until it is put back.
public final class JqChildren: JqRunner, @unchecked Sendable {
  private let launch: JqChild.Launch
  private let limits: JqLimits
  private let lock = NSLock()
  private var idle: [JqChild] = []
  private var started: [Int64] = []

  public init(launch: JqChild.Launch, limits: JqLimits = JqLimits()) {
    self.launch = launch
    self.limits = limits
  }

  public func check(_ text: String, seesGathered: Bool) throws(JqProgramError) {
    let program = JqChild.Program(text: text, seesGathered: seesGathered)
    guard text.utf8.count <= limits.programSize else { throw .tooLarge(limits.programSize) }
    guard !text.utf8.contains(0) else { throw .holdsNull }
    let child: JqChild
    do {
      child = try borrow()
    } catch {
      throw .noChild(error.message)
    }
    try teach(program, to: child)
    giveBack(child)
  }

  public func run(
    _ text: String, on inputs: [JSONValue], gathered: [[UInt8]]?, allowsNonFinite: Bool
  ) -> [Result<JqAnswer, JqFailure>] {
    let program = JqChild.Program(text: text, seesGathered: gathered != nil)
    var answers: [Result<JqAnswer, JqFailure>] = []
    answers.reserveCapacity(inputs.count)
    var isSecondAttempt = false
    while answers.count < inputs.count {
      let child: JqChild
      do {
        child = try ready(for: program, fresh: isSecondAttempt)
      } catch {
        answers.append(.failure(error))
        isSecondAttempt = false
        continue
      }
      // A second attempt is made alone, so that the child that may die of it takes no other with it.
      let end = isSecondAttempt ? answers.count + 1 : inputs.count
      let ending = exchange(inputs[answers.count..<end], gathered, program, child, allowsNonFinite, &answers)
      switch ending {
      case .complete:
        giveBack(child)
        isSecondAttempt = false
      case .overran:
        child.end()
        answers.append(.failure(.deadline(seconds: limits.seconds)))
        isSecondAttempt = false
      case .ended:
        let end = child.end()
        if isSecondAttempt { answers.append(.failure(.childEnded(end))) }
        isSecondAttempt.toggle()
      }
    }
    return answers
  }

  private func exchange(
    _ inputs: ArraySlice<JSONValue>, _ gathered: [[UInt8]]?, _ program: JqChild.Program, _ child: JqChild,
    _ allowsNonFinite: Bool, _ answers: inout [Result<JqAnswer, JqFailure>]
  ) -> JqChild.Ending {
    var rest = inputs[...]
    let number = child.number(of: program)
    var isWhole = true
    let ending = child.exchange(
      {
        let position = rest.startIndex
        guard let input = rest.popFirst() else { return nil }
        var flags: JqInputFlags = allowsNonFinite ? .allowsNonFinite : []
        let given = gathered.flatMap { $0.indices.contains(position) ? $0[position] : nil }
        if let given, given != child.lastGathered { flags.insert(.bringsGathered) }
        var body: [UInt8] = []
        body.reserveCapacity(input.range.count + 5)
        JqFrame.append(number, to: &body)
        body.append(flags.rawValue)
        if let given, flags.contains(.bringsGathered) {
          JqFrame.append(UInt32(clamping: given.count), to: &body)
          body += given
          child.lastGathered = given
        }
        body += input.literal
        return JqFrame(.input, body).encoded
      }, seconds: limits.seconds
    ) { frame in
      guard isWhole, let answer = JqChildren.answer(frame) else {
        isWhole = false
        return
      }
      answers.append(answer)
    }
    return isWhole ? ending : .ended
  }

  /// What the child says of one input; nil where it is no answer to that.
  private static func answer(_ frame: JqFrame) -> Result<JqAnswer, JqFailure>? {
    switch frame.kind {
    case .failure:
      return JqFailure(encoded: frame.body).map { .failure($0) }
    case .values:
      guard let size = JqFrame.number(frame.body[...]), frame.body.count - 4 >= Int(size) else { return nil }
      let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: JqLimits.depth, maximumSize: .max)
      guard let view = try? IndexedJSON(scanning: JSONText(frame.body[4..<4 + Int(size)]), options: options),
        let value = try? IndexedJSON(scanning: JSONText(frame.body[(4 + Int(size))...]), options: options)
      else { return nil }
      return .success(JqAnswer(view: view, value: value))
    default:
      return nil
    }
  }

  // MARK: Children

  /// A child that knows the program.
  private func ready(for program: JqChild.Program, fresh: Bool) throws(JqFailure) -> JqChild {
    let child: JqChild
    do {
      child = try fresh ? start() : borrow()
    } catch {
      throw .childEnded(error.message)
    }
    if child.knows(program) { return child }
    do {
      try teach(program, to: child)
    } catch {
      switch error {
      case .noChild(let words): throw .childEnded(words)
      case .invalid: throw .programError(error.message)
      }
    }
    return child
  }

  /// Has the child compile a program. A child that does not survive it is ended.
  private func teach(_ program: JqChild.Program, to child: JqChild) throws(JqProgramError) {
    if child.knows(program) { return }
    var body: [UInt8] = []
    JqFrame.append(child.number(of: program), to: &body)
    body += program.text.utf8
    var request = JqFrame(program.seesGathered ? .gatheringProgram : .program, body).encoded
    var answer: JqFrame?
    let ending = child.exchange(
      {
        defer { request = nil }
        return request
      }, seconds: limits.seconds
    ) { answer = $0 }
    switch (ending, answer?.kind) {
    case (.complete, .accepted):
      child.noteAccepted(program)
    case (.complete, .refused):
      giveBack(child)
      throw JqProgramError(refusal: answer?.body ?? [])
    case (.overran, _):
      child.end()
      throw .compilesTooLong(limits.seconds)
    default:
      throw .noChild(JqFailure.words(child.end()))
    }
  }

  private func borrow() throws(JqChildError) -> JqChild {
    if let child = lock.withLock({ idle.popLast() }) { return child }
    return try start()
  }

  private func start() throws(JqChildError) -> JqChild {
    let child = try JqChild(launch, memory: limits.memory)
    lock.withLock {
      // For whoever watches; a run that loses its children again and again does not collect their numbers for ever.
      if started.count == 1024 { started.removeFirst(512) }
      started.append(child.process)
    }
    return child
  }

  /// The processes that were started last, the first first, whether they still run or not.
  var startedProcesses: [Int64] { lock.withLock { started } }

  private func giveBack(_ child: JqChild) {
    lock.withLock { idle.append(child) }
  }
}
