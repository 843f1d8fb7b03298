/// Lists of member names in one piece of memory, each name with a tag: to find out which name of a list a member has,
/// without touching a reference count.
package struct JSONKeyTable: Sendable {
  /// One place of a list's hash table.
  struct Slot: Sendable {
    /// In `count`: nothing here.
    static let free = UInt32.max

    var signature: UInt32 = 0
    /// Of the name's first byte.
    var start: UInt32 = 0
    /// Of the name's bytes.
    var count: UInt32 = Slot.free
    var tag: UInt32 = 0
  }

  /// One list of the table that has made it.
  package struct List: Sendable {
    let firstSlot: Int
    /// Slots less one; at least one slot is free.
    let mask: Int
  }

  private(set) var slots: [Slot] = []
  /// All names, and one word that is readable past the last.
  private(set) var bytes = [UInt8](repeating: 0, count: JSONKeyTable.padding)

  private static let padding = 8

  /// A table without lists.
  package init() {}

  /// - Parameter keys: names with what ``RawIndex/tag(ofName:in:of:)`` is to give for them; different ones.
  package mutating func add(_ keys: [(key: JSONKey, tag: UInt32)]) -> List {
    var capacity = 1
    while capacity < 2 * keys.count { capacity *= 2 }
    let list = List(firstSlot: slots.count, mask: capacity - 1)
    slots.append(contentsOf: repeatElement(Slot(), count: capacity))
    for (key, tag) in keys {
      var place = Int(key.signature) & list.mask
      while slots[list.firstSlot + place].count != Slot.free { place = (place + 1) & list.mask }
      slots[list.firstSlot + place] = Slot(
        signature: key.signature, start: UInt32(truncatingIfNeeded: bytes.count - JSONKeyTable.padding),
        count: UInt32(truncatingIfNeeded: key.bytes.count), tag: tag)
      bytes.insert(contentsOf: key.bytes, at: bytes.count - JSONKeyTable.padding)
    }
    return list
  }

  /// The table as pointers that are valid during the call only; no call where it has no list. Not generic, so that it
  /// needs no metadata at run time.
  package func withRawKeys(_ body: (RawKeys) -> Void) {
    slots.withUnsafeBufferPointer { slots in
      bytes.withUnsafeBufferPointer { bytes in
        guard let first = slots.baseAddress, let base = bytes.baseAddress else { return }
        body(RawKeys(slots: first, base: base))
      }
    }
  }
}

/// A ``JSONKeyTable`` as pointers.
package struct RawKeys {
  let slots: UnsafePointer<JSONKeyTable.Slot>
  let base: UnsafePointer<UInt8>
}

extension RawIndex {
  /// The tag of the name that the member has; nil where the list has no such name.
  ///
  /// - Parameters:
  ///   - name: the entry of a member name.
  ///   - list: of the table that `keys` points to.
  package func tag(ofName name: Int, in list: JSONKeyTable.List, of keys: RawKeys) -> UInt32? {
    let record = entries[name]
    let slots = keys.slots + list.firstSlot
    var place = Int(record.next) & list.mask
    while slots[place].count != JSONKeyTable.Slot.free {
      let slot = slots[place]
      if slot.signature == record.next, hasBytes(record, name, keys.base + Int(slot.start), count: Int(slot.count)) {
        return slot.tag
      }
      place = (place + 1) & list.mask
    }
    return nil
  }

  /// - Parameter bytes: as in the text, seven bytes past the end are readable.
  @inline(__always)
  private func hasBytes(_ record: IndexEntry, _ name: Int, _ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
    if record.hasEscape {
      return content(name) { RawIndex.order($0, UnsafeBufferPointer(start: bytes, count: count)) == 0 }
    }
    guard Int(record.end) - Int(record.start) - 2 == count else { return false }
    let start = base + Int(record.start) + 1
    var position = 0
    while count - position >= 8 {
      if Words.load(start + position) != Words.load(bytes + position) { return false }
      position += 8
    }
    let difference = Words.load(start + position) ^ Words.load(bytes + position)
    return difference & ((1 << UInt64(truncatingIfNeeded: (count - position) &* 8)) &- 1) == 0
  }
}
