import UprevReport

/// Where a run writes down what it is about to change, so that it can be undone, also after it was killed.
///
/// Thread-safe. Everything recorded is durable when a call returns.
public protocol RunJournal: Sendable {
  /// Called once, before any target is touched.
  /// - Throws: ``JournalError``
  func begin(_ run: JournalRun) throws(JournalError)
  /// Called before anything of a target is changed.
  /// - Throws: ``JournalError``
  func begin(_ target: JournalTarget) throws(JournalError) -> any TargetJournal
  /// Called once, at the end.
  /// - Throws: ``JournalError``
  func finish(_ end: JournalEnd) throws(JournalError)
}

/// The part of a journal that belongs to one target of a run. Thread-safe.
public protocol TargetJournal: Sendable {
  /// Records documents that are about to be replaced, in one transaction. Nothing is replaced before it returns.
  /// - Throws: ``JournalError``; then none is recorded, and none may be replaced.
  func record(_ changes: [JournalChange]) throws(JournalError)
  /// Takes back the last record of documents that were not replaced after all.
  /// - Parameter paths: inside the target.
  /// - Throws: ``JournalError``
  func withdraw(_ paths: [PathName]) throws(JournalError)
  /// Takes back every record of a document of this target: an all-or-nothing run changed nothing.
  /// - Throws: ``JournalError``
  func withdrawAll() throws(JournalError)
  /// Records an archive that is about to be replaced, and where its original is kept.
  /// - Throws: ``JournalError``; then it is not recorded, and may not be replaced.
  func record(_ original: JournalOriginal) throws(JournalError)
  /// Takes back the record of an archive that was not replaced after all.
  /// - Throws: ``JournalError``
  func withdrawOriginal() throws(JournalError)
  /// The target is done.
  /// - Throws: ``JournalError``
  func finish(_ record: TargetRecord) throws(JournalError)
}

/// Why something could not be recorded, or not be read back.
public struct JournalError: Error, Hashable, Sendable {
  /// One sentence for people, remedy included.
  public var message: String

  public init(message: String) {
    self.message = message
  }
}

/// A run, as the journal knows it from its beginning.
public struct JournalRun: Sendable, Hashable {
  public var id: RunID
  /// `migrate`, `undo`, …
  public var command: String
  public var startedAt: Timestamp
  /// The run that this one undoes.
  public var undoes: String?

  public init(id: RunID, command: String, startedAt: Timestamp, undoes: String? = nil) {
    self.id = id
    self.command = command
    self.startedAt = startedAt
    self.undoes = undoes
  }
}

/// A target, as the journal knows it from its beginning.
public struct JournalTarget: Sendable, Hashable {
  /// As given on the command line.
  public var path: PathName
  /// Absolute, every link resolved: of a tree its root (for a tree of one file, the file), of an archive the file.
  public var resolvedPath: PathName
  public var kind: TargetKind
  /// Which directory or file it is.
  public var identity: FileIdentity

  public init(path: PathName, resolvedPath: PathName, kind: TargetKind, identity: FileIdentity) {
    self.path = path
    self.resolvedPath = resolvedPath
    self.kind = kind
    self.identity = identity
  }
}

/// How a run ended.
public struct JournalEnd: Sendable {
  public var finishedAt: Timestamp
  public var status: RunStatus
  public var summary: Summary

  public init(finishedAt: Timestamp, status: RunStatus, summary: Summary) {
    self.finishedAt = finishedAt
    self.status = status
    self.summary = summary
  }
}

/// One document of a tree that is about to be replaced.
public struct JournalChange: Sendable, Hashable {
  /// One side of the change.
  public struct Side: Sendable, Hashable {
    public var file: FileIdentity
    /// 32 bytes.
    public var sha256: [UInt8]
    /// Bytes.
    public var size: Int
    public var attributes: FileAttributes
    public var modification: FileTime

    public init(file: FileIdentity, sha256: [UInt8], size: Int, attributes: FileAttributes, modification: FileTime) {
      self.file = file
      self.sha256 = sha256
      self.size = size
      self.attributes = attributes
      self.modification = modification
    }
  }

  /// Inside the target.
  public var path: PathName
  /// The name of its format.
  public var format: String?
  /// The versions, as text.
  public var from: String?
  public var to: String?
  /// As found.
  public var before: Side
  /// As left.
  public var after: Side
  /// Turns the new text back into the old: the bytes of a ``TextDelta``.
  public var reverseDelta: [UInt8]

  public init(
    path: PathName, format: String?, from: String?, to: String?, before: Side, after: Side, reverseDelta: [UInt8]
  ) {
    self.path = path
    self.format = format
    self.from = from
    self.to = to
    self.before = before
    self.after = after
    self.reverseDelta = reverseDelta
  }
}

/// An archive that is about to be replaced, and its original.
public struct JournalOriginal: Sendable, Hashable {
  /// Absolute: where the original is kept.
  public var keptPath: PathName
  /// As found; `file` is that of the kept original.
  public var before: JournalChange.Side
  /// As left.
  public var after: JournalChange.Side

  public init(keptPath: PathName, before: JournalChange.Side, after: JournalChange.Side) {
    self.keptPath = keptPath
    self.before = before
    self.after = after
  }
}
