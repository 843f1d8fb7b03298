import LosslessJSON

/// Gives a member another name. Only the bytes of the name change: its place and its value stay.
struct RenameStep: Step {
  let at: JSONPointer
  let newName: String

  func apply(to batch: inout StepBatch) {
    batch.edit { (place, editor) throws(StepFailure) in
      guard case .member(let old, let object, let value) = try StepLocation(at, from: place) else {
        throw .notAMember(at, from: place)
      }
      guard let value else { throw .absent(at, from: place) }
      if old.utf8.elementsEqual(newName.utf8) { return [] }
      if object[member: newName] != nil { throw .nameTaken(newName, value) }
      for member in object.members where member.name.equals(old) {
        do throws(JSONEditError) {
          return [try editor.renaming(member.name, to: newName)]
        } catch {
          throw .impossibleEdit(error)
        }
      }
      return []
    }
  }
}
