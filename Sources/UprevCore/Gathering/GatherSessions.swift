import LosslessJSON
import UprevReport

/// The programs that a pass gathers with: each is given every document of its migration, in order, and answers for each. Used by
/// one thread.
final class GatherSessions {
  private final class Session {
    let name: String
    let command: ProgramCommand
    let allowsNonFinite: Bool
    let record: any OpenGatherRecord
    /// Once there is a document for it.
    var conversation: (any ProgramConversation)?
    var given = 0
    var answered = 0

    init(_ name: String, _ command: ProgramCommand, allowsNonFinite: Bool, _ record: any OpenGatherRecord) {
      self.name = name
      self.command = command
      self.allowsNonFinite = allowsNonFinite
      self.record = record
    }
  }

  /// By the number of the migration.
  private var sessions: [[Session]]
  private let records: [(any OpenGatherRecord)?]
  private let runner: (any ProgramRunner)?

  init(
    _ edges: [GatherPlan.Edge], _ records: [(any OpenGatherRecord)?], _ runner: (any ProgramRunner)?,
    _ formats: [Format]
  ) {
    self.records = records
    self.runner = runner
    sessions = zip(edges, records).map { edge, record in
      guard let record else { return [] }
      return edge.gathering.programs.map {
        Session($0.name, $0.command, allowsNonFinite: formats[edge.format].allowsNonFinite, record)
      }
    }
  }

  /// - Throws: ``TargetError`` `gather-failed`, ``JournalError``
  func give(_ line: GatherDecider.Line) throws {
    try records[line.edge]?.add(document: line.key.bytes)
    for session in sessions[line.edge] {
      try talking(session) { conversation in
        session.given += 1
        try conversation.give(line.text) { try take($0, session) }
      }
    }
  }

  /// - Throws: ``TargetError`` `gather-failed`, ``JournalError``
  func finish() throws {
    for session in sessions.joined() where session.conversation != nil {
      try talking(session) { try $0.finish { try take($0, session) } }
      guard session.answered == session.given else {
        throw error(.answeredTooFew(documents: session.given, answers: session.answered), session)
      }
    }
  }

  func end() {
    for session in sessions.joined() { session.conversation?.end() }
  }

  /// What a report says of the programs of a migration.
  func shown(_ edge: Int) -> [GatheredStatistics.Value] {
    sessions[edge].map { session in
      GatheredStatistics.Value(
        name: session.name, statistic: "exec", pointer: nil, taken: session.answered, absent: 0, other: 0,
        value: nil)
    }
  }

  private func talking(_ session: Session, _ body: (any ProgramConversation) throws -> Void) throws {
    do {
      if session.conversation == nil {
        guard let runner else { throw ProgramFailure.notAllowed }
        session.conversation = try runner.start(session.command, allowsNonFinite: session.allowsNonFinite)
      }
      if let conversation = session.conversation { try body(conversation) }
    } catch let failure as ProgramFailure {
      throw error(failure, session)
    }
  }

  private func take(_ answer: [UInt8], _ session: Session) throws {
    guard session.answered < session.given else { throw ProgramFailure.answeredTwice }
    let value: IndexedJSON
    do {
      let options = JSONReadingOptions(allowsNonFinite: session.allowsNonFinite, maximumSize: .max)
      value = try IndexedJSON(scanning: JSONText(answer), options: options)
    } catch {
      throw ProgramFailure.notJSON(error.message)
    }
    session.answered += 1
    try session.record.add(answer: value.root.oneLine, of: session.name)
  }

  private func error(_ failure: ProgramFailure, _ session: Session) -> TargetError {
    if failure == .interrupted { return .interrupted }
    // Ended, so that all that it said is known.
    session.conversation?.end()
    return .gatheringProgram(failure, session.command, as: session.name, said: session.conversation?.said ?? "")
  }
}
