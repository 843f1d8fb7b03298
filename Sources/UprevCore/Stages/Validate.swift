import JSONSchema
import LosslessJSON

/// Fourth stage: a document against the schema of a version.
struct Validate: Sendable {
  let schemas: [FormatVersion: Schema]

  /// The first thing that the schema forbids; nil where there is none, or no schema.
  func violation(in document: IndexedJSON, of version: FormatVersion) -> SchemaViolation? {
    schemas[version]?.firstViolation(in: document.root)
  }
}
