/// Makes changes to one document, and remembers what it has read off the whole of it: any number of changes costs one look at
/// how the document is laid out.
///
/// The changes are splices of the document as it is; nothing is applied here (see ``IndexedJSON/applying(_:)``).
public final class JSONEditor {
  /// The document that the changes are for.
  public let document: IndexedJSON
  let index: JSONIndex
  let finder: StyleFinder

  /// Looks at nothing yet.
  public init(_ document: IndexedJSON) {
    self.document = document
    index = document.index
    finder = StyleFinder(document.index)
  }

  /// As ``IndexedJSON/settingMember(_:to:in:)``.
  ///
  /// - Throws: ``JSONEditError``
  public func settingMember(
    _ name: String, to fragment: JSONFragment, in object: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    guard object.kind == .object else { throw .notAnObject }
    if let value = object[member: name] { return try replacing(value, with: fragment) }
    return try inserting(fragment, named: name, at: nil, in: object)
  }

  /// As ``IndexedJSON/insertingMember(_:_:at:in:)``.
  ///
  /// - Throws: ``JSONEditError``
  public func insertingMember(
    _ name: String, _ fragment: JSONFragment, at position: Int?, in object: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    guard object.kind == .object else { throw .notAnObject }
    return try inserting(fragment, named: name, at: position, in: object)
  }

  /// As ``IndexedJSON/insertingElement(_:at:in:)``.
  ///
  /// - Throws: ``JSONEditError``
  public func insertingElement(
    _ fragment: JSONFragment, at position: Int?, in array: JSONValue
  ) throws(JSONEditError) -> JSONSplice {
    guard array.kind == .array else { throw .notAnArray }
    return try inserting(fragment, named: nil, at: position, in: array)
  }

  /// As ``IndexedJSON/replacing(_:with:)``.
  ///
  /// - Throws: ``JSONEditError``
  public func replacing(_ value: JSONValue, with fragment: JSONFragment) throws(JSONEditError) -> JSONSplice {
    try checkOwnership(of: value)
    var writer = LayoutWriter(style: finder.styleForReplacing(value.entry, nests: !fragment.isScalar))
    writer.write(fragment)
    return JSONSplice(range: value.range, replacement: writer.bytes)
  }

  /// The change that gives a member another name: its place and the bytes of its value stay.
  ///
  /// - Parameter name: must not be there yet; escaped as other new strings are.
  /// - Throws: ``JSONEditError``
  public func renaming(_ member: JSONName, to name: String) throws(JSONEditError) -> JSONSplice {
    guard member.index === index else { throw .foreignValue }
    var bytes: [UInt8] = []
    StringEscaping.append(name, escapesNonASCII: !index.holdsNonASCII, to: &bytes)
    return JSONSplice(range: member.range, replacement: bytes)
  }

  /// As ``IndexedJSON/removing(_:)``.
  ///
  /// - Throws: ``JSONEditError``
  public func removing(_ value: JSONValue) throws(JSONEditError) -> JSONSplice {
    try checkOwnership(of: value)
    guard let place = finder.place(of: value.entry) else { throw .rootRemoved }
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
    let before = Array(index.text.bytes[inside.lowerBound..<children[0].start])
    let after = Array(index.text.bytes[children[0].end..<inside.upperBound])
    // Where others are padded too, the padding is their style, and an empty one would have none.
    let keeps =
      !before.isEmpty && before == after && !before.contains(where: Byte.isLineBreak)
      && !finder.showsPadding(besides: container)
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
