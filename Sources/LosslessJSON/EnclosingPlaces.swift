/// Finds what encloses the values of one document: in time proportional to the document for all values in their order, where
/// each alone would cost a walk from the root.
struct EnclosingPlaces {
  private let index: JSONIndex
  /// What was found last: the next value is mostly its neighbour.
  private var last: ContainerPlace?
  private var walks = 0
  /// By entry the enclosing one, ``IndexEntry/none`` for the root; made where more than one walk is needed.
  private var parents: [UInt32] = []

  init(_ index: JSONIndex) {
    self.index = index
  }

  /// The array or object that holds the value at `entry`, and where in it; nil for the root.
  mutating func place(of entry: Int) -> (container: ContainerPlace, position: Int)? {
    guard entry > 0 else { return nil }
    if let last, let position = last.position(of: entry) { return (last, position) }
    walks += 1
    if walks == 2 { parents = findParents() }
    let container = index.container(parents.isEmpty ? walk(to: entry) : Int(parents[entry]))
    last = container
    return container.position(of: entry).map { (container, $0) }
  }

  private func walk(to entry: Int) -> Int {
    var current = 0
    while true {
      let isObject = index.entries[current].kind == .object
      var child = current + (isObject ? 2 : 1)
      while Int(index.entries[child].next) <= entry {
        child = Int(index.entries[child].next) + (isObject ? 1 : 0)
      }
      if child == entry { return current }
      current = child
    }
  }

  private func findParents() -> [UInt32] {
    var parents = [UInt32](repeating: IndexEntry.none, count: index.entries.count)
    var open: [(entry: Int, end: Int)] = []
    for entry in index.entries.indices {
      while let innermost = open.last, innermost.end <= entry { open.removeLast() }
      if let innermost = open.last { parents[entry] = UInt32(truncatingIfNeeded: innermost.entry) }
      let record = index.entries[entry]
      if record.tag & IndexEntry.isName == 0, record.kind == .object || record.kind == .array {
        open.append((entry, Int(record.next)))
      }
    }
    return parents
  }
}

extension ContainerPlace {
  /// Where among the children the value at `entry` is; nil where it is none of them.
  func position(of entry: Int) -> Int? {
    var low = 0
    var high = children.count
    while low < high {
      let middle = (low + high) / 2
      if children[middle].value < entry { low = middle + 1 } else { high = middle }
    }
    return low < children.count && children[low].value == entry ? low : nil
  }
}
