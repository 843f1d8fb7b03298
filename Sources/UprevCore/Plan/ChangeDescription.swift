import LosslessJSON

/// What a migration changes in one document, so put that equal changes of many documents are equal: where in the document, what
/// is done there, and with which value.
///
/// Places in arrays are all `*`. Time follows the size of the texts; what is kept is bounded.
public final class ChangeDescription: Sendable {
  /// One thing that is done, in one place or in several of the same kind.
  public struct Edit: Hashable, Sendable {
    public enum Operation: String, Hashable, Sendable {
      case add
      case remove
      case replace
    }

    public var operation: Operation
    public var place: Place
    /// The new value as it is written, where it is short and the same everywhere; nil otherwise, and where it is removed.
    public var value: String?
  }

  /// A pointer of which some tokens stand for any.
  public struct Place: Hashable, Sendable {
    /// nil is any.
    public var tokens: [String?]
  }

  /// Kinds of places of one document that are told apart.
  public static let maximumEdits = 32
  /// Tokens of a place; what changed deeper is told of the value that is there.
  static let maximumPlaceLength = 64
  /// Bytes of a value that is shown.
  static let maximumValueLength = 60

  /// In the order of the old text, new members after that; empty where only white space or the order of members changed.
  public let edits: [Edit]
  /// Whether there is more than `edits` has.
  public let isCutShort: Bool

  /// - Parameters:
  ///   - old: valid JSON, by the rules of its format.
  ///   - maximumDepth: of both.
  init(from old: JSONText, to new: JSONText, maximumDepth: Int) {
    let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: maximumDepth, maximumSize: .max)
    guard let old = try? IndexedJSON(scanning: old, options: options),
      let new = try? IndexedJSON(scanning: new, options: options)
    else {
      // Both were read before; were one refused now, all that is known is that something changed.
      edits = []
      isCutShort = true
      return
    }
    var search = ChangeSearch()
    search.compare(old.root, new.root)
    edits = search.edits
    isCutShort = search.isCutShort
  }
}

/// Walks two values side by side.
private struct ChangeSearch {
  typealias Edit = ChangeDescription.Edit

  private(set) var edits: [Edit] = []
  private(set) var isCutShort = false
  private var positions: [PlaceOfEdit: Int] = [:]

  private struct PlaceOfEdit: Hashable {
    var operation: Edit.Operation
    var place: ChangeDescription.Place
  }

  private struct Pair {
    var place: [String?]
    var old: JSONValue?
    var new: JSONValue?
  }

  /// Depth first, without recursion: the last is looked at next.
  mutating func compare(_ old: JSONValue, _ new: JSONValue) {
    var pending = [Pair(place: [], old: old, new: new)]
    while let pair = pending.popLast() {
      if isCutShort { return }
      switch (pair.old, pair.new) {
      case (nil, nil): break
      case (_?, nil): note(.remove, pair.place, nil)
      case (nil, let new?): note(.add, pair.place, new)
      case (let old?, let new?):
        // Bytes, not values: a literal that is written otherwise is a change too.
        if old.literal == new.literal { continue }
        let mayDescend = pair.place.count < ChangeDescription.maximumPlaceLength
        switch (old.kind, new.kind) {
        case _ where !mayDescend: note(.replace, pair.place, new)
        case (.object, .object): pending += Self.members(old, new, pair.place).reversed()
        case (.array, .array): pending += Self.elements(old, new, pair.place).reversed()
        default: note(.replace, pair.place, new)
        }
      }
    }
  }

  private mutating func note(_ operation: Edit.Operation, _ tokens: [String?], _ value: JSONValue?) {
    let place = ChangeDescription.Place(tokens: tokens)
    let text = value.flatMap { value -> String? in
      let literal = value.literal
      return literal.count > ChangeDescription.maximumValueLength ? nil : String(decoding: literal, as: UTF8.self)
    }
    let key = PlaceOfEdit(operation: operation, place: place)
    if let position = positions[key] {
      if edits[position].value != text { edits[position].value = nil }
      return
    }
    guard edits.count < ChangeDescription.maximumEdits else {
      isCutShort = true
      return
    }
    positions[key] = edits.count
    edits.append(Edit(operation: operation, place: place, value: text))
  }

  private static func members(_ old: JSONValue, _ new: JSONValue, _ place: [String?]) -> [Pair] {
    var pairs: [Pair] = []
    var left = old.members.makeIterator()
    var right = new.members.makeIterator()
    var one = left.next()
    var other = right.next()
    // Mostly the names and their order are the same, but for some new ones at the end.
    while let left1 = one, let right1 = other, left1.name.literal == right1.name.literal {
      if left1.value.literal != right1.value.literal {
        pairs.append(Pair(place: place + [left1.name.string], old: left1.value, new: right1.value))
      }
      one = left.next()
      other = right.next()
    }
    var added: [(name: [UInt8], text: String, value: JSONValue)] = []
    var positions: [[UInt8]: Int] = [:]
    while let member = other {
      positions[member.name.unescapedBytes] = added.count
      added.append((member.name.unescapedBytes, member.name.string, member.value))
      other = right.next()
    }
    var isMatched = Array(repeating: false, count: added.count)
    while let member = one {
      let position = positions[member.name.unescapedBytes]
      if let position { isMatched[position] = true }
      pairs.append(
        Pair(place: place + [member.name.string], old: member.value, new: position.map { added[$0].value }))
      one = left.next()
    }
    for (position, member) in added.enumerated() where !isMatched[position] {
      pairs.append(Pair(place: place + [member.text], old: nil, new: member.value))
    }
    return pairs
  }

  /// What is the same at the front and at the end stays; of what is between, first is compared with first.
  private static func elements(_ old: JSONValue, _ new: JSONValue, _ place: [String?]) -> [Pair] {
    var left = ArraySlice(old.elements)
    var right = ArraySlice(new.elements)
    while let one = left.first, let other = right.first, one.literal == other.literal {
      left.removeFirst()
      right.removeFirst()
    }
    while let one = left.last, let other = right.last, one.literal == other.literal {
      left.removeLast()
      right.removeLast()
    }
    let inside = place + [nil]
    let common = min(left.count, right.count)
    return zip(left, right).map { Pair(place: inside, old: $0, new: $1) }
      + left.dropFirst(common).map { Pair(place: inside, old: $0, new: nil) }
      + right.dropFirst(common).map { Pair(place: inside, old: nil, new: $0) }
  }
}

/// Decides as another decider does, and says what its migrations change.
struct DescribingDecider: DocumentDecider {
  let decider: any DocumentDecider
  let maximumDepth: Int

  func decide(_ document: Document) -> Decision { described(decider.decide(document), document) }

  func decide(_ documents: [Document]) -> [Decision] {
    zip(decider.decide(documents), documents).map { described($0, $1) }
  }

  private func described(_ decision: Decision, _ document: Document) -> Decision {
    guard let replacement = decision.replacement else { return decision }
    var decision = decision
    decision.change = ChangeDescription(from: document.text, to: replacement, maximumDepth: maximumDepth)
    return decision
  }
}
