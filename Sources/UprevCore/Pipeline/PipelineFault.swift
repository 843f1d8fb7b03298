import UprevReport

/// One thing that is wrong with a pipeline: what, where, and a sentence that says what to do about it.
public struct PipelineFault: Error, Hashable, Sendable {
  /// What is wrong. The list is closed.
  public enum Kind: String, CaseIterable, Sendable {
    /// No pipeline has this name.
    case unknownPipeline = "unknown-pipeline"
    /// A file is missing or cannot be read.
    case unreadable
    case tooLarge = "too-large"
    case notUTF8 = "not-utf8"
    /// The file is not one YAML document.
    case invalidYAML = "invalid-yaml"
    case tooDeep = "too-deep"
    /// An anchor, an alias, a tag, a directive or a merge key.
    case refusedYAML = "refused-yaml"
    case duplicateKey = "duplicate-key"
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    /// Two keys of which a mapping can have only one.
    case conflictingKeys = "conflicting-keys"
    /// A node of the wrong type.
    case wrongType = "wrong-type"
    /// A value that is none of those allowed.
    case wrongValue = "wrong-value"
    /// Part of the pipeline language, but not of this release.
    case notSupported = "not-supported"
    case invalidGlob = "invalid-glob"
    case invalidPointer = "invalid-pointer"
    /// A value that is no version of the format's type.
    case invalidVersion = "invalid-version"
    /// A schema that is no JSON or no schema.
    case invalidSchema = "invalid-schema"
    /// A schema's path that leads out of the pipeline's folder.
    case schemaOutside = "schema-outside"
    /// A jq program that cannot be compiled, or a program of `exec` that is not there.
    case invalidProgram = "invalid-program"
    /// `{gather: name}` of a name that the migration does not gather.
    case unknownGathered = "unknown-gathered"
    /// A file of gathered values that is none, or belongs to another definition.
    case invalidGathered = "invalid-gathered"
    case duplicateFormat = "duplicate-format"
    /// Two migrations with the same ends.
    case duplicateMigration = "duplicate-migration"
    /// A migration that ends where it begins.
    case emptyMigration = "empty-migration"
    /// A current version that nothing else in the format mentions.
    case unknownCurrent = "unknown-current"
    /// A version that no path takes to the current one.
    case noPathToCurrent = "no-path-to-current"
    /// Two paths to the current version of which neither is to be preferred.
    case equalPaths = "equal-paths"
  }

  /// What is wrong.
  public var kind: Kind
  /// The file concerned, or the name that was asked for.
  public var file: PathName
  /// From 1; nil where the fault is about a whole file.
  public var line: Int?
  /// In bytes, from 1.
  public var column: Int?
  /// One sentence for people, remedy included, without the place.
  public var message: String

  /// A fault at a place, or of a whole file.
  public init(kind: Kind, file: PathName, line: Int? = nil, column: Int? = nil, message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }
}

extension PipelineFault {
  init(_ problem: PipelineProblem, file: PathName) {
    self.init(kind: problem.kind, file: file, message: problem.message)
  }
}

/// Everything that is wrong with one or more pipelines, in the order of the files' lines; never empty.
public struct PipelineError: Error, Hashable, Sendable {
  /// At least one.
  public var faults: [PipelineFault]

  /// - Parameter faults: at least one.
  public init(faults: [PipelineFault]) {
    self.faults = faults
  }
}

/// A fault's kind and words, before its place is known. Made by the factories in `PipelineFault+Words.swift`.
struct PipelineProblem: Hashable, Sendable {
  var kind: PipelineFault.Kind
  var message: String
}

/// A problem and where it is in the pipeline file.
struct PlacedProblem: Hashable, Sendable {
  var problem: PipelineProblem
  var mark: YAMLMark

  init(_ problem: PipelineProblem, _ mark: YAMLMark) {
    self.problem = problem
    self.mark = mark
  }
}
