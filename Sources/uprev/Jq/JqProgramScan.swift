/// Looks through a program's text for two things that only its words show: modules, which libjq loads from disk while it
/// compiles, and `$ENV`, which is no function that could be hidden.
///
/// It knows jq's comments and strings, in which such words mean nothing, and the programs within strings, in which they do.
enum JqProgramScan {
  private static let modules: Set<String> = ["import", "include", "module"]

  static func forbiddenWord(in text: [UInt8]) -> String? {
    var position = 0
    var isFirst = true
    // Open parentheses in each program within a string; the outermost is the program itself.
    var parentheses = [0]
    func peek(_ distance: Int = 0) -> UInt8 { position + distance < text.count ? text[position + distance] : 0 }
    /// From behind the quote, or the end of an inner program, to behind the closing quote or the start of the next one.
    func skipString() {
      while position < text.count {
        switch text[position] {
        case UInt8(ascii: "\""):
          position += 1
          return
        case UInt8(ascii: "\\"):
          let opens = peek(1) == UInt8(ascii: "(")
          position += 2
          if opens {
            parentheses.append(0)
            return
          }
        default:
          position += 1
        }
      }
    }
    func takeWord() -> String {
      let start = position
      while isWord(peek()) || (peek() == UInt8(ascii: ":") && peek(1) == UInt8(ascii: ":")) {
        position += isWord(peek()) ? 1 : 2
      }
      return String(decoding: text[start..<position], as: UTF8.self)
    }
    while position < text.count {
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "#"):
        while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
        continue
      case 0x20, 0x09, 0x0a, 0x0d:
        position += 1
        continue
      case UInt8(ascii: "\""):
        position += 1
        skipString()
      case UInt8(ascii: "("):
        parentheses[parentheses.count - 1] += 1
        position += 1
      case UInt8(ascii: ")"):
        position += 1
        if parentheses[parentheses.count - 1] > 0 {
          parentheses[parentheses.count - 1] -= 1
        } else if parentheses.count > 1 {
          parentheses.removeLast()
          skipString()
        }
      case UInt8(ascii: "$"):
        position += 1
        while [0x20, 0x09, 0x0a, 0x0d].contains(peek()) { position += 1 }
        if takeWord() == "ENV" { return "$ENV" }
      case _ where isWord(byte):
        let word = takeWord()
        if isFirst, modules.contains(word) { return word }
      default:
        position += 1
      }
      isFirst = false
    }
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
