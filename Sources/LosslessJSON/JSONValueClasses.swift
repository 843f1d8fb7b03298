/// Numbers for the values of several texts, equal for equal values: arrays element by element, objects member by member in any
/// order, scalars byte for byte, so that the texts must write equal scalars alike.
///
/// Made by one pass from the last value to the first, without recursion; nothing is taken for equal because a hash is.
package struct JSONValueClasses {
  /// For each text, for each entry of its index: the value's class. Names have one too, that of a string of these bytes.
  package let classes: [[UInt32]]
  /// All classes are below it.
  package let count: Int

  package init(_ texts: [IndexedJSON]) {
    var scalars: [Literal: UInt32] = [:]
    var containers: [[UInt32]: UInt32] = [:]
    var next: UInt32 = 0
    classes = texts.map { text in
      let entries = text.index.entries
      var classes = [UInt32](repeating: 0, count: entries.count)
      for entry in entries.indices.reversed() {
        let record = entries[entry]
        switch record.kind {
        case .array, .object:
          let key = JSONValueClasses.key(entry, record, entries, classes)
          if let known = containers[key] {
            classes[entry] = known
          } else {
            containers[key] = next
            classes[entry] = next
            next += 1
          }
        default:
          let key = Literal(bytes: text.text.bytes[record.range])
          if let known = scalars[key] {
            classes[entry] = known
          } else {
            scalars[key] = next
            classes[entry] = next
            next += 1
          }
        }
      }
      return classes
    }
    count = Int(next)
  }

  /// What tells one array or object from another: its kind and the classes of what is in it.
  private static func key(
    _ entry: Int, _ record: IndexEntry, _ entries: [IndexEntry], _ classes: [UInt32]
  ) -> [UInt32] {
    let end = Int(record.next)
    guard record.kind == .object else {
      var key: [UInt32] = [0]
      var element = entry + 1
      while element < end {
        key.append(classes[element])
        element = Int(entries[element].next)
      }
      return key
    }
    var members: [(name: UInt32, value: UInt32)] = []
    var name = entry + 1
    while name < end {
      members.append((classes[name], classes[name + 1]))
      name = Int(entries[name + 1].next)
    }
    members.sort { $0.name < $1.name }
    var key: [UInt32] = [1]
    for member in members {
      key.append(member.name)
      key.append(member.value)
    }
    return key
  }

  private struct Literal: Hashable {
    let bytes: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) {
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    static func == (left: Literal, right: Literal) -> Bool {
      left.bytes.withUnsafeBytes { left in
        right.bytes.withUnsafeBytes { right in RawIndex.equal(left, right) }
      }
    }
  }
}

extension RawIndex {
  static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    return (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }
}

extension IndexedJSON {
  /// The entries of the index: a value and all that is in it are a row of them, in the order of the text.
  package var entryCount: Int { index.entries.count }

  /// The entry after a value and all that is in it.
  package func entry(after entry: Int) -> Int { Int(index.entries[entry].next) }

  /// Whether an entry is a member's name.
  package func isName(_ entry: Int) -> Bool { index.entries[entry].tag & IndexEntry.isName != 0 }

  /// The value at an entry that is no name.
  package func value(_ entry: Int) -> JSONValue { JSONValue(index: index, entry: entry) }

  /// The name at an entry that is one.
  package func name(_ entry: Int) -> JSONName { JSONName(index: index, entry: entry) }
}
