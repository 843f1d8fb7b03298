import JSONSchema
import LosslessJSON
import UprevReport

/// One document, stage by stage: what a run would do with it and why. Nothing is written.
public struct Explanation: Sendable {
  /// One step of one migration, or the writing of the version (`step` is nil).
  public struct Change: Sendable {
    /// The edge that the step belongs to.
    public var migration: MigrationRecord
    /// From 0; nil for the version that is written after the steps.
    public var step: Int?
    /// The step in the pipeline's words, in one line.
    public var name: String
    /// The texts before and after; equal where the step changed nothing.
    public var before: JSONText
    public var after: JSONText
  }

  /// One check against a schema.
  public struct Check: Sendable {
    public var version: FormatVersion
    /// Whether it is the result of the migrations, not what was read.
    public var isResult: Bool
    /// Nil where the version has no schema, and where there is an error.
    public var violations: [SchemaViolation]?
    /// Why it could not be found out.
    public var error: DocumentError?

    public init(
      version: FormatVersion, isResult: Bool, violations: [SchemaViolation]? = nil, error: DocumentError? = nil
    ) {
      self.version = version
      self.isResult = isResult
      self.violations = violations
      self.error = error
    }
  }

  /// What was found where the version is expected, in one line; nil where the document could not be read.
  public var detection: String?
  public var changes: [Change]
  public var checks: [Check]
  /// What a run decides.
  public var decision: Decision

  public init(detection: String?, changes: [Change], checks: [Check], decision: Decision) {
    self.detection = detection
    self.changes = changes
    self.checks = checks
    self.decision = decision
  }
}
