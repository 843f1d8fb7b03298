import LosslessJSON

/// `add` (RFC 6902, section 4.1).
struct AddStep: Step {
  let path: JSONPointer
  let value: StepValue

  func apply(to batch: inout StepBatch) {
    batch.edit(with: value) { (place, editor, value) throws(StepFailure) in
      try StepLocation(path, from: place).adding(value.fragment, equalTo: { $0.isEqual(to: value.value) }, editor)
    }
  }
}
