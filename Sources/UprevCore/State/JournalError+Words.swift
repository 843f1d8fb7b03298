import GRDB
import UprevReport

/// The words of the state database: what is wrong with it, and the remedy.
extension JournalError {
  /// - Parameter path: of the database.
  static func failed(_ error: DatabaseError, _ path: PathName) -> JournalError {
    let detail = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    let remedy =
      switch error.resultCode {
      case .SQLITE_FULL: "the disk is full; free some space and run again"
      case .SQLITE_BUSY, .SQLITE_LOCKED: "another run has held it for too long; wait for it and run again"
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        "it cannot be written; run as its owner, or give --state another folder"
      case .SQLITE_CANTOPEN: "it cannot be opened; look at the permissions of its folder, or give --state another one"
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: "it is damaged; the next run that changes something sets it aside"
      case .SQLITE_IOERR: "the device reports an error; check the disk and its free space"
      case .SQLITE_NOMEM: "the system is out of memory"
      default: "SQLite refuses"
      }
    return JournalError(message: "the state database “\(path)”: \(remedy) (\(detail))")
  }

  static func failed(_ error: FileSystemError) -> JournalError {
    JournalError(message: "the state directory: \(error.message(.writing))")
  }

  static func unexpected(_ error: any Error, _ path: PathName) -> JournalError {
    JournalError(message: "the state database “\(path)”: an unforeseen failure: \(error); please report it")
  }

  static func damagedValue(_ column: String, of table: String) -> JournalError {
    JournalError(
      message:
        "the state database holds a value of another kind in “\(column)” of \(table), so that this cannot be read; "
        + "restore the state directory from a backup, or remove the run with history prune")
  }

  static func newerSchema(_ path: PathName) -> JournalError {
    JournalError(
      message:
        "the state database “\(path)” was written by a newer release of uprev; use that release, or give --state "
        + "another folder")
  }

  static func foreign(_ path: PathName) -> JournalError {
    JournalError(
      message: "“\(path)” is the database of another program; give --state another folder")
  }

  static func notSynchronous(_ path: PathName) -> JournalError {
    JournalError(
      message: "the state database “\(path)” cannot be made to flush what it records; give --state a folder on another "
        + "file system")
  }

  static func writableByOthers(_ path: PathName) -> JournalError {
    JournalError(
      message:
        "the state directory “\(path)” may be written by others, who could forge what undo trusts; run chmod go-w "
        + "on it, or give --state another folder")
  }

  static func ownedByOther(_ path: PathName) -> JournalError {
    JournalError(
      message: "“\(path)” belongs to another user, who could forge what undo trusts; run as its owner, or give --state "
        + "another folder")
  }

  static func notPlain(_ path: PathName) -> JournalError {
    JournalError(
      message: "“\(path)” is no regular file with one name; remove it, or give --state another folder")
  }

  static func notUTF8(_ path: PathName) -> JournalError {
    JournalError(
      message: "the name of the state directory “\(path)” is not UTF-8, which SQLite needs; give --state another folder"
    )
  }

  static func locked(_ path: PathName) -> JournalError {
    JournalError(
      message: "another process has been opening the state directory “\(path)” for too long; wait for it and run again")
  }

  static func tooLarge(_ path: PathName) -> JournalError {
    JournalError(
      message: "what would turn “\(path)” back is larger than the state database can hold (1 GB)")
  }

  static let tooManyChanges = JournalError(
    message: "the state database has no more numbers for changes; give --state another folder")

  static let removedMeanwhile = JournalError(
    message: "the run was removed from the state database meanwhile; run again")

  static let notBegun = JournalError(message: "the run was not begun in the state database; please report it")

  static func duplicateRun(_ id: String) -> JournalError {
    JournalError(message: "the state database knows a run \(id) already; run again")
  }
}

extension WarningRecord {
  static func setAside(_ reason: String, as path: PathName) -> WarningRecord {
    WarningRecord(
      code: .stateSetAside,
      message:
        "the state database was damaged (\(reason)) and is now “\(path)”; runs from before cannot be undone with "
        + "the new one",
      path: nil)
  }

  static func notRemembered(_ error: JournalError) -> WarningRecord {
    WarningRecord(
      code: .filesNotRemembered,
      message: "not every document that is current could be remembered, and the next run reads those: \(error.message)",
      path: nil)
  }
}
