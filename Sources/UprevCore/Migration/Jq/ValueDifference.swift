import LosslessJSON

/// What is different between two texts of values, both written without white space and equal scalars alike: between what a
/// program got and what it made of it. Entries are those of the two texts' indices.
///
/// Arrays and objects are compared child by child, without recursion.
struct ValueDifference {
  /// A child of an array or object as it is after the change.
  enum Child {
    /// At that place before; compared on its own.
    case kept(Int)
    /// A member's name (an entry), the value, and the old value that it is known to be.
    case inserted(name: Int?, value: Int, origin: Int?)
  }

  private(set) var replaced: [(old: Int, new: Int)] = []
  /// Arrays and objects that got or lost children.
  private(set) var arranged: [(old: Int, children: [Child])] = []
  /// Old values that are no longer where they were, with all that is in them.
  private(set) var departed: [Range<Int>] = []
  /// Arrays whose elements differ, before and after.
  private(set) var arrays: [(old: Int, new: Int)] = []

  private let old: IndexedJSON
  private let new: IndexedJSON
  private let classes: ValueClassCache
  private var pending: [(old: Int, new: Int)] = []
  /// Bytes that may still be compared at once; beyond, containers are compared child by child right away.
  private var budget: Int

  init(from old: IndexedJSON, to new: IndexedJSON, classes: ValueClassCache) {
    self.old = old
    self.new = new
    self.classes = classes
    budget = 16 * (old.text.count + new.text.count) + 4096
    pending = [(0, 0)]
    while let pair = pending.popLast() { compare(pair.old, pair.new) }
  }

  private mutating func compare(_ oldEntry: Int, _ newEntry: Int) {
    let (one, other) = (old.value(oldEntry), new.value(newEntry))
    guard one.kind == other.kind else { return replace(oldEntry, newEntry) }
    switch one.kind {
    case .object:
      if !areSameBytes(one, other) { compareMembers(one, other) }
    case .array:
      if !areSameBytes(one, other) { compareElements(one, other) }
    default:
      // Programs may write an equal number in another way; jq's are written in one.
      if !one.literal.elementsEqual(other.literal), !one.isEqual(to: other) { replace(oldEntry, newEntry) }
    }
  }

  private mutating func areSameBytes(_ one: JSONValue, _ other: JSONValue) -> Bool {
    guard one.range.count == other.range.count, budget >= one.range.count else { return false }
    budget -= one.range.count
    return one.literal == other.literal
  }

  private mutating func replace(_ oldEntry: Int, _ newEntry: Int) {
    replaced.append((oldEntry, newEntry))
    depart(oldEntry)
  }

  private mutating func depart(_ entry: Int) {
    departed.append(entry..<old.entry(after: entry))
  }

  private mutating func compareMembers(_ one: JSONValue, _ other: JSONValue) {
    let oldMembers = Array(one.members)
    let newMembers = Array(other.members)
    var children: [Child] = []
    // Mostly the names are the same, in the same order.
    for ((oldName, oldValue), (newName, newValue)) in zip(oldMembers, newMembers) {
      guard oldName.literal == newName.literal else { break }
      children.append(.kept(children.count))
      pending.append((oldValue.entry, newValue.entry))
    }
    let common = children.count
    if common == oldMembers.count, common == newMembers.count { return }
    var counterparts: [ArraySlice<UInt8>: Int] = [:]
    for (name, value) in newMembers[common...] { counterparts[name.literal] = value.entry }
    var isArranged = false
    for (position, member) in oldMembers.enumerated().dropFirst(common) {
      if let counterpart = counterparts.removeValue(forKey: member.name.literal) {
        children.append(.kept(position))
        pending.append((member.value.entry, counterpart))
      } else {
        depart(member.value.entry)
        isArranged = true
      }
    }
    for (name, value) in newMembers[common...] where counterparts[name.literal] != nil {
      children.append(.inserted(name: value.entry - 1, value: value.entry, origin: nil))
      isArranged = true
    }
    if isArranged { arranged.append((one.entry, children)) }
  }

  private mutating func compareElements(_ one: JSONValue, _ other: JSONValue) {
    let (oldClasses, newClasses) = classes.both
    let oldElements = one.elements.map(\.entry)
    let newElements = other.elements.map(\.entry)
    let alignment = ArrayAlignment(from: oldElements.map { oldClasses[$0] }, to: newElements.map { newClasses[$0] })
    arrays.append((one.entry, other.entry))
    var children: [Child] = []
    var stays = Array(repeating: false, count: oldElements.count)
    var isArranged = oldElements.count != newElements.count
    for (element, entry) in zip(alignment.elements, newElements) {
      switch element {
      case .kept(let position):
        stays[position] = true
        children.append(.kept(position))
      case .changed(let position):
        stays[position] = true
        children.append(.kept(position))
        pending.append((oldElements[position], entry))
      case .moved(let position):
        children.append(.inserted(name: nil, value: entry, origin: oldElements[position]))
        isArranged = true
      case .new:
        children.append(.inserted(name: nil, value: entry, origin: nil))
        isArranged = true
      }
    }
    for (position, entry) in oldElements.enumerated() where !stays[position] {
      depart(entry)
      isArranged = true
    }
    if isArranged { arranged.append((one.entry, children)) }
  }
}

/// The classes of equal values of two texts, made when they are first asked for.
///
/// It is used by one thread.
final class ValueClassCache {
  private let old: IndexedJSON
  private let new: IndexedJSON
  private lazy var classes = JSONValueClasses([old, new])

  init(_ old: IndexedJSON, _ new: IndexedJSON) {
    self.old = old
    self.new = new
  }

  /// By entry, of the old and of the new text.
  var both: (old: [UInt32], new: [UInt32]) { (classes.classes[0], classes.classes[1]) }
  var count: Int { classes.count }
}
