import UprevReport

/// What is frozen one by one: a migration, a schema, a fixture, or another file that one of these is made from.
struct FrozenSubject: Hashable, Comparable, Sendable {
  enum Kind: String, CaseIterable, Comparable, Sendable {
    case migration
    case schema
    case fixture
    /// A file that schemas refer to.
    case file

    /// What tells one from another, as the lock names it.
    var fields: [String] {
      switch self {
      case .migration: ["format", "from", "to"]
      case .schema: ["format", "version"]
      case .fixture: ["format", "name", "version"]
      case .file: ["path"]
      }
    }

    /// The key of the lock under which they stand.
    var section: String { rawValue + "s" }

    /// Parts that are told of one: those of a fixture only say where to look.
    var partLimit: Int { self == .fixture ? 16 : 64 }

    static func < (left: Kind, right: Kind) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  let kind: Kind
  /// Of ``Kind/fields``, as bytes: canonically equivalent names are two.
  let values: [PathName]

  init(_ kind: Kind, _ values: [String]) {
    self.kind = kind
    self.values = values.map { PathName($0) }
  }

  var texts: [String] { values.map { String(decoding: $0.bytes, as: UTF8.self) } }

  /// As people and `--accept` name it: `migration:settings:1:2`.
  var name: String { ([kind.rawValue] + texts).joined(separator: ":") }

  static func < (left: FrozenSubject, right: FrozenSubject) -> Bool {
    if left.kind != right.kind { return left.kind < right.kind }
    for (one, other) in zip(left.texts, right.texts) {
      let one = FrozenOrder(one)
      let other = FrozenOrder(other)
      if one != other { return one < other }
    }
    return false
  }
}

/// A subject and what it means.
struct FrozenItem: Hashable, Sendable {
  var subject: FrozenSubject
  /// Of its canonical form: the algorithm, `:`, hexadecimal digits.
  var digest: String
  /// Where a change is can be told by them.
  var parts: [CanonicalParts.Part]
}
