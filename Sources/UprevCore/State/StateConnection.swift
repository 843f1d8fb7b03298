import GRDB
import UprevReport

/// What a connection to a state database must be told before it is used: how it journals, that it flushes, which tables it
/// has.
struct StateConnection {
  /// How closely a database is looked at.
  enum Check {
    case none
    /// Every page; indexes are not compared with their tables.
    case quick
    case integrity
  }

  let path: PathName
  /// Whether all processes can share memory there, which a write-ahead log needs: not on a network file system, nor where a full
  /// disk may take that memory away (`SIGBUS`). There the old pages are journaled.
  let sharesMemory: Bool

  /// Pages of the log before it is copied into the database: some 16 MiB, so that most batches cost one flush.
  private static let checkpointPages = 4096

  /// - Throws: ``StateDamage``, ``JournalError``, `DatabaseError`
  func setUp(_ queue: DatabaseQueue, check: Check) throws {
    let migrator = StateSchema.migrator
    try queue.writeWithoutTransaction { database in
      let isMarked = try isMarked(database)
      if try migrator.hasBeenSuperseded(database) { throw JournalError.newerSchema(path) }
      try self.check(database, check)
      // Before the first table, and before the log; it writes whenever it is given.
      if !isMarked { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
      let mode = sharesMemory ? "wal" : "delete"
      guard try String.fetchOne(database, sql: "PRAGMA journal_mode = \(mode)")?.lowercased() == mode else {
        throw JournalError.notSynchronous(path)
      }
      try makeSynchronous(database)
      if !isMarked { try database.execute(sql: "PRAGMA application_id = \(StateSchema.applicationID)") }
    }
    try migrator.migrate(queue)
    try queue.read { database in
      for probe in StateSchema.probes {
        do {
          _ = try Row.fetchOne(database, sql: probe)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
          throw StateDamage(reason: error.message ?? "a table is missing")
        }
      }
    }
  }

  /// Flushes are not SQLite's default everywhere, nor that of the library above it: set last, and read back.
  private func makeSynchronous(_ database: Database) throws {
    var wanted: [(pragma: String, value: Int64)] = [("synchronous", sharesMemory ? 2 : 3)]
    #if os(macOS)
      wanted += [("fullfsync", 1), ("checkpoint_fullfsync", 1)]
    #endif
    for (pragma, value) in wanted {
      try database.execute(sql: "PRAGMA \(pragma) = \(value)")
      guard try Int64.fetchOne(database, sql: "PRAGMA \(pragma)") == value else {
        throw JournalError.notSynchronous(path)
      }
    }
    if sharesMemory {
      _ = try Row.fetchOne(database, sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
      _ = try Row.fetchOne(database, sql: "PRAGMA journal_size_limit = \(Self.checkpointPages * 4096)")
    }
  }

  /// Whether the database says that it is this project's own; an empty one does not yet.
  /// - Throws: ``JournalError`` where it is another program's.
  private func isMarked(_ database: Database) throws -> Bool {
    let mark = try Int64.fetchOne(database, sql: "PRAGMA application_id")
    if mark == StateSchema.applicationID { return true }
    let tables = try Int64.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard mark == 0, tables == 0 else { throw JournalError.foreign(path) }
    return false
  }

  private func check(_ database: Database, _ check: Check) throws {
    let pragma: String
    switch check {
    case .none: return
    case .quick: pragma = "quick_check"
    case .integrity: pragma = "integrity_check"
    }
    let answer = try String.fetchOne(database, sql: "PRAGMA \(pragma)(1)")
    if answer != "ok" { throw StateDamage(reason: answer ?? "the check gave no answer") }
  }
}
