/// One child of an array or object after a change of several of its children at once.
package enum JSONArrangedChild: Sendable {
  /// The child that was at that place, from 0. What changes within it is none of this change.
  case kept(Int)
  /// A new one; a member has a name.
  case inserted(name: String?, JSONFragment)
}

extension IndexedJSON {
  /// Whether new strings are escaped down to ASCII, since the document has no other characters unescaped.
  package var escapesNonASCII: Bool { !index.holdsNonASCII }
}

extension JSONEditor {
  /// The changes that leave an array or object with these children, in the style found around each place, as
  /// ``IndexedJSON/insertingMember(_:_:at:in:)``, ``IndexedJSON/insertingElement(_:at:in:)`` and
  /// ``IndexedJSON/removing(_:)`` have it one by one. They do not touch the children that are kept, so that changes within
  /// those can be made together with them.
  ///
  /// - Parameter children: those that are kept in the order in which they are; all others go. New names must differ from
  ///   each other and from those that are kept.
  /// - Throws: ``JSONEditError``
  package func arranging(
    _ container: JSONValue, as children: [JSONArrangedChild]
  ) throws(JSONEditError) -> [JSONSplice] {
    guard container.index === index else { throw .foreignValue }
    guard container.kind == .array || container.kind == .object else { throw .notAnArray }
    var arranging = Arranging(finder: finder, place: index.container(container.entry))
    for child in children {
      switch child {
      case .kept(let position): try arranging.keep(position)
      case .inserted(let name, let fragment):
        guard (name != nil) == arranging.place.isObject else { throw name == nil ? .notAnObject : .notAnArray }
        arranging.inserted.append((name, fragment))
      }
    }
    arranging.finish()
    return arranging.splices
  }
}

/// Goes along the children that are kept, and closes the stretch in front of each.
private struct Arranging {
  let finder: StyleFinder
  let place: ContainerPlace
  var inserted: [(name: String?, fragment: JSONFragment)] = []
  private(set) var splices: [JSONSplice] = []
  /// The place after the child that was kept last.
  private var next = 0

  init(finder: StyleFinder, place: ContainerPlace) {
    self.finder = finder
    self.place = place
  }

  mutating func keep(_ position: Int) throws(JSONEditError) {
    guard position >= next, position < place.children.count else { throw .positionOutOfRange }
    closeStretch(until: position)
    next = position + 1
  }

  mutating func finish() {
    if place.children.isEmpty {
      if !inserted.isEmpty { fill() }
    } else if next == 0, inserted.isEmpty {
      splices.append(JSONSplice(range: place.inside, replacement: paddingOfNothing()))
    } else {
      closeStretch(until: place.children.count)
    }
  }

  /// What stood between the child that was kept last and the one at `position` (or the end) goes, and what is new comes.
  private mutating func closeStretch(until position: Int) {
    defer { inserted.removeAll() }
    let children = place.children
    if next < position, !inserted.isEmpty {
      // In the place of what goes; the separators around it stay.
      splices.append(
        JSONSplice(range: children[next].start..<children[position - 1].end, replacement: joined(before: position)))
    } else if next < position {
      let range =
        next > 0
        ? children[next - 1].end..<children[position - 1].end
        : children[0].start..<(position < children.count ? children[position].start : children[position - 1].end)
      splices.append(JSONSplice(range: range, replacement: []))
    } else if !inserted.isEmpty {
      let separator = finder.separator(in: place, before: position)
      let text = joined(before: position)
      let offset = position == 0 ? children[0].start : children[position - 1].end
      splices.append(
        JSONSplice(range: offset..<offset, replacement: position == 0 ? text + separator : separator + text))
    }
  }

  private func joined(before position: Int) -> [UInt8] {
    let separator = finder.separator(in: place, before: position)
    var bytes: [UInt8] = []
    for (name, fragment) in inserted {
      if !bytes.isEmpty { bytes += separator }
      var writer = LayoutWriter(style: finder.style(in: place, separator: separator, nests: !fragment.isScalar))
      if let name { writer.name(name) }
      writer.write(fragment)
      bytes += writer.bytes
    }
    return bytes
  }

  /// The first children of an empty container.
  private mutating func fill() {
    var writer = LayoutWriter(style: finder.styleInsideEmpty(place))
    writer.open(
      place.isObject ? .object : .array,
      inOneLine: !place.isObject && writer.style.keepsScalarArraysInLine && inserted.allSatisfy { $0.fragment.isScalar }
    )
    for (name, fragment) in inserted {
      if let name { writer.name(name) }
      writer.write(fragment)
    }
    writer.close()
    splices.append(JSONSplice(range: place.inside, replacement: Array(writer.bytes.dropFirst().dropLast())))
    inserted.removeAll()
  }

  /// As `removing` leaves a container whose only child goes.
  private func paddingOfNothing() -> [UInt8] {
    guard let lead = place.lead, let trail = place.trail else { return [] }
    let before = Array(finder.bytes(lead))
    let keeps =
      !before.isEmpty && before.elementsEqual(finder.bytes(trail)) && !before.contains(where: Byte.isLineBreak)
      && !finder.showsPadding(besides: place)
    return keeps ? before : []
  }
}
