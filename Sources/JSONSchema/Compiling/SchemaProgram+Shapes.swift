import LosslessJSON

extension SchemaProgram {
  /// Whether a keyword's value has its shape; where it has not, that is noted.
  mutating func check(_ value: JSONValue, _ shape: KeywordShape, _ keyword: SchemaKeyword, _ node: Node) -> Bool {
    switch shape {
    case .anything, .schema: return true
    case .string: return demand(value.kind == .string, value, shape, keyword, node)
    case .boolean: return demand(value.bool != nil, value, shape, keyword, node)
    case .array: return demand(value.kind == .array, value, shape, keyword, node)
    case .number: return demand(value.number != nil, value, shape, keyword, node)
    case .positiveNumber: return isPositive(value, keyword, node)
    case .count:
      let isCount = value.number.map { $0.isIntegral && !$0.isNegative } ?? false
      return demand(isCount, value, shape, keyword, node)
    case .uri: return demand(reference(value)?.scheme != nil, value, shape, keyword, node)
    case .uriReference: return demand(reference(value) != nil, value, shape, keyword, node)
    case .resourceReference:
      let hasNone = reference(value).map { ($0.fragment ?? "").isEmpty } ?? false
      return demand(hasNone, value, shape, keyword, node)
    case .anchor: return demand(value.string.map(isAnchor) ?? false, value, shape, keyword, node)
    case .vocabularies:
      guard demand(value.kind == .object, value, shape, keyword, node) else { return false }
      return each(Array(value.members)) { (self, member) in
        self.demand(
          URIReference(member.name.string)?.scheme != nil && member.value.bool != nil, member.value, shape, keyword,
          node)
      }
    case .pattern: return isPattern(value, keyword, node)
    case .typeNames: return areTypes(value, keyword, node)
    case .memberNames: return areNames(value, keyword, node)
    case .memberNameLists:
      guard demand(value.kind == .object, value, shape, keyword, node) else { return false }
      return each(value.members.map(\.value)) { (self, names) in self.areNames(names, keyword, node) }
    case .schemas: return demand(value[element: 0] != nil, value, shape, keyword, node)
    case .schemaOrSchemas:
      return demand(value.kind != .array || value[element: 0] != nil, value, shape, keyword, node)
    case .namedSchemas: return demand(value.kind == .object, value, shape, keyword, node)
    case .patternSchemas:
      guard demand(value.kind == .object, value, shape, keyword, node) else { return false }
      return each(Array(value.members)) { (self, member) in
        self.isPattern(member.name.unescapedBytes, at: member.value, node)
      }
    case .dependencies:
      guard demand(value.kind == .object, value, shape, keyword, node) else { return false }
      return each(value.members.map(\.value).filter { $0.kind == .array }) { (self, names) in
        self.areNames(names, keyword, node)
      }
    }
  }

  private mutating func demand(
    _ isGiven: Bool, _ value: JSONValue, _ shape: KeywordShape, _ keyword: SchemaKeyword, _ node: Node
  ) -> Bool {
    if !isGiven { note(.invalidValue(keyword, expected: shape), at: value, of: node) }
    return isGiven
  }

  /// Whether it holds for all; it is asked for all of them, so that every fault is noted.
  private mutating func each<Element>(
    _ elements: [Element], _ holds: (inout SchemaProgram, Element) -> Bool
  ) -> Bool {
    var all = true
    for element in elements where !holds(&self, element) { all = false }
    return all
  }

  private func reference(_ value: JSONValue) -> URIReference? {
    value.string.flatMap { URIReference($0) }
  }

  private func isAnchor(_ name: String) -> Bool {
    guard let first = name.utf8.first, URISyntax.isLetter(first) || first == UInt8(ascii: "_") else { return false }
    return name.utf8.allSatisfy { URISyntax.isLetter($0) || URISyntax.isDigit($0) || "-_.".utf8.contains($0) }
  }

  private mutating func isPositive(_ value: JSONValue, _ keyword: SchemaKeyword, _ node: Node) -> Bool {
    let number = value.number
    guard let number, !number.isNegative, !number.isZero else {
      return demand(false, value, .positiveNumber, keyword, node)
    }
    guard number.significantDigits <= SchemaCompiler.mostDigits else {
      note(.tooManyDigits(keyword), at: value, of: node)
      return false
    }
    return true
  }

  private mutating func isPattern(_ value: JSONValue, _ keyword: SchemaKeyword, _ node: Node) -> Bool {
    guard let bytes = value.unescapedBytes else { return demand(false, value, .pattern, keyword, node) }
    return isPattern(bytes, at: value, node)
  }

  private mutating func isPattern(_ bytes: [UInt8], at value: JSONValue, _ node: Node) -> Bool {
    do {
      _ = try patterns.number(of: bytes)
      return true
    } catch {
      note(.invalidPattern(error), at: value, of: node)
      return false
    }
  }

  private mutating func areTypes(_ value: JSONValue, _ keyword: SchemaKeyword, _ node: Node) -> Bool {
    guard value.kind == .string || value[element: 0] != nil else {
      return demand(false, value, .typeNames, keyword, node)
    }
    var seen: SchemaTypes = []
    return each(value.kind == .array ? Array(value.elements) : [value]) { (self, name) in
      guard let text = name.string else { return self.demand(false, name, .typeNames, keyword, node) }
      guard let type = SchemaTypes.named(name) else {
        self.note(.unknownType(text), at: name, of: node)
        return false
      }
      guard seen.isDisjoint(with: type) else {
        self.note(.repeatedItem(keyword, text), at: name, of: node)
        return false
      }
      seen.formUnion(type)
      return true
    }
  }

  private mutating func areNames(_ value: JSONValue, _ keyword: SchemaKeyword, _ node: Node) -> Bool {
    guard demand(value.kind == .array, value, .memberNames, keyword, node) else { return false }
    var seen: Set<[UInt8]> = []
    return each(Array(value.elements)) { (self, element) in
      guard let bytes = element.unescapedBytes else { return self.demand(false, element, .memberNames, keyword, node) }
      guard seen.insert(bytes).inserted else {
        self.note(.repeatedItem(keyword, element.string ?? ""), at: element, of: node)
        return false
      }
      return true
    }
  }
}

/// The patterns of a schema, each compiled once.
struct PatternCollection {
  private(set) var all: [CompiledPattern] = []
  private var numbers: [[UInt8]: Result<UInt32, PatternError>] = [:]

  /// The number of one that has been compiled; nil for any other.
  func known(_ bytes: [UInt8]) -> UInt32? { try? numbers[bytes]?.get() }

  mutating func number(of bytes: [UInt8]) throws(PatternError) -> UInt32 {
    if let known = numbers[bytes] { return try known.get() }
    do {
      all.append(try CompiledPattern(bytes))
    } catch {
      numbers[bytes] = .failure(error)
      throw error
    }
    numbers[bytes] = .success(UInt32(truncatingIfNeeded: all.count - 1))
    return UInt32(truncatingIfNeeded: all.count - 1)
  }
}
