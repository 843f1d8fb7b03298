import LosslessJSON
import UprevReport

extension Decider {
  /// A decider for one document by itself, with what migrations gather over it alone: nobody knows the others.
  ///
  /// - Parameter programs: runs programs; nil where they are not allowed.
  /// - Returns: the decider, and what was gathered. What could not be gathered is missed by the steps that need it.
  public static func alone(
    for document: Document, formats: [Format], targets: [Int: FormatVersion], limits: JSONReadingOptions,
    programs: (any ProgramRunner)?
  ) -> (decider: Decider, gathered: [GatheredRecord]) {
    var records: [GatheredRecord] = []
    let gathering = TargetGathering(
      plan: GatherPlan(formats, targets: targets, leftAlone: []), formats: formats,
      pipelines: Array(repeating: "", count: formats.count), targets: targets, limits: limits, records: nil,
      isRecording: false, gathersAgain: false, programs: programs, pool: WorkerPool(workers: 1, maximumBytes: 1 << 20),
      batchCount: 1, shouldStop: { false }, warnsOfLoss: false)
    let gathered = try? gathering.gather(
      nil, makeReader: { OneDocumentReader(document) }, note: { records.append($0) }, warn: { _ in })
    return (
      Decider(
        formats: formats, targets: targets, limits: limits, hashesUnlisted: false, gathered: gathered ?? .nothing),
      records
    )
  }
}

/// Reads one document that is there already.
private final class OneDocumentReader: ContainerReader {
  private var document: Document?
  let description = ContainerDescription(kind: .tree)
  let discoverSeconds = 0.0
  let readSeconds = 0.0

  init(_ document: Document) {
    self.document = document
  }

  func next() -> ContainerElement? {
    defer { document = nil }
    return document.map { .document($0) }
  }
}
