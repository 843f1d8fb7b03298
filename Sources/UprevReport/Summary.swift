/// The counts of a run, gathered one document at a time in memory that the documents' number does not change.
public struct Summary: Equatable, Sendable {
  /// The counts of one format.
  public struct FormatCounts: Equatable, Sendable {
    /// Documents by the version that was found, keyed by ``ReportVersionValue/key``.
    public fileprivate(set) var from: [String: Int] = [:]
    /// Documents of the format by outcome.
    public fileprivate(set) var outcomes = OutcomeCounts()

    /// The versions found with their counts: whole numbers by value, then all else in byte order,
    /// ``Summary/otherVersions`` last.
    public var orderedFrom: [(version: String, count: Int)] {
      from.map { (version: $0.key, count: $0.value) }.sorted { Summary.precedes($0.version, $1.version) }
    }
  }

  /// Distinct versions that are counted by name in one format. A format has a handful; a folder of hostile documents
  /// can have millions.
  public static let maximumVersions = 1000
  /// Bytes of a version's text, above which it is not counted by name.
  public static let maximumVersionLength = 128
  /// Stands in `from` for versions beyond the two limits.
  public static let otherVersions = "other"

  /// Documents by outcome.
  public private(set) var outcomes = OutcomeCounts()
  /// Bytes of documents that were read.
  public private(set) var bytesRead = 0
  /// Bytes of new documents; in a dry run, those that would have been written.
  public private(set) var bytesWritten = 0
  /// By the format's name.
  public private(set) var byFormat: [String: FormatCounts] = [:]

  /// Nothing counted yet.
  public init() {}

  /// Every document: the sum of the six outcomes.
  public var documents: Int { outcomes.total }

  /// The formats in byte order of their names.
  public var orderedFormats: [(name: String, counts: FormatCounts)] {
    byFormat.map { (name: $0.key, counts: $0.value) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Counts one document, whose outcome is final.
  public mutating func add(_ record: DocumentRecord) {
    outcomes.add(record.outcome)
    bytesRead = saturatingSum(bytesRead, record.bytesBefore)
    if record.outcome == .migrated { bytesWritten = saturatingSum(bytesWritten, record.bytesAfter) }
    guard let format = record.format else { return }
    byFormat[format, default: FormatCounts()].add(1, record.outcome, from: record.from)
  }

  /// Counts documents that have everything in common, and are neither migrated nor listed.
  ///
  /// - Parameters:
  ///   - format: the name of the format that claims them.
  ///   - version: the version that was found in each, or nil where none was.
  ///   - bytes: of all of them, as far as they were read.
  public mutating func add(
    _ documents: Int, _ outcome: Outcome, format: String?, from version: ReportVersionValue?, bytesRead bytes: Int
  ) {
    outcomes.add(outcome, documents)
    bytesRead = saturatingSum(bytesRead, bytes)
    if let format { byFormat[format, default: FormatCounts()].add(documents, outcome, from: version) }
  }

  private func saturatingSum(_ sum: Int, _ addend: Int?) -> Int {
    let (result, overflow) = sum.addingReportingOverflow(max(0, addend ?? 0))
    return overflow ? Int.max : result
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    let ranks = (rank(left), rank(right))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
    if ranks.0 == 0 { return JSONNumberLiteral.integer(left, isLessThan: right) }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func rank(_ version: String) -> Int {
    if JSONNumberLiteral.isInteger(version) { return 0 }
    return version == otherVersions ? 2 : 1
  }
}

extension Summary.FormatCounts {
  fileprivate mutating func add(_ documents: Int, _ outcome: Outcome, from version: ReportVersionValue?) {
    outcomes.add(outcome, documents)
    if let version = version?.key { count(version, documents) }
  }

  fileprivate mutating func count(_ version: String, _ documents: Int) {
    if let count = from[version] {
      from[version] = count + documents
    } else if from.count < Summary.maximumVersions, version.utf8.count <= Summary.maximumVersionLength {
      from[version] = documents
    } else {
      from[Summary.otherVersions, default: 0] += documents
    }
  }
}

/// How many documents had each outcome.
public struct OutcomeCounts: Equatable, Sendable {
  /// By the outcomes' order. No dictionary: every document counts here.
  private var counts = [Int](repeating: 0, count: Outcome.allCases.count)

  /// Nothing counted yet.
  public init() {}

  /// Documents with this outcome.
  public subscript(outcome: Outcome) -> Int { counts[outcome.place] }

  /// The sum of all outcomes.
  public var total: Int { counts.reduce(0, +) }

  /// Counts one more, or so many.
  public mutating func add(_ outcome: Outcome, _ documents: Int = 1) {
    counts[outcome.place] += documents
  }
}
