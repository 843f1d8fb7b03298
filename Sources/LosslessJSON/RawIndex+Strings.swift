extension RawIndex {
  /// The code points of a string or name; a surrogate without its other half is one.
  package func codePoints(_ entry: Int) -> Int {
    let record = entries[entry]
    if record.tag & (IndexEntry.hasEscape | IndexEntry.hasNonASCII) == 0 {
      return Int(record.end) - Int(record.start) - 2
    }
    return content(entry) { bytes in
      var count = 0
      // Continuation bytes are 10xxxxxx.
      for byte in bytes where byte & 0xc0 != 0x80 { count += 1 }
      return count
    }
  }

  /// The bytes between the quotes of a string or name: as many as its unescaped text has, or more.
  @inlinable @inline(__always)
  package func literalCount(_ entry: Int) -> Int { Int(entries[entry].end) - Int(entries[entry].start) - 2 }

  /// The UTF-8 of a string or name, always valid: a surrogate without its other half is U+FFFD. Not generic, so that it
  /// needs no metadata at run time.
  package func withText(_ entry: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    let start = base + Int(entries[entry].start) + 1
    let count = max(0, literalCount(entry))
    guard entries[entry].hasEscape else {
      body(UnsafeBufferPointer(start: start, count: count))
      return
    }
    Unescaping.bytes(start, count: count, loneSurrogates: .replaced).withUnsafeBufferPointer(body)
  }
}
