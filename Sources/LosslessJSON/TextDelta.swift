/// The byte ranges that turn one text into another: a journal keeps what turns a new text back into the old one.
///
/// What a delta says never depends on more than the two texts. A delta that was damaged is refused, never misread in a way
/// that sizes can tell; whoever needs certainty compares a hash of the result.
///
/// Its bytes, integers unsigned LEB128, as short as they can be:
///
///     1, size of the text it applies to, size of the result, then until the result is complete:
///       count of bytes that come from the delta, these bytes,
///       count of bytes that come from the text and, where that is not 0, their offset relative to the end of the range
///       before (in zigzag: 0, -1, 1, -2, … are 0, 1, 2, 3, …)
public struct TextDelta: Sendable, Hashable {
  /// Bytes of the text that it applies to.
  public let newCount: Int
  /// Bytes of the text that it gives back.
  public let oldCount: Int
  /// The whole encoding, valid.
  private let encoding: [UInt8]

  /// The shortest delta that is found in time linear in the sizes, with at most about 1 MiB of memory beside the result.
  ///
  /// - Parameters:
  ///   - new: what the delta applies to.
  ///   - old: what it gives back.
  public init(from new: UnsafeRawBufferPointer, to old: UnsafeRawBufferPointer) {
    let prefix = CommonBytes.prefix(new, old)
    let suffix = CommonBytes.suffix(new, old, atMost: min(new.count, old.count) - prefix)
    let oldMiddle = prefix..<old.count - suffix
    var writer = TextDeltaWriter(newCount: new.count, old: old)
    writer.copy(count: prefix, from: 0)
    if oldMiddle.count > TextDelta.directCount {
      CommonBlocks.forEach(in: new, prefix..<new.count - suffix, of: old, oldMiddle) { block in
        writer.insert(upTo: block.oldStart)
        writer.copy(count: block.count, from: block.newStart)
      }
    }
    writer.insert(upTo: oldMiddle.upperBound)
    writer.copy(count: suffix, from: new.count - suffix)
    self.init(newCount: new.count, oldCount: old.count, encoding: writer.finish())
  }

  /// - Parameters:
  ///   - new: what the delta applies to.
  ///   - old: what it gives back.
  public init(from new: JSONText, to old: JSONText) {
    self = new.withUnsafeBytes { new in old.withUnsafeBytes { old in TextDelta(from: new, to: old) } }
  }

  /// A delta that holds the old text whole, so that ``selfContained()`` gives it back where the new text is gone.
  ///
  /// - Parameters:
  ///   - old: what it gives back.
  ///   - newCount: bytes of the text that it applies to, not negative.
  public init(whole old: UnsafeRawBufferPointer, replacing newCount: Int) {
    var writer = TextDeltaWriter(newCount: newCount, old: old)
    writer.insert(upTo: old.count)
    self.init(newCount: newCount, oldCount: old.count, encoding: writer.finish())
  }

  /// Reads what ``encoded()`` gave.
  ///
  /// - Parameter bytes: of any content; nothing is allocated by what they claim.
  /// - Throws: ``TextDeltaError``, where they are not the whole of a delta and nothing else.
  public init(decoding bytes: [UInt8]) throws(TextDeltaError) {
    let sizes = try bytes.withUnsafeBufferPointer { (buffer) throws(TextDeltaError) in
      let bytes = UnsafeRawBufferPointer(buffer)
      var reader = try TextDeltaReader(bytes)
      while try reader.next() != nil {}
      return (new: reader.newCount, old: reader.oldCount)
    }
    self.init(newCount: sizes.new, oldCount: sizes.old, encoding: bytes)
  }

  private init(newCount: Int, oldCount: Int, encoding: [UInt8]) {
    self.newCount = newCount
    self.oldCount = oldCount
    self.encoding = encoding
  }

  /// The bytes that ``init(decoding:)`` reads.
  public func encoded() -> [UInt8] { encoding }

  /// The old text.
  ///
  /// - Parameter new: the text from which the delta was made. Of another text of the same size the result is of the right
  ///   size and otherwise anything.
  /// - Throws: ``TextDeltaError/Reason/textSizeDiffers`` where it cannot be that text.
  public func applied(to new: UnsafeRawBufferPointer) throws(TextDeltaError) -> [UInt8] {
    guard new.count == newCount else { throw TextDeltaError(.textSizeDiffers, offset: 0) }
    return try encoding.withUnsafeBufferPointer { (buffer) throws(TextDeltaError) in
      let bytes = UnsafeRawBufferPointer(buffer)
      var reader = try TextDeltaReader(bytes)
      var old: [UInt8] = []
      old.reserveCapacity(oldCount)
      while let part = try reader.next() {
        old.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[part.inserted]))
        old.append(contentsOf: UnsafeRawBufferPointer(rebasing: new[part.copied]))
      }
      return old
    }
  }

  /// The old text.
  ///
  /// - Throws: as ``applied(to:)-(UnsafeRawBufferPointer)``.
  public func applied(to new: JSONText) throws(TextDeltaError) -> [UInt8] {
    try new.withUnsafeBytes { (new) throws(TextDeltaError) in try applied(to: new) }
  }

  /// The old text, where the delta holds all of it.
  ///
  /// - Returns: nil where a part of it would have to come from the new text.
  public func selfContained() -> [UInt8]? {
    encoding.withUnsafeBytes { bytes in
      guard var reader = try? TextDeltaReader(bytes) else { return nil }
      var old: [UInt8] = []
      while let part = try? reader.next() {
        guard part.copied.isEmpty else { return nil }
        old.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[part.inserted]))
      }
      return old
    }
  }

  /// Up to so many bytes that differ are simply kept: looking for common blocks would not make them fewer by much.
  static let directCount = 64
}

/// Why bytes are no delta, or why a delta does not fit a text.
public struct TextDeltaError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// The bytes end too early.
    case truncated
    /// The layout's number is not 1.
    case unknownLayout
    /// An integer is longer than it need be, or larger than any size.
    case invalidInteger
    /// A range reaches beyond the text, or the parts give more than the result's size.
    case rangeOutOfBounds
    /// A part gives nothing.
    case emptyPart
    /// Bytes follow the last part.
    case trailingBytes
    /// The text has not the size of the one that the delta was made from.
    case textSizeDiffers
  }

  public var reason: Reason
  /// Where in the delta's bytes it was noticed.
  public var offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
