import UprevReport

/// Where a document is: its target, its path there, and the format that claims it.
public struct DocumentReference: Sendable {
  /// The path inside the target. For a target that is one document, its file name.
  public let path: PathName
  /// Index into the run's formats; nil where no format claims it.
  public let format: Int?

  public init(path: PathName, format: Int?) {
    self.path = path
    self.format = format
  }
}
