import UprevReport

/// Why one document was rejected: a code from the closed list, words, and where.
///
/// Made by the factories in `DocumentError+Words.swift`, which is the one place of its words.
public struct DocumentError: Error, Hashable, Sendable {
  public var report: ReportError
  public var code: ErrorCode { report.code }

  public init(_ report: ReportError) {
    self.report = report
  }
}

/// Why a whole target failed. Other targets go on.
public struct TargetError: Error, Hashable, Sendable {
  public var report: ReportError
  public var code: ErrorCode { report.code }

  public init(_ report: ReportError) {
    self.report = report
  }

  public init(code: ErrorCode, message: String) {
    self.report = ReportError(code: code, message: message)
  }
}
