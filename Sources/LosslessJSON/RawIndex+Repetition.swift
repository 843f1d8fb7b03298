extension RawIndex {
  /// Up to so many elements each is compared with each.
  private static let fewElements = 8

  /// The first element of an array that equals one before it, as ``isEqual(_:to:in:)`` has it; nil where all differ.
  ///
  /// n log n in the elements and in the members of each object.
  package func firstRepetition(in array: Int) -> Int? {
    let end = end(array)
    var elements: [Int] = []
    var element = array + 1
    while element < end {
      elements.append(element)
      element = self.end(element)
    }
    guard elements.count > RawIndex.fewElements else { return firstRepetition(among: elements) }
    var hashes = elements.map { (hash: hash($0), element: $0) }
    hashes.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.element < $1.element }
    var found: Int?
    var first = 0
    while first < hashes.count {
      var last = first + 1
      while last < hashes.count, hashes[last].hash == hashes[first].hash { last += 1 }
      // Hashes are seeded anew in each process: what shares one is equal, but for a few pairs at most.
      if last - first > 1, let repetition = firstRepetition(among: hashes[first..<last].map(\.element)),
        repetition < found ?? .max
      {
        found = repetition
      }
      first = last
    }
    return found
  }

  private func end(_ entry: Int) -> Int { Int(entries[entry].next) }

  private func firstRepetition(among elements: [Int]) -> Int? {
    for (position, element) in elements.enumerated() {
      for earlier in elements[..<position] where isEqual(element, to: earlier, in: self) { return element }
    }
    return nil
  }

  /// Equal for equal values. Depth costs no stack.
  private func hash(_ value: Int) -> Int {
    var hasher = Hasher()
    var pending = [value]
    while let entry = pending.popLast() {
      hasher.combine(entries[entry].kind)
      switch entries[entry].kind {
      case .null, .true, .false: break
      case .nonFinite: hasher.combine(bytes: literal(entry))
      case .number: hasher.combine(JSONDecimal(digits: literal(entry)))
      case .string: combine(entry, into: &hasher)
      case .array:
        let start = pending.count
        var element = entry + 1
        while element < end(entry) {
          pending.append(element)
          element = end(element)
        }
        hasher.combine(pending.count - start)
      case .object:
        let names = sortedNames(of: entry, end: end(entry))
        hasher.combine(names.count)
        for name in names {
          combine(name, into: &hasher)
          pending.append(name + 1)
        }
      }
    }
    return hasher.finalize()
  }

  private func combine(_ string: Int, into hasher: inout Hasher) {
    content(string) { bytes in
      hasher.combine(bytes.count)
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
  }
}
