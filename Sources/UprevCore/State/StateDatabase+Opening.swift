import GRDB
import UprevReport

/// How a state database is opened.
public struct StateDatabaseOptions: Sendable {
  /// Whether it lies on a network file system, where memory cannot be shared between machines; nil: as the file system says.
  public var isOnNetwork: Bool?
  /// How long to wait for other processes, seconds.
  public var busySeconds = 30.0
  /// Bytes up to which a database is checked whenever it is opened. A larger one is checked when a run before was cut short or
  /// met damage.
  public var alwaysCheckedSize: Int64 = 16 << 20

  public init() {}
}

extension StateDatabase {
  /// Opens the database of a state directory, and makes both where they are missing. A damaged one is set aside, and a new one
  /// begun.
  ///
  /// - Parameter time: names what is set aside.
  /// - Returns: the database, and a warning where a damaged one was set aside.
  /// - Throws: ``JournalError``: also where a newer release made the database, which stays as it is.
  public static func open(
    _ directory: StateDirectory, at time: Timestamp, options: StateDatabaseOptions = StateDatabaseOptions()
  ) throws(JournalError) -> (database: StateDatabase, setAside: WarningRecord?) {
    // Before anything is made.
    guard String(validating: directory.path.bytes, as: UTF8.self) != nil else { throw .notUTF8(directory.path) }
    let folder: PathName
    do {
      try directory.make()
      folder = try directory.fileSystem.resolved(directory.path)
    } catch {
      throw .failed(error)
    }
    directory.removeUnfinishedReports()
    let opening = StateOpening(
      files: StateFiles(folder: folder, fileSystem: directory.fileSystem), options: options)
    return try opening.open(at: time)
  }

  /// Opens a database that is there, for looking at it: nothing is set aside.
  ///
  /// - Returns: nil where there is none.
  /// - Throws: ``JournalError``
  public static func openExisting(
    _ directory: StateDirectory, options: StateDatabaseOptions = StateDatabaseOptions()
  ) throws(JournalError) -> StateDatabase? {
    let files: StateFiles
    do {
      files = StateFiles(
        folder: try directory.fileSystem.resolved(directory.path), fileSystem: directory.fileSystem)
      _ = try files.fileSystem.status(of: files.database, in: nil, followingLinks: false)
    } catch  where error.kind == .absent || error.kind == .noDirectory {
      return nil
    } catch {
      throw .failed(error)
    }
    return try StateOpening(files: files, options: options).openExisting()
  }
}

/// One opening, under the lock of the state directory: two processes never make or set aside at once.
private struct StateOpening {
  let files: StateFiles
  let options: StateDatabaseOptions

  func open(at time: Timestamp) throws(JournalError) -> (StateDatabase, WarningRecord?) {
    let folder = try files.openFolder()
    let lock = try files.lock(in: folder, waitSeconds: options.busySeconds)
    defer { withExtendedLifetime(lock) {} }
    var warning: WarningRecord?
    if try files.hasStrayCompanions(in: folder) {
      let reason = "its main file is missing"
      warning = .setAside(reason, as: try files.setAside(reason, at: time, in: folder))
    }
    do {
      return (try connect(in: folder), warning)
    } catch let damage as StateDamage {
      warning = .setAside(damage.reason, as: try files.setAside(damage.reason, at: time, in: folder))
    } catch {
      throw translated(error)
    }
    do {
      return (try connect(in: folder), warning)
    } catch {
      throw translated(error)
    }
  }

  func openExisting() throws(JournalError) -> StateDatabase {
    let folder = try files.openFolder()
    let lock = try files.lock(in: folder, waitSeconds: options.busySeconds)
    defer { withExtendedLifetime(lock) {} }
    do {
      return try connect(in: folder)
    } catch {
      throw translated(error)
    }
  }

  private func translated(_ error: any Error) -> JournalError {
    switch error {
    case let error as JournalError: return error
    case let error as FileSystemError: return .failed(error)
    case let error as DatabaseError: return .failed(error, files.database)
    case let damage as StateDamage:
      return .failed(DatabaseError(resultCode: .SQLITE_CORRUPT, message: damage.reason), files.database)
    default: return .unexpected(error, files.database)
    }
  }

  /// - Throws: ``StateDamage`` where the database is broken.
  private func connect(in folder: OpenFile) throws -> StateDatabase {
    let isNew = try files.prepare(in: folder)
    guard let path = String(validating: files.database.bytes, as: UTF8.self) else {
      throw JournalError.notUTF8(files.folder)
    }
    let fileSystem = try files.fileSystem.fileSystemStatus(of: folder)
    let isOnNetwork = options.isOnNetwork ?? (fileSystem.kind == .network)
    let sharesMemory = !isOnNetwork && fileSystem.keepsRoomForMappedFiles
    let wasCutShort =
      try files.status(StateFiles.name + "-wal", in: folder) != nil
      || files.status(StateFiles.name + "-journal", in: folder) != nil
    let isSuspect = try files.isSuspect(in: folder)
    let size = try files.status(StateFiles.name, in: folder)?.size ?? 0
    let check: StateConnection.Check =
      isSuspect ? .integrity : wasCutShort || size <= options.alwaysCheckedSize ? .quick : .none
    do {
      var configuration = Configuration()
      configuration.label = "uprev.state"
      configuration.busyMode = .timeout(options.busySeconds)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      do {
        try StateConnection(path: files.database, sharesMemory: sharesMemory).setUp(queue, check: isNew ? .none : check)
      } catch {
        // Before the file is renamed.
        try? queue.close()
        throw error
      }
      if isSuspect { try files.clearSuspicion(in: folder) }
      return StateDatabase(path: files.database, folder: files.folder, queue: queue, fileSystem: files.fileSystem)
    } catch let error as DatabaseError where error.isDamage {
      throw StateDamage(reason: error.message ?? "SQLite \(error.extendedResultCode.rawValue)")
    }
  }
}

/// A database that is broken, and how it shows.
struct StateDamage: Error {
  var reason: String
}
