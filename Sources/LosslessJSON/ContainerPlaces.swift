/// Where the children of an array or object stand in the text.
struct ContainerPlace {
  /// A member from its name's first byte to its value's last, or an element.
  struct Child {
    var start: Int
    var end: Int
    /// The entry of its value.
    var value: Int
  }

  let entry: Int
  let isObject: Bool
  /// What is between the brackets.
  let inside: Range<Int>
  let children: [Child]

  /// The white space between the opening bracket and the first child.
  var lead: Range<Int>? { children.first.map { inside.lowerBound..<$0.start } }
  /// The white space between the last child and the closing bracket.
  var trail: Range<Int>? { children.last.map { $0.end..<inside.upperBound } }

  /// The text between two neighbouring children, comma included.
  func gap(before position: Int) -> Range<Int> { children[position - 1].end..<children[position].start }

  /// What stands in front of a child: the text since the bracket or the child before it.
  func front(of position: Int) -> Range<Int> {
    position == 0 ? inside.lowerBound..<children[0].start : gap(before: position)
  }
}

extension JSONIndex {
  /// - Parameter entry: of an array or object.
  func container(_ entry: Int) -> ContainerPlace {
    let record = entries[entry]
    let isObject = record.kind == .object
    var children: [ContainerPlace.Child] = []
    children.reserveCapacity(childCount(entry))
    var current = entry + 1
    while current < Int(record.next) {
      let value = isObject ? current + 1 : current
      children.append(.init(start: Int(entries[current].start), end: Int(entries[value].end), value: value))
      current = Int(entries[value].next)
    }
    return ContainerPlace(
      entry: entry, isObject: isObject, inside: Int(record.start) + 1..<Int(record.end) - 1, children: children)
  }

  private func childCount(_ entry: Int) -> Int {
    let record = entries[entry]
    let isObject = record.kind == .object
    var count = 0
    var current = entry + 1
    while current < Int(record.next) {
      count += 1
      current = Int(entries[isObject ? current + 1 : current].next)
    }
    return count
  }

  /// The non-empty arrays and objects in the order of the text.
  func nonEmptyContainers() -> some Sequence<Int> {
    entries.indices.lazy.filter { [entries] entry in
      let kind = entries[entry].kind
      return (kind == .object || kind == .array) && Int(entries[entry].next) > entry + 1
    }
  }
}
