import UprevReport

/// What a journal tells of runs that were, for `history` and `undo`. Thread-safe.
public protocol JournaledRuns: Sendable {
  /// Every run, the last one begun first.
  /// - Throws: ``JournalError``
  func runs() throws(JournalError) -> [JournaledRun]
  /// The run with this id, or the one that was begun last where `id` is `last` (by sequence, not by clock).
  /// - Returns: nil where there is none.
  /// - Throws: ``JournalError``
  func run(_ id: String) throws(JournalError) -> JournaledRun?
  /// The documents that a run changed in one of its targets, in the order in which they were recorded. A document that was
  /// recorded twice comes twice; those that were withdrawn do not come.
  /// - Throws: ``JournalError``, and what `body` throws.
  func forEachChange(of target: JournaledTarget, _ body: (JournalChange) throws -> Void) throws
  /// The archive's original, if the run replaced the archive.
  /// - Throws: ``JournalError``
  func original(of target: JournaledTarget) throws(JournalError) -> JournalOriginal?
}

/// A run that a journal knows.
public struct JournaledRun: Sendable, Hashable {
  /// As text: the journal may hold runs of other releases.
  public var id: String
  public var command: String
  public var startedAt: Timestamp
  /// nil for a run that goes on, or was killed.
  public var finishedAt: Timestamp?
  public var status: RunStatus?
  public var undoes: String?
  /// The counts of the report's summary, as JSON text; nil where the run did not end.
  public var summary: String?
  public var targets: [JournaledTarget]

  public init(
    id: String, command: String, startedAt: Timestamp, finishedAt: Timestamp?, status: RunStatus?, undoes: String?,
    summary: String?, targets: [JournaledTarget]
  ) {
    self.id = id
    self.command = command
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.status = status
    self.undoes = undoes
    self.summary = summary
    self.targets = targets
  }
}

/// A target of a run that a journal knows.
public struct JournaledTarget: Sendable, Hashable {
  /// The journal's own number of it.
  public var id: Int64
  public var target: JournalTarget
  /// nil where the run did not end.
  public var committed: Bool?
  /// Documents, or for an archive 1, that were recorded and not withdrawn.
  public var changeCount: Int

  public init(id: Int64, target: JournalTarget, committed: Bool?, changeCount: Int) {
    self.id = id
    self.target = target
    self.committed = committed
    self.changeCount = changeCount
  }
}
