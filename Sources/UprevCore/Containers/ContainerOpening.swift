import UprevReport

/// What a container needs to know to be read.
public struct ContainerReadOptions: Sendable {
  /// Which format claims a path, and what is excluded.
  public var claims: Claims
  /// Bytes; a larger document is `too-large` and is not read.
  public var maximumDocumentSize: Int
  /// Bytes; what has a longer path inside a tree is `limit-exceeded`, and a folder is not entered.
  public var maximumPathLength: Int
  /// Whether the reader must also yield what is no document, for a writer that makes a whole new container.
  public var yieldsPassthrough: Bool
  /// What is done with what interrupted runs left in a tree; nil: it is not looked at.
  public var interruptedRuns: InterruptedRuns?
  /// What is known of files from runs before; nil: every document is read.
  public var known: KnownLookup?
  /// Whether documents that are read are to say which files they are, for later runs.
  public var remembersFiles = false

  public init(
    claims: Claims, maximumDocumentSize: Int, maximumPathLength: Int = RunOptions.defaultMaximumPathLength,
    yieldsPassthrough: Bool
  ) {
    self.claims = claims
    self.maximumDocumentSize = maximumDocumentSize
    self.maximumPathLength = maximumPathLength
    self.yieldsPassthrough = yieldsPassthrough
  }
}

/// How hard a run makes its changes durable.
public enum Durability: String, CaseIterable, Sendable {
  /// One `syncfs` a batch, before the batch takes effect.
  case batch
  /// Each file is flushed by itself.
  case file
  /// Nothing is flushed: scratch data and tests.
  case none
}

/// What a container needs to know to be written.
public struct ContainerWriteOptions: Sendable {
  /// The run's id; staging folders and temporaries are named `.uprev-<runID>…`.
  public var runID: String
  public var durability: Durability
  /// Documents a batch of replacements holds at most.
  public var batchCount: Int
  /// Bytes of new text a batch holds at most.
  public var batchBytes: Int
  /// Threads that a writer may use beside the caller's, for work that overlaps; 0 does everything on the caller's.
  public var sideThreads: Int
  /// How an archive is compressed.
  public var compression = Compression()
  /// Where every change is written down before it is made; nil: it cannot be undone.
  public var journal: (any TargetJournal)?
  /// For how many days the original of an archive is kept where there is a journal; 0: it is not kept.
  public var keepOriginalsDays = RunOptions.defaultKeepOriginalsDays
  /// The names of the formats, by the numbers that decisions carry, for the journal.
  public var formatNames: [String] = []
  /// How long a program that has a document open for writing is waited for before the document is given back to it, seconds.
  public var writerPatience = 2.0
  /// Decides about a document that changed between reading and replacing, and was read again; nil: it is rejected.
  public var redecide: (@Sendable (Document) -> Decision)?
  /// Whether nothing at all is changed before ``ContainerWriter/finish()``, and then everything or nothing.
  public var isAllOrNothing = false
  /// Whether documents that are replaced are to say which files they are now, for later runs.
  public var remembersFiles = false

  public init(
    runID: String, durability: Durability = .batch, batchCount: Int = 2048, batchBytes: Int = 32 << 20,
    sideThreads: Int = 2
  ) {
    self.runID = runID
    self.durability = durability
    self.batchCount = batchCount
    self.batchBytes = batchBytes
    self.sideThreads = sideThreads
  }
}

/// What a container needs to know to be claimed by a run.
public struct ContainerClaimOptions: Sendable {
  public var runID: String
  /// How long to wait for another run that holds it, seconds.
  public var waitSeconds: Double
  /// Asked while waiting; true gives up.
  public var shouldStop: @Sendable () -> Bool

  public init(runID: String, waitSeconds: Double = 0, shouldStop: @escaping @Sendable () -> Bool = { false }) {
    self.runID = runID
    self.waitSeconds = waitSeconds
    self.shouldStop = shouldStop
  }
}

/// Takes what a writer notices without failing and that no single decision carries.
public typealias WarningSink = (WarningRecord) -> Void

/// Something that holds documents: a tree or an archive.
public protocol Container: AnyObject {
  var kind: TargetKind { get }
  /// Whether a writer that changes the container in place must be given the passthrough chunks too.
  var rewritesWhole: Bool { get }
  /// Why nothing in the container can be changed in place, with the way out; nil where it can. What a dry run says instead
  /// of trying.
  var refusalToChange: TargetError? { get }
  /// Why the container cannot be written anew, in its place, with this compression, whatever is to change in it; nil where it
  /// can. Asked before anything of it is touched.
  func refusal(of compression: Compression) -> TargetError?
  /// The file that it is, where a later run can know that it has not changed; nil where it is none, or cannot.
  var knowableFile: KnowableFile? { get }
  /// What a journal must know of it.
  /// - Throws: ``TargetError``
  func journalTarget() throws -> JournalTarget
  /// Before a run changes the container in place: makes it this run's alone, for as long as the container lives, and brings
  /// to an end what an interrupted run left there.
  ///
  /// - Throws: ``TargetError``, `target-busy` where another run holds it.
  func claim(_ options: ContainerClaimOptions, warn: WarningSink) throws
  /// Ends the claim now, and not only when the last of the run's threads has let go of the container.
  func release()
  /// - Throws: ``TargetError``
  func makeReader(_ options: ContainerReadOptions) throws -> any ContainerReader
  /// A writer that changes the container in place.
  /// - Throws: ``TargetError``
  func makeWriter(
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> any ContainerWriter
}

extension Container {
  /// Nothing is compressed.
  public func refusal(of compression: Compression) -> TargetError? { nil }
  /// None.
  public var knowableFile: KnowableFile? { nil }
  /// Nothing.
  public func release() {}
}

/// Opens one kind of container. The program injects its openers; the core knows none but the tree.
public protocol ContainerOpener: Sendable {
  /// - Parameter path: the target as given; a symbolic link is resolved, once.
  /// - Returns: nil where the target is another kind of thing.
  /// - Throws: ``TargetError`` where it is of this kind, or claims to be by its name, and cannot be used.
  func open(_ path: PathName) throws -> (any Container)?
  /// Whether `makeCopyWriter` can make this path from that kind of container. Asked before anything is opened for writing.
  func canCopy(_ kind: TargetKind, to output: PathName) -> Bool
  /// Why no copy can be made at `output` with this compression; nil where one can.
  func refusal(of compression: Compression, for output: PathName) -> TargetError?
  /// A writer that makes a migrated copy of `container` at `output`, which does not exist: everything is copied, flushed,
  /// and renamed into place by `finish()`. It is given every element, passthrough chunks included.
  /// - Throws: ``TargetError``
  func makeCopyWriter(
    of container: any Container, to output: PathName, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) throws -> any ContainerWriter
}

extension ContainerOpener {
  /// Nothing is compressed.
  public func refusal(of compression: Compression, for output: PathName) -> TargetError? { nil }
}
