import UprevReport

/// The words of targets that fail as a whole, apart from those of the file system and of archives.
extension TargetError {
  static let interrupted = TargetError(
    code: .interrupted, message: "the run was stopped by a signal; run again to do the rest")

  static let unknownKind = TargetError(
    code: .readFailed, message: "it is neither a folder nor a regular file; give a folder, an archive or one document")

  /// Nothing was touched, because it could not be undone.
  public static func notJournaled(_ error: JournalError) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "changes cannot be written down before they are made: \(error.message); give --state another folder, or "
        + "--no-state to do without undo")
  }

  static func cannotCopy(_ kind: TargetKind) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "a migrated copy of this \(kind.rawValue) cannot be made there; choose another name for --output")
  }

  /// A failure that no part of the program foresaw.
  static func unexpected(_ error: any Error) -> TargetError {
    TargetError(
      code: .readFailed, message: "an unforeseen failure: \(error); nothing further was changed; please report it")
  }
}
