import UprevReport

extension RunLedger {
  /// Ends the journal's run and the report.
  ///
  /// - Parameters:
  ///   - error: what stopped the run as a whole.
  ///   - journal: where the run was written down.
  /// - Returns: what the run came to.
  func finish(_ id: RunID, error: TargetError?, journal: (any RunJournal)?, clock: any RunClock) -> RunResult {
    var failure = error?.report
    var conclusion = conclude(failure)
    let finishedAt = clock.now()
    do throws(JournalError) {
      try journal?.finish(JournalEnd(finishedAt: finishedAt, status: conclusion.status, summary: summary))
    } catch {
      failure = failure ?? TargetError.notJournaled(error).report
      conclusion = conclude(failure)
    }
    writing {
      try $0.finish(
        ReportTail(
          targets: targets, summary: summary, stages: stages, warnings: warnings, error: failure,
          status: conclusion.status, finishedAt: finishedAt))
    }
    return RunResult(
      id: id, conclusion: conclusion, summary: summary, targets: targets, error: failure, reportError: reportError)
  }

  /// What the run has come to so far.
  func conclude(_ error: ReportError?) -> RunConclusion {
    RunConclusion(summary: summary, targets: targets, error: error, strict: isStrict)
  }
}
