import LosslessJSON

/// `copy` (RFC 6902, section 4.5).
struct CopyStep: Step {
  let from: JSONPointer
  let path: JSONPointer

  func apply(to batch: inout StepBatch) {
    batch.edit { (place, editor) throws(StepFailure) in
      let value = try StepLocation.value(at: from, from: place)
      return try StepLocation(path, from: place).adding(
        JSONFragment(value), equalTo: { $0.isEqual(to: value) }, editor)
    }
  }
}
