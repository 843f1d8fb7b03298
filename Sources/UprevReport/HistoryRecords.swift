/// A past run, as `history --json` lists it.
public struct HistoryRun: Sendable {
  /// The run's id.
  public var runID: String
  /// `migrate`, `undo`, …
  public var command: String
  /// When it began.
  public var startedAt: Timestamp
  /// When it ended; nil for a run that goes on, or was killed.
  public var finishedAt: Timestamp?
  /// How it ended; nil likewise.
  public var status: RunStatus?
  /// The run that it undid.
  public var undoes: String?
  /// What it changed, target by target.
  public var targets: [HistoryTarget]
  /// The report's summary, an object of JSON text; nil where the run did not end.
  public var summary: String?

  /// A past run; what is not known of it is nil.
  public init(
    runID: String, command: String, startedAt: Timestamp, finishedAt: Timestamp?, status: RunStatus?, undoes: String?,
    targets: [HistoryTarget], summary: String?
  ) {
    self.runID = runID
    self.command = command
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.status = status
    self.undoes = undoes
    self.targets = targets
    self.summary = summary
  }
}

/// A target of a past run.
public struct HistoryTarget: Sendable {
  /// As given on the command line.
  public var path: PathName
  /// Absolute, every link resolved.
  public var resolvedPath: PathName
  /// What it was.
  public var kind: TargetKind
  /// Whether its changes took effect; nil where the run did not end.
  public var committed: Bool?
  /// Documents that were recorded as changed, or for an archive 1.
  public var changes: Int

  /// A target; what is not known of it is nil.
  public init(path: PathName, resolvedPath: PathName, kind: TargetKind, committed: Bool?, changes: Int) {
    self.path = path
    self.resolvedPath = resolvedPath
    self.kind = kind
    self.committed = committed
    self.changes = changes
  }
}

/// What a run changed: a document of a tree, or a whole archive.
public struct HistoryChange: Sendable {
  /// Inside the target; empty for an archive.
  public var path: PathName
  /// The name of its format; nil for an archive.
  public var format: String?
  /// The versions, as text.
  public var from: String?
  public var to: String?
  public var bytesBefore: Int
  public var bytesAfter: Int
  /// 32 bytes.
  public var sha256Before: [UInt8]
  public var sha256After: [UInt8]
  /// Where the original of an archive is kept.
  public var keptPath: PathName?

  /// A change; what there is not is nil.
  public init(
    path: PathName, format: String?, from: String?, to: String?, bytesBefore: Int, bytesAfter: Int,
    sha256Before: [UInt8], sha256After: [UInt8], keptPath: PathName?
  ) {
    self.path = path
    self.format = format
    self.from = from
    self.to = to
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.keptPath = keptPath
  }
}
