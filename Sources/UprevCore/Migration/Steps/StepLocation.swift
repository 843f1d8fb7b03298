import LosslessJSON

/// What a pointer of a step leads to from a place: a value, or where one would be put (RFC 6902, section 4; RFC 6901,
/// section 4).
enum StepLocation {
  /// The place itself.
  case place(JSONValue)
  /// A member of an object; nil where there is none of that name.
  case member(String, of: JSONValue, JSONValue?)
  /// An element of an array, from 0 to the array's count; the value is nil at the end of the array.
  case element(Int, of: JSONValue, JSONValue?)

  /// - Parameter pointer: from the place.
  /// - Throws: where what would hold the value is absent or neither object nor array, or an index is none.
  init(_ pointer: JSONPointer, from place: JSONValue) throws(StepFailure) {
    guard let last = pointer.tokens.last else {
      self = .place(place)
      return
    }
    let parentPointer = JSONPointer(tokens: pointer.tokens.dropLast())
    guard let parent = place.value(at: parentPointer) else {
      throw .absentParent(parentPointer, of: pointer, from: place)
    }
    switch parent.kind {
    case .object: self = .member(last, of: parent, parent[member: last])
    case .array:
      if last == "-" {
        self = .element(parent.count, of: parent, nil)
        return
      }
      guard let index = JSONPointer.arrayIndex(last) else { throw .notAnIndex(last, of: pointer, from: place) }
      if let value = parent[element: index] {
        self = .element(index, of: parent, value)
        return
      }
      let count = parent.count
      guard index == count else { throw .indexOutOfRange(index, count: count, of: pointer, from: place) }
      self = .element(index, of: parent, nil)
    default: throw .scalarParent(parent, of: pointer, from: place)
    }
  }

  /// The value that is there.
  ///
  /// - Throws: where there is none.
  static func value(at pointer: JSONPointer, from place: JSONValue) throws(StepFailure) -> JSONValue {
    guard let value = place.value(at: pointer) else { throw .absent(pointer, from: place) }
    return value
  }

  /// Puts a value there as RFC 6902's `add` does: a member or the place is replaced, an element goes in front of what is
  /// there. What is there already and equal keeps its bytes.
  func adding(_ fragment: JSONFragment, equalTo isEqual: (JSONValue) -> Bool, _ editor: JSONEditor)
    throws(StepFailure) -> [JSONSplice]
  {
    do {
      switch self {
      case .place(let value): return isEqual(value) ? [] : [try editor.replacing(value, with: fragment)]
      case .member(let name, let object, let value):
        if let value, isEqual(value) { return [] }
        return [try editor.settingMember(name, to: fragment, in: object)]
      case .element(let index, let array, _):
        return [try editor.insertingElement(fragment, at: index, in: array)]
      }
    } catch {
      throw .impossibleEdit(error)
    }
  }
}
