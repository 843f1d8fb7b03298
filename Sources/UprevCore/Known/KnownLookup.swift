import UprevReport

/// Tells of files whether they are known to be current, in the order of discovery.
///
/// It holds one range at a time. It is used by one thread at a time.
// @unchecked: made on one thread and handed to the reader's, which alone uses it.
public final class KnownLookup: @unchecked Sendable {
  private let target: any KnownTarget
  private let ranges: [KnownRange]
  /// The version that documents of a format are current with.
  private let goals: [FormatVersion]
  private let maximumSize: Int
  /// The clock when the target was begun to be read.
  private let begun: Timestamp
  /// The range in hand; -1 before the first.
  private var current = -1
  private var files: [KnownFile] = []
  /// The file that comes next if nothing has changed.
  private var next = 0
  /// The places of all files, once they are not met in order.
  private var places: [KnownFile: Int]?
  /// What went wrong with the store; nothing more is known then.
  private(set) var failure: JournalError?

  init(_ target: any KnownTarget, goals: [FormatVersion], maximumSize: Int, begun: Timestamp) {
    self.target = target
    self.goals = goals
    self.maximumSize = maximumSize
    self.begun = begun
    ranges = target.ranges
  }

  /// Goes on to the range that holds a path.
  ///
  /// - Parameter path: inside the target; not before the one that was asked about last.
  /// - Returns: whether anything is known there, so that a look at the file is worth its while.
  func knowsAnything(around path: PathName) -> Bool {
    var range = max(current, 0)
    while range + 1 < ranges.count, !(path < ranges[range + 1].first) { range += 1 }
    if range != current, range < ranges.count { take(range) }
    return !files.isEmpty
  }

  /// What becomes of a document of whose file this is the status: `current`, where it is known in the range in hand.
  func decision(_ reference: DocumentReference, _ status: FileStatus) -> Decision? {
    guard let format = reference.format, goals.indices.contains(format), status.size <= maximumSize,
      ranges.indices.contains(current), ranges[current].device == status.device,
      let file = KnownFile(status, format: format), file.wasAtRest(before: begun), meet(file)
    else { return nil }
    var decision = Decision(reference: reference, outcome: .current)
    decision.from = goals[format]
    decision.to = goals[format]
    decision.bytesBefore = Int(status.size)
    decision.remembered = RememberedFile(file: file, device: status.device, wasKnown: true)
    return decision
  }

  private func meet(_ file: KnownFile) -> Bool {
    if next < files.count, files[next] == file {
      next += 1
      return true
    }
    let places = places ?? Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    self.places = places
    guard let place = places[file] else { return false }
    next = place + 1
    return true
  }

  private func take(_ range: Int) {
    current = range
    files = []
    next = 0
    places = nil
    guard failure == nil else { return }
    do throws(JournalError) {
      files = try target.records(of: ranges[range])?.withUnsafeBytes { KnownFile.decode($0) } ?? []
    } catch {
      failure = error
    }
  }
}
