import UprevReport

/// Where what was gathered is remembered, so that documents that arrive later are migrated with the same values. Thread-safe.
public protocol GatherRecords: Sendable {
  /// - Returns: nil where nothing was recorded, or what was belongs to another definition.
  /// - Throws: ``JournalError``
  func record(_ key: GatherKey) throws(JournalError) -> GatherRecord?
  /// Begins a record in the place of any that there is; nobody sees it before it is completed.
  /// - Throws: ``JournalError``
  func begin(_ key: GatherKey) throws(JournalError) -> any OpenGatherRecord
}

/// A record that is being made. Used by one thread.
public protocol OpenGatherRecord: AnyObject {
  /// Remembers which documents a program was given, in order.
  /// - Throws: ``JournalError``
  func add(document key: [UInt8]) throws(JournalError)
  /// Takes the next answer of a program, in the order of the documents.
  /// - Throws: ``JournalError``; also where there was no such document.
  func add(answer: [UInt8], of name: String) throws(JournalError)
  /// - Parameter statistics: JSON.
  /// - Throws: ``JournalError``
  func complete(documents: Int, statistics: [UInt8]) throws(JournalError) -> GatherRecord
  /// Forgets it.
  func abandon()
}

/// What a record is about.
public struct GatherKey: Hashable, Sendable {
  /// Absolute, every link resolved.
  public var target: PathName
  public var pipeline: String
  public var format: String
  /// The ends of the migration, as text.
  public var from: String
  public var to: String
  /// 32 bytes: of what is gathered under which names.
  public var definition: [UInt8]

  public init(target: PathName, pipeline: String, format: String, from: String, to: String, definition: [UInt8]) {
    self.target = target
    self.pipeline = pipeline
    self.format = format
    self.from = from
    self.to = to
    self.definition = definition
  }
}

/// A record that is complete.
public struct GatherRecord: Sendable {
  public var documents: Int
  /// JSON.
  public var statistics: [UInt8]
  /// What programs answered: the answer of a program for a document, or nil.
  public var answer: @Sendable (_ name: String, _ document: [UInt8]) throws(JournalError) -> [UInt8]?

  public init(
    documents: Int, statistics: [UInt8],
    answer: @escaping @Sendable (_ name: String, _ document: [UInt8]) throws(JournalError) -> [UInt8]?
  ) {
    self.documents = documents
    self.statistics = statistics
    self.answer = answer
  }
}

/// The answers of a record.
struct RecordedAnswers: GatheredAnswers {
  let record: GatherRecord

  func answer(_ name: String, for key: DocumentKey) throws(JournalError) -> [UInt8]? {
    try record.answer(name, key.bytes)
  }
}
