extension JSONValue {
  /// Equality as JSON Schema defines it (2020-12, core, 4.2.2): numbers by value, strings code point by code point after
  /// unescaping, arrays element by element, objects member by member in any order. `NaN` equals `NaN`.
  ///
  /// n log n in the members of an object; the depth of the values costs no stack.
  public func isEqual(to other: JSONValue) -> Bool {
    index.withRawIndex { left in
      other.index.withRawIndex { right in
        Equality(left: left, right: right).areEqual(entry, other.entry)
      }
    } ?? false
  }
}

struct Equality {
  let left: RawIndex
  let right: RawIndex

  func areEqual(_ first: Int, _ second: Int) -> Bool {
    var (one, other) = (first, second)
    // Stays without memory where nothing is within the first two.
    var pending: [(Int, Int)] = []
    while true {
      guard left.entries[one].kind == right.entries[other].kind else { return false }
      switch left.entries[one].kind {
      case .null, .true, .false: break
      case .nonFinite:
        guard left.literal(one).elementsEqual(right.literal(other)) else { return false }
      case .number:
        guard numbersAreEqual(left.literal(one), right.literal(other)) else { return false }
      case .string:
        guard left.areEqual(one, in: right, other) else { return false }
      case .array:
        guard pushElements(one, other, &pending) else { return false }
      case .object:
        guard pushMembers(one, other, &pending) else { return false }
      }
      guard let next = pending.popLast() else { return true }
      (one, other) = next
    }
  }

  private func numbersAreEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    if one.elementsEqual(other) { return true }
    guard let one = JSONDecimal(digits: one), let other = JSONDecimal(digits: other) else { return false }
    return one == other
  }

  private func pushElements(_ one: Int, _ other: Int, _ pending: inout [(Int, Int)]) -> Bool {
    let (endOne, endOther) = (Int(left.entries[one].next), Int(right.entries[other].next))
    var (element, counterpart) = (one + 1, other + 1)
    while element < endOne, counterpart < endOther {
      pending.append((element, counterpart))
      element = Int(left.entries[element].next)
      counterpart = Int(right.entries[counterpart].next)
    }
    return element >= endOne && counterpart >= endOther
  }

  private func pushMembers(_ one: Int, _ other: Int, _ pending: inout [(Int, Int)]) -> Bool {
    let (endOne, endOther) = (Int(left.entries[one].next), Int(right.entries[other].next))
    // Mostly the order is the same.
    let start = pending.count
    var (name, counterpart) = (one + 1, other + 1)
    while name < endOne, counterpart < endOther, namesAreEqual(name, counterpart) {
      pending.append((name + 1, counterpart + 1))
      name = Int(left.entries[name + 1].next)
      counterpart = Int(right.entries[counterpart + 1].next)
    }
    if name >= endOne, counterpart >= endOther { return true }
    pending.removeSubrange(start...)
    let names = left.sortedNames(of: one, end: endOne)
    let counterparts = right.sortedNames(of: other, end: endOther)
    guard names.count == counterparts.count else { return false }
    for (name, counterpart) in zip(names, counterparts) {
      guard namesAreEqual(name, counterpart) else { return false }
      pending.append((name + 1, counterpart + 1))
    }
    return true
  }

  private func namesAreEqual(_ one: Int, _ other: Int) -> Bool {
    left.entries[one].next == right.entries[other].next && left.areEqual(one, in: right, other)
  }
}
