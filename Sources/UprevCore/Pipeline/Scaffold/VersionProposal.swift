import LosslessJSON

/// How the versions of sample documents are told, as far as they show it.
struct VersionProposal: Sendable {
  var rule: VersionRule
  /// Of the samples, the earliest first; never empty.
  var versions: [FormatVersion]
  /// Samples that have a value at the place of the version; nil where none is proposed for what was seen there.
  var count: Int?

  var current: FormatVersion { versions.last ?? FormatVersion(1) }

  /// Names that stand for the version of a document, in lower case and without `_`, `-` and `$`, the likeliest first.
  private static let names = [
    "version", "schemaversion", "formatversion", "fileversion", "cacheversion", "dataversion", "configversion", "v",
  ]
  /// Objects at the root that may hold it.
  private static let holders = ["meta", "metadata", "header", "_meta"]
  /// A place with more values than that counts something else.
  private static let maximumVersions = 20

  init(_ documents: [IndexedJSON]) {
    let objects = documents.filter { $0.root.kind == .object }
    let candidates = Self.candidates(objects)
    let best = candidates.compactMap { Self.proposal($0, documents) }.max { $0.count ?? 0 < $1.count ?? 0 }
    if let best, (best.count ?? 0) * 2 >= documents.count {
      self = best
      return
    }
    let isFree = !objects.contains { $0.root[member: "version"] != nil }
    if isFree, objects.count == documents.count {
      // The next version will be written there; what has none is of the first.
      let first = FormatVersion(1)
      let value = VersionValueRule(pointer: JSONPointer(tokens: ["version"]), missing: first, invalid: nil, map: [:])
      self.init(rule: VersionRule(kind: .integer, source: .value(value)), versions: [first], count: nil)
    } else {
      self.init(
        rule: VersionRule(kind: .integer, source: .shapes(Self.shapes(documents))), versions: [FormatVersion(1)],
        count: nil)
    }
  }

  private init(rule: VersionRule, versions: [FormatVersion], count: Int?) {
    self.rule = rule
    self.versions = versions
    self.count = count
  }

  // MARK: A value

  /// Places at which a version may be, the likeliest first.
  private static func candidates(_ objects: [IndexedJSON]) -> [JSONPointer] {
    var places: [JSONPointer: Int] = [:]
    for document in objects {
      for (name, value) in document.root.members {
        let text = name.string
        if let rank = rank(text) { note(JSONPointer(tokens: [text]), rank, &places) }
        guard value.kind == .object, holders.contains(text) else { continue }
        for (inner, _) in value.members {
          let innerText = inner.string
          if let rank = rank(innerText) {
            note(JSONPointer(tokens: [text, innerText]), rank + names.count, &places)
          }
        }
      }
    }
    return places.sorted { ($0.value, $0.key.description) < ($1.value, $1.key.description) }.map(\.key)
  }

  private static func note(_ pointer: JSONPointer, _ rank: Int, _ places: inout [JSONPointer: Int]) {
    // A name that is no text cannot be written in a pointer.
    guard places.count < 64, pointer.tokens.allSatisfy({ !$0.contains("\u{FFFD}") }) else { return }
    places[pointer] = rank
  }

  private static func rank(_ name: String) -> Int? {
    guard name.utf8.count <= 32 else { return nil }
    let plain = name.lowercased().filter { !"_-$".contains($0) }
    return names.firstIndex(of: plain)
  }

  private static func proposal(_ pointer: JSONPointer, _ documents: [IndexedJSON]) -> VersionProposal? {
    var integers: Set<JSONDecimal> = []
    var texts: Set<String> = []
    var integerCount = 0
    var textCount = 0
    var absentCount = 0
    for document in documents {
      guard let value = document.value(at: pointer) else {
        if document.root.kind == .object { absentCount += 1 }
        continue
      }
      if let number = value.number, number.isIntegral, !number.isNegative {
        integers.insert(number)
        integerCount += 1
      } else if let bytes = value.unescapedBytes, let text = String(validating: bytes, as: UTF8.self), isVersion(text) {
        texts.insert(text)
        textCount += 1
      }
    }
    let isInteger = integerCount >= textCount
    guard isInteger ? integerCount > 0 : true, (isInteger ? integers.count : texts.count) <= maximumVersions else {
      return nil
    }
    if isInteger {
      var versions = integers.sorted().map(FormatVersion.integer)
      var missing: FormatVersion?
      // Where it can be written at the root, what has none is of a version before the first.
      if absentCount > 0, pointer.tokens.count == 1, let lowest = integers.min()?.int, lowest > 0 {
        missing = FormatVersion(lowest - 1)
        versions.insert(FormatVersion(lowest - 1), at: 0)
      }
      let value = VersionValueRule(pointer: pointer, missing: missing, invalid: nil, map: [:])
      return VersionProposal(
        rule: VersionRule(kind: .integer, source: .value(value)), versions: versions, count: integerCount)
    }
    let semantic = texts.compactMap { SemanticVersion($0) }
    let isSemantic = semantic.count == texts.count && Set(semantic).count == texts.count
    let versions =
      isSemantic
      ? semantic.sorted().map(FormatVersion.semantic)
      : texts.sorted { FrozenOrder($0) < FrozenOrder($1) }.map(FormatVersion.string)
    let value = VersionValueRule(pointer: pointer, missing: nil, invalid: nil, map: [:])
    return VersionProposal(
      rule: VersionRule(kind: isSemantic ? .semver : .string, source: .value(value)), versions: versions,
      count: textCount)
  }

  /// A short text with a digit in front, perhaps behind a `v`, and nothing in it that a file's name or a terminal would not take.
  private static func isVersion(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let digits = bytes.first.map { $0 | 0x20 } == UInt8(ascii: "v") ? bytes.dropFirst() : bytes[...]
    guard let first = digits.first, (0x30...0x39).contains(first), bytes.count <= 32 else { return false }
    return bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
  }

  // MARK: Shapes

  /// Short and ASCII, so that no two spellings are one.
  private static func isPlain(_ name: String) -> Bool {
    name.utf8.count <= 64 && name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  /// One shape a kind of root: for objects the names that all of them have.
  private static func shapes(_ documents: [IndexedJSON]) -> [VersionShape] {
    var common: Set<String>?
    var types: [ValueType] = []
    for document in documents {
      let root = document.root
      if root.kind == .object {
        let names = Set(root.members.lazy.map { $0.name.string }.filter(isPlain))
        common = common.map { $0.intersection(names) } ?? names
      }
      let type = ValueType.allCases.last { $0 != .integer && $0.matches(root) }
      if let type, !types.contains(type) { types.append(type) }
    }
    return types.sorted { $0.rawValue < $1.rawValue }.map { type in
      let names = type == .object ? (common ?? []).sorted { FrozenOrder($0) < FrozenOrder($1) }.prefix(6) : []
      let has = names.map { Condition(pointer: JSONPointer(tokens: [$0]), test: .exists(true)) }
      return VersionShape(
        version: FormatVersion(1), conditions: has.isEmpty ? [Condition(pointer: .root, test: .type(type))] : has)
    }
  }
}
