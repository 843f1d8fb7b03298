/// A text and its entries as pointers, for the loops that go over them; the scanner uses it before the index is complete.
///
/// Its methods take entries of the index and check none of them.
package struct RawIndex {
  let base: UnsafePointer<UInt8>
  /// Stored properties are read directly also across targets; calls between them are not inlined.
  @usableFromInline package let entries: UnsafePointer<IndexEntry>

  /// The three-way order of two strings by their unescaped bytes.
  func order(_ left: Int, in other: RawIndex, _ right: Int) -> Int {
    content(left) { leftBytes in
      other.content(right) { rightBytes in
        RawIndex.order(leftBytes, rightBytes)
      }
    }
  }

  func areEqual(_ left: Int, in other: RawIndex, _ right: Int) -> Bool {
    order(left, in: other, right) == 0
  }

  static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    let common = min(left.count, right.count)
    var position = 0
    while position < common {
      let difference = Int(left[position]) - Int(right[position])
      if difference != 0 { return difference }
      position += 1
    }
    return left.count - right.count
  }

  /// A string's unescaped bytes (lone surrogates kept); nothing is copied where there is no escape.
  @inline(__always)
  func content<Result>(_ entry: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let start = base + Int(entries[entry].start) + 1
    let count = max(0, Int(entries[entry].end) - Int(entries[entry].start) - 2)
    if !entries[entry].hasEscape { return body(UnsafeBufferPointer(start: start, count: count)) }
    return Unescaping.bytes(start, count: count, loneSurrogates: .kept).withUnsafeBufferPointer(body)
  }

  /// The names of a closed object, as entries, in the order of signatures and, among equal ones, of unescaped bytes and then
  /// of the text: n log n comparisons, whatever the names.
  func sortedNames(of object: Int, end: Int) -> [Int] {
    var keys: [UInt64] = []
    var name = object + 1
    while name < end {
      keys.append(UInt64(entries[name].next) << 32 | UInt64(truncatingIfNeeded: name))
      name = Int(entries[name + 1].next)
    }
    keys.sort()
    var names = keys.map { Int(truncatingIfNeeded: $0 & 0xffff_ffff) }
    var first = 0
    while first < names.count {
      var last = first + 1
      while last < names.count, entries[names[last]].next == entries[names[first]].next { last += 1 }
      if last - first > 1 { sortByContent(&names, first..<last) }
      first = last
    }
    return names
  }

  /// Sorts names that share a signature. Escaped ones are unescaped once, not once a comparison.
  private func sortByContent(_ names: inout [Int], _ range: Range<Int>) {
    if names[range].contains(where: { entries[$0].hasEscape }) {
      var unescaped = names[range].map { name in (name: name, bytes: content(name) { Array($0) }) }
      unescaped.sort { left, right in
        let order = left.bytes.withUnsafeBufferPointer { leftBytes in
          right.bytes.withUnsafeBufferPointer { RawIndex.order(leftBytes, $0) }
        }
        return order != 0 ? order < 0 : left.name < right.name
      }
      names.replaceSubrange(range, with: unescaped.map(\.name))
    } else {
      names[range].sort { left, right in
        let order = order(left, in: self, right)
        return order != 0 ? order < 0 : left < right
      }
    }
  }
}
