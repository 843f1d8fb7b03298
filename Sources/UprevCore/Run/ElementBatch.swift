/// Container elements that travel together from the reader to a worker and on to the writer, so that handing over costs
/// little a document.
struct ElementBatch: Sendable {
  private(set) var elements: [ContainerElement] = []
  /// Bytes of text and passthrough held.
  private(set) var bytes = 0
  /// What there is to do, in documents: a decision that is made costs a fraction of one.
  private(set) var work = 0.0

  private static let workOfDecision = 0.25

  mutating func append(_ element: ContainerElement) {
    elements.append(element)
    switch element {
    case .document(let document):
      bytes += document.text.count
      work += 1
    case .passthrough(let chunk):
      bytes += chunk.byteCount
      work += 1
    case .decision: work += Self.workOfDecision
    }
  }

  /// Documents are decided together, as far as that saves work; what becomes of each does not depend on the others.
  func decided(by decider: any DocumentDecider) -> [DecidedElement] {
    let documents = elements.compactMap { element in
      if case .document(let document) = element { document } else { nil }
    }
    var decisions = decider.decide(documents).makeIterator()
    return elements.map { element in
      switch element {
      case .document(let document):
        .document(document, Self.prepared(document, decisions.next() ?? decider.decide(document)))
      case .decision(let decision): .decision(decision)
      case .passthrough(let chunk): .passthrough(chunk)
      }
    }
  }

  /// A decision, and what the document's origin has to say to it.
  private static func prepared(_ document: Document, _ decision: Decision) -> Decision {
    if let error = document.origin.prepare(for: decision.outcome, of: decision.reference.path) {
      return decision.rejected(error)
    }
    guard decision.outcome == .current, let format = decision.reference.format else { return decision }
    var decision = decision
    decision.remembered = document.origin.rememberedFile(format: format)
    return decision
  }
}

/// Reads a container in batches. What was read before an error comes first, so that what a report lists does not depend on
/// the size of the batches.
final class ElementBatchReader {
  private let reader: any ContainerReader
  private let maximumCount: Int
  private let maximumBytes: Int
  private let shouldStop: () -> Bool
  private var error: (any Error)?

  init(reader: any ContainerReader, maximumCount: Int, maximumBytes: Int, shouldStop: @escaping () -> Bool) {
    self.reader = reader
    self.maximumCount = max(1, maximumCount)
    self.maximumBytes = maximumBytes
    self.shouldStop = shouldStop
  }

  /// - Returns: nil at the end.
  /// - Throws: what the reader throws; ``EarlyEnd`` when the run was asked to stop.
  func next() throws -> ElementBatch? {
    if let error { throw error }
    if shouldStop() { throw EarlyEnd(reason: .interrupted) }
    var batch = ElementBatch()
    do {
      while batch.work < Double(maximumCount), batch.bytes < maximumBytes, let element = try reader.next() {
        batch.append(element)
      }
    } catch {
      if batch.elements.isEmpty { throw error }
      self.error = error
    }
    return batch.elements.isEmpty ? nil : batch
  }
}
