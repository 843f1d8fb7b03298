import LosslessJSON

// Every English sentence about steps that fail, and only here.

extension StepFailure {
  static func changesCollide(_ error: JSONEditError) -> StepFailure {
    StepFailure(message: "the changes that the step makes collide (\(error)); divide it into several steps")
  }

  static func invalidResult(_ error: JSONError) -> StepFailure {
    StepFailure(
      message: "the document cannot be read after the step: \(error.message)", pointer: error.pointer)
  }
}
