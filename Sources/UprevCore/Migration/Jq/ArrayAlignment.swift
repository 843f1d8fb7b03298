/// Which elements of an array are still there after a change, given the classes of equal elements before and after.
///
/// Equal elements are paired first with first, second with second; of the pairs, a longest row in which the order is kept stays
/// in place. Time n log n, whatever the arrays hold.
struct ArrayAlignment {
  /// What an element of the array after the change is.
  enum Element: Hashable {
    /// The one that was at that place, unchanged; these places increase.
    case kept(Int)
    /// Stands where that one stood, and differs from it; these places increase together with those that are kept.
    case changed(Int)
    /// Equals the one that was at that place, which is elsewhere now.
    case moved(Int)
    case new
  }

  private(set) var elements: [Element]

  init(from old: [UInt32], to new: [UInt32]) {
    elements = Array(repeating: .new, count: new.count)
    let shorter = min(old.count, new.count)
    var start = 0
    while start < shorter, old[start] == new[start] {
      elements[start] = .kept(start)
      start += 1
    }
    var end = 0
    while end < shorter - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
      elements[new.count - 1 - end] = .kept(old.count - 1 - end)
      end += 1
    }
    let oldEnd = old.count - end
    let newEnd = new.count - end
    let pairs = ArrayAlignment.pairs(old, start..<oldEnd, new, start..<newEnd)
    let row = Set(ArrayAlignment.longestIncreasingRow(pairs.map(\.old)))
    var isPaired = Array(repeating: false, count: max(0, oldEnd - start))
    for (position, pair) in pairs.enumerated() {
      isPaired[pair.old - start] = true
      elements[pair.new] = row.contains(position) ? .kept(pair.old) : .moved(pair.old)
    }
    // Between two that stay, as many unpaired ones before as after are taken for the same ones, changed.
    var stretch: [Int] = []
    var oldPosition = start
    for position in start...newEnd {
      let anchor: Int
      if position == newEnd {
        anchor = oldEnd
      } else if case .kept(let kept) = elements[position] {
        anchor = kept
      } else {
        if case .new = elements[position] { stretch.append(position) }
        continue
      }
      let left = (oldPosition..<max(oldPosition, anchor)).filter { !isPaired[$0 - start] }
      if left.count == stretch.count {
        for (old, new) in zip(left, stretch) { elements[new] = .changed(old) }
      }
      stretch.removeAll(keepingCapacity: true)
      oldPosition = anchor + 1
    }
  }

  private static func pairs(
    _ old: [UInt32], _ oldRange: Range<Int>, _ new: [UInt32], _ newRange: Range<Int>
  ) -> [(old: Int, new: Int)] {
    var places: [UInt32: [Int]] = [:]
    // The last first, so that the first is taken from the end.
    for position in oldRange.reversed() { places[old[position], default: []].append(position) }
    return newRange.compactMap { position in
      places[new[position]]?.popLast().map { (old: $0, new: position) }
    }
  }

  /// The positions, in order, of a longest row of numbers of which each is greater than the one before.
  static func longestIncreasingRow(_ numbers: [Int]) -> [Int] {
    // For each length, the position of the smallest number with which a row of that length can end.
    var ends: [Int] = []
    var before = Array(repeating: -1, count: numbers.count)
    for (position, number) in numbers.enumerated() {
      var low = 0
      var high = ends.count
      while low < high {
        let middle = (low + high) / 2
        if numbers[ends[middle]] < number { low = middle + 1 } else { high = middle }
      }
      if low > 0 { before[position] = ends[low - 1] }
      if low == ends.count { ends.append(position) } else { ends[low] = position }
    }
    var row: [Int] = []
    var position = ends.last ?? -1
    while position >= 0 {
      row.append(position)
      position = before[position]
    }
    return row.reversed()
  }
}
