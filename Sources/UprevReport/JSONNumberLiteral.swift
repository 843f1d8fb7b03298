/// The grammar of RFC 8259, section 6, and the order of whole numbers of any size.
enum JSONNumberLiteral {
  /// Whether `text` is a JSON number and nothing else.
  static func isValid(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { isValid($0) }
  }

  private static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = Cursor(text: text)
    if cursor.next == UInt8(ascii: "-") { cursor.position += 1 }
    let beginsWithZero = cursor.next == UInt8(ascii: "0")
    let whole = cursor.takeDigits()
    guard whole == 1 || whole > 1 && !beginsWithZero else { return false }
    if cursor.next == UInt8(ascii: ".") {
      cursor.position += 1
      guard cursor.takeDigits() > 0 else { return false }
    }
    if cursor.next | 0x20 == UInt8(ascii: "e") {
      cursor.position += 1
      if cursor.next == UInt8(ascii: "+") || cursor.next == UInt8(ascii: "-") { cursor.position += 1 }
      guard cursor.takeDigits() > 0 else { return false }
    }
    return cursor.position == text.count
  }

  private struct Cursor {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    /// 0 at the end.
    var next: UInt8 { position < text.count ? text[position] : 0 }

    /// - Returns: how many there were.
    mutating func takeDigits() -> Int {
      let start = position
      while isDigit(next) { position += 1 }
      return position - start
    }
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

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
