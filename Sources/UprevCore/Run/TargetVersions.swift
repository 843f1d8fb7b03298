import LosslessJSON

/// The versions that `--to` asks for, by format.
public struct TargetVersions: Hashable, Sendable {
  /// By index into the run's formats; empty: every format's current version. Otherwise formats that are not here are left
  /// alone.
  public let versions: [Int: FormatVersion]

  /// Every format's current version.
  public static let current = TargetVersions(versions: [:])

  private init(versions: [Int: FormatVersion]) {
    self.versions = versions
  }

  /// - Parameters:
  ///   - texts: `VERSION`, which exactly one format must know, or `FORMAT=VERSION`.
  ///   - formats: the run's, in order.
  /// - Throws: ``TargetVersionError`` at the first that names no version, or not one.
  public init(parsing texts: [String], formats: [Format]) throws(TargetVersionError) {
    var versions: [Int: FormatVersion] = [:]
    for text in texts {
      let (index, version) = try Self.choice(text, formats)
      if let known = versions.updateValue(version, forKey: index), known != version {
        throw .repeated(formats[index].name)
      }
    }
    self.versions = versions
  }

  /// Whether a format's documents are none of this run's business.
  public func leavesAlone(_ format: Int) -> Bool {
    !versions.isEmpty && versions[format] == nil
  }

  private static func choice(
    _ text: String, _ formats: [Format]
  ) throws(TargetVersionError) -> (format: Int, version: FormatVersion) {
    // A version may have a = in it, so what stands before one counts only where it names a format.
    if let sign = text.firstIndex(of: "=") {
      let (name, rest) = (text[..<sign], text[text.index(after: sign)...])
      let named = formats.indices.filter { formats[$0].name.utf8.elementsEqual(name.utf8) }
      if let index = named.first {
        guard named.count == 1 else { throw .ambiguous(text, [formats[index].name]) }
        guard let version = version(String(rest), of: formats[index]) else {
          throw .unknownVersion(String(rest), formats[index].graph.knownVersions, format: formats[index].name)
        }
        return (index, version)
      }
    }
    let known = formats.indices.compactMap { index in
      version(text, of: formats[index]).map { (format: index, version: $0) }
    }
    guard let first = known.first else { throw .unknown(text, formats.map(\.name)) }
    guard known.count == 1 else { throw .ambiguous(text, known.map { formats[$0.format].name }) }
    return first
  }

  /// The version of the format's kind that a text names; nil where the format does not know it.
  private static func version(_ text: String, of format: Format) -> FormatVersion? {
    let version: FormatVersion? =
      switch format.version.kind {
      case .integer: JSONDecimal(literal: text.utf8).map(FormatVersion.integer)
      case .string: .string(text)
      case .semver: SemanticVersion(text).map(FormatVersion.semantic)
      }
    return version.flatMap { format.graph.knows($0) ? $0 : nil }
  }
}

/// Why a text of `--to` asks for no version. Its words are in `TargetVersions+Words.swift`.
public enum TargetVersionError: Error, Hashable, Sendable {
  /// No format knows it; the formats' names.
  case unknown(String, [String])
  /// The format that is named does not know it; those that it knows.
  case unknownVersion(String, [FormatVersion], format: String)
  /// More than one format is meant.
  case ambiguous(String, [String])
  /// Two versions are asked for of one format.
  case repeated(String)
}
