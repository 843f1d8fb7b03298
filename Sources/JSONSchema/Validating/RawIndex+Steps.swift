import LosslessJSON

// Here, and not beside the rest of the type: calls across targets are not inlined.

extension RawIndex {
  /// What the value is, as ``JSONKind/bit``.
  @inline(__always)
  func kindBit(_ entry: Int) -> UInt8 { 1 << UInt8(truncatingIfNeeded: entries[entry].tag & 7) }

  /// The entry after a value and all that is in it: of the next element or name, or past the end of what encloses them.
  @inline(__always)
  func end(_ entry: Int) -> Int { Int(entries[entry].next) }
}
