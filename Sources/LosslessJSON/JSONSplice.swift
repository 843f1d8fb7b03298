/// One change to a text: the bytes at `range` give way to `replacement`.
public struct JSONSplice: Sendable, Hashable {
  /// Offsets in the text as it is before any change; empty for an insertion.
  public var range: Range<Int>
  /// What comes in their place; empty for a removal.
  public var replacement: [UInt8]

  /// - Parameter range: offsets in the text as it is before any change.
  public init(range: Range<Int>, replacement: [UInt8]) {
    self.range = range
    self.replacement = replacement
  }
}

/// Why an edit is impossible.
public enum JSONEditError: Error, Hashable, Sendable, CaseIterable {
  /// A member is to be put into something that is no object.
  case notAnObject
  /// An element is to be put into something that is no array.
  case notAnArray
  /// There is no such place among the members or elements.
  case positionOutOfRange
  /// The value belongs to another document.
  case foreignValue
  /// A document cannot do without its root.
  case rootRemoved
  /// Two splices want the same bytes.
  case overlappingSplices
  /// A splice reaches beyond the text.
  case spliceOutOfRange
}

extension IndexedJSON {
  /// The text with all of these changes made.
  ///
  /// - Parameter splices: in any order; they may touch each other but not overlap. Several insertions at one offset come
  ///   in the order given, before what replaces the bytes that follow.
  /// - Returns: a text that is not checked again: splices made by this type's methods leave it valid, unless two of them
  ///   concern the same empty container, or give one object the same new name.
  /// - Throws: ``JSONEditError``
  public func applying(_ splices: [JSONSplice]) throws(JSONEditError) -> JSONText {
    // Sorting is stable, so insertions at one offset keep their order.
    let ordered =
      splices.count < 2
      ? splices
      : splices.sorted {
        $0.range.lowerBound != $1.range.lowerBound
          ? $0.range.lowerBound < $1.range.lowerBound
          : $0.range.isEmpty && !$1.range.isEmpty
      }
    var position = 0
    var size = text.count
    for splice in ordered {
      guard splice.range.lowerBound >= position else {
        throw splice.range.lowerBound < 0 ? .spliceOutOfRange : .overlappingSplices
      }
      guard splice.range.upperBound <= text.count else { throw .spliceOutOfRange }
      position = splice.range.upperBound
      size += splice.replacement.count - splice.range.count
    }
    return JSONText(capacity: size) { target in
      text.withUnsafeBytes { source in
        var read = 0
        var rest = target[...]
        for splice in ordered {
          rest = rest.filled(with: source[read..<splice.range.lowerBound])
          rest = splice.replacement.withUnsafeBytes { rest.filled(with: $0[...]) }
          read = splice.range.upperBound
        }
        return target.count - rest.filled(with: source[read...]).count
      }
    }
  }
}

extension Slice<UnsafeMutableRawBufferPointer> {
  /// What remains once `bytes` stand at the beginning; there is room for them.
  fileprivate func filled(with bytes: Slice<UnsafeRawBufferPointer>) -> Self {
    UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
    return dropFirst(bytes.count)
  }
}
