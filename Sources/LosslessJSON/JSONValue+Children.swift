/// The name of a member: a view, like ``JSONValue``.
public struct JSONName: Sendable {
  @usableFromInline let index: JSONIndex
  @usableFromInline let entry: Int

  @inlinable
  init(index: JSONIndex, entry: Int) {
    self.index = index
    self.entry = entry
  }

  private var view: JSONValue { JSONValue(index: index, entry: entry) }

  /// Offsets of the name in the text, quotes included.
  public var range: Range<Int> { view.range }

  /// The name as it is written, quotes included.
  public var literal: ArraySlice<UInt8> { view.literal }

  /// The name's characters, unescaped; a surrogate without its other half becomes U+FFFD.
  public var string: String { view.string ?? "" }

  /// The name's unescaped bytes, as in ``JSONValue/unescapedBytes``.
  public var unescapedBytes: [UInt8] { view.unescapedBytes ?? [] }

  /// Compared code point by code point after unescaping.
  public func equals(_ other: String) -> Bool { index.equals(entry, other) }
}

/// The members of an object, in the order of the text. Empty for any other kind.
public struct JSONMembers: Sequence, Sendable {
  @usableFromInline let index: JSONIndex
  @usableFromInline let first: Int
  @usableFromInline let end: Int

  @inlinable
  init(index: JSONIndex, first: Int, end: Int) {
    self.index = index
    self.first = first
    self.end = end
  }

  /// Goes from member to member.
  public struct Iterator: IteratorProtocol, Sendable {
    @usableFromInline let index: JSONIndex
    @usableFromInline var name: Int
    @usableFromInline let end: Int

    @inlinable
    init(index: JSONIndex, name: Int, end: Int) {
      self.index = index
      self.name = name
      self.end = end
    }

    /// The next member, or nil after the last.
    @inlinable
    public mutating func next() -> (name: JSONName, value: JSONValue)? {
      guard name < end else { return nil }
      let current = name
      name = Int(index.entries[current + 1].next)
      return (JSONName(index: index, entry: current), JSONValue(index: index, entry: current + 1))
    }
  }

  /// Begins with the first.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(index: index, name: first, end: end) }
}

/// The elements of an array, in the order of the text. Empty for any other kind.
public struct JSONElements: Sequence, Sendable {
  @usableFromInline let index: JSONIndex
  @usableFromInline let first: Int
  @usableFromInline let end: Int

  @inlinable
  init(index: JSONIndex, first: Int, end: Int) {
    self.index = index
    self.first = first
    self.end = end
  }

  /// Goes from element to element.
  public struct Iterator: IteratorProtocol, Sendable {
    @usableFromInline let index: JSONIndex
    @usableFromInline var element: Int
    @usableFromInline let end: Int

    @inlinable
    init(index: JSONIndex, element: Int, end: Int) {
      self.index = index
      self.element = element
      self.end = end
    }

    /// The next element, or nil after the last.
    @inlinable
    public mutating func next() -> JSONValue? {
      guard element < end else { return nil }
      let current = element
      element = Int(index.entries[current].next)
      return JSONValue(index: index, entry: current)
    }
  }

  /// Begins with the first.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(index: index, element: first, end: end) }
}

extension JSONValue {
  /// The members of an object, in the order of the text; empty for any other kind.
  @inlinable public var members: JSONMembers {
    JSONMembers(index: index, first: entry + 1, end: kind == .object ? Int(record.next) : 0)
  }

  /// The elements of an array, in the order of the text; empty for any other kind.
  @inlinable public var elements: JSONElements {
    JSONElements(index: index, first: entry + 1, end: kind == .array ? Int(record.next) : 0)
  }

  /// The members of an object or the elements of an array; 0 for any other kind. Costs a step for each.
  public var count: Int {
    switch kind {
    case .object: members.reduce(0) { count, _ in count + 1 }
    case .array: elements.reduce(0) { count, _ in count + 1 }
    default: 0
    }
  }

  /// The value of the member of that name, compared code point by code point after unescaping. Costs a step for each
  /// member in front of it.
  public subscript(member name: String) -> JSONValue? {
    guard kind == .object else { return nil }
    let end = Int(record.next)
    var name = name
    let found: Int? = name.withUTF8 { name in
      var current = entry + 1
      while current < end {
        if index.equals(current, name) { return current + 1 }
        current = Int(index.entries[current + 1].next)
      }
      return nil
    }
    return found.map { JSONValue(index: index, entry: $0) }
  }

  /// The element at that place, from 0; nil where there is none.
  public subscript(element position: Int) -> JSONValue? {
    guard position >= 0 else { return nil }
    return elements.dropFirst(position).first { _ in true }
  }

  /// The value that `pointer` leads to from this one (RFC 6901, section 4).
  public func value(at pointer: JSONPointer) -> JSONValue? {
    var current = self
    for token in pointer.tokens {
      switch current.kind {
      case .object:
        guard let next = current[member: token] else { return nil }
        current = next
      case .array:
        guard let position = JSONPointer.arrayIndex(token), let next = current[element: position] else { return nil }
        current = next
      default:
        return nil
      }
    }
    return current
  }

  /// The pointer from the root to this value. Costs a step for each value in front of it on the way.
  ///
  /// It leads back here through ``IndexedJSON/value(at:)`` unless a name on the way has an escaped surrogate without its
  /// other half, which no pointer can spell.
  public var pointer: JSONPointer {
    var tokens: [String] = []
    var current = 0
    while current < entry {
      let isObject = index.entries[current].kind == .object
      var child = current + (isObject ? 2 : 1)
      var position = 0
      while Int(index.entries[child].next) <= entry {
        child = Int(index.entries[child].next) + (isObject ? 1 : 0)
        position += 1
      }
      tokens.append(isObject ? JSONName(index: index, entry: child - 1).string : String(position))
      current = child
    }
    return JSONPointer(tokens: tokens)
  }
}
