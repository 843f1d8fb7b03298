/// The grammar of RFC 8259, section 6, and the order of whole numbers of any size.
enum JSONNumberLiteral {
  /// Whether `text` is a JSON number and nothing else.
  static func isValid(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let whole = takeDigits(&rest)
    guard let first = whole.first, whole.count == 1 || first != UInt8(ascii: "0") else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard !takeDigits(&rest).isEmpty else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      guard !takeDigits(&rest).isEmpty else { return false }
    }
    return rest.isEmpty
  }

  /// Whether `text` is digits, with or without a minus, and without leading zeros.
  static func isInteger(_ text: String) -> Bool {
    isValid(text) && text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) }
  }

  /// The order of two texts for which ``isInteger(_:)`` holds, by value.
  static func integer(_ left: String, isLessThan right: String) -> Bool {
    let leftNegative = left.utf8.first == UInt8(ascii: "-")
    let rightNegative = right.utf8.first == UInt8(ascii: "-")
    if leftNegative != rightNegative { return leftNegative }
    let (smaller, larger) = leftNegative ? (right, left) : (left, right)
    if smaller.utf8.count != larger.utf8.count { return smaller.utf8.count < larger.utf8.count }
    return smaller.utf8.lexicographicallyPrecedes(larger.utf8)
  }

  private static func takeDigits(_ text: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = text.prefix(while: isDigit)
    text.removeFirst(digits.count)
    return digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
