import LosslessJSON

/// Gives each value to a jq program, and takes what it yields for it.
///
/// The programs run elsewhere, all values of a batch in one go. What the value and what comes of it have in common keeps its
/// bytes.
struct JqStep: Step {
  let program: String
  let runner: any JqRunner
  /// Whether the format has `NaN` and infinities.
  let allowsNonFinite: Bool
  /// Whether the migration gathers something, which the program has as `$gather`.
  let seesGathered: Bool

  /// - Parameter program: one that the runner has accepted.
  init(program: String, runner: any JqRunner, allowsNonFinite: Bool, seesGathered: Bool = false) {
    self.seesGathered = seesGathered
    self.program = program
    self.runner = runner
    self.allowsNonFinite = allowsNonFinite
  }

  func apply(to batch: inout StepBatch) {
    let values = batch.values
    if values.isEmpty { return }
    let answers = runner.run(
      program, on: values, gathered: seesGathered ? batch.gathered?.map(\.json) : nil, allowsNonFinite: allowsNonFinite)
    batch.apply(zip(values, answers).map { value, answer in JqStep.splices(answer, for: value) })
  }

  private static func splices(
    _ answer: Result<JqAnswer, JqFailure>, for value: JSONValue
  ) -> Result<[JSONSplice], StepFailure> {
    do throws(StepFailure) {
      switch answer {
      case .success(let answer): return .success(try ValueMerge.splices(of: answer, into: value))
      case .failure(let failure): throw .jq(failure, at: value)
      }
    } catch {
      return .failure(error)
    }
  }
}
