/// A version as Semantic Versioning 2.0.0 writes it, with its precedence (sections 2, 9, 10 and 11).
///
/// Equality is that of precedence: build metadata is kept in ``text`` and otherwise ignored, so that `1.0.0+a` and `1.0.0+b`
/// are one version. Numeric identifiers may be of any size.
public struct SemanticVersion: Sendable {
  /// As it was written.
  public let text: String
  /// Major, minor and patch: digits without leading zeros.
  private let core: [[UInt8]]
  /// Empty for a release.
  private let prerelease: [[UInt8]]

  /// - Parameter text: a version and nothing else; otherwise nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let withoutBuild: ArraySlice<UInt8>
    if let plus = bytes.firstIndex(of: UInt8(ascii: "+")) {
      guard Self.identifiers(bytes[(plus + 1)...]) != nil else { return nil }
      withoutBuild = bytes[..<plus]
    } else {
      withoutBuild = bytes[...]
    }
    let dash = withoutBuild.firstIndex(of: UInt8(ascii: "-"))
    var prerelease: [[UInt8]] = []
    if let dash {
      guard let identifiers = Self.identifiers(withoutBuild[(dash + 1)...]),
        identifiers.allSatisfy({ !Self.isNumeric($0) || Self.isNumber($0) })
      else { return nil }
      prerelease = identifiers
    }
    let core = withoutBuild[..<(dash ?? withoutBuild.endIndex)]
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
    guard core.count == 3, core.allSatisfy(Self.isNumber) else { return nil }
    self.text = text
    self.core = core
    self.prerelease = prerelease
  }

  /// Identifiers between dots, none of them empty.
  private static func identifiers(_ bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
    let identifiers = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard identifiers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isIdentifierByte) }) else { return nil }
    return identifiers.map { Array($0) }
  }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isNumeric(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy(isDigit) }

  /// Digits without a leading zero.
  private static func isNumber(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && isNumeric(bytes) && (bytes.count == 1 || bytes.first != UInt8(ascii: "0"))
  }
}

extension SemanticVersion: Comparable, Hashable {
  /// Equal precedence: build metadata does not count.
  public static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
    left.core == right.core && left.prerelease == right.prerelease
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(core)
    hasher.combine(prerelease)
  }

  /// Precedence (section 11).
  public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    for (one, other) in zip(left.core, right.core) where one != other { return numberIsLess(one, other) }
    if left.prerelease.isEmpty || right.prerelease.isEmpty {
      return !left.prerelease.isEmpty && right.prerelease.isEmpty
    }
    for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
      switch (isNumeric(one), isNumeric(other)) {
      case (true, true): return numberIsLess(one, other)
      case (true, false): return true
      case (false, true): return false
      case (false, false): return one.lexicographicallyPrecedes(other)
      }
    }
    return left.prerelease.count < right.prerelease.count
  }

  /// Without leading zeros the longer one is the greater.
  private static func numberIsLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
  }
}
