import JSONSchema
import LosslessJSON

/// Holds a value against a schema and finds all that is wrong, not only the first thing.
struct SchemaCheck: Sendable {
  /// What came of it.
  enum Verdict: Sendable {
    case violations([SchemaViolation])
    /// It was given up.
    case failed(SchemaEvaluationError)
  }

  /// Violations that are looked for.
  let limit: Int

  func callAsFunction(_ schema: Schema, _ value: JSONValue) -> Verdict {
    do {
      return .violations(try schema.validate(value, limit: limit))
    } catch {
      return .failed(error)
    }
  }
}
