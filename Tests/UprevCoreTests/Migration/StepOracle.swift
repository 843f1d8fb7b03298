import LosslessJSON

@testable import UprevCore

/// A JSON value as a tree of literals, and RFC 6902 on it in the plainest way: what the steps are held against. It knows
/// neither bytes nor white space, but every literal and the order of members.
indirect enum Tree: Equatable, Sendable {
  case scalar(String)
  case array([Tree])
  /// Names as they are written, quotes included.
  case object([Member])

  struct Member: Equatable, Sendable {
    var name: String
    var value: Tree
  }

  struct Refused: Error {}

  init(_ value: JSONValue) {
    switch value.kind {
    case .array: self = .array(value.elements.map { Tree($0) })
    case .object:
      self = .object(
        value.members.map { Member(name: String(decoding: $0.name.literal, as: UTF8.self), value: Tree($0.value)) })
    default: self = .scalar(String(decoding: value.literal, as: UTF8.self))
    }
  }

  init(_ text: String) throws {
    self.init(try IndexedJSON(scanning: JSONText(text)).root)
  }

  // MARK: Texts

  /// How a text is laid out.
  struct Layout: CaseIterable {
    var lineBreak: String?
    var unit = ""
    var comma = ","
    var colon = ":"

    static let allCases = [
      Layout(), Layout(comma: ", ", colon: ": "), Layout(lineBreak: "\n", unit: "  ", colon: ": "),
      Layout(lineBreak: "\r\n", unit: "\t", colon: " : "),
    ]
  }

  func text(_ layout: Layout, depth: Int = 0) -> String {
    func list(_ open: String, _ items: [String], _ close: String) -> String {
      if items.isEmpty { return open + close }
      guard let lineBreak = layout.lineBreak else { return open + items.joined(separator: layout.comma) + close }
      let indent = lineBreak + String(repeating: layout.unit, count: depth + 1)
      return open + indent + items.joined(separator: "," + indent) + lineBreak
        + String(repeating: layout.unit, count: depth) + close
    }
    switch self {
    case .scalar(let literal): return literal
    case .array(let elements): return list("[", elements.map { $0.text(layout, depth: depth + 1) }, "]")
    case .object(let members):
      return list("{", members.map { $0.name + layout.colon + $0.value.text(layout, depth: depth + 1) }, "}")
    }
  }

  // MARK: Values

  /// Equality of values: numbers by value, objects in any order.
  func equals(_ other: Tree) -> Bool {
    switch (self, other) {
    case (.scalar(let left), .scalar(let right)): Self.normal(left) == Self.normal(right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { member in
          right.contains { Self.content($0.name) == Self.content(member.name) && $0.value.equals(member.value) }
        }
    default: false
    }
  }

  /// A number's digits without zeros at either end, and the place of the last one; a string's characters; a word.
  private static func normal(_ literal: String) -> String {
    guard let first = literal.first, first.isNumber || first == "-" else {
      return Self.first(of: literal) == "\"" ? "\"" + content(literal) : literal
    }
    let parts = literal.lowercased().split(separator: "e")
    var exponent = parts.count > 1 ? Int(parts[1].replacing("+", with: "")) ?? 0 : 0
    let halves = parts[0].replacing("-", with: "").split(separator: ".")
    var digits = halves[0] + (halves.count > 1 ? halves[1] : "")
    exponent -= halves.count > 1 ? halves[1].count : 0
    while digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    digits = digits.drop { $0 == "0" }
    return digits.isEmpty ? "0" : "\(first == "-" ? "-" : "")\(digits)e\(exponent)"
  }

  private static func first(of literal: String) -> Character { literal.first ?? " " }

  /// What is between the quotes, with the escapes that the tests use resolved.
  static func content(_ name: String) -> String {
    String(name.dropFirst().dropLast()).replacing("\\u0061", with: "a").replacing("\\/", with: "/")
  }

  func isType(_ type: ValueType) -> Bool {
    switch (type, self) {
    case (.array, .array), (.object, .object): true
    case (.string, .scalar(let literal)): literal.hasPrefix("\"")
    case (.null, .scalar(let literal)): literal == "null"
    case (.boolean, .scalar(let literal)): literal == "true" || literal == "false"
    case (.number, .scalar(let literal)): literal.first.map { $0.isNumber || $0 == "-" } ?? false
    case (.integer, .scalar(let literal)):
      isType(.number) && !(Self.normal(literal).split(separator: "e").last?.hasPrefix("-") ?? false)
    default: false
    }
  }

  // MARK: Pointers

  func value(at tokens: ArraySlice<String>) throws -> Tree {
    guard let token = tokens.first else { return self }
    switch self {
    case .object(let members):
      guard let member = members.first(where: { Self.content($0.name) == token }) else { throw Refused() }
      return try member.value.value(at: tokens.dropFirst())
    case .array(let elements):
      return try elements[Self.index(token, below: elements.count)].value(at: tokens.dropFirst())
    case .scalar: throw Refused()
    }
  }

  private static func index(_ token: String, below count: Int) throws -> Int {
    guard let index = Int(token), String(index) == token, (0..<count).contains(index) else { throw Refused() }
    return index
  }

  /// Changes what holds the last token.
  private func changing(
    _ tokens: ArraySlice<String>, _ change: (Tree, String) throws -> Tree
  ) throws -> Tree {
    guard let token = tokens.first else { throw Refused() }
    if tokens.count == 1 { return try change(self, token) }
    switch self {
    case .object(var members):
      guard let place = members.firstIndex(where: { Self.content($0.name) == token }) else { throw Refused() }
      members[place].value = try members[place].value.changing(tokens.dropFirst(), change)
      return .object(members)
    case .array(var elements):
      let place = try Self.index(token, below: elements.count)
      elements[place] = try elements[place].changing(tokens.dropFirst(), change)
      return .array(elements)
    case .scalar: throw Refused()
    }
  }

  // MARK: Operations

  func adding(_ value: Tree, at pointer: JSONPointer) throws -> Tree {
    if pointer.tokens.isEmpty { return equals(value) ? self : value }
    return try changing(pointer.tokens[...]) { holder, token in
      switch holder {
      case .object(var members):
        if let place = members.firstIndex(where: { Self.content($0.name) == token }) {
          if !members[place].value.equals(value) { members[place].value = value }
        } else {
          members.append(Member(name: "\"\(token)\"", value: value))
        }
        return .object(members)
      case .array(var elements):
        let place = try token == "-" ? elements.count : Self.index(token, below: elements.count + 1)
        elements.insert(value, at: place)
        return .array(elements)
      case .scalar: throw Refused()
      }
    }
  }

  func removing(_ pointer: JSONPointer) throws -> Tree {
    try changing(pointer.tokens[...]) { holder, token in
      switch holder {
      case .object(var members):
        guard let place = members.firstIndex(where: { Self.content($0.name) == token }) else { throw Refused() }
        members.remove(at: place)
        return .object(members)
      case .array(var elements):
        elements.remove(at: try Self.index(token, below: elements.count))
        return .array(elements)
      case .scalar: throw Refused()
      }
    }
  }

  func replacing(_ pointer: JSONPointer, with value: Tree) throws -> Tree {
    let old = try self.value(at: pointer.tokens[...])
    if old.equals(value) { return self }
    if pointer.tokens.isEmpty { return value }
    return try changing(pointer.tokens[...]) { holder, token in
      switch holder {
      case .object(var members):
        for place in members.indices where Self.content(members[place].name) == token { members[place].value = value }
        return .object(members)
      case .array(var elements):
        elements[try Self.index(token, below: elements.count)] = value
        return .array(elements)
      case .scalar: throw Refused()
      }
    }
  }

  func moving(_ from: JSONPointer, to path: JSONPointer) throws -> Tree {
    let value = try self.value(at: from.tokens[...])
    if from == path { return self }
    if path.tokens.isEmpty { return try adding(value, at: path) }
    return try removing(from).adding(value, at: path)
  }

  func copying(_ from: JSONPointer, to path: JSONPointer) throws -> Tree {
    try adding(value(at: from.tokens[...]), at: path)
  }

  func testing(_ pointer: JSONPointer, _ value: Tree) throws -> Tree {
    guard try self.value(at: pointer.tokens[...]).equals(value) else { throw Refused() }
    return self
  }

  func defaulting(_ pointer: JSONPointer, to value: Tree) throws -> Tree {
    if (try? self.value(at: pointer.tokens[...])) != nil { return self }
    return try changing(pointer.tokens[...]) { holder, token in
      guard case .object(let members) = holder else { throw Refused() }
      return .object(members + [Member(name: "\"\(token)\"", value: value)])
    }
  }

  func renaming(_ pointer: JSONPointer, to name: String) throws -> Tree {
    try changing(pointer.tokens[...]) { holder, token in
      guard case .object(var members) = holder,
        let place = members.firstIndex(where: { Self.content($0.name) == token })
      else { throw Refused() }
      if name == token { return holder }
      if members.contains(where: { Self.content($0.name) == name }) { throw Refused() }
      members[place].name = "\"\(name)\""
      return .object(members)
    }
  }

  func each(_ pointer: JSONPointer, _ change: (Tree) throws -> Tree) throws -> Tree {
    let changed: Tree
    switch try value(at: pointer.tokens[...]) {
    case .array(let elements): changed = .array(try elements.map(change))
    case .object(let members):
      changed = .object(try members.map { Member(name: $0.name, value: try change($0.value)) })
    case .scalar: throw Refused()
    }
    return try replacing(exactly: pointer.tokens[...], with: changed)
  }

  private func replacing(exactly tokens: ArraySlice<String>, with value: Tree) throws -> Tree {
    if tokens.isEmpty { return value }
    return try changing(tokens) { holder, token in
      switch holder {
      case .object(var members):
        for place in members.indices where Self.content(members[place].name) == token { members[place].value = value }
        return .object(members)
      case .array(var elements):
        elements[try Self.index(token, below: elements.count)] = value
        return .array(elements)
      case .scalar: throw Refused()
      }
    }
  }
}
