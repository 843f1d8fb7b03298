import UprevReport

/// Where runs leave which files they know to be current, for the next run. Thread-safe.
public protocol KnownStore: Sendable {
  /// What is known of one target.
  ///
  /// - Parameters:
  ///   - path: of the target, every link resolved.
  ///   - context: what "current" depends on, 32 bytes: ``KnownContext``.
  ///   - time: now.
  /// - Throws: ``JournalError``
  func target(_ path: PathName, context: [UInt8], at time: Timestamp) throws(JournalError) -> any KnownTarget
}

/// What is known of one target: ranges of paths, in byte order of paths. Thread-safe.
///
/// A range begins at its first path and goes on to the first path of the next one; the first begins before everything.
public protocol KnownTarget: Sendable {
  /// The ranges, as they were when the target was asked for.
  var ranges: [KnownRange] { get }
  /// The records of a range.
  /// - Returns: nil where it is gone, or is not as it was left.
  /// - Throws: ``JournalError``
  func records(of range: KnownRange) throws(JournalError) -> [UInt8]?
  /// What was kept of an archive, under the same conditions.
  /// - Returns: nil where nothing was, or where it is not as it was left.
  func archive(_ conditions: String) -> [UInt8]?
  /// Keeps what is known of an archive, in place of what was.
  /// - Throws: ``JournalError``
  func keep(archive: [UInt8], _ conditions: String) throws(JournalError)
  /// Removes ranges and adds others, all or nothing.
  /// - Throws: ``JournalError``
  func replace(_ removed: [KnownRange], by added: [KnownRecords]) throws(JournalError)
}

/// A range of paths, apart from what is known in it.
public struct KnownRange: Hashable, Sendable {
  /// The store's own number of it.
  public var id: Int64
  /// Inside the target.
  public var first: PathName
  /// Of every file in it.
  public var device: UInt64
  /// Files known in it.
  public var count: Int

  public init(id: Int64, first: PathName, device: UInt64, count: Int) {
    self.id = id
    self.first = first
    self.device = device
    self.count = count
  }
}

/// A range that is to be kept.
public struct KnownRecords: Hashable, Sendable {
  /// Inside the target.
  public var first: PathName
  /// Of every file in it.
  public var device: UInt64
  /// Records of 40 bytes.
  public var bytes: [UInt8] = []

  public init(first: PathName, device: UInt64) {
    self.first = first
    self.device = device
  }

  var count: Int { bytes.count / KnownFile.storedSize }
}
