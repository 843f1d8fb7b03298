/// What a JSON value is.
public enum JSONKind: UInt8, CaseIterable, Hashable, Sendable {
  case null
  case `false`
  case `true`
  case number
  /// `NaN`, `Infinity` or `-Infinity`, where they are allowed.
  case nonFinite
  case string
  case array
  case object
}
