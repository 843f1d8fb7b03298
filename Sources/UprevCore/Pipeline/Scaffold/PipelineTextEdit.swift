/// Adds the next version of a format to the text of a pipeline file, where it belongs: what is there keeps its bytes, comments
/// included.
///
/// Where something is added is found by the places of nodes, and then looked at: the new text must read as the old one with exactly
/// what was to be added.
struct PipelineTextEdit {
  /// What is added.
  struct Addition {
    /// As the file is to say it.
    var from: String
    var to: String
    /// The path of its schema; nil where the format has none for the current version.
    var schema: String?
    /// For people, a line each.
    var comment: [String]
  }

  private struct Splice {
    var range: Range<Int>
    var text: String

    init(range: Range<Int>, text: String) {
      self.range = range
      self.text = text
    }

    /// What is put in at one place.
    init(at place: Int, _ text: String) {
      self.init(range: place..<place, text: text)
    }
  }

  private let bytes: [UInt8]
  private let root: YAMLNode
  private let newline: String

  /// - Parameter text: of a file that was read without a fault.
  init?(_ text: [UInt8]) {
    guard let root = YAMLReader.read(text).root else { return nil }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    bytes = text.starts(with: mark) ? Array(text.dropFirst(mark.count)) : text
    self.root = root
    let first = bytes.firstIndex(of: 0x0A) ?? 0
    newline = first > 0 && bytes[first - 1] == 0x0D ? "\r\n" : "\n"
  }

  /// - Parameter format: its position in the pipeline.
  /// - Returns: the new text, without a byte order mark; nil where it cannot be told where something belongs.
  func adding(_ addition: Addition, toFormat format: Int) -> [UInt8]? {
    guard let formats = root["formats"]?.elements, formats.indices.contains(format),
      let current = formats[format]["current"], current.range.count > 0
    else { return nil }
    let node = formats[format]
    var splices = [Splice(range: current.range, text: addition.to)]
    guard let migration = migration(addition, node, after: current) else { return nil }
    splices.append(migration)
    if let schema = addition.schema {
      guard let splice = self.schema(schema, addition, node) else { return nil }
      splices.append(splice)
    }
    var result = bytes
    // From the end, so that places stay what they are; what is put in at one place comes in the order given.
    for splice in splices.enumerated().sorted(by: {
      ($0.element.range.lowerBound, $0.offset) > ($1.element.range.lowerBound, $1.offset)
    }).map(\.element) {
      result.replaceSubrange(splice.range, with: Array(splice.text.utf8))
    }
    guard let now = YAMLReader.read(result).root, now.means(expected(addition, format)) else { return nil }
    return result
  }

  /// What the new text must read as.
  private func expected(_ addition: Addition, _ index: Int) -> YAMLNode {
    func node(_ text: String) -> YAMLNode {
      YAMLReader.read(Array(text.utf8)).root ?? YAMLNode(content: .sequence([]), mark: root.mark)
    }
    return root.replacing("formats") { formats in
      guard var elements = formats?.elements, elements.indices.contains(index) else { return formats }
      var format = elements[index].replacing("current") { _ in node(addition.to) }
      format = format.replacing("migrations") { migrations in
        let added = node("{from: \(addition.from), to: \(addition.to), steps: []}")
        return YAMLNode(content: .sequence((migrations?.elements ?? []) + [added]), mark: root.mark)
      }
      if let schema = addition.schema {
        format = format.replacing("schemas") { schemas in
          let added = node("{\(addition.to): \(YAMLText.quoted(schema))}")
          return YAMLNode(content: .mapping((schemas?.pairs ?? []) + added.pairs), mark: root.mark)
        }
      }
      elements[index] = format
      return YAMLNode(content: .sequence(elements), mark: root.mark)
    }
  }

  // MARK: Places

  private func migration(_ addition: Addition, _ format: YAMLNode, after current: YAMLNode) -> Splice? {
    let flow = "{from: \(addition.from), to: \(addition.to), steps: []}"
    func block(_ indent: Int) -> String {
      let space = String(repeating: " ", count: indent)
      return
        (addition.comment.map { "# \($0)" }
        + ["- from: \(addition.from)", "  to: \(addition.to)", "  steps: []"])
        .map { space + $0 + newline }.joined()
    }
    guard let migrations = format["migrations"] else {
      if isFlow(format) { return Splice(at: current.range.upperBound, ", migrations: [\(flow)]") }
      guard let key = format.pairs.first?.key else { return nil }
      let column = key.mark.column - 1
      return lines(behind: current) {
        "\(String(repeating: " ", count: column))migrations:\(newline)" + block(column + 2)
      }
    }
    guard case .sequence(let elements) = migrations.content else { return nil }
    if isFlow(migrations) { return inFlow(migrations, last: elements.last, flow) }
    guard let last = elements.last, let dash = dash(before: last) else { return nil }
    return lines(behind: last) { block(dash) }
  }

