extension IndexedJSON {
  /// The change that gives `object` a member of that name and value.
  ///
  /// A member that is there keeps its place and its name's bytes; only its value's are replaced. A new one becomes the last,
  /// in the style found around it: the separator is the very text between the last two members; where there is only one, a
  /// comma and the white space in front of it, or what separates others in the document. A member put into `{}` is laid out
  /// as the document is; where the whole document is `{}`, as `json.dump(…, indent=2)` does.
  ///
  /// New strings are escaped as Python's `json.dump` does by default (only ASCII), but where the document has strings with
  /// other characters unescaped, so have the new ones.
  ///
  /// - Throws: ``JSONEditError``
  public func settingMember(
    _ name: String, to fragment: JSONFragment, in object: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    try JSONEditor(self).settingMember(name, to: fragment, in: object)
  }

  /// The change that makes a new member the one at `position`, from 0 to the object's count; nil makes it the last.
  ///
  /// - Parameter name: must not be there yet.
  /// - Throws: ``JSONEditError``
  public func insertingMember(
    _ name: String, _ fragment: JSONFragment, at position: Int?, in object: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    try JSONEditor(self).insertingMember(name, fragment, at: position, in: object)
  }

  /// The change that makes a new element the one at `position`, from 0 to the array's count; nil makes it the last.
  ///
  /// - Throws: ``JSONEditError``
  public func insertingElement(
    _ fragment: JSONFragment, at position: Int?, in array: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    try JSONEditor(self).insertingElement(fragment, at: position, in: array)
  }

  /// The change that puts `fragment` in the place of `value`.
  ///
  /// - Throws: ``JSONEditError``
  public func replacing(_ value: JSONValue, with fragment: JSONFragment) throws(JSONEditError) -> JSONSplice {
    try JSONEditor(self).replacing(value, with: fragment)
  }

  /// The change that takes a member or an element away, with its comma and the white space that belonged to it.
  ///
  /// It undoes what inserting did. An object or array that loses its only child becomes `{}` or `[]`, keeping no white
  /// space but what stood alike on both sides in one line (`{ "a": 1 }` becomes `{ }`) and nowhere else.
  ///
  /// - Throws: ``JSONEditError``
  public func removing(_ value: JSONValue) throws(JSONEditError) -> JSONSplice {
    try JSONEditor(self).removing(value)
  }
}
