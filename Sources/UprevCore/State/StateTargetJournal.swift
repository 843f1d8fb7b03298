import Foundation
import GRDB
import UprevReport

/// Records what a run changes in one target.
final class StateTargetJournal: TargetJournal, @unchecked Sendable {
  private let database: StateDatabase
  private let target: Int64
  private let range: ChangeRange
  // Used inside the database's transactions alone, which come one after the other. A transaction that fails leaves a gap.
  private var next: Int64

  init(_ database: StateDatabase, target: Int64, range: ChangeRange) {
    self.database = database
    self.target = target
    self.range = range
    next = range.lower
  }

  /// Bytes of a row at most: below SQLite's own limit, beyond which the library above it would stop the program.
  private static let maximumRowBytes = 999_000_000
  /// What a row costs beside its texts.
  private static let rowOverhead = 48

  private static let insertion = """
    INSERT INTO change (id, path, format, from_version, to_version, size_before, size_after, sha256_before, sha256_after,
      before, after, reverse_delta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  func record(_ changes: [JournalChange]) throws(JournalError) {
    guard !changes.isEmpty else { return }
    try database.write { database in
      let statement = try database.cachedStatement(sql: Self.insertion)
      var stored = 0
      for change in changes {
        let before = SideCoding.encode(change.before)
        let after = SideCoding.encode(change.after, besides: change.before.attributes)
        let size =
          change.path.bytes.count + change.reverseDelta.count + before.count + after.count + Self.size(change.from)
          + Self.size(change.to) + Self.size(change.format) + change.before.sha256.count + change.after.sha256.count
          + Self.rowOverhead
        guard size <= Self.maximumRowBytes else { throw JournalError.tooLarge(change.path) }
        guard next <= range.upper else { throw JournalError.tooManyChanges }
        // As many as there are question marks.
        statement.setUncheckedArguments(
          StatementArguments([
            next.databaseValue, Data(change.path.bytes).databaseValue, Self.text(change.format),
            Self.text(change.from), Self.text(change.to), change.before.size.databaseValue,
            change.after.size.databaseValue, Data(change.before.sha256).databaseValue,
            Data(change.after.sha256).databaseValue, Data(before).databaseValue, Data(after).databaseValue,
            Data(change.reverseDelta).databaseValue,
          ]))
        try statement.execute()
        next += 1
        stored += size
      }
      try count(changes.count, bytes: stored, in: database)
    }
  }

  func withdraw(_ paths: [PathName]) throws(JournalError) {
    guard !paths.isEmpty else { return }
    try database.write { database in
      // The last records are looked at first, and only as far as needed: no index has to be kept up for this.
      var wanted = Dictionary(paths.map { ($0.bytes, 1) }, uniquingKeysWith: +)
      var found: [(id: Int64, bytes: Int64)] = []
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT id, path, length(path) + length(before) + length(after) + length(reverse_delta)
            + coalesce(length(CAST(format AS BLOB)), 0) + coalesce(length(CAST(from_version AS BLOB)), 0)
            + coalesce(length(CAST(to_version AS BLOB)), 0) + length(sha256_before) + length(sha256_after)
          FROM change WHERE id BETWEEN ? AND ? ORDER BY id DESC
          """, arguments: [range.lower, range.upper])
      while !wanted.isEmpty, let row = try rows.next() {
        let record = StateRecord(row, of: "change")
        let path = try record.bytes(1)
        guard let count = wanted[path] else { continue }
        wanted[path] = count == 1 ? nil : count - 1
        found.append((try record.integer(0), Int64(try record.count(2))))
      }
      for (id, _) in found {
        try database.cachedStatement(sql: "DELETE FROM change WHERE id = ?").execute(arguments: [id])
      }
      let bytes = found.reduce(0) { $0 + $1.bytes + Int64(Self.rowOverhead) }
      try count(-found.count, bytes: -Int(bytes), in: database)
    }
  }

  func withdrawAll() throws(JournalError) {
    try database.write { database in
      try database.execute(
        sql: "DELETE FROM change WHERE id BETWEEN ? AND ?", arguments: [range.lower, range.upper])
      try database.execute(
        sql: "UPDATE target SET change_count = 0, stored_bytes = 0 WHERE id = ?", arguments: [target])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
  }

  func record(_ original: JournalOriginal) throws(JournalError) {
    try database.write { database in
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO original (target, kept_path, size_before, size_after, sha256_before, sha256_after, before,
            after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          target, Data(original.keptPath.bytes), original.before.size, original.after.size,
          Data(original.before.sha256), Data(original.after.sha256), Data(SideCoding.encode(original.before)),
          Data(SideCoding.encode(original.after, besides: original.before.attributes)),
        ])
      try database.execute(sql: "UPDATE target SET change_count = 1 WHERE id = ?", arguments: [target])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
  }

  func withdrawOriginal() throws(JournalError) {
    try database.write { database in
      try database.execute(sql: "DELETE FROM original WHERE target = ?", arguments: [target])
      try database.execute(sql: "UPDATE target SET change_count = 0 WHERE id = ?", arguments: [target])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
  }

  func finish(_ record: TargetRecord) throws(JournalError) {
    try database.write { database in
      try database.execute(
        sql: "UPDATE target SET committed = ? WHERE id = ?", arguments: [record.committed ? 1 : 0, target])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
  }

  private func count(_ changes: Int, bytes: Int, in database: Database) throws {
    try database.execute(
      sql: "UPDATE target SET change_count = change_count + ?, stored_bytes = stored_bytes + ? WHERE id = ?",
      arguments: [changes, bytes, target])
    guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
  }

  private static func size(_ text: String?) -> Int { text?.utf8.count ?? 0 }

  /// A text with a zero byte, which would end it, is stored as bytes.
  private static func text(_ text: String?) -> DatabaseValue {
    guard let text else { return .null }
    return text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
  }
}
