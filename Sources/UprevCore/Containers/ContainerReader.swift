import UprevReport

/// What a container holds, piece by piece, in the order of discovery.
public enum ContainerElement: Sendable {
  /// A document that a format claims, read whole.
  case document(Document)
  /// A document whose fate is known without its text: `unmatched`, `skipped`, or `rejected` because it could not be read.
  case decision(Decision)
  /// Content that is no document's text and that a writer of the whole container must carry over.
  case passthrough(any PassthroughChunk)
}

/// A piece of a container that passes through unchanged. Only the containers look inside.
public protocol PassthroughChunk: Sendable {
  /// Bytes held in memory, for back-pressure.
  var byteCount: Int { get }
}

/// Reads a container once, front to back.
///
/// It is used by one thread at a time. `next()` answers nil at the end, and only after everything about the container
/// was checked: a ``TargetError`` thrown late still means that nothing of the container may be replaced.
public protocol ContainerReader: AnyObject {
  /// What the container is, known after the first call of `next()`.
  var description: ContainerDescription { get }
  /// Seconds spent finding documents, and seconds spent reading them.
  var discoverSeconds: Double { get }
  var readSeconds: Double { get }
  /// What it noticed that no document carries; asked when it is used no more.
  var warnings: [WarningRecord] { get }
  /// - Throws: ``TargetError`` when the container as a whole is missing, damaged or unsupported.
  func next() throws -> ContainerElement?
}

extension ContainerReader {
  public var warnings: [WarningRecord] { [] }
}

/// What a container is, as the report says it.
public struct ContainerDescription: Sendable, Hashable {
  public var kind: TargetKind
  /// `ustar`, `pax`, `gnutar`, `cpio`, `zip`, `7zip`; nil for a tree.
  public var archiveFormat: String?
  /// Innermost last; empty where there is none.
  public var filters: [String]

  public init(kind: TargetKind, archiveFormat: String? = nil, filters: [String] = []) {
    self.kind = kind
    self.archiveFormat = archiveFormat
    self.filters = filters
  }
}
