/// A JSON text and the index of its values, made by one pass that checks all of it.
///
/// The text is complete, valid JSON (RFC 8259), valid UTF-8, nested no deeper than the options say, and no object in it has
/// two members of one name. Copies share the text and the index.
public struct IndexedJSON: Sendable {
  @usableFromInline let index: JSONIndex

  /// - Throws: ``JSONError`` at the first thing that is wrong. A duplicate name is found at the end of its object.
  public init(scanning text: JSONText, options: JSONReadingOptions = .init()) throws(JSONError) {
    let largest = min(options.maximumSize, JSONReadingOptions.largestSize)
    guard text.count <= largest else {
      throw JSONError(reason: .tooLarge, offset: max(0, largest), in: text)
    }
    index = try text.storage.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONIndex in
      guard let base = buffer.baseAddress else { throw JSONError(reason: .empty, offset: 0, in: text) }
      return try JSONIndex(scanning: text, at: base, options)
    }
  }

  /// The text as it was given.
  public var text: JSONText { index.text }

  /// The text's one value.
  @inlinable public var root: JSONValue { JSONValue(index: index, entry: 0) }

  /// The value that `pointer` leads to (RFC 6901, section 4); nil where there is none, also where the way leads through a
  /// scalar or where an array is given anything but the index of one of its elements.
  public func value(at pointer: JSONPointer) -> JSONValue? {
    root.value(at: pointer)
  }

  /// The value whose first byte is at an offset of the text; nil where none begins there. Costs a binary search.
  public func value(startingAt offset: Int) -> JSONValue? {
    let entries = index.entries
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if Int(entries[middle].start) < offset { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, Int(entries[low].start) == offset, entries[low].tag & IndexEntry.isName == 0 else {
      return nil
    }
    return JSONValue(index: index, entry: low)
  }
}

/// What the views on one text share.
@usableFromInline
final class JSONIndex: Sendable {
  let text: JSONText
  @usableFromInline let entries: [IndexEntry]
  /// Whether a string of the text has a byte above 0x7f.
  let holdsNonASCII: Bool

  private init(text: JSONText, entries: [IndexEntry], holdsNonASCII: Bool) {
    self.text = text
    self.entries = entries
    self.holdsNonASCII = holdsNonASCII
  }

  /// The entries are written where they stay, unless the text has more of them than expected: blocks of this size are what
  /// `malloc` is slowest at.
  ///
  /// - Parameter base: the first byte of the text.
  convenience init(
    scanning text: JSONText, at base: UnsafePointer<UInt8>, _ options: JSONReadingOptions
  ) throws(JSONError) {
    var failure: JSONError?
    var larger: [IndexEntry]?
    var holdsNonASCII = false
    let entries = [IndexEntry](unsafeUninitializedCapacity: Scanner.expectedEntries(text.count)) { memory, count in
      guard let first = memory.baseAddress else { return }
      var scanner = Scanner(
        base: base, count: text.count, options: options, entries: first, capacity: memory.count)
      defer { if scanner.hasGrown { scanner.entries.deallocate() } }
      do throws(ScanFailure) {
        try scanner.scan()
      } catch {
        failure = JSONError(error, in: text, entries: scanner.entries)
        return
      }
      holdsNonASCII = scanner.holdsNonASCII
      if scanner.hasGrown {
        larger = Array(UnsafeBufferPointer(start: scanner.entries, count: scanner.count))
      } else {
        count = scanner.count
      }
    }
    if let failure { throw failure }
    self.init(text: text, entries: larger ?? entries, holdsNonASCII: holdsNonASCII)
  }

  func withRawIndex<Result>(_ body: (RawIndex) -> Result?) -> Result? {
    text.storage.withUnsafeBufferPointer { bytes in
      entries.withUnsafeBufferPointer { entries in
        guard let base = bytes.baseAddress, let first = entries.baseAddress else { return nil }
        return body(RawIndex(base: base, entries: first))
      }
    }
  }
}
