import JSONSchema
import LosslessJSON
import UprevReport

/// What is to become of one document, with everything that the report says of it.
///
/// A decision whose outcome is `migrated` takes effect when a container writer has written its replacement; the writer
/// passes every decision on, in order, once it is final (see ``ContainerWriter``).
public struct Decision: Sendable {
  public var reference: DocumentReference
  public var outcome: Outcome
  public var from: FormatVersion?
  public var to: FormatVersion?
  public var migrations: [MigrationRecord] = []
  /// The new text; nil unless the outcome is `migrated`, and once a tree's writer has it in a temporary.
  public var replacement: JSONText?
  public var bytesBefore: Int?
  public var bytesAfter: Int?
  /// 32 bytes each.
  public var sha256Before: [UInt8]?
  public var sha256After: [UInt8]?
  public var error: DocumentError?
  public var warnings: [WarningRecord] = []
  /// The file, where the next run need not open it to find the document current; nil where it must.
  public var remembered: RememberedFile?
  /// What a schema forbids of the document as it was read, where the run is asked to find it; the first is the error's.
  public var violations: [SchemaViolation] = []
  /// What the migrations change, where the run is asked to describe it.
  public var change: ChangeDescription?
  /// Seconds spent in each pure stage.
  public var detectSeconds: Double = 0
  public var migrateSeconds: Double = 0
  public var validateSeconds: Double = 0

  public init(reference: DocumentReference, outcome: Outcome, error: DocumentError? = nil) {
    self.reference = reference
    self.outcome = outcome
    self.error = error
  }

  /// The same document, rejected after all: its text stays as it is.
  public func rejected(_ error: DocumentError) -> Decision {
    var result = self
    result.outcome = .rejected
    result.error = error
    result.replacement = nil
    result.change = nil
    result.bytesAfter = nil
    result.sha256After = nil
    result.migrations = []
    result.to = nil
    result.remembered = nil
    return result
  }
}
