import LosslessJSON
import UprevReport

/// The whole middle of a run: from documents to what becomes of them. Pure, total, without input or output.
public struct Decider: Sendable {
  let stages: [FormatStages]
  private let hashesUnlisted: Bool

  /// - Parameters:
  ///   - formats: the run's, in order; a document's reference is an index into them.
  ///   - targets: by format index the version to bring documents to, where it is not the format's current one.
  ///   - limits: depth and size of documents; whether numbers may be non-finite is each format's own business.
  ///   - hashesUnlisted: whether documents that a report leaves out unless asked (`current`) are hashed too.
  public init(
    formats: [Format], targets: [Int: FormatVersion] = [:], limits: JSONReadingOptions = .init(),
    hashesUnlisted: Bool = false
  ) {
    self.init(formats: formats, targets: targets, limits: limits, hashesUnlisted: hashesUnlisted, gathered: .nothing)
  }

  /// - Parameter gathered: in the target whose documents are decided.
  init(
    formats: [Format], targets: [Int: FormatVersion], limits: JSONReadingOptions, hashesUnlisted: Bool,
    gathered: GatheredTarget
  ) {
    stages = formats.enumerated().map { index, format in
      FormatStages(
        format, target: targets[index] ?? format.current, limits: limits, gathered: gathered.formats[index])
    }
    self.hashesUnlisted = hashesUnlisted
  }

  /// What becomes of a document. It never fails: whatever is wrong with the document is in the decision.
  public func decide(_ document: Document) -> Decision {
    var decision = Decision(reference: document.reference, outcome: .unmatched)
    guard let stages = stages(of: document) else { return decision }
    var met = MetPaths()
    if let pending = stages.begin(document.text, &decision, &met) { stages.finish(pending, &decision) }
    hash(document.text, &decision)
    return decision
  }

  /// What becomes of documents, each as ``decide(_:)-(Document)`` has it. Those of one version of one format go through the
  /// steps of their migrations together.
  ///
  /// - Returns: one decision for each document, in the same order.
  public func decide(_ documents: [Document]) -> [Decision] {
    var waiting: [Group: [(index: Int, pending: PendingMigration)]] = [:]
    var met = [MetPaths](repeating: MetPaths(), count: stages.count)
    var decisions: [Decision] = []
    decisions.reserveCapacity(documents.count)
    for (index, document) in documents.enumerated() {
      var decision = Decision(reference: document.reference, outcome: .unmatched)
      if let format = document.reference.format, let stages = stages(of: document) {
        if let pending = stages.begin(document.text, &decision, &met[format]) {
          if pending.path.hasSteps {
            waiting[Group(format: format, version: pending.path.start), default: []].append((index, pending))
            decisions.append(decision)
            continue
          }
          stages.finish(pending, &decision)
        }
        hash(document.text, &decision)
      }
      decisions.append(decision)
    }
    for (group, members) in waiting {
      stages[group.format].finish(members, &decisions)
      for member in members { hash(documents[member.index].text, &decisions[member.index]) }
    }
    return decisions
  }

  /// Documents of one format and one version have one path before them.
  private struct Group: Hashable {
    var format: Int
    var version: FormatVersion
  }

  private func hash(_ text: JSONText, _ decision: inout Decision) {
    if decision.outcome != .current || hashesUnlisted {
      decision.sha256Before = text.withUnsafeBytes { SHA256.hash($0) }
    }
    if let replacement = decision.replacement {
      decision.bytesAfter = replacement.count
      decision.sha256After = replacement.withUnsafeBytes { SHA256.hash($0) }
    }
  }

  /// - Returns: nil where no format claims the document.
  func stages(of document: Document) -> FormatStages? {
    guard let format = document.reference.format, stages.indices.contains(format) else { return nil }
    return stages[format]
  }
}
