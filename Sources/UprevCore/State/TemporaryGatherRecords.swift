import Foundation
import GRDB
import UprevReport

/// What programs answered where it is remembered for one run alone: in a database without a name, that ends with this process
/// however that ends.
struct TemporaryGatherRecords {
  /// - Throws: ``JournalError``
  func begin(_ key: GatherKey) throws(JournalError) -> any OpenGatherRecord {
    try TemporaryGatherDatabase().beginRecord(key)
  }
}

/// A database on disk that SQLite makes for itself and removes: it has no name that others could find. Thread-safe.
private final class TemporaryGatherDatabase: GatherDatabase {
  private let queue: DatabaseQueue

  init() throws(JournalError) {
    do {
      // An empty name is one of SQLite's own temporary files, which is spilt to when its cache is full.
      queue = try DatabaseQueue(path: "")
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF") }
      try queue.write { try $0.execute(sql: StateSchema.gathered) }
    } catch {
      throw .unexpected(error, PathName("temporary database"))
    }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.read(body) } catch { throw translated(error) }
  }

  func write<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.write(body) } catch { throw translated(error) }
  }

  private func translated(_ error: any Error) -> JournalError {
    (error as? JournalError) ?? .unexpected(error, PathName("temporary database"))
  }
}
