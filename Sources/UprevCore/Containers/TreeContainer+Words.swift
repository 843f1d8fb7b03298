import UprevReport

/// What trees say to people.
extension DocumentError {
  static func tooLarge(_ status: FileStatus, limit: Int) -> DocumentError {
    DocumentError(
      ReportError(
        code: .tooLarge,
        message: "the file has \(status.size) bytes, more than the limit of \(limit); "
          + "raise it with --max-document-size"))
  }

  static let changedWhileRead = DocumentError(
    ReportError(
      code: .changedDuringRun,
      message: "another program was writing the file each time it was read; run again when it is done"))

  static let changedBeforeReplaced = DocumentError(
    ReportError(
      code: .changedDuringRun,
      message: "another program changed the file after it was read; its new text was left alone; run again"))

  static let folderBusy = DocumentError(
    ReportError(
      code: .targetBusy,
      message: "another run is changing documents of its folder; this one was left alone; run again when it is done"))

  static let deltaNotSound = DocumentError(
    ReportError(
      code: .writeFailed,
      message: "what would undo the change does not give the old text back; it was left alone; please report it"))

  static func notJournaled(_ error: JournalError) -> DocumentError {
    DocumentError(
      ReportError(
        code: .writeFailed, message: "the change could not be written down, and so was not made: \(error.message)"))
  }

  static func unsettled(_ error: FileSystemError, about path: PathName) -> DocumentError {
    DocumentError(
      ReportError(
        code: error.code(.writing),
        message: "it is whole, but the run could not make sure which text it should have: "
          + "\(error.message(.writing, about: path)); run again, or uprev recover"))
  }

  static let stoppedBeforeWritten = DocumentError(
    ReportError(
      code: .writeFailed, message: "the run stopped before this document was written; it is unchanged; run again"))

  static let nothingToWrite = DocumentError(
    ReportError(code: .writeFailed, message: "no new text for this file reached the tree's writer; it is unchanged"))

  static func batchNotFlushed(_ error: FileSystemError) -> DocumentError {
    DocumentError(
      ReportError(
        code: error.code(.writing),
        message: "its batch was dropped, unchanged, because flushing it failed: \(error.message(.writing))"))
  }

  static func attributesNotKept(_ error: FileSystemError, about path: PathName) -> DocumentError {
    DocumentError(
      ReportError(
        code: error.kind == .diskFull || error.kind == .quotaExceeded ? .writeFailed : .permissionDenied,
        message: "owner, mode or attributes of “\(path)” cannot be given to its replacement "
          + "(\(error.call): \(error.systemMessage)); run as its owner or as root"))
  }
}

extension TargetError {
  static func noTreeNorDocument(_ path: PathName, _ kind: FileKind) -> TargetError {
    TargetError(
      code: .readFailed,
      message: "“\(path)” is \(kind.words); name a folder, an archive or a regular file")
  }

  static func busy(_ path: PathName, process: Int?) -> TargetError {
    let holder = process.map { "process \($0)" } ?? "another run"
    return TargetError(
      code: .targetBusy,
      message: "\(holder) is changing “\(path)”; run again when it is done, or give --wait SECONDS")
  }

  static func cannotExchange(_ path: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message:
        "“\(path)” lies where two names cannot be exchanged, so that all or nothing cannot be promised; nothing was "
        + "changed; run without --all-or-nothing")
  }

  static func documentChanged(_ path: PathName) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message: "another program changed “\(path)” during the run; everything was put back; run again")
  }

  static func manifestLost(_ path: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "what the run wrote into “\(path)” cannot be read back; everything was put back; run again")
  }

  static let diskFull = TargetError(
    code: .writeFailed,
    message: "the disk is full: some documents were not written and are unchanged; free some space and run again")

  static func foldersNotFlushed(_ error: FileSystemError, about path: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "documents were replaced, but their folder could not be flushed, so that a power failure now may bring "
        + "the old ones back: \(error.message(.writing, about: path))")
  }

  static func copyNotFlushed(_ error: FileSystemError, _ path: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "the copy is whole and in place, but a power failure now may take it away again: "
        + error.message(.writing, about: path))
  }

  static func outputExists(_ path: PathName) -> TargetError {
    TargetError(code: .writeFailed, message: "“\(path)” exists already; remove it or choose another --output")
  }

  static func outputInsideTarget(_ path: PathName) -> TargetError {
    TargetError(code: .writeFailed, message: "“\(path)” lies inside the target; choose an --output outside it")
  }

  static func outputWithoutName(_ path: PathName) -> TargetError {
    TargetError(code: .writeFailed, message: "“\(path)” names no new file or folder; choose another --output")
  }

  static let foreignChunk = TargetError(
    code: .writeFailed, message: "a tree can only be copied from a tree; choose an --output with an archive's suffix")
}

extension WarningRecord {
  static func kept(_ name: PathName, besides path: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept,
      message:
        "another program saved the document while it was replaced; a text that a later save took the place of is "
        + "kept beside it as “\(name)”; look at both, and remove the one that is not wanted", path: path)
  }

  static func unwatched(_ count: Int, first path: PathName) -> WarningRecord {
    WarningRecord(
      code: .unprotectedReplace,
      message: "\(count) \(count == 1 ? "document was" : "documents were") replaced where names cannot be exchanged or "
        + "writers cannot be seen, this one first: a save in that very moment may be lost", path: path)
  }

  static func leftForRecovery(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .notRecovered,
      message: "“\(path)” of this run holds documents that are not settled; the next run, or uprev recover, does it",
      path: path)
  }

  static func notWithdrawn(_ error: JournalError) -> WarningRecord {
    WarningRecord(
      code: .notJournaled,
      message: "the journal still lists changes that were not made (undo finds nothing to do there): \(error.message)",
      path: nil)
  }

  static func hardLinked(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .hardLinked,
      message: "the file has several names; only this one leads to the new text, the others are migrated on their own",
      path: path)
  }

  static func notCopied(_ path: PathName, _ error: FileSystemError) -> WarningRecord {
    WarningRecord(
      code: .notCopied, message: "left out of the copy: \(error.message(.reading, about: path))", path: path)
  }

  static func attributeNotKept(_ path: PathName, _ error: FileSystemError) -> WarningRecord {
    WarningRecord(
      code: .attributeNotKept,
      message: "its copy lacks an attribute of the original (\(error.call): \(error.systemMessage))", path: path)
  }

  static func notCleanedUp(_ path: PathName, _ error: FileSystemError) -> WarningRecord {
    WarningRecord(
      code: .notCleanedUp,
      message: "“\(path)” of this run is left; remove it by hand (\(error.call): \(error.systemMessage))", path: path)
  }
}

extension FileKind {
  fileprivate var words: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a folder"
    case .symbolicLink: "a symbolic link"
    case .fifo: "a fifo"
    case .socket: "a socket"
    case .characterDevice, .blockDevice: "a device"
    case .unknown: "neither file nor folder"
    }
  }
}
