/// A document's version as a report shows it: a JSON number literal or a string.
public enum ReportVersionValue: Hashable, Sendable {
  /// A JSON number literal, written as it stands.
  case number(String)
  case string(String)

  /// The text that keys `summary.byFormat.….from`.
  public var key: String {
    switch self {
    case .number(let literal): literal
    case .string(let string): string
    }
  }
}
