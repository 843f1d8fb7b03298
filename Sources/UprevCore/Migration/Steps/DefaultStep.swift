import LosslessJSON

/// Adds a member where the object has none of that name; whatever is there stays, `null` too.
struct DefaultStep: Step {
  let at: JSONPointer
  let value: StepValue

  func apply(to batch: inout StepBatch) {
    batch.edit(with: value) { (place, editor, value) throws(StepFailure) in
      if place.value(at: at) != nil { return [] }
      let location = try StepLocation(at, from: place)
      guard case .member = location else { throw .defaultInArray(at, from: place) }
      return try location.adding(value.fragment, equalTo: { _ in false }, editor)
    }
  }
}
