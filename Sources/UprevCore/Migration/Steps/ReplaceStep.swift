import LosslessJSON

/// `replace` (RFC 6902, section 4.3). A value that is equal already keeps its bytes.
struct ReplaceStep: Step {
  let path: JSONPointer
  let value: StepValue

  func apply(to batch: inout StepBatch) {
    batch.edit(with: value) { (place, editor, value) throws(StepFailure) in
      let old = try StepLocation.value(at: path, from: place)
      if old.isEqual(to: value.value) { return [] }
      do throws(JSONEditError) {
        return [try editor.replacing(old, with: value.fragment)]
      } catch {
        throw .impossibleEdit(error)
      }
    }
  }
}
