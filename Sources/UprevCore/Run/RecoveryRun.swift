import UprevReport

/// Recovery alone: brings to an end what interrupted runs left in targets, and reads no document.
public struct RecoveryRun {
  private let openers: [any ContainerOpener]
  private let claimOptions: ContainerClaimOptions

  /// - Parameters:
  ///   - openers: tried in order; the first that opens a target keeps it.
  ///   - claimOptions: how each target is made this run's alone.
  public init(openers: [any ContainerOpener], claimOptions: ContainerClaimOptions) {
    self.openers = openers
    self.claimOptions = claimOptions
  }

  /// An archive brings its own to an end when it is claimed; a tree is walked.
  ///
  /// - Returns: the target's line, with its error if it failed as a whole.
  public func execute(_ target: PathName, warn: WarningSink) -> TargetRecord {
    var record = TargetRecord(path: target)
    do {
      let container = try open(target)
      record.kind = container.kind
      try container.claim(claimOptions, warn: warn)
      if let tree = container as? TreeContainer {
        try tree.recoverInterruptedRuns(shouldStop: claimOptions.shouldStop, warn: warn)
      }
    } catch let error as TargetError {
      record.error = error.report
    } catch {
      record.error = TargetError.unexpected(error).report
    }
    return record
  }

  private func open(_ target: PathName) throws -> any Container {
    for opener in openers {
      if let container = try opener.open(target) { return container }
    }
    throw TargetError.unknownKind
  }
}
