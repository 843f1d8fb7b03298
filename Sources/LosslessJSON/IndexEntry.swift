/// One value or member name in the index of a text: 16 bytes.
///
/// Entries stand in the order of the text. The entry of an array or object is followed by those of its elements, or of its
/// members (name, value, name, value, …); `next` leads past all of them.
@usableFromInline
package struct IndexEntry: Sendable {
  /// Stands for "no entry": no text has that many.
  static let none = UInt32.max

  static let kindMask: UInt32 = 0xff
  /// A string with at least one escape.
  static let hasEscape: UInt32 = 1 << 8
  /// A string with at least one byte above 0x7f.
  static let hasNonASCII: UInt32 = 1 << 9
  /// A member name.
  static let isName: UInt32 = 1 << 10

  /// Offset of the first byte; a string's quotes are included.
  @usableFromInline var start: UInt32
  /// Offset past the last byte.
  @usableFromInline var end: UInt32
  /// The entry after this value and all that is in it. In a member name instead the name's signature (its value is simply
  /// the following entry); in an array or object that the scanner has not closed yet, the enclosing one.
  @usableFromInline package var next: UInt32
  /// A ``JSONKind`` and the flags above.
  @usableFromInline package var tag: UInt32

  @inline(__always)
  init(start: UInt32, end: UInt32, next: UInt32, tag: UInt32) {
    self.start = start
    self.end = end
    self.next = next
    self.tag = tag
  }

  @usableFromInline var kind: JSONKind {
    @inline(__always) get { JSONKind(rawValue: UInt8(truncatingIfNeeded: tag)) ?? .null }
  }

  var hasEscape: Bool { tag & IndexEntry.hasEscape != 0 }
  var range: Range<Int> { Int(start)..<Int(end) }
}
