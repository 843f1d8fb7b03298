import LosslessJSON

/// `test` (RFC 6902, section 4.6): changes nothing, and fails where the value is another. Numbers are compared exactly.
struct TestStep: Step {
  let path: JSONPointer
  let value: StepValue

  func apply(to batch: inout StepBatch) {
    batch.edit(with: value) { (place, _, value) throws(StepFailure) in
      let found = try StepLocation.value(at: path, from: place)
      guard found.isEqual(to: value.value) else { throw .testFailed(found, expected: value.value) }
      return []
    }
  }
}
