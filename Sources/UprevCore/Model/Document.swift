import LosslessJSON
import UprevReport

/// What a container keeps about a document from reading it to writing it (attributes of a file, header blocks of an
/// archive member). Only the container that made it looks inside.
public protocol DocumentOrigin: Sendable {
  /// What replacing the document at `path` would change beyond its text.
  func warningsOfReplacing(_ path: PathName) -> [WarningRecord]
  /// The file that holds the document and nothing else, as it was before it was read; nil where there is none, or where a change
  /// of it might not show.
  func rememberedFile(format: Int) -> RememberedFile?
  /// Told once, on a worker's thread, what becomes of the document: what only a replacement needs is read now, or let go.
  /// - Returns: why it cannot be replaced, where what that takes cannot be read.
  func prepare(for outcome: Outcome, of path: PathName) -> DocumentError?
}

extension DocumentOrigin {
  /// Nothing.
  public func warningsOfReplacing(_ path: PathName) -> [WarningRecord] { [] }
  /// None.
  public func rememberedFile(format: Int) -> RememberedFile? { nil }
  /// Nothing.
  public func prepare(for outcome: Outcome, of path: PathName) -> DocumentError? { nil }
}

/// A document that was read and is claimed by a format. A class, because it is handed on a dozen times.
public final class Document: Sendable {
  public let reference: DocumentReference
  /// The text as it was read.
  public let text: JSONText
  public let origin: any DocumentOrigin

  public init(reference: DocumentReference, text: JSONText, origin: any DocumentOrigin) {
    self.reference = reference
    self.text = text
    self.origin = origin
  }
}
