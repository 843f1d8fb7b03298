import LosslessJSON
import UprevReport

/// What a container keeps about a document from reading it to writing it (attributes of a file, header blocks of an
/// archive member). Only the container that made it looks inside.
public protocol DocumentOrigin: Sendable {
  /// What replacing the document at `path` would change beyond its text.
  func warningsOfReplacing(_ path: PathName) -> [WarningRecord]
}

extension DocumentOrigin {
  /// Nothing.
  public func warningsOfReplacing(_ path: PathName) -> [WarningRecord] { [] }
}

/// A document that was read and is claimed by a format.
public struct Document: Sendable {
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