  private func schema(_ path: String, _ addition: Addition, _ format: YAMLNode) -> Splice? {
    guard let schemas = format["schemas"], let last = schemas.pairs.last else { return nil }
    let pair = "\(addition.to): \(YAMLText.quoted(path))"
    if isFlow(schemas) { return inFlow(schemas, last: last.value, pair) }
    return lines(behind: last.value) { String(repeating: " ", count: last.key.mark.column - 1) + pair + newline }
  }

  /// Behind the last element, or where there is none, behind the bracket.
  private func inFlow(_ collection: YAMLNode, last: YAMLNode?, _ text: String) -> Splice {
    guard let last else { return Splice(at: collection.range.lowerBound + 1, text) }
    return Splice(at: end(of: last), ", \(text)")
  }

  /// Whole lines behind the line on which a node ends.
  private func lines(behind node: YAMLNode, _ text: () -> String) -> Splice? {
    var place = end(of: node)
    if place > 0, place <= bytes.count, bytes[place - 1] == 0x0A { return Splice(at: place, text()) }
    // Nothing but a comment may stand behind it.
    let rest = bytes[min(place, bytes.count)...].prefix { $0 != 0x0A }
    guard let first = rest.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else {
      place += rest.count
      return place < bytes.count ? Splice(at: place + 1, text()) : Splice(at: place, newline + text())
    }
    guard first == UInt8(ascii: "#") else { return nil }
    place += rest.count
    return place < bytes.count ? Splice(at: place + 1, text()) : Splice(at: place, newline + text())
  }

  /// The column, from 0, of the dash of an element in block style, where it begins the line and the element follows on it.
  private func dash(before element: YAMLNode) -> Int? {
    let start = element.range.lowerBound
    let line = bytes[..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let text = bytes[line..<start]
    let spaces = text.prefix { $0 == 0x20 }
    let rest = text.dropFirst(spaces.count)
    guard rest.first == UInt8(ascii: "-"), rest.dropFirst().allSatisfy({ $0 == 0x20 }) else { return nil }
    return spaces.count
  }

  private func isFlow(_ node: YAMLNode) -> Bool {
    guard bytes.indices.contains(node.range.lowerBound) else { return false }
    switch node.content {
    case .scalar: return false
    case .sequence: return bytes[node.range.lowerBound] == UInt8(ascii: "[")
    case .mapping: return bytes[node.range.lowerBound] == UInt8(ascii: "{")
    }
  }

  /// Where the last of a node is. Recursive as deep as ``YAMLReader/maximumDepth``.
  private func end(of node: YAMLNode) -> Int {
    if case .scalar = node.content { return node.range.upperBound }
    if isFlow(node) { return node.range.upperBound }
    let children = node.elements + node.pairs.map(\.value)
    return children.last.map { end(of: $0) } ?? node.range.lowerBound
  }
}

extension YAMLNode {
  /// Another mapping, in which one value is another: a new last pair where there was none.
  fileprivate func replacing(_ name: String, _ change: (YAMLNode?) -> YAMLNode?) -> YAMLNode {
    var pairs = pairs
    let index = pairs.firstIndex { $0.key.scalarText == name }
    guard let value = change(index.map { pairs[$0].value }) else { return self }
    if let index {
      pairs[index].value = value
    } else {
      let key = YAMLNode(content: .scalar(YAMLScalar(text: name, isPlain: true)), mark: mark)
      pairs.append(YAMLPair(key: key, value: value))
    }
    return YAMLNode(content: .mapping(pairs), mark: mark, range: range)
  }

  /// Whether two nodes are the same but for their places, for quotes, and for the order of a mapping's pairs. Recursive as deep as
  /// ``YAMLReader/maximumDepth``.
  fileprivate func means(_ other: YAMLNode) -> Bool {
    switch (content, other.content) {
    case (.scalar(let one), .scalar(let two)): return one.kind == two.kind && one.text.utf8.elementsEqual(two.text.utf8)
    case (.sequence(let one), .sequence(let two)):
      return one.count == two.count && zip(one, two).allSatisfy { $0.means($1) }
    case (.mapping(let one), .mapping(let two)):
      return one.count == two.count
        && one.allSatisfy { pair in two.contains { $0.key.means(pair.key) && pair.value.means($0.value) } }
    default: return false
    }
  }
}
