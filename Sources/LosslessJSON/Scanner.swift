/// The one pass over a text: checks the whole grammar of RFC 8259 and UTF-8, and writes the index.
///
/// It is iterative: an open array or object keeps the entry of the enclosing one in its `next`, so there is no stack.
/// `base` must be followed by zero bytes (see ``JSONText``): every loop stops at the first of them.
struct Scanner {
  let base: UnsafePointer<UInt8>
  let limit: UnsafePointer<UInt8>
  let maximumDepth: Int
  let allowsNonFinite: Bool
  /// The memory that was given; once that was too small, memory that the caller deallocates after ``scan()``, also when that
  /// throws.
  private(set) var entries: UnsafeMutablePointer<IndexEntry>
  private(set) var count = 0
  private var capacity: Int
  private(set) var hasGrown = false
  private(set) var holdsNonASCII = false

  /// - Parameters:
  ///   - entries: where they are written; not initialised.
  ///   - capacity: how many there is room for, at least one.
  init(
    base: UnsafePointer<UInt8>, count: Int, options: JSONReadingOptions, entries: UnsafeMutablePointer<IndexEntry>,
    capacity: Int
  ) {
    self.base = base
    limit = base + count
    maximumDepth = options.maximumDepth
    allowsNonFinite = options.allowsNonFinite
    self.entries = entries
    self.capacity = capacity
  }

  /// As many entries as most texts of a size need: pretty-printed documents have one every 12 to 16 bytes.
  static func expectedEntries(_ size: Int) -> Int { size / 8 + 16 }

  mutating func scan() throws(ScanFailure) {
    var position = try begin()
    var parent = IndexEntry.none
    var parentIsObject = false
    var depth = 0

    values: while true {
      position = Scanner.skippingWhiteSpace(position)
      let first = position.pointee
      switch first {
      case Byte.quote:
        let string = try scanString(position)
        append(position, string.end, tag: string.flags | UInt32(JSONKind.string.rawValue))
        position = string.end
      case Byte.zero...Byte.nine:
        let end = try scanNumber(position)
        append(position, end, tag: UInt32(JSONKind.number.rawValue))
        position = end
      case Byte.openBrace, Byte.openBracket:
        depth += 1
        guard depth <= maximumDepth else { throw ScanFailure(reason: .tooDeep, offset: position - base) }
        parentIsObject = first == Byte.openBrace
        let kind = parentIsObject ? JSONKind.object : .array
        appendContainer(position, parent: parent, tag: UInt32(kind.rawValue))
        parent = UInt32(truncatingIfNeeded: count - 1)
        position = Scanner.skippingWhiteSpace(position + 1)
        if position.pointee != (parentIsObject ? Byte.closeBrace : Byte.closeBracket) {
          if parentIsObject { position = try scanName(position, afterComma: false) }
          continue values
        }
      default:
        let (end, kind) = try scanWord(position)
        append(position, end, tag: UInt32(kind.rawValue))
        position = end
      }

      while parent != IndexEntry.none {
        position = Scanner.skippingWhiteSpace(position)
        let byte = position.pointee
        if byte == Byte.comma {
          position = Scanner.skippingWhiteSpace(position + 1)
          if parentIsObject {
            position = try scanName(position, afterComma: true)
          } else if position.pointee == Byte.closeBracket {
            throw ScanFailure(reason: .trailingComma, offset: position - base)
          }
          continue values
        }
        guard byte == (parentIsObject ? Byte.closeBrace : Byte.closeBracket) else {
          throw failure(parentIsObject ? .expectedCommaOrBrace : .expectedCommaOrBracket, position)
        }
        position += 1
        let closed = Int(parent)
        if parentIsObject { try checkNames(of: closed) }
        parent = entries[closed].next
        entries[closed].end = UInt32(truncatingIfNeeded: position - base)
        entries[closed].next = UInt32(truncatingIfNeeded: count)
        parentIsObject = parent != IndexEntry.none && entries[Int(parent)].kind == .object
        depth -= 1
      }
      break
    }

    position = Scanner.skippingWhiteSpace(position)
    guard position == limit else { throw failure(.trailingContent, position) }
  }

