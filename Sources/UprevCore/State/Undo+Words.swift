import UprevReport

/// What undoing says to people.
extension DocumentError {
  static let changedSinceRun = DocumentError(
    ReportError(
      code: .changedDuringRun,
      message:
        "it was changed after the run that is to be undone, and was left alone; compare it by hand, or give --force "
        + "to keep the present text beside it and put the old one back"))

  static let changedInMovedTarget = DocumentError(
    ReportError(
      code: .changedDuringRun,
      message: "it is not what the run left, and the target is not the folder that the run changed: it may be another "
        + "document, and was left alone, whatever --force says"))

  static let oldTextNotWhole = DocumentError(
    ReportError(
      code: .changedDuringRun,
      message:
        "it was changed after the run, and of a document of its size the journal holds only what the run changed; "
        + "it was left alone; take the old text from a backup"))

  static let recordDamaged = DocumentError(
    ReportError(
      code: .writeFailed,
      message:
        "the journal's record does not give its old text back; it was left alone; take the old text from a backup"))
}

extension TargetError {
  static func otherKind(_ path: PathName, was kind: TargetKind) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message:
        "“\(path)” was \(kind == .tree ? "a tree" : "an archive") when the run changed it and is none now; it was left "
        + "alone")
  }

  static func archiveChanged(_ path: PathName) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message: "“\(path)” is not what the run left, and was left alone; compare it by hand, or give --force to keep it "
        + "beside the originals and put the old archive back")
  }

  static func originalMissing(_ path: PathName, _ error: FileSystemError) -> TargetError {
    TargetError(
      code: .archiveDamaged,
      message:
        "the kept original “\(path)” cannot be opened (\(error.call): \(error.systemMessage)); the archive was left "
        + "alone; take the original from a backup")
  }

  static func originalDamaged(_ path: PathName) -> TargetError {
    TargetError(
      code: .archiveDamaged,
      message: "the kept original “\(path)” is not what it was before the run; the archive was left alone; take the "
        + "original from a backup")
  }

  static func journalUnreadable(_ error: JournalError) -> TargetError {
    TargetError(code: .readFailed, message: "the journal cannot be read: \(error.message)")
  }
}

extension WarningRecord {
  static func targetMoved(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .targetMoved,
      message:
        "“\(path)” is not the folder that the run changed: it was moved, copied or mounted anew; documents are put "
        + "back where their text is what the run left", path: nil)
  }

  static func presentTextKept(_ name: PathName, besides path: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept, message: "the text that it had before the undo is kept beside it as “\(name)”", path: path)
  }

  static func presentArchiveKept(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept, message: "the archive that was there before the undo is kept as “\(path)”", path: nil)
  }

  static func changedSince(_ kinds: [AttributeKind], of path: PathName?) -> WarningRecord {
    WarningRecord(
      code: .attributeChangedSince,
      message: "changed since the run, and left as it is now: " + kinds.map(\.words).joined(separator: ", "), path: path
    )
  }
}

extension AttributeKind {
  fileprivate var words: String {
    switch self {
    case .mode: "mode"
    case .owner: "owner"
    case .extended: "extended attributes"
    case .flags: "flags"
    case .modification: "modification time"
    }
  }
}
