import JSONSchema
import LosslessJSON

/// Holds a value against a schema and finds all that is wrong, not only the first thing.
struct SchemaCheck: Sendable {
  /// What came of it.
  enum Verdict: Sendable {
    case violations([SchemaViolation])
    /// It was given up, for this reason.
    case failed(String)
  }

  private let body: @Sendable (Schema, JSONValue) -> Verdict

  /// - Parameter limit: violations that are looked for.
  init(limit: Int) {
    body = { schema, value in .violations(schema.validate(value, limit: limit)) }
  }

  /// For tests.
  init(_ body: @escaping @Sendable (Schema, JSONValue) -> Verdict) {
    self.body = body
  }

  func callAsFunction(_ schema: Schema, _ value: JSONValue) -> Verdict { body(schema, value) }
}
