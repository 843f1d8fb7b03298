import JSONSchema
import LosslessJSON
import UprevReport

/// A pipeline as read from its folder: one or more formats.
public struct Pipeline: Sendable {
  /// As the pipeline calls itself.
  public var name: String
  /// For people.
  public var description: String?
  /// In the order in which they claim documents.
  public var formats: [Format]
  /// SHA-256 over the pipeline file and every schema file, names and bytes: 32 bytes.
  public var digest: [UInt8]
  /// The pipeline file.
  public var file: PathName
  /// The paths of the schema files that it was made from, below its folder.
  public var schemaFiles: [String]

  /// Whether one of its migrations needs to know something of all documents.
  public var gathers: Bool { formats.contains { $0.graph.migrations.contains(where: \.needsGathered) } }

  /// Whether one of its migrations runs a program.
  public var runsPrograms: Bool { formats.contains { $0.graph.migrations.contains(where: \.runsPrograms) } }
}

/// One kind of document: how to recognise it, where its version is, and how it gets to the current one.
public struct Format: Sendable {
  /// Unique in its pipeline.
  public var name: String
  /// Which documents it claims.
  public var files: [Glob]
  /// Whether `NaN`, `Infinity` and `-Infinity` are numbers in its documents.
  public var allowsNonFinite: Bool
  /// Where the version is and what it may be, or what tells it.
  public var version: VersionRule
  /// The version that documents are brought to.
  public var current: FormatVersion
  /// When documents are held against their schemas.
  public var validation: ValidationPolicy
  /// Known versions and migrations.
  public var graph: MigrationGraph
  /// The schema of each version that has one.
  public var schemas: [FormatVersion: Schema]
}

/// When migrated documents are held against the schemas of their versions.
public struct ValidationPolicy: Hashable, Sendable {
  /// What a violation leads to.
  public enum Action: String, CaseIterable, Sendable {
    /// The document is migrated, with a warning.
    case warn
    /// The document is rejected.
    case reject
    /// Nothing is checked.
    case off
  }

  /// The source, against the schema of its version.
  public var before: Action
  /// The result, against the schema of its version.
  public var after: Action

  /// Without a word from the pipeline a source is warned about and a result refused.
  public init(before: Action = .warn, after: Action = .reject) {
    self.before = before
    self.after = after
  }
}
