import UprevReport

extension TreeContainer {
  /// - Parameter ofOtherRuns: whether the staging folders of the run that claimed the tree are left alone.
  func makeRecovery(_ mode: InterruptedRuns, ofOtherRuns: Bool = true) -> StagingRecovery {
    StagingRecovery(mode, locks: folderLocks, ownRunID: ofOtherRuns ? runID : nil, fileSystem)
  }

  func makeWalk(
    _ recovery: StagingRecovery?, maximumPathLength: Int = RunOptions.defaultMaximumPathLength
  ) -> Discover {
    if let single { return Discover(single: single, in: root, recovery: recovery, fileSystem) }
    return Discover(root: root, recovery: recovery, maximumPathLength: maximumPathLength, fileSystem)
  }

  /// Brings to an end what interrupted runs left anywhere in the tree, and reads no document. The tree is to be claimed
  /// before.
  ///
  /// - Parameter shouldStop: asked now and then; true ends it early.
  /// - Throws: ``TargetError`` where the tree cannot be walked.
  public func recoverInterruptedRuns(shouldStop: () -> Bool, warn: WarningSink) throws {
    let recovery = makeRecovery(.recover)
    defer { for warning in recovery.warnings.records { warn(warning) } }
    var walk = makeWalk(recovery, maximumPathLength: .max)
    while let found = try next(&walk) {
      switch found {
      case .folder:
        if shouldStop() { throw TargetError.interrupted }
      case .unreadableFolder(let path, let error): recovery.missed(path, error)
      case .tooLong(let path):
        recovery.missed(path, FileSystemError(call: "openat", path: path, number: nameTooLongNumber))
      case .entry: break
      }
    }
    recovery.finish()
  }

  private func next(_ walk: inout Discover) throws -> Discovered? {
    do throws(FileSystemError) {
      return try walk.next()
    } catch {
      throw error.targetError(.reading, about: path)
    }
  }
}
