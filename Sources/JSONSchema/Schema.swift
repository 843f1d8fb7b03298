import LosslessJSON

/// A compiled JSON Schema (draft 2020-12), to be checked against any number of values, from any thread.
///
/// Of the draft's keywords it knows those of ``SchemaKeyword``; a schema with any other does not compile.
public struct Schema: Sendable {
  /// One reference: a schema is passed on for each document.
  private let compiled: CompiledSchema

  init(_ compiled: CompiledSchema) {
    self.compiled = compiled
  }

  /// What is wrong with `value`, in the order of the text; empty if nothing is.
  ///
  /// `NaN` and the infinities are numbers but not integers, and no bound judges them.
  ///
  /// - Parameter limit: checking stops after so many violations.
  public func validate(_ value: JSONValue, limit: Int = .max) -> [SchemaViolation] {
    Validation.violations(of: compiled, in: value, limit: limit)
  }

  /// The first of ``validate(_:limit:)``.
  public func firstViolation(in value: JSONValue) -> SchemaViolation? {
    validate(value, limit: 1).first
  }
}
