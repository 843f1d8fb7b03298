import LosslessJSON

/// `move` (RFC 6902, section 4.4): what is removed is added elsewhere, so that indices count without it.
struct MoveStep: Step {
  let from: JSONPointer
  /// Not inside `from`.
  let path: JSONPointer

  func apply(to batch: inout StepBatch) {
    if path.tokens.isEmpty {
      // The place becomes the value; nothing is left to remove it from.
      CopyStep(from: from, path: path).apply(to: &batch)
      return
    }
    var moved = [[JSONValue]](repeating: [], count: batch.items.count)
    batch.edit { (place, editor, document, _) throws(StepFailure) in
      let value = try StepLocation.value(at: from, from: place)
      guard from != path else { return [] }
      guard !from.tokens.isEmpty else { throw .placeRemoved(place) }
      moved[document].append(value)
      do throws(JSONEditError) {
        return [try editor.removing(value)]
      } catch {
        throw .impossibleEdit(error)
      }
    }
    if from == path { return }
    batch.edit { (place, editor, document, number) throws(StepFailure) in
      guard moved[document].indices.contains(number) else { return [] }
      let value = moved[document][number]
      return try StepLocation(path, from: place).adding(
        JSONFragment(value), equalTo: { $0.isEqual(to: value) }, editor)
    }
  }
}

extension JSONPointer {
  /// Whether this leads to something within what `other` leads to, and not to that itself.
  func isInside(_ other: JSONPointer) -> Bool {
    tokens.count > other.tokens.count && JSONPointer(tokens: Array(tokens.prefix(other.tokens.count))) == other
  }
}
