import LosslessJSON

/// The types of JSON values as pipelines name them, those of JSON Schema.
public enum ValueType: String, CaseIterable, Sendable {
  case null
  case boolean
  /// A number with an integral value (`2.0` is one); never one that is not finite.
  case integer
  /// Any number, also one that is not finite.
  case number
  case string
  case array
  case object

  /// Whether a value is of this type.
  public func matches(_ value: JSONValue) -> Bool {
    switch self {
    case .null: value.kind == .null
    case .boolean: value.kind == .true || value.kind == .false
    case .integer: value.isIntegral
    case .number: value.kind == .number || value.kind == .nonFinite
    case .string: value.kind == .string
    case .array: value.kind == .array
    case .object: value.kind == .object
    }
  }
}
