// libyaml, which Yams carries as its C target: Yams's own composer follows aliases and recurses, and so cannot be given
// a hostile text. Its events can.
internal import CYaml

/// Reads one YAML document into nodes, from libyaml's events, without recursion and in time proportional to the text.
///
/// Anchors, aliases, tags, directives and a second document are refused: each is reported with its place, and no node
/// is handed out.
struct YAMLReader {
  /// How deep sequences and mappings may be nested.
  static let maximumDepth = 64

  private let places: YAMLPlaces
  private var faults: [PlacedProblem] = []
  private var open: [OpenCollection] = []
  private var root: YAMLNode?
  private var isStopped = false

  private init(_ bytes: [UInt8]) {
    places = YAMLPlaces(bytes)
  }

  /// - Parameter bytes: UTF-8, with or without a byte order mark.
  /// - Returns: the root, nil where there is a fault.
  static func read(_ bytes: [UInt8]) -> (root: YAMLNode?, faults: [PlacedProblem]) {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
    var reader = YAMLReader(text)
    reader.readEvents(text)
    if reader.faults.isEmpty, reader.root == nil {
      reader.faults.append(PlacedProblem(.emptyFile(), YAMLMark(line: 1, column: 1)))
    }
    return (reader.faults.isEmpty ? reader.root : nil, reader.faults)
  }

  private mutating func readEvents(_ text: [UInt8]) {
    // The parser keeps its own address.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    parser.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(parser) == 1 else {
      faults.append(PlacedProblem(.notYAML("out of memory"), YAMLMark(line: 1, column: 1)))
      return
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    text.withUnsafeBufferPointer { buffer in
      yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      var isAtEnd = false
      while !isAtEnd, !isStopped {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
          takeError(of: parser.pointee)
          return
        }
        isAtEnd = event.type == YAML_STREAM_END_EVENT
        take(event)
        yaml_event_delete(&event)
      }
    }
  }

  private mutating func takeError(of parser: yaml_parser_t) {
    let words = parser.problem.map { String(cString: $0) } ?? "out of memory"
    let mark =
      parser.error == YAML_READER_ERROR
      ? places.mark(ofByte: parser.problem_offset) : places.mark(of: parser.problem_mark)
    faults.append(PlacedProblem(places.isUTF8 ? .notYAML(words) : .notUTF8(), mark))
  }

  private mutating func take(_ event: yaml_event_t) {
    let mark = places.mark(of: event.start_mark)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      let start = event.data.document_start
      if root != nil {
        faults.append(PlacedProblem(.secondDocument(), mark))
        isStopped = true
      } else if start.version_directive != nil || start.tag_directives.start != start.tag_directives.end {
        faults.append(PlacedProblem(.directive(), mark))
      }
    case YAML_ALIAS_EVENT:
      faults.append(PlacedProblem(.alias(Self.string(event.data.alias.anchor)), mark))
      add(YAMLNode(content: .scalar(YAMLScalar(text: "", isPlain: true)), mark: mark))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      refuseProperties(anchor: scalar.anchor, tag: scalar.tag, at: event.start_mark)
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      add(
        YAMLNode(content: .scalar(YAMLScalar(text: text, isPlain: isPlain)), mark: mark, range: places.range(of: event))
      )
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      refuseProperties(anchor: sequence.anchor, tag: sequence.tag, at: event.start_mark)
      push(OpenCollection(isMapping: false, mark: mark, range: places.range(of: event)))
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      refuseProperties(anchor: mapping.anchor, tag: mapping.tag, at: event.start_mark)
      push(OpenCollection(isMapping: true, mark: mark, range: places.range(of: event)))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      if let collection = open.popLast() { add(collection.node(endingAt: places.range(of: event).upperBound)) }
    default: break
    }
  }

  /// A node begins where its properties begin; libyaml drops the tag `!` and tells it in no other way.
  private mutating func refuseProperties(
    anchor: UnsafePointer<yaml_char_t>?, tag: UnsafePointer<yaml_char_t>?, at start: yaml_mark_t
  ) {
    let mark = places.mark(of: start)
    if let anchor { faults.append(PlacedProblem(.anchor(Self.string(anchor)), mark)) }
    if let tag {
      faults.append(PlacedProblem(.tag(Self.string(tag)), mark))
    } else if places.byte(at: start) == UInt8(ascii: "!") {
      faults.append(PlacedProblem(.tag("!"), mark))
    }
  }

  private mutating func push(_ collection: OpenCollection) {
    guard open.count < Self.maximumDepth else {
      faults.append(PlacedProblem(.tooDeep(limit: Self.maximumDepth), collection.mark))
      isStopped = true
      return
    }
    open.append(collection)
  }

  private mutating func add(_ node: YAMLNode) {
    if open.isEmpty {
      root = node
    } else {
      open[open.count - 1].add(node)
    }
  }

  private static func string(_ bytes: UnsafePointer<yaml_char_t>?) -> String {
    bytes.map { String(cString: $0) } ?? ""
  }
}

