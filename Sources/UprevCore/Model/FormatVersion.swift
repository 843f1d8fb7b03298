import LosslessJSON
import UprevReport

/// The version of a document, as its format counts versions.
public enum FormatVersion: Hashable, Sendable {
  /// An integral JSON number of any size; `2`, `2.0` and `20e-1` are equal.
  case integer(JSONDecimal)
  /// A string; strings have no order.
  case string(String)

  public init(_ integer: Int) {
    self = .integer(JSONDecimal(integer))
  }
}

extension FormatVersion: CustomStringConvertible {
  /// For people and for keys: the canonical literal of a number, a string as it is.
  public var description: String { reportValue.key }

  /// The value as a report holds it.
  public var reportValue: ReportVersionValue {
    switch self {
    case .integer(let decimal): .number(decimal.description)
    case .string(let string): .string(string)
    }
  }
}
