import LosslessJSON

/// A compiled JSON Schema (draft 2020-12 or 7), to be checked against any number of values, from any thread.
public struct Schema: Sendable {
  /// One reference: a schema is passed on for each document.
  let compiled: CompiledSchema

  init(_ compiled: CompiledSchema) {
    self.compiled = compiled
  }

  /// What is wrong with `value`, in the order of the text; empty if nothing is.
  ///
  /// `NaN` and the infinities are numbers but not integers, and no bound or multiple judges them.
  ///
  /// - Parameter limit: so many violations at most, the first ones.
  /// - Throws: ``SchemaEvaluationError`` where finding out would take too long.
  public func validate(_ value: JSONValue, limit: Int = .max) throws(SchemaEvaluationError) -> [SchemaViolation] {
    try Validation.violations(of: compiled, in: value, limit: limit)
  }

  /// The first of ``validate(_:limit:)``.
  public func firstViolation(in value: JSONValue) throws(SchemaEvaluationError) -> SchemaViolation? {
    try validate(value, limit: 1).first
  }
}