/// A sequence or mapping whose end has not come.
private struct OpenCollection {
  let isMapping: Bool
  let mark: YAMLMark
  private let range: Range<Int>
  private var elements: [YAMLNode] = []
  private var pairs: [YAMLPair] = []
  private var key: YAMLNode?

  init(isMapping: Bool, mark: YAMLMark, range: Range<Int>) {
    self.isMapping = isMapping
    self.mark = mark
    self.range = range
  }

  mutating func add(_ node: YAMLNode) {
    if !isMapping {
      elements.append(node)
    } else if let key {
      pairs.append(YAMLPair(key: key, value: node))
      self.key = nil
    } else {
      key = node
    }
  }

  func node(endingAt end: Int) -> YAMLNode {
    YAMLNode(
      content: isMapping ? .mapping(pairs) : .sequence(elements), mark: mark,
      range: range.lowerBound..<max(range.lowerBound, end))
  }
}

/// Turns libyaml's marks, which count characters, into lines and byte columns.
private struct YAMLPlaces {
  private let bytes: [UInt8]
  /// The byte at which each character begins, and one more for the end.
  private var offsets: [UInt32] = []
  /// The byte at which each line begins, lines ended as libyaml ends them.
  private var lineStarts: [UInt32] = [0]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offsets.reserveCapacity(bytes.count + 1)
    var index = 0
    while index < bytes.count {
      offsets.append(UInt32(truncatingIfNeeded: index))
      let first = bytes[index]
      let width = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      let next = min(index + width, bytes.count)
      if isLineEnd(index, next) { lineStarts.append(UInt32(truncatingIfNeeded: next)) }
      index = next
    }
    offsets.append(UInt32(truncatingIfNeeded: bytes.count))
  }

  /// LF, CR, CR LF (once), NEL, LS, PS.
  private func isLineEnd(_ start: Int, _ end: Int) -> Bool {
    switch bytes[start] {
    case 0x0A: true
    case 0x0D: end == bytes.count || bytes[end] != 0x0A
    case 0xC2: end - start == 2 && bytes[start + 1] == 0x85
    case 0xE2: end - start == 3 && bytes[start + 1] == 0x80 && (bytes[start + 2] == 0xA8 || bytes[start + 2] == 0xA9)
    default: false
    }
  }

  var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

  func mark(of mark: yaml_mark_t) -> YAMLMark {
    self.mark(ofByte: offset(of: mark), line: mark.line)
  }

  func mark(ofByte offset: Int) -> YAMLMark {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    return mark(ofByte: offset, line: low)
  }

  private func mark(ofByte offset: Int, line: Int) -> YAMLMark {
    let start = line < lineStarts.count ? Int(lineStarts[line]) : 0
    return YAMLMark(line: line + 1, column: max(offset - start, 0) + 1)
  }

  func byte(at mark: yaml_mark_t) -> UInt8? {
    let offset = offset(of: mark)
    return offset < bytes.count ? bytes[offset] : nil
  }

  func range(of event: yaml_event_t) -> Range<Int> {
    let start = offset(of: event.start_mark)
    return start..<max(start, offset(of: event.end_mark))
  }

  private func offset(of mark: yaml_mark_t) -> Int {
    mark.index < offsets.count ? Int(offsets[mark.index]) : bytes.count
  }
}
