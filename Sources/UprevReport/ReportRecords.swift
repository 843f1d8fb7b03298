/// The error of one document, as it stands in a report.
public struct ReportError: Hashable, Sendable {
  /// Which error, of the closed list.
  public var code: ErrorCode
  /// One sentence for people, remedy included.
  public var message: String
  /// RFC 6901 pointer to the value concerned, if there is one.
  public var pointer: String?
  /// From 1.
  public var line: Int?
  /// In bytes, from 1.
  public var column: Int?
  /// What to do about it, if there is more to say than `message` does.
  public var hint: String?

  /// An error with its code and words, and its place where there is one.
  public init(
    code: ErrorCode, message: String, pointer: String? = nil, line: Int? = nil, column: Int? = nil, hint: String? = nil
  ) {
    self.code = code
    self.message = message
    self.pointer = pointer
    self.line = line
    self.column = column
    self.hint = hint
  }
}

/// One document's line in a report.
public struct DocumentRecord: Sendable {
  /// The target as it was given on the command line.
  public var target: PathName
  /// The path inside the target.
  public var path: PathName
  /// The name of the format that claims it.
  public var format: String?
  /// What became of it.
  public var outcome: Outcome
  /// The version that was found, or nil where none was.
  public var from: ReportVersionValue?
  /// The version it has afterwards, or nil where that is not known.
  public var to: ReportVersionValue?
  /// The edges taken, in order.
  public var migrations: [MigrationRecord]
  /// Of the text that was read, or nil where it was not read.
  public var bytesBefore: Int?
  /// Of the new text; nil unless `migrated`.
  public var bytesAfter: Int?
  /// 32 bytes, or nil where the text was not read.
  public var sha256Before: [UInt8]?
  /// 32 bytes, or nil unless `migrated`.
  public var sha256After: [UInt8]?
  /// Why it was rejected; nil for every other outcome.
  public var error: ReportError?

  /// One document; what is not known of it is nil.
  public init(
    target: PathName, path: PathName, format: String?, outcome: Outcome, from: ReportVersionValue? = nil,
    to: ReportVersionValue? = nil, migrations: [MigrationRecord] = [], bytesBefore: Int? = nil, bytesAfter: Int? = nil,
    sha256Before: [UInt8]? = nil, sha256After: [UInt8]? = nil, error: ReportError? = nil
  ) {
    self.target = target
    self.path = path
    self.format = format
    self.outcome = outcome
    self.from = from
    self.to = to
    self.migrations = migrations
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.error = error
  }
}

/// One edge of the version graph that a document took.
public struct MigrationRecord: Hashable, Sendable {
  /// Where the edge starts.
  public var from: ReportVersionValue
  /// Where it ends.
  public var to: ReportVersionValue

  /// The edge between two versions.
  public init(from: ReportVersionValue, to: ReportVersionValue) {
    self.from = from
    self.to = to
  }
}

/// What a target is.
public enum TargetKind: String, CaseIterable, Sendable {
  case tree
  case archive
}

/// One target's line in a report.
public struct TargetRecord: Sendable {
  /// As given on the command line.
  public var path: PathName
  /// Nil where it could not be opened.
  public var kind: TargetKind?
  /// `ustar`, `pax`, `gnutar`, `cpio`, `zip`, `7zip`; nil for a tree.
  public var archiveFormat: String?
  /// `gzip`, `zstd`, `xz`, `bzip2`, `lz4`; empty for a tree or an archive without a filter.
  public var filters: [String]
  /// Whether the outcomes of its documents took effect.
  public var committed: Bool
  /// What was gathered over its documents, in the order of the pipelines.
  public var gathered: [GatheredRecord]
  /// Why it failed as a whole.
  public var error: ReportError?

  /// One target; what is not known of it is nil.
  public init(
    path: PathName, kind: TargetKind? = nil, archiveFormat: String? = nil, filters: [String] = [],
    committed: Bool = false, gathered: [GatheredRecord] = [], error: ReportError? = nil
  ) {
    self.gathered = gathered
    self.path = path
    self.kind = kind
    self.archiveFormat = archiveFormat
    self.filters = filters
    self.committed = committed
    self.error = error
  }
}

/// Something noticed without failing.
public struct WarningRecord: Hashable, Sendable {
  /// Which warning, of the closed list.
  public var code: WarningCode
  /// One sentence for people.
  public var message: String
  /// What it is about, inside its target.
  public var path: PathName?

  /// A warning, and what it is about where that has a name.
  public init(code: WarningCode, message: String, path: PathName?) {
    self.code = code
    self.message = message
    self.path = path
  }
}
