import LosslessJSON
import UprevReport

/// Writes a schema (JSON Schema 2020-12) of what was seen in samples: types, members, what is always there. No bounds, and
/// members that were not seen are allowed. Recursive as deep as ``InferredType/maximumDepth``.
struct SchemaDraft {
  /// The value that one place must have.
  struct Fixed {
    /// Names from the root on.
    var names: [String]
    /// A JSON literal.
    var literal: String
    /// Whether it must be there.
    var isRequired: Bool
  }

  private var lines: [UInt8] = []

  /// - Parameters:
  ///   - title: for people.
  ///   - description: for people.
  static func text(
    _ type: InferredType, title: String, description: String, fixed: Fixed?
  ) -> [UInt8] {
    var draft = SchemaDraft()
    var head: [(String, [UInt8])] = [
      ("$schema", Array("\"https://json-schema.org/draft/2020-12/schema\"".utf8)),
      ("title", Array(JSONStringLiteral.text(of: title).utf8)),
      ("description", Array(JSONStringLiteral.text(of: description).utf8)),
    ]
    draft.write(type, fixed, head: &head, indent: 0)
    return draft.lines + [UInt8(ascii: "\n")]
  }

  private mutating func write(
    _ type: InferredType, _ fixed: Fixed?, head: inout [(String, [UInt8])], indent: Int
  ) {
    // Keyword by keyword; what is nested is written into a text of its own first.
    var parts = head.map { (name: $0.0, text: $0.1) }
    func array(_ literals: [[UInt8]]) -> [UInt8] {
      [UInt8(ascii: "[")] + Array(literals.joined(separator: Array(", ".utf8))) + [UInt8(ascii: "]")]
    }
    let types = type.types.map { Array("\"\($0.rawValue)\"".utf8) }
    if let texts = type.enumeration {
      parts.append(("enum", array(texts)))
    } else if let only = types.first {
      parts.append(("type", types.count == 1 ? only : array(types)))
    }
    let members = type.members ?? []
    let name = fixed?.names.first
    func isFixed(_ member: InferredType.Member) -> Bool {
      guard let name else { return false }
      return member.literal.elementsEqual(JSONStringLiteral.text(of: name).utf8)
    }
    if type.objects > 0 {
      let isLast = fixed?.names.count == 1
      var required = members.filter { type.isRequired($0) || isLast && isFixed($0) && fixed?.isRequired == true }
        .map(\.literal)
      var properties = members.map { member -> (name: [UInt8], text: [UInt8]) in
        if isFixed(member), let fixed {
          if isLast { return (member.literal, Array("{\"const\": \(fixed.literal)}".utf8)) }
          return (
            member.literal,
            nested(
              member.type,
              Fixed(names: Array(fixed.names.dropFirst()), literal: fixed.literal, isRequired: fixed.isRequired),
              indent + 2)
          )
        }
        return (member.literal, nested(member.type, nil, indent + 2))
      }
      if let fixed, isLast, let name, !members.contains(where: isFixed) {
        let literal = Array(JSONStringLiteral.text(of: name).utf8)
        properties.append((literal, Array("{\"const\": \(fixed.literal)}".utf8)))
        if fixed.isRequired { required.append(literal) }
      }
      if !required.isEmpty { parts.append(("required", array(required))) }
      if !properties.isEmpty {
        parts.append(("properties", object(properties, indent + 1)))
      }
    }
    if let element = type.element.first {
      parts.append(("items", nested(element, nil, indent + 1)))
    }
    lines += object(parts.map { (Array("\"\($0.name)\"".utf8), $0.text) }, indent)
  }

  private func nested(_ type: InferredType, _ fixed: Fixed?, _ indent: Int) -> [UInt8] {
    var draft = SchemaDraft()
    var none: [(String, [UInt8])] = []
    draft.write(type, fixed, head: &none, indent: indent)
    return draft.lines
  }

  /// On one line where nothing in it takes more, and it is short.
  private func object(_ members: [(name: [UInt8], text: [UInt8])], _ indent: Int) -> [UInt8] {
    func join(_ separator: String) -> [UInt8] {
      Array(members.map { $0.name + Array(": ".utf8) + $0.text }.joined(separator: Array(separator.utf8)))
    }
    let short = join(", ")
    if members.isEmpty { return Array("{}".utf8) }
    if short.count <= 72, !short.contains(UInt8(ascii: "\n")), indent > 0 {
      return [UInt8(ascii: "{")] + short + [UInt8(ascii: "}")]
    }
    let space = String(repeating: "  ", count: indent)
    return Array("{\n\(space)  ".utf8) + join(",\n\(space)  ") + Array("\n\(space)}".utf8)
  }
}
