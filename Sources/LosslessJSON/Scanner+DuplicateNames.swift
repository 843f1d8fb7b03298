extension Scanner {
  /// Members up to which every name is compared with those before it.
  private static let pairwiseLimit = 32

  /// Refuses an object in which two names are equal after unescaping. The object is complete but for its own entry.
  ///
  /// Small objects: a name is compared with the earlier ones only if a bit of its signature was seen before. Large objects
  /// are sorted, so that no choice of names makes it quadratic.
  @inline(__always)
  mutating func checkNames(of object: Int) throws(ScanFailure) {
    var seen: UInt64 = 0
    var name = object + 1
    var members = 0
    while name < count {
      let bit: UInt64 = 1 << UInt64(entries[name].next & 63)
      if seen & bit != 0, let duplicate = duplicate(of: name, in: object) {
        throw ScanFailure(
          reason: .duplicateMember, offset: Int(entries[duplicate].start), name: (duplicate, object))
      }
      seen |= bit
      members += 1
      if members > Scanner.pairwiseLimit { return try checkSortedNames(of: object) }
      name = Int(entries[name + 1].next)
    }
  }

  /// `name` itself if an earlier one of the object equals it.
  @inline(never)
  private func duplicate(of name: Int, in object: Int) -> Int? {
    let index = RawIndex(base: base, entries: entries)
    var earlier = object + 1
    while earlier < name {
      if entries[earlier].next == entries[name].next, index.areEqual(earlier, in: index, name) { return name }
      earlier = Int(entries[earlier + 1].next)
    }
    return nil
  }

  @inline(never)
  private func checkSortedNames(of object: Int) throws(ScanFailure) {
    let index = RawIndex(base: base, entries: entries)
    let names = index.sortedNames(of: object, end: count)
    var first: Int?
    for (left, right) in zip(names, names.dropFirst())
    where entries[left].next == entries[right].next && index.areEqual(left, in: index, right) {
      first = min(first ?? right, right)
    }
    if let first {
      throw ScanFailure(reason: .duplicateMember, offset: Int(entries[first].start), name: (first, object))
    }
  }
}
