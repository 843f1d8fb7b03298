import JSONSchema
import LosslessJSON
import UprevReport

/// What is to become of one document, with everything that the report says of it.
///
/// A decision whose outcome is `migrated` takes effect when a container writer has written its replacement; the writer
/// passes every decision on, in order, once it is final (see ``ContainerWriter``).
public struct Decision: Sendable {
  /// One object, because a decision is handed on a dozen times, and each copy of so many fields would retain half of them.
  private var storage: Storage

  public init(reference: DocumentReference, outcome: Outcome, error: DocumentError? = nil) {
    storage = Storage(Fields(reference: reference, outcome: outcome, error: error))
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

  private struct Fields: Sendable {
    var reference: DocumentReference
    var outcome: Outcome
    var from: FormatVersion?
    var to: FormatVersion?
    var migrations: [MigrationRecord] = []
    var replacement: JSONText?
    var bytesBefore: Int?
    var bytesAfter: Int?
    var sha256Before: [UInt8]?
    var sha256After: [UInt8]?
    var error: DocumentError?
    var warnings: [WarningRecord] = []
    var remembered: RememberedFile?
    var violations: [SchemaViolation] = []
    var change: ChangeDescription?
    var detectSeconds: Double = 0
    var migrateSeconds: Double = 0
    var validateSeconds: Double = 0
  }

  // Guarded by copying: only who holds it alone changes it, which is also why nothing has to be checked at each access.
  private final class Storage: @unchecked Sendable {
    @exclusivity(unchecked) var fields: Fields

    init(_ fields: Fields) {
      self.fields = fields
    }
  }

  private var fields: Fields {
    _read { yield storage.fields }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
      yield &storage.fields
    }
  }
}

extension Decision {
  public var reference: DocumentReference {
    get { fields.reference }
    _modify { yield &fields.reference }
  }

  public var outcome: Outcome {
    get { fields.outcome }
    _modify { yield &fields.outcome }
  }

  public var from: FormatVersion? {
    get { fields.from }
    _modify { yield &fields.from }
  }

  public var to: FormatVersion? {
    get { fields.to }
    _modify { yield &fields.to }
  }

  public var migrations: [MigrationRecord] {
    get { fields.migrations }
    _modify { yield &fields.migrations }
  }

  /// The new text; nil unless the outcome is `migrated`, and once a tree's writer has it in a temporary.
  public var replacement: JSONText? {
    get { fields.replacement }
    _modify { yield &fields.replacement }
  }

  public var bytesBefore: Int? {
    get { fields.bytesBefore }
    _modify { yield &fields.bytesBefore }
  }

  public var bytesAfter: Int? {
    get { fields.bytesAfter }
    _modify { yield &fields.bytesAfter }
  }

  /// 32 bytes.
  public var sha256Before: [UInt8]? {
    get { fields.sha256Before }
    _modify { yield &fields.sha256Before }
  }

  /// 32 bytes.
  public var sha256After: [UInt8]? {
    get { fields.sha256After }
    _modify { yield &fields.sha256After }
  }

  public var error: DocumentError? {
    get { fields.error }
    _modify { yield &fields.error }
  }

  public var warnings: [WarningRecord] {
    get { fields.warnings }
    _modify { yield &fields.warnings }
  }

  /// The file, where the next run need not open it to find the document current; nil where it must.
  public var remembered: RememberedFile? {
    get { fields.remembered }
    _modify { yield &fields.remembered }
  }

  /// What a schema forbids of the document as it was read, where the run is asked to find it; the first is the error's.
  public var violations: [SchemaViolation] {
    get { fields.violations }
    _modify { yield &fields.violations }
  }

  /// What the migrations change, where the run is asked to describe it.
  public var change: ChangeDescription? {
    get { fields.change }
    _modify { yield &fields.change }
  }

  /// Time spent in a pure stage, as are the two that follow.
  public var detectSeconds: Double {
    get { fields.detectSeconds }
    _modify { yield &fields.detectSeconds }
  }

  public var migrateSeconds: Double {
    get { fields.migrateSeconds }
    _modify { yield &fields.migrateSeconds }
  }

  public var validateSeconds: Double {
    get { fields.validateSeconds }
    _modify { yield &fields.validateSeconds }
  }
}
