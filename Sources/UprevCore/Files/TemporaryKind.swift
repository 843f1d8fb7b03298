/// What is under construction outside of a staging folder; its name tells it: `.uprev-<runID>-<kind>`.
public enum TemporaryKind: String, CaseIterable, Sendable {
  /// A report, or another file of this project's own.
  case file
  /// A new archive.
  case archive
  /// The mark of a copy of a tree or of one document, `.uprev-<runID>-copy`: it says which file or folder that is, so that
  /// nothing else that has the name is removed for it.
  case copyMark = "copying"
}
