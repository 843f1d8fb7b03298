/// A value as Python's `json.dump(value, file, indent=2)` takes it.
enum PythonValue {
  case null
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// A `dict`, in its order.
  case object([(name: String, value: PythonValue)])

  /// An optional value: `None` where there is none.
  init<Wrapped>(_ value: Wrapped?, _ make: (Wrapped) -> PythonValue) {
    self = value.map(make) ?? .null
  }

  /// The bytes that Python writes: two spaces, `": "`, everything outside ASCII escaped, no newline at the end.
  var dumped: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, depth: 0)
    return output
  }

  private func write(to output: inout [UInt8], depth: Int) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .float(let value): output += value.pythonLiteral
    case .string(let value): value.writePythonLiteral(to: &output)
    case .object(let members):
      if members.isEmpty {
        output += "{}".utf8
        return
      }
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.breakLine(&output, depth: depth + 1)
        member.name.writePythonLiteral(to: &output)
        output += ": ".utf8
        member.value.write(to: &output, depth: depth + 1)
      }
      Self.breakLine(&output, depth: depth)
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func breakLine(_ output: inout [UInt8], depth: Int) {
    output.append(UInt8(ascii: "\n"))
    output += repeatElement(UInt8(ascii: " "), count: 2 * depth)
  }
}

extension String {
  /// Appends the string as Python's `json` escapes it with `ensure_ascii`: UTF-16 units, small hexadecimal letters.
  func writePythonLiteral(to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for unit in utf16 {
      switch unit {
      case 0x22: output += #"\""#.utf8
      case 0x5C: output += #"\\"#.utf8
      case 0x0A: output += #"\n"#.utf8
      case 0x0D: output += #"\r"#.utf8
      case 0x09: output += #"\t"#.utf8
      case 0x0C: output += #"\f"#.utf8
      case 0x08: output += #"\b"#.utf8
      case 0x20...0x7E: output.append(UInt8(truncatingIfNeeded: unit))
      default:
        let digits = String(unit, radix: 16)
        output += #"\u"#.utf8
        output += repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count)
        output += digits.utf8
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
