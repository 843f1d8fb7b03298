import Foundation
import GRDB
import UprevReport

/// Records one run in the state database.
final class StateJournal: RunJournal {
  private let database: StateDatabase
  /// The run's number and id, once it has begun.
  private let run = RunNumber()

  init(_ database: StateDatabase) {
    self.database = database
  }

  func begin(_ run: JournalRun) throws(JournalError) {
    let number: Int64 = try database.write { database in
      do {
        try database.execute(
          sql: """
            INSERT INTO run (id, command, started_seconds, started_nanoseconds, undoes) VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [run.id.description, run.command, run.startedAt.seconds, run.startedAt.nanoseconds, run.undoes])
      } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
        throw JournalError.duplicateRun(run.id.description)
      }
      return database.lastInsertedRowID
    }
    self.run.set(number)
    // What is about to be put back must not be forgotten: the next run of another kind prunes.
    if run.undoes == nil { try database.prune(PruningRule(), at: run.startedAt, sparing: number) }
  }

  func begin(_ target: JournalTarget) throws(JournalError) -> any TargetJournal {
    guard let run = run.get() else { throw .notBegun }
    let number: Int64 = try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO target (run, path, resolved_path, kind, device, inode, change_count, stored_bytes)
          VALUES (?, ?, ?, ?, ?, ?, 0, 0)
          """,
        arguments: [
          run, Data(target.path.bytes), Data(target.resolvedPath.bytes), target.kind.rawValue,
          Int64(bitPattern: target.identity.device), Int64(bitPattern: target.identity.inode),
        ])
      return database.lastInsertedRowID
    }
    guard let range = ChangeRange(of: number) else { throw .tooManyChanges }
    return StateTargetJournal(database, target: number, range: range)
  }

  func finish(_ end: JournalEnd) throws(JournalError) {
    guard let run = run.get() else { throw .notBegun }
    try database.write { database in
      try database.execute(
        sql:
          "UPDATE run SET finished_seconds = ?, finished_nanoseconds = ?, status = ?, summary = ? WHERE sequence = ?",
        arguments: [
          end.finishedAt.seconds, end.finishedAt.nanoseconds, end.status.rawValue,
          String(decoding: end.summary.jsonText, as: UTF8.self), run,
        ])
      guard database.changesCount == 1 else { throw JournalError.removedMeanwhile }
    }
  }
}

/// A number that is set once.
private final class RunNumber: @unchecked Sendable {
  // The lock guards `value`.
  private let lock = NSLock()
  private var value: Int64?

  func set(_ number: Int64) { lock.withLock { value = number } }
  func get() -> Int64? { lock.withLock { value } }
}
