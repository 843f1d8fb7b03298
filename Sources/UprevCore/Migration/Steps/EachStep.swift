import LosslessJSON

/// Applies steps to every element of an array or every member's value of an object; their pointers begin there.
struct EachStep: Step {
  let at: JSONPointer
  let steps: [any Step]
  var runsPrograms: Bool { steps.contains(where: \.runsPrograms) }

  func apply(to batch: inout StepBatch) {
    batch.narrowing { (place) throws(StepFailure) in
      let value = try StepLocation.value(at: at, from: place)
      switch value.kind {
      case .array: return Array(value.elements)
      case .object: return value.members.map(\.value)
      default: throw .nothingToGoThrough(value)
      }
    } _: { batch in
      for step in steps { batch.perform(step) }
    }
  }
}
