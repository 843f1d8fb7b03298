import Foundation
import UprevCore
import UprevReport

/// What an in-memory file system holds: what every program sees now, and apart from it what would be left after a crash.
///
/// Each change of a folder's entries stays pending until one of its folders, or everything, is synchronized; each file has its
/// durable state until it is. A value: a copy is a snapshot.
public struct SimulatedVolume: Sendable {
  struct Node: Sendable {
    var kind: FileKind
    /// `st_ino`: the lowest that is free, so that numbers are used again at once.
    var number: UInt64
    var mode: UInt32
    var user: UInt32
    var group: UInt32
    var data: [UInt8] = []
    var entries: [PathName: Int] = [:]
    /// Of a folder: the one above.
    var parent = 0
    var links = 0
    var destination = PathName("")
    var attributes: [ExtendedAttribute] = []
    var flags: UInt32 = 0
    var represented: UInt64 = 0
    var access: FileTime
    var modification: FileTime
    var change: FileTime
  }

  /// What survives for certain.
  struct DurableNode: Sendable {
    var node: Node
    var entries: [PathName: DurableEntry] = [:]
  }

  struct DurableEntry: Sendable {
    /// nil: removed.
    var node: Int?
    /// Of the change that made it: an earlier one, if it comes later, does not undo it.
    var sequence: Int
  }

  /// A change of entries that is not durable yet. It survives a crash as a whole or not at all.
  struct PendingChange: Sendable {
    var sequence: Int
    var entries: [(folder: Int, name: PathName, node: Int?)]
  }

  /// An `errno`.
  struct Failure: Error {
    var number: Int32
    init(_ number: Int32) { self.number = number }
  }

  static let root = 1
  var nodes: [Int: Node] = [:]
  var durable: [Int: DurableNode] = [:]
  var pending: [PendingChange] = []
  /// Files whose bytes or attributes differ from the durable ones.
  var dirty: Set<Int> = []
  /// How often a node is open.
  var opens: [Int: Int] = [:]
  private var nextNode = 2
  private var nextSequence = 1
  private var ticks: Int64 = 0
  private let user: UInt32
  private let group: UInt32

  /// An empty one.
  public init() {
    user = geteuid()
    group = getegid()
    nodes[Self.root] = makeNode(.directory, mode: 0o755)
    nodes[Self.root]?.parent = Self.root
    nodes[Self.root]?.links = 1
    synchronizeAll()
  }

  /// Moves on by a millisecond; times have a grain of four.
  mutating func now() -> FileTime {
    ticks += 1
    let milliseconds = ticks / 4 * 4
    return FileTime(seconds: 1_700_000_000 + milliseconds / 1000, nanoseconds: milliseconds % 1000 * 1_000_000)
  }

  // MARK: nodes

  private mutating func makeNode(_ kind: FileKind, mode: UInt32) -> Node {
    let time = now()
    let taken = Set(nodes.values.map(\.number))
    var number: UInt64 = 2
    while taken.contains(number) { number += 1 }
    return Node(
      kind: kind, number: number, mode: mode, user: user, group: group, access: time, modification: time, change: time)
  }

  func node(_ id: Int) throws(Failure) -> Node {
    guard let node = nodes[id] else { throw Failure(ENOENT) }
    return node
  }

  /// Changes a file's bytes or attributes.
  mutating func update(_ id: Int, isData: Bool, _ body: (inout Node) -> Void) {
    let time = now()
    guard var node = nodes[id] else { return }
    nodes[id] = nil
    body(&node)
    if isData { node.modification = time }
    node.change = time
    nodes[id] = node
    dirty.insert(id)
  }

  mutating func touch(_ id: Int) {
    let time = now()
    nodes[id]?.change = time
  }

  mutating func create(
    _ kind: FileKind, _ name: PathName, in folder: Int, mode: UInt32, _ fill: (inout Node) -> Void = { _ in }
  ) throws(Failure) -> Int {
    guard let parent = nodes[folder], parent.links > 0 else { throw Failure(ENOENT) }
    if parent.entries[name] != nil { throw Failure(EEXIST) }
    let id = nextNode
    nextNode += 1
    var node = makeNode(kind, mode: mode)
    fill(&node)
    node.parent = folder
    nodes[id] = node
    durable[id] = DurableNode(node: node)
    if kind != .directory { dirty.insert(id) }
    change([(folder, name, id)])
    return id
  }

  /// Makes entries what they are to be, in one step, and counts links.
  mutating func change(_ entries: [(folder: Int, name: PathName, node: Int?)]) {
    var lost: [Int] = []
    let time = now()
    for entry in entries {
      if let old = nodes[entry.folder]?.entries[entry.name] {
        nodes[old]?.links -= 1
        lost.append(old)
      }
      nodes[entry.folder]?.entries[entry.name] = entry.node
      nodes[entry.folder]?.modification = time
      nodes[entry.folder]?.change = time
      guard let node = entry.node else { continue }
      nodes[node]?.links += 1
      nodes[node]?.change = time
      if nodes[node]?.kind == .directory { nodes[node]?.parent = entry.folder }
    }
    pending.append(PendingChange(sequence: nextSequence, entries: entries))
    nextSequence += 1
    for node in lost { free(node) }
  }

  /// Forgets a node that has no name and is not open.
  mutating func free(_ id: Int) {
    guard let node = nodes[id], node.links <= 0, opens[id] == nil else { return }
    nodes[id] = nil
    dirty.remove(id)
  }

  mutating func opened(_ id: Int) { opens[id, default: 0] += 1 }

  mutating func closed(_ id: Int) {
    let count = (opens[id] ?? 1) - 1
    opens[id] = count > 0 ? count : nil
    free(id)
  }

  // MARK: flushes

  /// `fsync(2)`: of a file its bytes and attributes, not its names; of a folder its entries.
  mutating func synchronize(_ id: Int) {
    guard let node = nodes[id] else { return }
    durable[id, default: DurableNode(node: node)].node = node
    dirty.remove(id)
    guard node.kind == .directory else { return }
    var rest: [PendingChange] = []
    for change in pending {
      if change.entries.contains(where: { $0.folder == id }) {
        apply(change, to: &durable)
      } else {
        rest.append(change)
      }
    }
    pending = rest
  }

  /// `syncfs(2)`
  mutating func synchronizeAll() {
    for change in pending { apply(change, to: &durable) }
    pending = []
    dirty = []
    for (id, node) in nodes { durable[id, default: DurableNode(node: node)].node = node }
  }

  func apply(_ change: PendingChange, to durable: inout [Int: DurableNode]) {
    for entry in change.entries {
      if let known = durable[entry.folder]?.entries[entry.name], known.sequence > change.sequence { continue }
      durable[entry.folder]?.entries[entry.name] = DurableEntry(node: entry.node, sequence: change.sequence)
    }
  }

  /// Of a volume that comes out of a crash: nothing is pending.
  init(_ survived: [Int: Node], like other: SimulatedVolume) {
    user = other.user
    group = other.group
    nodes = survived
    nextNode = other.nextNode
    nextSequence = other.nextSequence
    ticks = other.ticks
    durable = survived.mapValues { node in
      DurableNode(node: node, entries: node.entries.mapValues { DurableEntry(node: $0, sequence: 0) })
    }
  }
}
