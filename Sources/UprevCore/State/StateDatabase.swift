import GRDB
import UprevReport

/// Where runs are remembered: `state.sqlite` in the state directory.
///
/// It holds old text, in the form of what turns new text back: the folder is 0700, the files are 0600. Processes share it:
/// each change is one transaction, durable when the call returns. Thread-safe. `docs/state.md` has the tables.
public final class StateDatabase: Sendable {
  /// Absolute, every link resolved.
  public let path: PathName
  let fileSystem: any FileSystem
  /// The folder of the database, resolved.
  let folder: PathName
  /// One connection, used by one thread at a time. It is not reentrant: nothing that is called inside calls out.
  private let queue: DatabaseQueue

  /// - Parameter queue: opened and set up.
  init(path: PathName, folder: PathName, queue: DatabaseQueue, fileSystem: any FileSystem) {
    self.path = path
    self.folder = folder
    self.queue = queue
    self.fileSystem = fileSystem
  }

  /// A journal of one run.
  public func makeJournal() -> any RunJournal { StateJournal(self) }

  /// Reads, all in one state of the database.
  func read<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.read(body) } catch { throw translated(error) }
  }

  /// Writes, all or nothing, and durably.
  func write<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.write(body) } catch { throw translated(error) }
  }

  /// For what SQLite wants outside of transactions.
  func withoutTransaction<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.writeWithoutTransaction(body) } catch { throw translated(error) }
  }

  private func translated(_ error: any Error) -> JournalError {
    switch error {
    case let error as JournalError: return error
    case let error as DatabaseError:
      if error.isDamage { StateFiles(folder: folder, fileSystem: fileSystem).markSuspect() }
      return .failed(error, path)
    default: return .unexpected(error, path)
    }
  }
}

extension DatabaseError {
  /// Whether the database itself is broken: a full disk, a lock or a permission is no damage.
  var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
