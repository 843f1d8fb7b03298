import UprevReport

/// What is said where a limit of a run is reached.
extension TargetError {
  /// - Parameter isBegun: whether the target was being worked on when the limit was reached.
  static func tooManyRejected(_ limit: RejectionLimit, _ tally: RejectionTally, isBegun: Bool) -> TargetError {
    let subject = isBegun ? "the run stopped here" : "the run had stopped before this target"
    return TargetError(
      code: .limitExceeded,
      message: "\(subject): \(tally.rejected) of \(tally.decided) documents were rejected, more than --max-rejected "
        + "\(limit) allows; look at why they were rejected, or allow more")
  }
}

extension DocumentError {
  static func pathTooLong(limit: Int) -> DocumentError {
    DocumentError(
      ReportError(
        code: .limitExceeded,
        message:
          "its path has more than \(limit) bytes; what lies there and below was left alone; raise the limit with "
          + "--max-path-length"))
  }
}

extension WarningRecord {
  static func pathTooLong(_ path: PathName, limit: Int) -> WarningRecord {
    WarningRecord(
      code: .notCopied, message: "left out of the copy: its path has more than \(limit) bytes", path: path)
  }
}
