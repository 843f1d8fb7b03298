import UprevReport

/// What a plan says before its documents: with what it was made, and so with what it must be applied.
public struct PlanHeader: Sendable, Hashable {
  /// The version of the plan's format that this program reads and writes.
  public static let version = 1

  /// The program's version, as `--version` prints it.
  public var toolVersion: String
  /// The id of the run that made the plan.
  public var runID: String
  /// RFC 3339.
  public var createdAt: String
  /// In the order in which their formats claim documents.
  public var pipelines: [PlannedPipeline]
  /// Digests, 32 bytes, of values that migrations take from many documents, by name.
  public var gathered: [String: [UInt8]]
  public var options: PlanOptions

  public init(
    toolVersion: String, runID: String, createdAt: String, pipelines: [PlannedPipeline],
    gathered: [String: [UInt8]] = [:], options: PlanOptions
  ) {
    self.toolVersion = toolVersion
    self.runID = runID
    self.createdAt = createdAt
    self.pipelines = pipelines
    self.gathered = gathered
    self.options = options
  }
}

/// A pipeline of a plan.
public struct PlannedPipeline: Sendable, Hashable {
  /// As the pipeline calls itself.
  public var name: String
  /// What finds it from any folder: the name that was asked for, or the absolute path of its file.
  public var source: String
  /// As ``Pipeline/digest``: 32 bytes.
  public var digest: [UInt8]

  public init(name: String, source: String, digest: [UInt8]) {
    self.name = name
    self.source = source
    self.digest = digest
  }
}

/// The options of a command line on which decisions about documents depend, and nothing else does.
public struct PlanOptions: Sendable, Hashable {
  /// As they were given to `--to`.
  public var targetVersions: [String]
  /// As they were given to `--exclude`.
  public var excluded: [String]
  /// Bytes.
  public var maximumDocumentSize: Int
  public var maximumDepth: Int
  /// Bytes.
  public var maximumPathLength: Int
  /// Of archives; bytes.
  public var maximumExpandedSize: Int
  public var maximumExpansionRatio: Int
  public var maximumEntries: Int

  public init(
    targetVersions: [String], excluded: [String], maximumDocumentSize: Int, maximumDepth: Int, maximumPathLength: Int,
    maximumExpandedSize: Int, maximumExpansionRatio: Int, maximumEntries: Int
  ) {
    self.targetVersions = targetVersions
    self.excluded = excluded
    self.maximumDocumentSize = maximumDocumentSize
    self.maximumDepth = maximumDepth
    self.maximumPathLength = maximumPathLength
    self.maximumExpandedSize = maximumExpandedSize
    self.maximumExpansionRatio = maximumExpansionRatio
    self.maximumEntries = maximumEntries
  }
}

/// A target of a plan.
public struct PlannedTarget: Sendable, Hashable {
  /// As it was given.
  public var path: PathName
  /// Absolute, every link resolved.
  public var resolvedPath: PathName
  public var kind: TargetKind
  /// Which directory it is; nil for an archive or one document, which a run replaces.
  public var identity: FileIdentity?

  public init(path: PathName, resolvedPath: PathName, kind: TargetKind, identity: FileIdentity?) {
    self.path = path
    self.resolvedPath = resolvedPath
    self.kind = kind
    self.identity = identity
  }
}

extension PlannedTarget {
  /// - Throws: ``TargetError`` where the container's place cannot be told.
  init(_ container: any Container) throws {
    let target = try container.journalTarget()
    let isFolder = (container as? TreeContainer).map { $0.single == nil } ?? false
    self.init(
      path: target.path, resolvedPath: target.resolvedPath, kind: target.kind,
      identity: isFolder ? target.identity : nil)
  }
}

/// A document that is to be migrated.
struct PlannedDocument {
  var path: PathName
  var format: String
  var from: ReportVersionValue?
  var to: ReportVersionValue?
  /// 32 bytes each.
  var sha256Before: [UInt8]
  var sha256After: [UInt8]
}
