import UprevReport

/// A container element after its documents were decided.
public enum DecidedElement: Sendable {
  case document(Document, Decision)
  case decision(Decision)
  case passthrough(any PassthroughChunk)
}

/// Makes decisions take effect, in the order in which they come.
///
/// It is used by one thread at a time. Every decision handed in comes out of the sink it was made with, exactly once and
/// in the same order, when it is final: a writer that works in batches holds decisions back until their batch is
/// committed, and turns into `rejected` what it could not write.
public protocol ContainerWriter: AnyObject {
  /// - Throws: ``TargetError`` when the target as a whole cannot go on. The caller then calls `abandon()`.
  func write(_ element: consuming DecidedElement) throws
  /// Does everything of ``finish()`` that can be done before the first change of the target, so that several targets can be
  /// changed one after the other when all of them are ready. Asked for by runs that change all or nothing.
  /// - Throws: ``TargetError``; the caller then calls `abandon()`.
  func prepare() throws
  /// Commits what is still in hand.
  /// - Returns: whether the decisions took effect.
  /// - Throws: ``TargetError``; the caller then calls `abandon()`.
  func finish() throws -> Bool
  /// Removes what is not committed, leaves the target whole, and hands every decision still held to the sink.
  func abandon()
}

extension ContainerWriter {
  /// Nothing: `finish()` does it all.
  public func prepare() throws {}
}

/// Takes decisions that are final.
public typealias DecisionSink = (Decision) -> Void
