import UprevReport

/// Which runs are forgotten. A pure function of what is known of them.
public struct PruningRule: Sendable, Hashable {
  /// Runs that changed something, and apart from them runs that changed nothing, of which so many are kept whatever their
  /// age.
  public var keptRuns = 20
  /// Seconds: a run that changed something is kept for so long.
  public var keptSeconds: Int64 = 90 * day
  /// Seconds: a run that changed nothing is kept for so long; nil: as any other, and counted with them.
  public var keptSecondsOfIdle: Int64? = 7 * day
  /// Runs that changed nothing that are kept at most.
  public var maximumIdleRuns = 1000
  /// Bytes of all runs together; the oldest go first. nil: no bound.
  public var maximumBytes: Int64? = 2 << 30
  /// Seconds: a run that did not end is kept for so long, whatever else holds. It may be going on, and what it changed
  /// may have to be put back.
  public static let keptSecondsOfUnfinished: Int64 = 90 * day

  /// What every run prunes by.
  public init() {}

  /// What a person asks for: every run goes that is neither one of the last `keep` nor younger than `olderThan`.
  public init(keep: Int, olderThan seconds: Int64) {
    keptRuns = keep
    keptSeconds = seconds
    keptSecondsOfIdle = nil
    maximumIdleRuns = .max
    maximumBytes = nil
  }

  private static let day: Int64 = 86_400

  /// A run, as far as the rule asks.
  struct Candidate: Hashable {
    var sequence: Int64
    /// Seconds since 1970.
    var startedAt: Int64
    var isFinished: Bool
    var changeCount: Int64
    var bytes: Int64
  }

  /// - Parameters:
  ///   - runs: the last one begun first.
  ///   - spared: a run that stays in any case.
  /// - Returns: the numbers of those to be forgotten.
  func doomed(among runs: [Candidate], now: Int64, sparing spared: Int64?) -> [Int64] {
    var doomed: [Int64] = []
    var (kept, keptIdle) = (0, 0)
    var bytes: Int64 = 0
    var isFull = false
    for run in runs {
      let (difference, overflow) = now.subtractingReportingOverflow(run.startedAt)
      let age = overflow ? (now < 0 ? Int64.min : Int64.max) : difference
      if run.sequence == spared || !run.isFinished && age <= Self.keptSecondsOfUnfinished {
        bytes = sum(bytes, run.bytes)
      } else if let keptSecondsOfIdle, run.changeCount == 0 {
        if keptIdle < keptRuns || age < keptSecondsOfIdle && keptIdle < maximumIdleRuns {
          keptIdle += 1
        } else {
          doomed.append(run.sequence)
        }
      } else {
        // The last run that changed something can always be undone.
        if let maximumBytes, kept > 0, sum(bytes, run.bytes) > maximumBytes { isFull = true }
        if !isFull, kept < keptRuns || age < keptSeconds {
          kept += 1
          bytes = sum(bytes, run.bytes)
        } else {
          doomed.append(run.sequence)
        }
      }
    }
    return doomed
  }

  private func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
