import UprevReport

/// Why one document was rejected: a code from the closed list, words, and where.
///
/// Made by the factories in `DocumentError+Words.swift`, which is the one place of its words.
public struct DocumentError: Error, Hashable, Sendable {
  /// One word, because every decision has room for an error, and thousands of them wait for their batch.
  private let box: Box

  private final class Box: Sendable {
    let report: ReportError

    init(_ report: ReportError) {
      self.report = report
    }
  }

  public init(_ report: ReportError) {
    box = Box(report)
  }

  public var report: ReportError { box.report }
  public var code: ErrorCode { report.code }

  public static func == (left: DocumentError, right: DocumentError) -> Bool { left.report == right.report }

  public func hash(into hasher: inout Hasher) { hasher.combine(report) }
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
