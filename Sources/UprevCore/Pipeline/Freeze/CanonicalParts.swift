import LosslessJSON

/// A value taken apart, so that where it has changed can be told without keeping it: the pointers of its parts, each with the part's
/// canonical form where that is short, otherwise its digest.
struct CanonicalParts {
  struct Part: Hashable, Sendable {
    /// Into the value.
    var pointer: String
    var text: String
  }

  private struct Piece {
    var pointer: JSONPointer
    var value: JSONValue
    var reading: CanonicalReading
    var summary: CanonicalForm.Summary
    var depth: Int
  }

  /// Levels that are taken apart: what is below them is hashed once a level.
  private static let maximumDepth = 6

  /// - Parameter limit: at most so many parts; a value that would come to more is left whole.
  /// - Returns: the parts in the order of their pointers; nothing where the whole is a part by itself and is not short.
  static func all(of root: JSONValue, as reading: CanonicalReading, limit: Int) -> [Part] {
    var whole: [Piece] = []
    var pending = [
      Piece(
        pointer: .root, value: root, reading: reading, summary: CanonicalForm.summary(of: root, as: reading), depth: 0)
    ]
    // Level by level: where there is not room for all, what is told is far up.
    var next = 0
    while next < pending.count {
      let piece = pending[next]
      next += 1
      let room = limit - whole.count - (pending.count - next)
      guard piece.summary.text == nil, piece.depth < maximumDepth, let children = children(of: piece, room: room) else {
        whole.append(piece)
        continue
      }
      pending += children
    }
    return whole.filter { $0.depth > 0 || $0.summary.text != nil }
      .sorted { precedes($0.pointer, $1.pointer) }
      .map { Part(pointer: $0.pointer.description, text: $0.summary.shortest) }
  }

  /// - Returns: nil where there are none, or no room for them.
  private static func children(of piece: Piece, room: Int) -> [Piece]? {
    func child(_ token: String, _ value: JSONValue, _ reading: CanonicalReading) -> Piece {
      Piece(
        pointer: piece.pointer.appending(token), value: value, reading: reading,
        summary: CanonicalForm.summary(of: value, as: reading), depth: piece.depth + 1)
    }
    guard (1...max(room, 1)).contains(piece.value.count) else { return nil }
    switch piece.value.kind {
    case .array:
      return piece.value.elements.enumerated().map { child(String($0), $1, piece.reading) }
    case .object where !piece.reading.keepsSpelling:
      let members = CanonicalForm.members(of: piece.value, piece.reading)
      // A pointer is text: two names that are not would be one.
      guard members.allSatisfy({ String(validating: $0.name, as: UTF8.self) != nil }) else { return nil }
      return members.map { child(String(decoding: $0.name, as: UTF8.self), $0.value, $0.reading) }
    // In what is written the order of members counts, which parts would not tell.
    default: return nil
    }
  }

  /// Numbers by their value, before names.
  private static func precedes(_ left: JSONPointer, _ right: JSONPointer) -> Bool {
    for (one, other) in zip(left.tokens, right.tokens) {
      let one = FrozenOrder(one)
      let other = FrozenOrder(other)
      if one != other { return one < other }
    }
    return left.tokens.count < right.tokens.count
  }
}

/// Where a name stands among others: digits alone come first, by their value, then bytes.
struct FrozenOrder: Comparable {
  private let bytes: [UInt8]
  private let isNumber: Bool

  init(_ text: String) {
    bytes = Array(text.utf8)
    isNumber = !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
  }

  static func < (left: FrozenOrder, right: FrozenOrder) -> Bool {
    if left.isNumber != right.isNumber { return left.isNumber }
    if left.isNumber, left.bytes.count != right.bytes.count { return left.bytes.count < right.bytes.count }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