  /// Refuses what no JSON text begins with.
  private func begin() throws(ScanFailure) -> UnsafePointer<UInt8> {
    switch (base[0], base[1]) {
    case (0xef, 0xbb) where base[2] == 0xbf: throw ScanFailure(reason: .byteOrderMark, offset: 0)
    case (0xff, 0xfe), (0xfe, 0xff): throw ScanFailure(reason: .utf16, offset: 0)
    default: break
    }
    let first = Scanner.skippingWhiteSpace(base)
    guard first != limit else { throw ScanFailure(reason: .empty, offset: limit - base) }
    return first
  }

  /// A member name and its colon; the answer is where the value may begin.
  @inline(__always)
  private mutating func scanName(
    _ start: UnsafePointer<UInt8>, afterComma: Bool
  ) throws(ScanFailure) -> UnsafePointer<UInt8> {
    guard start.pointee == Byte.quote else { throw nameFailure(start, afterComma: afterComma) }
    let string = try scanString(start)
    let signature: UInt32
    if string.flags & IndexEntry.hasEscape == 0 {
      signature = NameSignature.of(start + 1, count: string.end - start - 2)
    } else {
      signature = NameSignature.ofEscaped(start + 1, count: string.end - start - 2)
    }
    if count == capacity { grow() }
    entries[count] = IndexEntry(
      start: UInt32(truncatingIfNeeded: start - base), end: UInt32(truncatingIfNeeded: string.end - base),
      next: signature, tag: string.flags | IndexEntry.isName | UInt32(JSONKind.string.rawValue))
    count += 1
    let colon = Scanner.skippingWhiteSpace(string.end)
    guard colon.pointee == Byte.colon else { throw failure(.expectedColon, colon) }
    return colon + 1
  }

  @inline(__always)
  private mutating func scanString(
    _ opening: UnsafePointer<UInt8>
  ) throws(ScanFailure) -> (end: UnsafePointer<UInt8>, flags: UInt32) {
    var position = opening + 1
    var flags: UInt32 = 0
    while true {
      let special = Words.specialInString(Words.load(position))
      if special == 0 {
        position += 8
        continue
      }
      position += special.trailingZeroBitCount >> 3
      if position.pointee == Byte.quote {
        if flags & IndexEntry.hasNonASCII != 0 { holdsNonASCII = true }
        return (position + 1, flags)
      }
      position = try scanSpecial(position, &flags)
    }
  }

  @inline(__always)
  private mutating func append(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, tag: UInt32) {
    if count == capacity { grow() }
    entries[count] = IndexEntry(
      start: UInt32(truncatingIfNeeded: start - base), end: UInt32(truncatingIfNeeded: end - base),
      next: UInt32(truncatingIfNeeded: count + 1), tag: tag)
    count += 1
  }

  @inline(__always)
  private mutating func appendContainer(_ start: UnsafePointer<UInt8>, parent: UInt32, tag: UInt32) {
    if count == capacity { grow() }
    entries[count] = IndexEntry(start: UInt32(truncatingIfNeeded: start - base), end: 0, next: parent, tag: tag)
    count += 1
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<IndexEntry>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: entries, count: count)
    if hasGrown { entries.deallocate() }
    hasGrown = true
    entries = larger
    capacity *= 2
  }

  @inline(__always)
  private static func skippingWhiteSpace(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    // Mostly there is none, or one space.
    if start.pointee > Byte.space { return start }
    if start.pointee == Byte.space && start[1] > Byte.space { return start + 1 }
    return skippingLongWhiteSpace(start)
  }

  @inline(__always)
  private static func skippingLongWhiteSpace(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var position = start
    while true {
      switch position.pointee {
      case Byte.space:
        let differing = Words.load(position) ^ 0x2020_2020_2020_2020
        if differing == 0 {
          position += 8
        } else {
          position += differing.trailingZeroBitCount >> 3
        }
      case Byte.lineFeed, Byte.carriageReturn, Byte.tab:
        position += 1
      default:
        return position
      }
    }
  }
}
