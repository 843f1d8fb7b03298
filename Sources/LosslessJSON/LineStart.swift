/// The last line break in a piece of white space (with at most one comma in it), and what is around it.
struct LineStart {
  /// LF, CRLF or CR.
  var lineBreak: [UInt8]
  /// Spaces and tabs after it.
  var indent: [UInt8]
  /// Whether a comma comes after it.
  var startsWithComma: Bool
  /// What stands in front of the first line break.
  var before: [UInt8]

  /// Nil where there is no line break.
  init?(_ text: ArraySlice<UInt8>) {
    guard let last = text.lastIndex(where: Byte.isLineBreak), let first = text.firstIndex(where: Byte.isLineBreak)
    else { return nil }
    let isCRLF = text[last] == Byte.lineFeed && last > text.startIndex && text[last - 1] == Byte.carriageReturn
    lineBreak = Array(text[(isCRLF ? last - 1 : last)...last])
    let line = text[(last + 1)...]
    indent = Array(line.prefix { $0 == Byte.space || $0 == Byte.tab })
    startsWithComma = line.contains(Byte.comma)
    before = Array(text[..<first])
  }

  /// Line breaks in a piece of text.
  static func count(_ text: ArraySlice<UInt8>) -> Int {
    var count = 0
    var position = text.startIndex
    while position < text.endIndex {
      if Byte.isLineBreak(text[position]) {
        count += 1
        position += isCRLF(at: position, in: text) ? 2 : 1
      } else {
        position += 1
      }
    }
    return count
  }

  /// The line break that begins at `start`.
  static func lineBreak(at start: Int, in text: ArraySlice<UInt8>) -> [UInt8] {
    isCRLF(at: start, in: text) ? [Byte.carriageReturn, Byte.lineFeed] : [text[start]]
  }

  private static func isCRLF(at start: Int, in text: ArraySlice<UInt8>) -> Bool {
    text[start] == Byte.carriageReturn && start + 1 < text.endIndex && text[start + 1] == Byte.lineFeed
  }
}
