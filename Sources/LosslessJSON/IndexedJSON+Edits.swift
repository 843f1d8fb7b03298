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
    guard object.kind == .object else { throw .notAnObject }
    if let value = object[member: name] { return try replacing(value, with: fragment) }
    return try inserting(fragment, named: name, at: nil, in: object)
  }

  /// The change that makes a new member the one at `position`, from 0 to the object's count; nil makes it the last.
  ///
  /// - Parameter name: must not be there yet.
  /// - Throws: ``JSONEditError``
  public func insertingMember(
    _ name: String, _ fragment: JSONFragment, at position: Int?, in object: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    guard object.kind == .object else { throw .notAnObject }
    return try inserting(fragment, named: name, at: position, in: object)
  }

  /// The change that makes a new element the one at `position`, from 0 to the array's count; nil makes it the last.
  ///
  /// - Throws: ``JSONEditError``
  public func insertingElement(
    _ fragment: JSONFragment, at position: Int?, in array: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    guard array.kind == .array else { throw .notAnArray }
    return try inserting(fragment, named: nil, at: position, in: array)
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
    try checkOwnership(of: value)
    guard let place = index.place(of: value.entry) else { throw .rootRemoved }
    let container = place.container
    let children = container.children
    let position = place.position
    if position > 0 {
      return JSONSplice(range: children[position - 1].end..<children[position].end, replacement: [])
    }
    if children.count > 1 {
      return JSONSplice(range: children[0].start..<children[1].start, replacement: [])
    }
    let inside = container.inside
    let before = Array(text.bytes[inside.lowerBound..<children[0].start])
    let after = Array(text.bytes[children[0].end..<inside.upperBound])
    // Where others are padded too, the padding is their style, and an empty one would have none.
    let keeps =
      !before.isEmpty && before == after && !before.contains(where: Byte.isLineBreak)
      && !StyleFinder(index).showsPadding(besides: container)
    return JSONSplice(range: inside, replacement: keeps ? before : [])
  }

  private func checkOwnership(of value: JSONValue) throws(JSONEditError) {
    guard value.index === index else { throw .foreignValue }
  }

  private func inserting(
    _ fragment: JSONFragment, named name: String?, at position: Int?, in container: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    try checkOwnership(of: container)
    let place = index.container(container.entry)
    let children = place.children
    let position = position ?? children.count
    guard (0...children.count).contains(position) else { throw .positionOutOfRange }
    let finder = StyleFinder(index)
    if children.isEmpty {
      var writer = LayoutWriter(style: finder.styleInsideEmpty(place))
      writer.open(place.isObject ? .object : .array, inOneLine: false)
      if let name { writer.name(name) }
      writer.write(fragment)
      writer.close()
      return JSONSplice(range: place.inside, replacement: Array(writer.bytes.dropFirst().dropLast()))
    }
    let separator = finder.separator(in: place, before: position)
    var writer = LayoutWriter(style: finder.style(in: place, separator: separator, nests: !fragment.isScalar))
    if let name { writer.name(name) }
    writer.write(fragment)
    if position == 0 {
      let start = children[0].start
      return JSONSplice(range: start..<start, replacement: writer.bytes + separator)
    }
    let end = children[position - 1].end
    return JSONSplice(range: end..<end, replacement: separator + writer.bytes)
  }
}
