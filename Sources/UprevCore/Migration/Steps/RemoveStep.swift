import LosslessJSON

/// `remove` (RFC 6902, section 4.2). A place itself cannot be removed: a document cannot do without its root.
struct RemoveStep: Step {
  let path: JSONPointer

  func apply(to batch: inout StepBatch) {
    batch.edit { (place, editor) throws(StepFailure) in
      let value = try StepLocation.value(at: path, from: place)
      guard !path.tokens.isEmpty else { throw .placeRemoved(place) }
      do throws(JSONEditError) {
        return [try editor.removing(value)]
      } catch {
        throw .impossibleEdit(error)
      }
    }
  }
}
