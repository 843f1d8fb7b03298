import LosslessJSON

extension IndexedJSON {
  /// The text in a form in which what a program got and what it answers can be compared: strings and names with the fewest escapes.
  ///
  /// - Parameter asDoubles: whether fractions are written as a program has them that reads them as doubles, in their shortest form:
  ///   such a program has not changed a number that comes back so. Integers stay exact.
  func comparable(asDoubles: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var copied = 0
    func replace(_ range: Range<Int>, _ write: (inout [UInt8]) -> Void) {
      bytes += text.bytes[copied..<range.lowerBound]
      write(&bytes)
      copied = range.upperBound
    }
    for entry in 0..<entryCount {
      if isName(entry) {
        let name = name(entry)
        guard name.literal.contains(UInt8(ascii: "\\")) else { continue }
        replace(name.range) { StringEscaping.append(name.string, escapesNonASCII: false, to: &$0) }
        continue
      }
      let value = value(entry)
      switch value.kind {
      case .string where value.literal.contains(UInt8(ascii: "\\")):
        replace(value.range) { StringEscaping.append(value.string ?? "", escapesNonASCII: false, to: &$0) }
      case .number where asDoubles:
        if let literal = value.inexactDouble { replace(value.range) { $0 += literal.utf8 } }
      default: break
      }
    }
    return bytes + text.bytes[copied...]
  }
}

extension JSONValue {
  /// The shortest form of the nearest double, for a fraction that is not exactly that.
  fileprivate var inexactDouble: String? {
    let literal = literal
    let marks = [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")]
    // Those of up to 15 digits come back as they are.
    guard literal.count > 16, literal.contains(where: marks.contains),
      let double = Double(String(decoding: literal, as: UTF8.self)), double.isFinite
    else { return nil }
    let shortest = CanonicalJSON.literal(double)
    return JSONDecimal(literal: shortest.utf8) == number ? nil : shortest
  }
}
