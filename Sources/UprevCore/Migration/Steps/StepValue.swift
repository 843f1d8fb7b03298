import LosslessJSON

/// A value that a pipeline gives, as it is compared and as it is written.
struct StepValue: Sendable {
  /// With the literals of its numbers; strings are escaped as the document escapes them.
  let fragment: JSONFragment
  let value: JSONValue
}
