import UprevReport

/// What a run does with documents.
public enum RunJob: Hashable, Sendable {
  /// Brings them to a version.
  case migrate
  /// Holds each against the schema of its own version, and looks for so many violations in one document.
  case validate(violationLimit: Int)
}

/// What a run is asked to do.
public struct RunOptions: Sendable {
  /// The command's name, as the report says it.
  public var command: String
  /// As given, in order.
  public var targets: [PathName]
  /// Their formats are tried in this order; the first that claims a document keeps it.
  public var pipelines: [Pipeline]
  /// Where the migrated copy of the only target goes; nil changes targets in place.
  public var output: PathName?
  /// What is done with documents; whatever is no migration changes nothing.
  public var job = RunJob.migrate
  /// What documents are migrated to.
  public var targetVersions = TargetVersions.current
  /// Decide everything, change nothing.
  public var isDryRun = false
  /// Workers, at least 1.
  public var jobs = 1
  /// How archives that are written are compressed.
  public var compression = Compression()
  /// Whether the report lists `current`, `unmatched` and `skipped` documents too.
  public var listsEveryDocument = false
  /// Whether the run is about the counts alone: the report then lists no documents, and whether a target could be changed
  /// does not matter.
  public var onlyCounts = false
  /// Whether `newer` and `unmatched` count as failures.
  public var isStrict = false
  public var durability = Durability.batch
  /// Globs of documents to leave alone.
  public var excluded: [Glob] = []
  /// Bytes.
  public var maximumDocumentSize = RunOptions.defaultMaximumDocumentSize
  /// Arrays and objects that may stand inside each other in a document.
  public var maximumDepth = RunOptions.defaultMaximumDepth
  /// Bytes of a path inside a tree.
  public var maximumPathLength = RunOptions.defaultMaximumPathLength
  /// How long to wait for another run that holds a target, seconds.
  public var waitSeconds = 0.0
  /// Whether one rejected document (with ``isStrict`` also a `newer` or `unmatched` one) keeps everything as it is.
  public var isAllOrNothing = false
  /// How many documents may be rejected before the run stops early; nil: any number.
  public var rejectionLimit: RejectionLimit?
  /// How long the originals of archives are kept, days; 0 keeps none.
  public var keepOriginalsDays = RunOptions.defaultKeepOriginalsDays
  /// Whether every document is read, whatever is known of it from runs before.
  public var readsEverything = false
  /// Runs the programs of pipelines; nil where they are not allowed, and then no pipeline with programs is used.
  public var programs: (any ProgramRunner)?
  /// Whether the run ends when everything is gathered.
  public var onlyGathers = false
  /// Whether what earlier runs gathered in the targets is gathered anew.
  public var gathersAgain = false
  /// Documents that travel together between threads.
  public var batchCount = 64

  /// Whether the targets themselves are changed.
  public var changesInPlace: Bool { !isDryRun && output == nil && !onlyCounts && job == .migrate }

  /// 256 MiB.
  public static let defaultMaximumDocumentSize = 256 << 20
  /// Python's own reader stops near 1,000.
  public static let defaultMaximumDepth = 1000
  /// The reader keeps some bytes a level.
  public static let greatestMaximumDepth = 10_000_000
  /// 64 KiB, sixteen times what one system call takes.
  public static let defaultMaximumPathLength = 64 << 10
  public static let defaultKeepOriginalsDays = 90

  public init(command: String, targets: [PathName], pipelines: [Pipeline]) {
    self.command = command
    self.targets = targets
    self.pipelines = pipelines
  }
}
