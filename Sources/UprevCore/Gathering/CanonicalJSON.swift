import LosslessJSON

/// The one way in which equal values are written: no white space, members by their names' bytes, numbers by value, strings
/// with the fewest escapes.
enum CanonicalJSON {
  /// Appends a value.
  ///
  /// Recursive as deep as the value, which a caller bounds by its size.
  /// - Returns: false where the value cannot be written so: it holds a number that is not finite or has too many digits, or half
  ///   of a surrogate pair.
  static func append(_ value: JSONValue, to bytes: inout [UInt8]) -> Bool {
    switch value.kind {
    case .null: bytes += "null".utf8
    case .true: bytes += "true".utf8
    case .false: bytes += "false".utf8
    case .number:
      guard let number = value.number, let literal = literal(number) else { return false }
      bytes += literal.utf8
    case .nonFinite: return false
    case .string:
      guard let unescaped = value.unescapedBytes, let text = String(validating: unescaped, as: UTF8.self) else {
        return false
      }
      StringEscaping.append(text, escapesNonASCII: false, to: &bytes)
    case .array:
      bytes.append(UInt8(ascii: "["))
      for (position, element) in value.elements.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        guard append(element, to: &bytes) else { return false }
      }
      bytes.append(UInt8(ascii: "]"))
    case .object:
      var members: [(name: String, value: JSONValue)] = []
      for (name, value) in value.members {
        guard let name = String(validating: name.unescapedBytes, as: UTF8.self) else { return false }
        members.append((name, value))
      }
      members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      bytes.append(UInt8(ascii: "{"))
      for (position, member) in members.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        StringEscaping.append(member.name, escapesNonASCII: false, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        guard append(member.value, to: &bytes) else { return false }
      }
      bytes.append(UInt8(ascii: "}"))
    }
    return true
  }

  /// Nil for a number of more digits than arithmetic takes.
  static func literal(_ number: JSONDecimal) -> String? {
    number.digits.count <= JSONDecimal.maximumDigits ? number.description : nil
  }

  /// The shortest decimal number that is this double.
  ///
  /// - Parameter number: finite.
  static func literal(_ number: Double) -> String {
    JSONDecimal(literal: "\(number)".utf8)?.description ?? "0"
  }
}
