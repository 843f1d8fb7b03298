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

  static let diskFull = TargetError(
    code: .writeFailed,
    message: "the disk is full: some documents were not written and are unchanged; free some space and run again")

  static func foldersNotFlushed(_ error: FileSystemError, about path: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "documents were replaced, but their folder could not be flushed, so that a power failure now may bring "
        + "the old ones back: \(error.message(.writing, about: path))")
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
