import LosslessJSON
import UprevReport

/// The changes of a run, equal ones together, in memory that the number of documents does not change.
///
/// Where there are more groups than can be kept, places are told apart less: first the tokens inside of pointers become `*`, then
/// all of them. What still has no group then is counted.
public struct ChangeGroups {
  /// Documents of one format and one pair of versions in which the same is done.
  public struct Group: Sendable {
    public var format: String
    public var from: ReportVersionValue?
    public var to: ReportVersionValue?
    /// As ``ChangeDescription/edits``; a value is there where it is the same in all of the documents.
    public var edits: [ChangeDescription.Edit]
    /// Whether more is done than `edits` has.
    public var isCutShort: Bool
    public var count = 0
    /// One of the documents; nil where none was small enough to be kept.
    public var example: Example?
  }

  /// A document before and after.
  public struct Example: Sendable {
    public var target: PathName
    public var path: PathName
    public var old: JSONText
    public var new: JSONText
  }

  private struct Key: Hashable {
    var format: String
    var from: ReportVersionValue?
    var to: ReportVersionValue?
    var operations: [ChangeDescription.Edit.Operation]
    var places: [ChangeDescription.Place]
    var isCutShort: Bool
  }

  /// How little places are told apart.
  enum Coarseness: Int {
    case exact
    /// Only the first and the last token of a pointer.
    case ends
    /// Only the number of tokens.
    case depth
  }

  /// Groups that are kept.
  public static let maximumGroups = 256
  /// Bytes of all examples together.
  static let maximumExampleBytes = 16 << 20

  /// In the order in which they were met.
  public private(set) var groups: [Group] = []
  /// Documents that no group has.
  public private(set) var others = 0
  private var positions: [Key: Int] = [:]
  private var coarseness = Coarseness.exact
  private var exampleBytes = 0
  private var target = PathName("")

  init() {}

  /// The documents that follow belong to a target.
  mutating func begin(_ target: PathName) { self.target = target }

  mutating func add(_ document: Document, _ decision: Decision, format: String) {
    guard let change = decision.change, let replacement = decision.replacement else { return }
    var group = Group(
      format: format, from: decision.from?.reportValue, to: decision.to?.reportValue, edits: change.edits,
      isCutShort: change.isCutShort, count: 1)
    let size = document.text.count + replacement.count
    if positions[key(of: group)] == nil, size <= Self.maximumExampleBytes - exampleBytes {
      exampleBytes += size
      group.example = Example(
        target: target, path: decision.reference.path, old: document.text, new: replacement)
    }
    add(group)
  }

  /// The groups as people want to see them: not more than a number of them, the greatest first. Where there are more, those that
  /// differ inside of pointers alone are one.
  public func shown(atMost limit: Int) -> (groups: [Group], others: Int) {
    var groups = self
    if groups.groups.count > limit, coarseness == .exact { _ = groups.coarsen() }
    // Stable: of equal counts the first comes first.
    let sorted = groups.groups.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element)
    return (Array(sorted.prefix(limit)), groups.others + sorted.dropFirst(limit).reduce(0) { $0 + $1.count })
  }

  /// Adds a group, to an equal one where there is one.
  private mutating func add(_ group: Group) {
    let merged = Self.merged(group, coarseness)
    let key = key(of: merged)
    if let position = positions[key] {
      groups[position].merge(merged)
    } else if groups.count < Self.maximumGroups {
      positions[key] = groups.count
      groups.append(merged)
    } else if coarsen() {
      add(group)
    } else {
      others += group.count
    }
  }

  /// Tells places apart less.
  /// - Returns: false where that is not possible.
  private mutating func coarsen() -> Bool {
    guard let next = Coarseness(rawValue: coarseness.rawValue + 1) else { return false }
    coarseness = next
    let old = groups
    groups = []
    positions = [:]
    for group in old { add(group) }
    return true
  }

  private func key(of group: Group) -> Key {
    Key(
      format: group.format, from: group.from, to: group.to, operations: group.edits.map(\.operation),
      places: group.edits.map(\.place), isCutShort: group.isCutShort)
  }

  /// The group with its places told apart less, equal edits made one.
  private static func merged(_ group: Group, _ coarseness: Coarseness) -> Group {
    guard coarseness != .exact else { return group }
    var result = group
    result.edits = []
    for var edit in group.edits {
      let count = edit.place.tokens.count
      for index in edit.place.tokens.indices where coarseness == .depth || (index > 0 && index < count - 1) {
        edit.place.tokens[index] = nil
      }
      if let same = result.edits.firstIndex(where: { $0.operation == edit.operation && $0.place == edit.place }) {
        if result.edits[same].value != edit.value { result.edits[same].value = nil }
      } else {
        result.edits.append(edit)
      }
    }
    return result
  }
}

extension ChangeGroups.Group {
  fileprivate mutating func merge(_ other: Self) {
    count += other.count
    example = example ?? other.example
    for (index, edit) in other.edits.enumerated() where edits.indices.contains(index) {
      if edits[index].value != edit.value { edits[index].value = nil }
    }
  }
}
