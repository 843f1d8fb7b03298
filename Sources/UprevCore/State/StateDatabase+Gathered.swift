import Foundation
import GRDB
import UprevReport

extension StateDatabase: GatherRecords {
  public func record(_ key: GatherKey) throws(JournalError) -> GatherRecord? {
    let found: (number: Int64, documents: Int, statistics: [UInt8])? = try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT id, documents, statistics FROM gathered
          WHERE target = ? AND pipeline = ? AND format = ? AND from_version = ? AND to_version = ? AND definition = ?
            AND complete = 1
          ORDER BY id DESC LIMIT 1
          """,
        arguments: [
          Data(key.target.bytes), key.pipeline, key.format, key.from, key.to, Data(key.definition),
        ])
      guard let row else { return nil }
      let record = StateRecord(row, of: "gathered")
      return (try record.integer(0), try record.count(1), try record.bytes(2))
    }
    guard let found else { return nil }
    return makeRecord(found.number, documents: found.documents, statistics: found.statistics)
  }

  public func begin(_ key: GatherKey) throws(JournalError) -> any OpenGatherRecord {
    try beginRecord(key)
  }

  /// Forgets what was gathered in a target.
  ///
  /// - Returns: how many records there were.
  public func forgetGathered(in target: PathName) throws(JournalError) -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM gathered WHERE target = ?", arguments: [Data(target.bytes)])
      return database.changesCount
    }
  }
}

/// What a record under construction needs of a database. Thread-safe.
protocol GatherDatabase: Sendable {
  func read<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result
  func write<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result
}

extension StateDatabase: GatherDatabase {}

extension GatherDatabase {
  /// Begins a record in the place of any that there is; nobody sees it before it is completed.
  func beginRecord(_ key: GatherKey) throws(JournalError) -> any OpenGatherRecord {
    let number: Int64 = try write { database in
      try database.execute(
        sql: """
          INSERT INTO gathered (target, pipeline, format, from_version, to_version, definition, documents, statistics, complete)
          VALUES (?, ?, ?, ?, ?, ?, 0, x'', 0)
          """,
        arguments: [
          Data(key.target.bytes), key.pipeline, key.format, key.from, key.to, Data(key.definition),
        ])
      return database.lastInsertedRowID
    }
    return StateGatherRecord(self, number, key)
  }

  fileprivate func makeRecord(_ number: Int64, documents: Int, statistics: [UInt8]) -> GatherRecord {
    GatherRecord(documents: documents, statistics: statistics) { [self] (name, document) throws(JournalError) in
      try read { database in
        let statement = try database.cachedStatement(
          sql: "SELECT value FROM gathered_answer WHERE gathered = ? AND name = ? AND document = ?")
        let row = try Row.fetchOne(statement, arguments: [number, name, Data(document)])
        return try row.map { try StateRecord($0, of: "gathered_answer").bytes(0) }
      }
    }
  }
}

/// A record under construction: its rows are there, and nobody looks at them before it is complete. What is collected goes to
/// the database in portions, so that memory does not grow with the documents.
private final class StateGatherRecord: OpenGatherRecord {
  private let database: any GatherDatabase
  private let number: Int64
  private let key: GatherKey
  private var documents: [[UInt8]] = []
  private var documentCount: Int64 = 0
  /// By program: answers that are not yet stored, and the number of the first of them.
  private var answers: [String: (first: Int64, waiting: [[UInt8]], bytes: Int)] = [:]

  private static let portion = 4096
  private static let portionBytes = 4 << 20

  init(_ database: any GatherDatabase, _ number: Int64, _ key: GatherKey) {
    self.database = database
    self.number = number
    self.key = key
  }

  func add(document key: [UInt8]) throws(JournalError) {
    documents.append(key)
    if documents.count == Self.portion { try flushDocuments() }
  }

  private func flushDocuments() throws(JournalError) {
    if documents.isEmpty { return }
    let (first, keys) = (documentCount, documents)
    try database.write { database in
      let statement = try database.cachedStatement(
        sql: "INSERT INTO gathered_document (gathered, sequence, document) VALUES (?, ?, ?)")
      for (offset, key) in keys.enumerated() {
        try statement.execute(arguments: [number, first + Int64(offset), Data(key)])
      }
    }
    documentCount += Int64(documents.count)
    documents.removeAll(keepingCapacity: true)
  }

  func add(answer: [UInt8], of name: String) throws(JournalError) {
    var state = answers[name] ?? (0, [], 0)
    answers[name] = nil
    state.waiting.append(answer)
    state.bytes += answer.count
    answers[name] = state
    if state.waiting.count >= Self.portion || state.bytes >= Self.portionBytes { try flushAnswers(of: name) }
  }

  private func flushAnswers(of name: String) throws(JournalError) {
    guard let state = answers[name], !state.waiting.isEmpty else { return }
    try flushDocuments()
    try database.write { database in
      // A document that is there twice keeps its first answer.
      let statement = try database.cachedStatement(
        sql: """
          INSERT OR IGNORE INTO gathered_answer (gathered, name, document, value)
          SELECT gathered, ?, document, ? FROM gathered_document WHERE gathered = ? AND sequence = ?
          """)
      for (offset, value) in state.waiting.enumerated() {
        try statement.execute(arguments: [name, Data(value), number, state.first + Int64(offset)])
      }
    }
    answers[name] = (state.first + Int64(state.waiting.count), [], 0)
  }

  func complete(documents count: Int, statistics: [UInt8]) throws(JournalError) -> GatherRecord {
    for name in answers.keys.sorted() { try flushAnswers(of: name) }
    try database.write { database in
      try database.execute(sql: "DELETE FROM gathered_document WHERE gathered = ?", arguments: [number])
      try database.execute(
        sql: """
          DELETE FROM gathered WHERE target = ? AND pipeline = ? AND format = ? AND from_version = ? AND to_version = ?
            AND id < ?
          """,
        arguments: [Data(key.target.bytes), key.pipeline, key.format, key.from, key.to, number])
      try database.execute(
        sql: "UPDATE gathered SET documents = ?, statistics = ?, complete = 1 WHERE id = ?",
        arguments: [count, Data(statistics), number])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
    return database.makeRecord(number, documents: count, statistics: statistics)
  }

  func abandon() {
    // What cannot be removed now goes with the next record of the same migration.
    try? database.write { database in
      try database.execute(sql: "DELETE FROM gathered WHERE id = ?", arguments: [number])
    }
  }
}
