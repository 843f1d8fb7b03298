/// URI templates (RFC 6570, 2).
enum TemplateFormat {
  static func isTemplate(_ text: String) -> Bool {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "{":
        guard let close = rest.firstIndex(of: "}"), isExpression(rest[..<close]) else { return false }
        rest = rest[(close + 1)...]
      case "%":
        guard isPercentEncoded(&rest) else { return false }
      case "}", " ", "\"", "'", "<", ">", "\\", "^", "`", "|", "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}": return false
      default: break
      }
    }
    return true
  }

  private static func isPercentEncoded(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
    guard rest.count >= 2, rest.prefix(2).allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }) else {
      return false
    }
    rest = rest.dropFirst(2)
    return true
  }

  private static func isExpression(_ expression: ArraySlice<Unicode.Scalar>) -> Bool {
    var rest = expression
    if let first = rest.first, "+#./;?&=,!@|".unicodeScalars.contains(first) { rest = rest.dropFirst() }
    return rest.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(isVariable)
  }

  private static func isVariable(_ variable: ArraySlice<Unicode.Scalar>) -> Bool {
    var name = variable
    if name.last == "*" {
      name = name.dropLast()
    } else if let colon = name.firstIndex(of: ":") {
      let length = name[(colon + 1)...]
      guard (1...4).contains(length.count), length.first != "0", length.allSatisfy({ ("0"..."9").contains($0) }) else {
        return false
      }
      name = name[..<colon]
    }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      var rest = part
      guard !rest.isEmpty else { return false }
      while let scalar = rest.popFirst() {
        if scalar == "%" {
          guard isPercentEncoded(&rest) else { return false }
        } else if !(scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) || scalar == "_")
        {
          return false
        }
      }
      return true
    }
  }
}
