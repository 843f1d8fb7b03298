import LosslessJSON

/// How the version of a format's documents is found.
public struct VersionRule: Sendable {
  /// What counts as a version.
  public enum Kind: String, CaseIterable, Sendable {
    /// Any JSON number with an integral value.
    case integer
    /// A JSON string.
    case string
    /// A JSON string that Semantic Versioning 2.0.0 accepts.
    case semver
  }

  /// What tells the version.
  public enum Source: Sendable {
    /// A value in the document.
    case value(VersionValueRule)
    /// What the document looks like: the first shape that fits. Documents then carry no version, and none is written.
    case shapes([VersionShape])
  }

  /// What counts as a version.
  public var kind: Kind
  /// What tells the version.
  public var source: Source

  /// How a value is read; nil where shapes tell the version.
  public var value: VersionValueRule? {
    if case .value(let rule) = source { rule } else { nil }
  }

  /// Where the version is; nil where shapes tell it.
  public var pointer: JSONPointer? { value?.pointer }
}

/// Where a format's version is, and what is made of what is found there.
public struct VersionValueRule: Sendable {
  /// Where the version is.
  public var pointer: JSONPointer
  /// What an absent version means; nil: such a document is rejected.
  public var missing: FormatVersion?
  /// What any other value means; nil: such a document is rejected.
  public var invalid: FormatVersion?
  /// Found values that stand for a version; asked before anything else.
  public var map: [FoundValue: FormatVersion]

  /// A scalar as a document may have it where its version is expected. Numbers are equal by value.
  public enum FoundValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(JSONDecimal)
    /// The bytes of the text, after unescaping: canonically equivalent strings are not equal.
    case string([UInt8])
  }
}

/// What documents of one version look like.
public struct VersionShape: Sendable {
  /// The version of a document that fits.
  public var version: FormatVersion
  /// All must hold; a shape without any fits every document.
  var conditions: [Condition]

  /// Whether a document looks like this.
  func fits(_ document: IndexedJSON) -> Bool {
    conditions.allSatisfy { $0.holds(at: document.root) }
  }
}
