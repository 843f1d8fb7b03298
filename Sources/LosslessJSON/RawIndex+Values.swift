extension JSONValue {
  /// Another value of the same text.
  package init(entry: Int, inTextOf other: JSONValue) {
    self.init(index: other.index, entry: entry)
  }

  /// How many entries the value and all that is in it have.
  package var entries: UInt32 { record.next &- UInt32(truncatingIfNeeded: entry) }

  /// The index that the value's entry belongs to, as pointers that are valid during the call only. Not generic, so that it
  /// needs no metadata at run time.
  package func withRawIndex(_ body: (RawIndex) -> Void) {
    index.withRawIndex { body($0) }
  }
}

extension RawIndex {
  /// As ``JSONValue/isEqual(to:)``.
  package func isEqual(_ entry: Int, to counterpart: Int, in other: RawIndex) -> Bool {
    Equality(left: self, right: other).areEqual(entry, counterpart)
  }

  /// As ``JSONValue/number``.
  package func number(_ entry: Int) -> JSONDecimal? {
    entries[entry].kind == .number ? JSONDecimal(digits: literal(entry)) : nil
  }

  /// As ``JSONValue/isIntegral``.
  package func isIntegral(_ entry: Int) -> Bool {
    guard entries[entry].kind == .number else { return false }
    // Mostly there is neither point nor exponent.
    let literal = literal(entry)
    for byte in literal where byte == Byte.point || byte | 0x20 == UInt8(ascii: "e") {
      return JSONDecimal(digits: literal)?.isIntegral ?? false
    }
    return true
  }

  /// The integers that ``plainDecimal(_:)`` can give.
  package static let plainIntegers = -999_999_999_999_999_999...999_999_999_999_999_999

  /// The value of a number that is written with a sign, a point and at most eighteen digits only, as an integer and the power
  /// of ten that it is to be divided by; nil for any other.
  package func plainDecimal(_ entry: Int) -> (digits: Int, power: Int)? {
    guard entries[entry].kind == .number else { return nil }
    let literal = literal(entry)
    guard literal.count <= JSONDecimal.smallDigits else { return nil }
    var magnitude = 0
    var power = 1
    var isNegative = false
    var isFraction = false
    for byte in literal {
      if Byte.isDigit(byte) {
        magnitude = magnitude &* 10 &+ Int(byte &- Byte.zero)
        if isFraction { power = power &* 10 }
      } else if byte == Byte.point {
        isFraction = true
      } else if byte == Byte.minus {
        isNegative = true
      } else {
        return nil
      }
    }
    return (isNegative ? 0 &- magnitude : magnitude, power)
  }

  /// A value as it is written.
  func literal(_ entry: Int) -> UnsafeRawBufferPointer {
    let record = entries[entry]
    return UnsafeRawBufferPointer(start: base + Int(record.start), count: Int(record.end) - Int(record.start))
  }
}

extension JSONKind {
  /// One of eight bits, for sets of kinds.
  @inlinable package var bit: UInt8 { 1 << rawValue }
}
