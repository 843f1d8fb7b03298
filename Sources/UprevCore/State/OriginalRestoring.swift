import UprevReport

/// A container that is replaced as a whole, and whose original is kept when it is.
public protocol OriginalRestoring: Container {
  /// Puts the original back in the container's place, in one step and durably, after both were checked against the record:
  /// the container must be what the run left, the original what it was before. What is replaced is itself kept as an
  /// original, and written down in the journal of `options` before.
  ///
  /// - Parameters:
  ///   - original: as the journal has it.
  ///   - isForced: whether a container that was changed since is replaced too; it is kept all the same.
  ///   - isDryRun: only checks.
  /// - Returns: whether there was anything to put back: false where the container is already what it was before the run.
  /// - Throws: ``TargetError``: `changed-during-run` where the container is another one than the run left,
  ///   `archive-damaged` where the original is not whole any more. Then nothing was changed.
  func restore(
    _ original: JournalOriginal, isForced: Bool, isDryRun: Bool, _ options: ContainerWriteOptions, warn: WarningSink
  ) throws -> Bool
}
