import Foundation
import UprevCore
import UprevReport

extension SimulatedVolume {
  /// What is left of a file that was not synchronized.
  enum Remains: CaseIterable {
    /// What was durable before; of a new file nothing.
    case before
    case all
    /// The first half of the new bytes.
    case half
    /// The new size, and zeros.
    case zeros
  }

  /// The states that a crash may leave: of the pending changes of entries any subset, each as a whole; of each file that was
  /// not synchronized one of four remains. All of them where they are at most `limit`; otherwise the plain ones (none, all,
  /// each prefix, each alone, each missing) and samples.
  ///
  /// Each state comes once.
  public func crashStates(limit: Int = 1024, samples: Int = 64, using generator: inout SeededGenerator)
    -> [SimulatedVolume]
  {
    let files = dirty.sorted().filter { nodes[$0]?.kind == .regular }
    let choices = (0..<pending.count).reduce(1) { count, _ in min(count * 2, limit + 1) }
    let combinations = files.reduce(choices) { count, _ in min(count * Remains.allCases.count, limit + 1) }
    var states: [SimulatedVolume] = []
    var seen: Set<[SimulatedEntry]> = []
    func add(_ isKept: (Int) -> Bool, _ remains: (Int) -> Remains) {
      let state = afterCrash(isKept, remains)
      if seen.insert(state.listing).inserted { states.append(state) }
    }
    let kinds = Remains.allCases
    if combinations <= limit {
      for number in 0..<combinations {
        add({ number >> $0 & 1 == 1 }, { kinds[(number >> (pending.count + 2 * $0)) & 3] })
      }
      return states
    }
    let count = pending.count
    for kind in kinds {
      for length in 0...count { add({ $0 < length }, { _ in kind }) }
      for one in 0..<count {
        add({ $0 == one }, { _ in kind })
        add({ $0 != one }, { _ in kind })
      }
    }
    for _ in 0..<samples {
      let kept = (0..<count).map { _ in generator.next() & 1 == 1 }
      let remains = files.map { _ in kinds[Int(generator.next() & 3)] }
      add({ kept[$0] }, { remains[$0] })
    }
    return states
  }

  /// - Parameters:
  ///   - isKept: of a pending change, by its place.
  ///   - remains: of a file that was not synchronized, by its place in the order of their numbers.
  private func afterCrash(_ isKept: (Int) -> Bool, _ remains: (Int) -> Remains) -> SimulatedVolume {
    var durable = durable
    for (index, change) in pending.enumerated() where isKept(index) { apply(change, to: &durable) }
    let files = dirty.sorted().filter { nodes[$0]?.kind == .regular }
    for (index, id) in files.enumerated() {
      guard let now = nodes[id] else { continue }
      switch remains(index) {
      case .before: break
      case .all: durable[id]?.node = now
      case .half:
        durable[id]?.node = now
        durable[id]?.node.data = Array(now.data.prefix(now.data.count / 2))
      case .zeros:
        durable[id]?.node = now
        durable[id]?.node.data = [UInt8](repeating: 0, count: now.data.count)
      }
    }
    // What can be reached from the root is what there is.
    var survived: [Int: Node] = [:]
    var numbers: Set<UInt64> = []
    var queue = [Self.root]
    while let id = queue.popLast() {
      guard let found = durable[id] else { continue }
      var node = found.node
      node.entries = found.entries.compactMapValues(\.node)
      node.links = id == Self.root ? 1 : 0
      survived[id] = node
      for child in node.entries.values where survived[child] == nil { queue.append(child) }
    }
    for id in survived.keys.sorted() {
      for child in survived[id]?.entries.values.sorted() ?? [] {
        survived[child]?.links += 1
        if survived[child]?.kind == .directory { survived[child]?.parent = id }
      }
      // A number that was used again: the older file keeps it.
      while let number = survived[id]?.number, !numbers.insert(number).inserted {
        survived[id]?.number = number + 1000
      }
    }
    return SimulatedVolume(survived, like: self)
  }

  /// Everything below the root, in byte order of paths.
  public var listing: [SimulatedEntry] {
    var result: [SimulatedEntry] = []
    func walk(_ id: Int, _ path: String) {
      guard let node = nodes[id] else { return }
      for (name, child) in node.entries.sorted(by: { $0.key < $1.key }) {
        guard let found = nodes[child] else { continue }
        let path = path + "/" + name.description
        result.append(
          SimulatedEntry(path: path, kind: found.kind, number: found.number, mode: found.mode, data: found.data))
        walk(child, path)
      }
    }
    walk(Self.root, "")
    return result
  }
}

/// One line of what a simulated file system holds.
public struct SimulatedEntry: Hashable, Sendable {
  public var path: String
  public var kind: FileKind
  public var number: UInt64
  public var mode: UInt32
  public var data: [UInt8]

  public var text: String { String(decoding: data, as: UTF8.self) }
}
