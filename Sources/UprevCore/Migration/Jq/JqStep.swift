import LosslessJSON

/// Runs a jq program on the values at the places.
struct JqStep: Step {
  let program: String
  let runner: any JqRunner
  let allowsNonFinite: Bool

  init(program: String, runner: any JqRunner, allowsNonFinite: Bool) {
    self.program = program
    self.runner = runner
    self.allowsNonFinite = allowsNonFinite
  }

  func apply(to batch: inout StepBatch) {
    let values = batch.values
    let answers = runner.run(program, on: values, allowsNonFinite: allowsNonFinite)
    batch.apply(
      zip(values, answers).map { value, answer in
        switch answer {
        case .failure(let failure): .failure(StepFailure(message: "\(failure)", pointer: value.pointer))
        case .success(let answer):
          if answer.view.root.isEqual(to: answer.value.root) {
            .success([])
          } else {
            Result { () throws(JSONEditError) in
              [try value.document.replacing(value, with: JSONFragment(answer.value))]
            }.mapError { .impossibleEdit($0) }
          }
        }
      })
  }
}
