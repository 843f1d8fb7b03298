import UprevReport

/// Where a document of a tree came from, and what its replacement must carry on.
public struct TreeDocumentOrigin: DocumentOrigin {
  /// The folder that holds it.
  public let folder: TreeFolder
  /// Its name in `folder`.
  public let name: PathName
  /// As `fstat(2)` told it before it was read.
  public let status: FileStatus
  /// Access control list and label included.
  public let attributes: [ExtendedAttribute]
  /// Whether the file has, or had when the walk met it first, other names.
  public let isHardLinked: Bool

  public func warningsOfReplacing(_ path: PathName) -> [WarningRecord] {
    isHardLinked ? [.hardLinked(path)] : []
  }
}
