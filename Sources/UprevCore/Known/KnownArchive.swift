import UprevReport

/// The one file that a container is, where a later run can know that nothing in it has changed.
public struct KnowableFile: Sendable {
  /// As it was when it was opened, before anything was read.
  public var status: FileStatus
  /// What else it depends on that reading it comes to the same: limits, as text.
  public var conditions: String

  public init(status: FileStatus, conditions: String) {
    self.status = status
    self.conditions = conditions
  }
}

/// What was found in an archive in which nothing was to be changed, and nothing was wrong.
struct KnownArchive: Hashable, Sendable {
  /// Documents of one format and one outcome.
  struct Count: Hashable, Sendable {
    /// Nil where no format claims them.
    var format: Int?
    var outcome: Outcome
    var documents: Int
    /// Bytes of those that were read.
    var bytes: Int
  }

  var file: KnownFile
  var device: UInt64
  var archiveFormat: String?
  var filters: [String]
  /// At most three a format.
  var counts: [Count]

  private static let outcomes: [Outcome] = [.current, .unmatched, .skipped]

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    file.encode(to: &bytes)
    SideCoding.append(device, to: &bytes)
    let texts = filters + (archiveFormat.map { [$0] } ?? [])
    SideCoding.append(archiveFormat == nil ? 0 : 1, to: &bytes)
    SideCoding.append(UInt64(texts.count), to: &bytes)
    for text in texts {
      SideCoding.append(UInt64(text.utf8.count), to: &bytes)
      bytes.append(contentsOf: text.utf8)
    }
    SideCoding.append(UInt64(counts.count), to: &bytes)
    for count in counts {
      SideCoding.append(count.format.map { UInt64($0) + 1 } ?? 0, to: &bytes)
      SideCoding.append(UInt64(Self.outcomes.firstIndex(of: count.outcome) ?? Self.outcomes.count), to: &bytes)
      SideCoding.append(UInt64(max(0, count.documents)), to: &bytes)
      SideCoding.append(UInt64(max(0, count.bytes)), to: &bytes)
    }
    return bytes
  }

  /// - Returns: nil where the bytes are not what ``encoded()`` makes.
  init?(decoding bytes: [UInt8]) {
    guard let file = bytes.prefix(KnownFile.storedSize).withUnsafeBytes({ KnownFile.decode($0) }).first else {
      return nil
    }
    var reader = SideCoding.Reader(bytes: bytes.dropFirst(KnownFile.storedSize))
    guard let device = reader.number(), let hasFormat = reader.number(), let textCount = reader.number() else {
      return nil
    }
    var texts: [String] = []
    while UInt64(texts.count) < textCount {
      guard let bytes = reader.text(), let text = String(validating: bytes, as: UTF8.self) else { return nil }
      texts.append(text)
    }
    guard let countCount = reader.number() else { return nil }
    var counts: [Count] = []
    while UInt64(counts.count) < countCount {
      guard let format = reader.number(), let outcome = reader.number(), outcome < Self.outcomes.count,
        let documents = reader.number().flatMap({ Int(exactly: $0) }),
        let size = reader.number().flatMap({ Int(exactly: $0) }), format <= 1 << 16
      else { return nil }
      counts.append(
        Count(
          format: format == 0 ? nil : Int(format) - 1, outcome: Self.outcomes[Int(outcome)], documents: documents,
          bytes: size))
    }
    guard reader.bytes.isEmpty, hasFormat == 0 || !texts.isEmpty else { return nil }
    self.file = file
    self.device = device
    archiveFormat = hasFormat == 0 ? nil : texts.popLast()
    filters = texts
    self.counts = counts
  }

  init(file: KnownFile, device: UInt64, archiveFormat: String?, filters: [String], counts: [Count]) {
    self.file = file
    self.device = device
    self.archiveFormat = archiveFormat
    self.filters = filters
    self.counts = counts
  }
}

/// Finds, and takes down, that nothing is to be done about an archive. It is used by one thread at a time.
final class KnownArchiveRun {
  private let target: any KnownTarget
  private let knowable: KnowableFile
  private let goals: [ReportVersionValue]
  private let begun: Timestamp
  private let clock: any RunClock
  /// What is known from before, where that is to be believed.
  let known: KnownArchive?
  private var counts: [KnownArchive.Count] = []
  /// Whether nothing was met so far that another run must say again.
  private var isQuiet = true

  init(
    _ target: any KnownTarget, _ knowable: KnowableFile, goals: [FormatVersion], trusts: Bool, begun: Timestamp,
    clock: any RunClock
  ) {
    self.target = target
    self.knowable = knowable
    self.goals = goals.map(\.reportValue)
    self.begun = begun
    self.clock = clock
    let found = trusts ? target.archive(knowable.conditions).flatMap { KnownArchive(decoding: $0) } : nil
    known = found.flatMap { archive in
      guard let file = KnownFile(knowable.status, format: 0), file == archive.file,
        archive.device == knowable.status.device, file.wasAtRest(before: begun),
        archive.counts.allSatisfy({ goals.indices.contains($0.format ?? 0) })
      else { return nil }
      return archive
    }
  }

  /// A final decision.
  func note(_ decision: Decision) {
    guard isQuiet else { return }
    switch decision.outcome {
    case .migrated, .newer, .rejected: isQuiet = false
    case .current:
      guard let format = decision.reference.format, goals.indices.contains(format),
        decision.from?.reportValue == goals[format], decision.to?.reportValue == goals[format]
      else { return isQuiet = false }
    case .unmatched, .skipped: break
    }
    guard isQuiet, decision.warnings.isEmpty else { return isQuiet = false }
    let format = decision.reference.format
    let index = counts.firstIndex { $0.format == format && $0.outcome == decision.outcome }
    if index == nil {
      counts.append(KnownArchive.Count(format: format, outcome: decision.outcome, documents: 0, bytes: 0))
    }
    let place = index ?? counts.count - 1
    counts[place].documents += 1
    let (sum, overflow) = counts[place].bytes.addingReportingOverflow(max(0, decision.bytesBefore ?? 0))
    counts[place].bytes = overflow ? .max : sum
  }

  /// A warning: another run must come to it again.
  func noteWarning() { isQuiet = false }

  /// - Parameter record: of the archive, which was read to its end and is as it was.
  func finish(_ record: TargetRecord) throws(JournalError) {
    guard known == nil else { return }
    let file = KnownFile(knowable.status, format: 0)
    guard isQuiet, record.error == nil, let file, file.wasAtRest(before: begun), clock.now() >= begun else { return }
    let archive = KnownArchive(
      file: file, device: knowable.status.device, archiveFormat: record.archiveFormat, filters: record.filters,
      counts: counts)
    try target.keep(archive: archive.encoded(), knowable.conditions)
  }
}
