/// One value of a text: a view that keeps the text and its index alive, and copies nothing until asked.
public struct JSONValue: Sendable {
  @usableFromInline let index: JSONIndex
  @usableFromInline package let entry: Int

  @inlinable
  init(index: JSONIndex, entry: Int) {
    self.index = index
    self.entry = entry
  }

  @usableFromInline var record: IndexEntry {
    @inline(__always) get { index.entries[entry] }
  }

  /// What the value is.
  @inlinable public var kind: JSONKind { record.kind }

  /// Offsets of the value's bytes in the text, brackets and quotes included.
  public var range: Range<Int> { record.range }

  /// The value as it is written.
  public var literal: ArraySlice<UInt8> { index.text.bytes[range] }

  /// The document that the value is a part of.
  public var document: IndexedJSON { IndexedJSON(index: index) }

  /// The characters of a string, unescaped; a surrogate without its other half becomes U+FFFD. Nil for any other kind.
  public var string: String? {
    guard kind == .string else { return nil }
    return index.withRawIndex { $0.string(entry) }
  }

  /// The unescaped bytes of a string: UTF-8, but for surrogates without their other half, which are kept as three bytes
  /// (WTF-8), so that different strings have different bytes. Nil for any other kind.
  public var unescapedBytes: [UInt8]? {
    guard kind == .string else { return nil }
    return index.withRawIndex { raw in raw.content(entry) { Array($0) } }
  }

  /// Whether the value is this string, compared code point by code point after unescaping. Allocates nothing where the
  /// text has no escape.
  public func equalsString(_ other: String) -> Bool {
    kind == .string && index.equals(entry, other)
  }

  /// `true` and `false`; nil for any other kind.
  @inlinable public var bool: Bool? {
    switch kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The exact value of a number; nil for any other kind, `nonFinite` included.
  public var number: JSONDecimal? {
    guard kind == .number else { return nil }
    return index.text.withUnsafeBytes { JSONDecimal(digits: UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// Whether the value is a number with an integral value, of any size and however it is written (`2`, `2.0`, `20e-1`).
  public var isIntegral: Bool {
    index.withRawIndex { $0.isIntegral(entry) } ?? false
  }

  /// Of its first byte, from 1. LF, CRLF and CR each end a line. Costs a pass over the text before the value.
  public var line: Int { TextPosition(of: range.lowerBound, in: index.text).line }

  /// Of its first byte, in bytes, from 1. Costs a pass over the text before the value.
  public var column: Int { TextPosition(of: range.lowerBound, in: index.text).column }
}

extension IndexedJSON {
  init(index: JSONIndex) {
    self.index = index
  }
}

extension JSONIndex {
  /// Whether the string at `entry` is `other`, by bytes after unescaping.
  func equals(_ entry: Int, _ other: String) -> Bool {
    var other = other
    return other.withUTF8 { equals(entry, $0) }
  }

  func equals(_ entry: Int, _ other: [UInt8]) -> Bool {
    other.withUnsafeBufferPointer { equals(entry, $0) }
  }

  func equals(_ entry: Int, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
    let record = entries[entry]
    if !record.hasEscape, Int(record.end) - Int(record.start) - 2 != wanted.count { return false }
    return withRawIndex { raw in raw.content(entry) { RawIndex.order($0, wanted) == 0 } } ?? false
  }
}
