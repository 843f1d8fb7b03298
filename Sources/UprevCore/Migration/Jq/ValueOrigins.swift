import LosslessJSON

/// Where in a document the values come from that a jq program put somewhere else.
///
/// A value of the document is found by the class of its view. The view of a number is the nearest double, and that of a string
/// has U+FFFD for surrogates without their other half: so two different values can have one view. Where that is so, and it
/// matters which of them a value is, there is no telling, and the step fails rather than write the wrong one.
struct ValueOrigins {
  private let document: IndexedJSON
  /// The entry of the program's input in the document; entry 0 of the view.
  private let offset: Int
  private let view: IndexedJSON
  private let classes: ValueClassCache
  /// For each class, the first entry of the view that is of it, or -1.
  private var first: [Int32]
  /// For each class, the one literal of the values of it that left their place; nil where they differ.
  private var departed: [UInt32: Int?] = [:]
  /// Classes of values that have another value than their view.
  private var inexact: Set<UInt32> = []
  /// Those of them whose values differ, with two of these.
  private var indistinct: [UInt32: (Int, Int)] = [:]

  init(of original: JSONValue, view: IndexedJSON, classes: ValueClassCache, difference: ValueDifference) {
    document = original.document
    offset = original.entry
    self.view = view
    self.classes = classes
    let byEntry = classes.both.old
    first = Array(repeating: -1, count: classes.count)
    for entry in byEntry.indices.reversed() where !view.isName(entry) {
      first[Int(byEntry[entry])] = Int32(truncatingIfNeeded: entry)
      if !isExact(entry) { inexact.insert(byEntry[entry]) }
    }
    for entry in byEntry.indices where inexact.contains(byEntry[entry]) && !view.isName(entry) {
      let one = Int(first[Int(byEntry[entry])])
      if !self.original(one).isEqual(to: self.original(entry)) { indistinct[byEntry[entry]] = (one, entry) }
    }
    for range in difference.departed {
      for entry in range where !view.isName(entry) {
        if let known = departed[byEntry[entry]] {
          guard let known, literal(known) != literal(entry) else { continue }
          departed[byEntry[entry]] = .some(nil)
        } else {
          departed[byEntry[entry]] = entry
        }
      }
    }
  }

  /// The value of the document at an entry of the view.
  func original(_ entry: Int) -> JSONValue { document.value(offset + entry) }

  func literal(_ entry: Int) -> ArraySlice<UInt8> { original(entry).literal }

  private func isExact(_ entry: Int) -> Bool {
    let (value, seen) = (original(entry), view.value(entry))
    switch value.kind {
    case .number, .string: return value.literal == seen.literal || value.isEqual(to: seen)
    default: return true
    }
  }

  /// The literal of the document that stands for a new value of this class; nil where there is none to prefer to the new
  /// value's own.
  ///
  /// An array or object that equals one of the document is that one. A scalar that equals one that left its place is that one,
  /// if there is only one way in which those are written. A number that the document has, but jq cannot hold, is that one.
  func literal(ofClass number: UInt32, kind: JSONKind) -> ArraySlice<UInt8>? {
    let gone = departed[number]
    switch kind {
    case .array, .object:
      if let gone, let entry = gone { return literal(entry) }
      let entry = Int(first[Int(number)])
      return entry < 0 ? nil : literal(entry)
    case .number, .string, .nonFinite:
      if let gone, let entry = gone { return literal(entry) }
      return inexact.contains(number) ? literal(Int(first[Int(number)])) : nil
    default:
      return nil
    }
  }

  /// Two values of the document that have one view, which is that of a value among these new ones; nil where there are none.
  func indistinctValues(_ entries: Range<Int>, in new: IndexedJSON) -> (JSONValue, JSONValue)? {
    if indistinct.isEmpty { return nil }
    let byEntry = classes.both.new
    for entry in entries where !new.isName(entry) {
      if let pair = indistinct[byEntry[entry]] { return (original(pair.0), original(pair.1)) }
    }
    return nil
  }

  /// The same where an array's elements were told apart by their views alone: values of one view are taken to have kept their
  /// order, as long as none is missing and none is new.
  func indistinctElements(_ arrays: [(old: Int, new: Int)], in new: IndexedJSON) -> (JSONValue, JSONValue)? {
    if indistinct.isEmpty { return nil }
    let (oldClasses, newClasses) = classes.both
    for array in arrays {
      var balance: [UInt32: Int] = [:]
      for entry in array.old..<view.entry(after: array.old)
      where !view.isName(entry) && indistinct[oldClasses[entry]] != nil { balance[oldClasses[entry], default: 0] += 1 }
      for entry in array.new..<new.entry(after: array.new)
      where !new.isName(entry) && indistinct[newClasses[entry]] != nil { balance[newClasses[entry], default: 0] -= 1 }
      for (number, count) in balance where count != 0 {
        if let pair = indistinct[number] { return (original(pair.0), original(pair.1)) }
      }
    }
    return nil
  }
}
