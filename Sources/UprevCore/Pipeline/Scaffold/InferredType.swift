import LosslessJSON

/// What has been seen at one place of sample documents: the types, and what is inside objects and arrays.
///
/// It grows with the differences of the samples, not with their number: objects with a great many names, and what is deep,
/// are only known to be there. Recursive as deep as ``maximumDepth``.
struct InferredType: Sendable {
  /// Levels of documents that are looked into; each takes at most three of a schema's 64.
  static let maximumDepth = 16
  /// Names that one object may have; one with more holds data under its names.
  static let maximumMembers = 256
  /// Bytes of a name that a schema speaks of.
  private static let maximumName = 200
  /// Bytes of a schema that a member takes besides its name, about.
  private static let memberCost = 100
  /// Bytes that the members of one schema may take: it may have 1 MiB.
  static let maximumBytes = 400_000
  /// Different texts that are remembered at one place.
  private static let maximumTexts = 8

  /// A member, by the first spelling of its name.
  struct Member: Sendable {
    /// With its quotation marks, as it stands in a document.
    var literal: [UInt8]
    var type = InferredType()
  }

  /// How often each was seen.
  private(set) var count = 0
  private(set) var nulls = 0
  private(set) var booleans = 0
  /// Written without a fraction and an exponent.
  private(set) var integers = 0
  private(set) var numbers = 0
  private(set) var strings = 0
  private(set) var arrays = 0
  private(set) var objects = 0
  /// Texts and how often each was seen, by literal; nil once there were too many.
  private(set) var texts: [[UInt8]: Int]? = [:]
  /// In the order in which they were first seen; nil once there were too many.
  private(set) var members: [Member]? = []
  private var memberIndex: [[UInt8]: Int] = [:]
  /// None or one.
  private(set) var element: [InferredType] = []

  /// - Parameter budget: bytes that the members remembered from here on may take in a schema.
  mutating func add(_ value: JSONValue, depth: Int = 0, budget: inout Int) {
    count += 1
    switch value.kind {
    case .null: nulls += 1
    case .true, .false: booleans += 1
    case .nonFinite: numbers += 1
    case .number:
      let isInteger = value.literal.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
      if isInteger { integers += 1 } else { numbers += 1 }
    case .string:
      strings += 1
      addText(value.literal)
    case .array:
      arrays += 1
      guard depth < Self.maximumDepth else { return }
      for child in value.elements {
        if element.isEmpty { element = [InferredType()] }
        element[0].add(child, depth: depth + 1, budget: &budget)
      }
    case .object:
      objects += 1
      guard depth < Self.maximumDepth else { return }
      for (name, child) in value.members { addMember(name, child, depth: depth, budget: &budget) }
    }
  }

  private mutating func addText(_ literal: ArraySlice<UInt8>) {
    guard texts != nil else { return }
    if literal.count > 34 {
      texts = nil
    } else {
      texts?[Array(literal), default: 0] += 1
      if (texts?.count ?? 0) > Self.maximumTexts { texts = nil }
    }
  }

  private mutating func addMember(_ name: JSONName, _ value: JSONValue, depth: Int, budget: inout Int) {
    guard members != nil else { return }
    let bytes = name.unescapedBytes
    if let index = memberIndex[bytes] {
      members?[index].type.add(value, depth: depth + 1, budget: &budget)
      return
    }
    let cost = 2 * name.literal.count + Self.memberCost
    guard budget >= cost, name.literal.count <= Self.maximumName, memberIndex.count < Self.maximumMembers else {
      // With what is remembered nothing could be said of the rest; schemas take members that they do not know.
      if memberIndex.count >= Self.maximumMembers {
        members = nil
        memberIndex = [:]
      }
      return
    }
    budget -= cost
    memberIndex[bytes] = members?.count
    var member = Member(literal: Array(name.literal))
    member.type.add(value, depth: depth + 1, budget: &budget)
    members?.append(member)
  }

  /// Whether a member was in every object.
  func isRequired(_ member: Member) -> Bool { member.type.count == objects }

  /// The texts, where there is hardly a doubt that there are no others: few, short, and each seen often.
  var enumeration: [[UInt8]]? {
    guard strings == count, strings >= 50, let texts, texts.count <= 5, texts.values.allSatisfy({ $0 >= 5 }) else {
      return nil
    }
    return texts.keys.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Names of JSON Schema's types, `integer` only where every number was one.
  var types: [ValueType] {
    var types: [ValueType] = []
    if objects > 0 { types.append(.object) }
    if arrays > 0 { types.append(.array) }
    if strings > 0 { types.append(.string) }
    if numbers > 0 { types.append(.number) } else if integers > 0 { types.append(.integer) }
    if booleans > 0 { types.append(.boolean) }
    if nulls > 0 { types.append(.null) }
    return types
  }
}
