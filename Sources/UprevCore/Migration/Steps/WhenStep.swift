/// Applies a step at those places only at which a condition holds.
struct WhenStep: Step {
  let condition: Condition
  let step: any Step
  var runsPrograms: Bool { step.runsPrograms }

  func apply(to batch: inout StepBatch) {
    batch.narrowing {
      condition.holds(at: $0) ? [$0] : []
    } _: { batch in
      batch.perform(step)
    }
  }
}
