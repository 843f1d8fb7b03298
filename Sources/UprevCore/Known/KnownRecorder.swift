import UprevReport

/// Takes down which files are known to be current after all, in the order of discovery, and keeps it where it is not kept yet.
///
/// A range in which every file that was known still is, and no other came, costs nothing. In memory are one range and what is
/// to be written next, some 2 MiB. It is used by one thread at a time.
final class KnownRecorder {
  private let target: any KnownTarget
  private let ranges: [KnownRange]
  /// The version that documents of a format are current with, as a report says it.
  private let goals: [ReportVersionValue]
  /// The clock when the target was begun to be read.
  private let begun: Timestamp
  private let clock: any RunClock
  /// The range in hand.
  private var current = 0
  /// Files met in it that were known before.
  private var met = 0
  /// Whether it is in `removed` already.
  private var isRewritten = false
  /// What is known in it now and is not in `added` yet.
  private var records: KnownRecords?
  private var removed: [KnownRange] = []
  private var added: [KnownRecords] = []
  private var addedBytes = 0
  /// What went wrong with the store; nothing more is kept then.
  private(set) var failure: JournalError?

  /// Files in one range at most.
  static let maximumCount = 4096
  /// Bytes that are written at once.
  private static let batchBytes = 1 << 20
  /// Ranges that are removed at once.
  private static let batchRanges = 1024

  /// - Parameter begun: the clock, before anything of the target was looked at.
  init(_ target: any KnownTarget, goals: [FormatVersion], begun: Timestamp, clock: any RunClock) {
    self.target = target
    self.goals = goals.map(\.reportValue)
    self.begun = begun
    self.clock = clock
    ranges = target.ranges
  }

  /// A final decision, in order.
  func note(_ decision: Decision) {
    guard failure == nil, let remembered = decision.remembered, isKnowable(decision, remembered) else { return }
    let path = decision.reference.path
    while current + 1 < ranges.count, !(path < ranges[current + 1].first) { leaveRange() }
    if let records, records.device != remembered.device || records.count >= Self.maximumCount { split() }
    var records = records ?? KnownRecords(first: path, device: remembered.device)
    // So that there is one owner of its bytes.
    self.records = nil
    remembered.file.encode(to: &records.bytes)
    self.records = records
    if remembered.wasKnown { met += 1 }
  }

  /// - Parameter isComplete: whether the whole target was read: what was not met is gone then.
  func finish(isComplete: Bool) {
    guard failure == nil else { return }
    if isComplete {
      repeat { leaveRange() } while current < ranges.count
    }
    flush()
  }

  /// Whether the next run would come to the same without opening the file.
  private func isKnowable(_ decision: Decision, _ remembered: RememberedFile) -> Bool {
    // It was found by what is compared below.
    if remembered.wasKnown { return true }
    guard let format = decision.reference.format, goals.indices.contains(format),
      decision.to?.reportValue == goals[format]
    else { return false }
    switch decision.outcome {
    // Its placing was watched: `KnownFile.placed`.
    case .migrated: return true
    case .current:
      return decision.from?.reportValue == goals[format] && decision.warnings.isEmpty
        && remembered.file.wasAtRest(before: begun)
    case .newer, .rejected, .unmatched, .skipped: return false
    }
  }

  /// Closes what is in hand of a range that goes on.
  private func split() {
    rewrite()
    guard let records else { return }
    self.records = nil
    addedBytes += records.bytes.count
    added.append(records)
    flushIfFull()
  }

  private func leaveRange() {
    let range = ranges.indices.contains(current) ? ranges[current] : nil
    let count = records?.count ?? 0
    if !isRewritten, count == met, met == range?.count ?? 0, records?.device ?? range?.device == range?.device {
      records = nil
      go()
      return
    }
    rewrite()
    // What two ranges hold goes into one where it has room, so that their number does not grow with the number of changes.
    if let records, ranges.indices.contains(current + 1), ranges[current + 1].device == records.device,
      records.count + ranges[current + 1].count <= Self.maximumCount
    {
      go()
      return rewrite()
    }
    split()
    go()
  }

  private func go() {
    current += 1
    met = 0
    isRewritten = false
  }

  private func rewrite() {
    guard !isRewritten else { return }
    isRewritten = true
    if ranges.indices.contains(current) { removed.append(ranges[current]) }
  }

  private func flushIfFull() {
    if addedBytes >= Self.batchBytes || removed.count >= Self.batchRanges { flush() }
  }

  private func flush() {
    guard !removed.isEmpty || !added.isEmpty else { return }
    // A clock that went back may come to a time of change once more.
    if clock.now() >= begun {
      do throws(JournalError) {
        try target.replace(removed, by: added)
      } catch {
        failure = error
      }
    }
    removed = []
    added = []
    addedBytes = 0
  }
}
