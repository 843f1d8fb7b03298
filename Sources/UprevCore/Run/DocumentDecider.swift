/// The middle of a run: from documents to what becomes of them. Pure, total, without input or output.
public protocol DocumentDecider: Sendable {
  /// What becomes of a document. It never fails: whatever is wrong with the document is in the decision.
  func decide(_ document: Document) -> Decision
  /// The same for several, which may be decided together: one decision for each, in the same order.
  func decide(_ documents: [Document]) -> [Decision]
}

extension DocumentDecider {
  /// One after the other.
  public func decide(_ documents: [Document]) -> [Decision] { documents.map { decide($0) } }
}

extension Decider: DocumentDecider {}
