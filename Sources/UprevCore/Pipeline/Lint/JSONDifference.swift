import LosslessJSON

/// Where two JSON texts differ by value: member by member, element by element.
struct JSONDifference: Hashable {
  enum Kind: Hashable {
    /// Only in the first text.
    case lost
    /// Only in the second.
    case added
    case changed
  }

  var pointer: JSONPointer
  var kind: Kind

  /// Differences that are told of two texts.
  static let maximumCount = 20

  /// The first difference; nil where the texts are equal by value.
  static func first(_ one: JSONText, _ other: JSONText, _ options: JSONReadingOptions) -> JSONDifference? {
    all(one, other, options, limit: 1).first
  }

  /// The first so many differences, in the order of the first text. A text that cannot be read differs as a whole.
  static func all(
    _ one: JSONText, _ other: JSONText, _ options: JSONReadingOptions, limit: Int = maximumCount
  ) -> [JSONDifference] {
    guard let one = try? IndexedJSON(scanning: one, options: options),
      let other = try? IndexedJSON(scanning: other, options: options)
    else { return one == other ? [] : [JSONDifference(pointer: .root, kind: .changed)] }
    var differences: [JSONDifference] = []
    // Depth first, without recursion: the last is looked at next.
    var pending: [(pointer: JSONPointer, one: JSONValue?, other: JSONValue?)] = [(.root, one.root, other.root)]
    while let (pointer, one, other) = pending.popLast(), differences.count < limit {
      guard let one else {
        differences.append(JSONDifference(pointer: pointer, kind: .added))
        continue
      }
      guard let other else {
        differences.append(JSONDifference(pointer: pointer, kind: .lost))
        continue
      }
      if one.isEqual(to: other) { continue }
      let children = children(of: one, other, at: pointer)
      if children.isEmpty { differences.append(JSONDifference(pointer: pointer, kind: .changed)) }
      pending.append(contentsOf: children.reversed())
    }
    return differences
  }

  /// Of two objects or two arrays; empty for anything else.
  private static func children(
    of one: JSONValue, _ other: JSONValue, at pointer: JSONPointer
  ) -> [(pointer: JSONPointer, one: JSONValue?, other: JSONValue?)] {
    switch (one.kind, other.kind) {
    case (.object, .object):
      let left = members(of: one)
      let right = members(of: other)
      let counterparts = Dictionary(right, uniquingKeysWith: { first, _ in first })
      let names = Set(left.map(\.0))
      return left.map { (pointer.appending($0.text), $1, counterparts[$0]) }
        + right.filter { !names.contains($0.0) }.map { (pointer.appending($0.text), nil, $1) }
    case (.array, .array):
      let left = Array(one.elements)
      let right = Array(other.elements)
      return (0..<max(left.count, right.count)).map { index in
        (pointer.appending(index), index < left.count ? left[index] : nil, index < right.count ? right[index] : nil)
      }
    default: return []
    }
  }

  private static func members(of value: JSONValue) -> [(MemberName, JSONValue)] {
    value.members.map { (MemberName(bytes: $0.name.unescapedBytes), $0.value) }
  }

  /// Names are equal by bytes: Swift's strings are not.
  private struct MemberName: Hashable {
    var bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }
}
