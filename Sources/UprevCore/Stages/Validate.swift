import JSONSchema
import LosslessJSON

/// Fourth stage: a document against the schema of a version.
struct Validate: Sendable {
  let schemas: [FormatVersion: Schema]

  /// The first thing that the schema forbids; nil where there is none, or no schema.
  ///
  /// - Parameter schema: of the version.
  /// - Throws: ``DocumentError`` `step-failed` where finding out would take too long.
  func violation(
    in document: IndexedJSON, by schema: Schema?, of version: FormatVersion, isResult: Bool
  ) throws(DocumentError) -> SchemaViolation? {
    do {
      return try schema?.firstViolation(in: document.root)
    } catch {
      throw .undecidable(error, by: version, isResult: isResult)
    }
  }
}
