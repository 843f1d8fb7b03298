/// What an archive may ask for at most. A larger one ends in `limit-exceeded`, at the byte or the member that goes beyond,
/// before anything is allocated for it; the archive is left as it is.
///
/// No honest archive meets the defaults. Extended headers have limits of their own that are no options, since libarchive has
/// the same: 1 MiB each, 32 a member.
public struct ArchiveLimits: Sendable, Hashable {
  /// Bytes that the whole archive may expand to. Default 16 TiB: more than most file systems hold as one file.
  public var maximumExpandedSize: Int
  /// Bytes that each byte of the file may expand to, judged by the file as a whole, so that a zeroed disk image among other
  /// things passes. Default 1,000: tars of nearly equal documents stay below 300 with zstd's longest windows, and gzip
  /// reaches 1,032 only with nothing but one byte repeated. It does not count below ``expansionAllowance``.
  public var maximumExpansionRatio: Int
  /// Entries. Default 100 million.
  public var maximumEntries: Int
  /// Bytes of an entry's path. Default 64 KiB: sixteen times what Linux takes in one call.
  public var maximumPathLength: Int

  /// What any archive may expand to, whatever its ratio: 256 MiB, which is done in a second.
  public static let expansionAllowance = 256 << 20

  public init(
    maximumExpandedSize: Int = 16 << 40, maximumExpansionRatio: Int = 1000, maximumEntries: Int = 100_000_000,
    maximumPathLength: Int = 64 << 10
  ) {
    self.maximumExpandedSize = maximumExpandedSize
    self.maximumExpansionRatio = maximumExpansionRatio
    self.maximumEntries = maximumEntries
    self.maximumPathLength = maximumPathLength
  }

  /// Bytes that a file of this size may expand to.
  func expandedSize(ofFile size: Int64) -> Int64 {
    let (product, overflow) = max(0, size).multipliedReportingOverflow(by: Int64(max(1, maximumExpansionRatio)))
    let byRatio = overflow ? Int64.max : max(product, Int64(Self.expansionAllowance))
    return min(byRatio, Int64(max(0, maximumExpandedSize)))
  }
}

/// Counts what an archive's entries ask for.
///
/// It is used by one thread at a time.
struct ArchiveMeasure {
  private let limits: ArchiveLimits
  private let maximumSize: Int64
  private var entries = 0
  private var expanded: Int64 = 0

  /// What goes beyond.
  enum Excess {
    case expandedSize(maximum: Int64)
    case entries(maximum: Int)
    case pathLength(Int, maximum: Int)
  }

  /// - Parameter fileSize: of the archive's file.
  init(_ limits: ArchiveLimits, fileSize: Int64) {
    self.limits = limits
    maximumSize = limits.expandedSize(ofFile: fileSize)
  }

  /// - Returns: nil where the entry is within the limits.
  mutating func takeEntry(pathLength: Int) -> Excess? {
    entries += 1
    if entries > limits.maximumEntries { return .entries(maximum: limits.maximumEntries) }
    if pathLength > limits.maximumPathLength {
      return .pathLength(pathLength, maximum: limits.maximumPathLength)
    }
    return nil
  }

  /// - Returns: nil where that much more is within the limits.
  mutating func take(bytes count: Int64) -> Excess? {
    let (sum, overflow) = expanded.addingReportingOverflow(max(0, count))
    guard !overflow, sum <= maximumSize else { return .expandedSize(maximum: maximumSize) }
    expanded = sum
    return nil
  }
}
