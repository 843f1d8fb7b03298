/// How a run as a whole went.
public enum RunStatus: String, CaseIterable, Sendable {
  /// Everything that was asked for is done, or there was nothing to do.
  case success
  /// Some of it is done, or could have been; the report says what is not.
  case partial
  /// The run was cut short, or no target could be done.
  case failed
}

/// A run's status and exit status, which follow from its counts, its targets and its error, and from nothing else.
public struct RunConclusion: Equatable, Sendable {
  /// What the report says of the run.
  public let status: RunStatus
  /// 0, 1, 3 or 75, as `docs/report.md` has them.
  public let exitStatus: Int32

  /// - Parameters:
  ///   - targets: every target of the run, with the error of each that failed as a whole.
  ///   - error: what ended the run as a whole.
  ///   - strict: whether `newer` and `unmatched` documents are failures, as rejected ones always are.
  public init(summary: Summary, targets: [TargetRecord], error: ReportError?, strict: Bool) {
    let failedTargets = targets.count { $0.error != nil }
    var failures = summary.outcomes[.rejected]
    if strict { failures += summary.outcomes[.newer] + summary.outcomes[.unmatched] }

    if error != nil || failedTargets > 0 {
      let isOnlyBusy = error == nil && targets.allSatisfy { $0.error == nil || $0.error?.code == .targetBusy }
      exitStatus = isOnlyBusy ? 75 : 1
      status = error != nil || failedTargets == targets.count ? .failed : .partial
    } else if failures > 0 {
      exitStatus = 3
      status = .partial
    } else {
      exitStatus = 0
      status = .success
    }
  }
}
