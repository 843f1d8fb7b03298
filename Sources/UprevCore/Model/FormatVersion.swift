import LosslessJSON
import UprevReport

/// The version of a document, as its format counts versions.
public enum FormatVersion: Sendable {
  /// An integral JSON number of any size; `2`, `2.0` and `20e-1` are equal.
  case integer(JSONDecimal)
  /// A string; strings have no order, and are equal if their bytes are.
  case string(String)
  /// Ordered by precedence; build metadata does not count.
  case semantic(SemanticVersion)

  /// An integer version.
  public init(_ integer: Int) {
    self = .integer(JSONDecimal(integer))
  }
}

extension FormatVersion: Hashable {
  /// Numbers by value, semantic versions by precedence, strings byte by byte: Swift's `==` holds canonically equivalent
  /// strings equal, JSON does not.
  public static func == (left: FormatVersion, right: FormatVersion) -> Bool {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.semantic(let left), .semantic(let right)): left == right
    default: false
    }
  }

  /// Of what `==` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let number): hasher.combine(number)
    case .semantic(let version): hasher.combine(version)
    case .string(let string):
      hasher.combine(string.utf8.count)
      for byte in string.utf8 { hasher.combine(byte) }
    }
  }
}

extension FormatVersion: CustomStringConvertible {
  /// For people and for keys: the canonical literal of a number, other versions as they are written.
  public var description: String { reportValue.key }

  /// The value as a report holds it.
  public var reportValue: ReportVersionValue {
    switch self {
    case .integer(let decimal): .number(decimal.description)
    case .string(let string): .string(string)
    case .semantic(let version): .string(version.text)
    }
  }
}
