import LosslessJSON

/// What was found where a document's version is expected.
struct Detection: Sendable {
  /// What the document counts as.
  var version: FormatVersion
  /// Nil where there is none, and where a shape told the version.
  var value: JSONValue?
  /// The shape that fits, from 0; nil where a value tells the version.
  var shape: Int?
}

/// Second stage: which version of its format a document has.
struct DetectVersion: Sendable {
  let rule: VersionRule

  /// The version by the format's rule.
  ///
  /// A value: the map is asked first, then the type. What does not resolve, for whatever reason, is absent. Shapes: the first
  /// that fits.
  ///
  /// - Throws: ``DocumentError`` `invalid-version` for a value that is no version, an absent one that means nothing, and a
  ///   document that no shape fits; `unknown-version` for a string that is no text.
  func detect(_ document: IndexedJSON) throws(DocumentError) -> Detection {
    switch rule.source {
    case .value(let rule): return try detect(document, rule)
    case .shapes(let shapes):
      guard let shape = shapes.firstIndex(where: { $0.fits(document) }) else { throw .noShapeFits(shapes.count) }
      return Detection(version: shapes[shape].version, shape: shape)
    }
  }

  private func detect(_ document: IndexedJSON, _ rule: VersionValueRule) throws(DocumentError) -> Detection {
    guard let value = document.value(at: rule.pointer) else {
      guard let missing = rule.missing else { throw .missingVersion(rule.pointer) }
      return Detection(version: missing, value: nil)
    }
    if !rule.map.isEmpty, let found = VersionValueRule.FoundValue(value), let version = rule.map[found] {
      return Detection(version: version, value: value)
    }
    if let version = try version(value, rule) { return Detection(version: version, value: value) }
    guard let invalid = rule.invalid else { throw .invalidVersion(value, rule.pointer, self.rule.kind) }
    return Detection(version: invalid, value: value)
  }

  private func version(_ value: JSONValue, _ rule: VersionValueRule) throws(DocumentError) -> FormatVersion? {
    switch self.rule.kind {
    case .integer:
      guard let number = value.number, number.isIntegral else { return nil }
      return .integer(number)
    case .string:
      guard let bytes = value.unescapedBytes else { return nil }
      // A surrogate without its other half: valid JSON, but no text that a pipeline could name.
      guard let text = String(validating: bytes, as: UTF8.self) else { throw .unknownVersion(value, rule.pointer) }
      return .string(text)
    case .semver:
      guard let text = value.string else { return nil }
      return SemanticVersion(text).map { .semantic($0) }
    }
  }
}

extension VersionValueRule.FoundValue {
  /// Nil for objects, arrays and numbers that are not finite: no map has them.
  init?(_ value: JSONValue) {
    switch value.kind {
    case .null: self = .null
    case .true: self = .boolean(true)
    case .false: self = .boolean(false)
    case .number:
      guard let number = value.number else { return nil }
      self = .number(number)
    case .string:
      guard let bytes = value.unescapedBytes else { return nil }
      self = .string(bytes)
    case .nonFinite, .array, .object: return nil
    }
  }
}
