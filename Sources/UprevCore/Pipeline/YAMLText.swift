/// Texts as YAML holds them, on one line.
enum YAMLText {
  /// A string in quotes: whatever it holds, a reader gets it back. Single quotes where nothing needs an escape and there are double ones
  /// in it, for the sake of those who read it.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    if scalars.contains(where: { $0 == "\"" || $0 == "\\" }), !scalars.contains("'"), scalars.allSatisfy(isPlain) {
      return "'\(text)'"
    }
    var result = "\""
    for scalar in scalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if isPlain(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16)
          let width = scalar.value < 0x10000 ? 4 : 8
          result += (width == 4 ? "\\u" : "\\U") + String(repeating: "0", count: width - digits.utf8.count) + digits
        }
      }
    }
    return result + "\""
  }

  /// Neither a control character, a line break of YAML 1.1, a byte order mark, nor what no character has.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
