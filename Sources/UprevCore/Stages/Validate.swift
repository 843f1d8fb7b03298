import JSONSchema
import LosslessJSON

/// Fourth stage: a document against the schema of a version.
struct Validate: Sendable {
  let schemas: [FormatVersion: Schema]

  /// The first thing that the schema forbids; nil where there is none, or no schema.
  ///
  /// - Throws: `step-failed` where finding out would take too long.
  func violation(in document: IndexedJSON, of version: FormatVersion) throws(DocumentError) -> SchemaViolation? {
    do {
      return try schemas[version]?.firstViolation(in: document.root)
    } catch {
      throw DocumentError.schemaNotDecided(error, of: version)
    }
  }
}
