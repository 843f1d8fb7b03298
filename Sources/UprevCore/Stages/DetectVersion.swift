import LosslessJSON

/// What was found where a document's version is expected.
struct Detection: Sendable {
  /// What the document counts as.
  var version: FormatVersion
  /// Nil where there is none.
  var value: JSONValue?
}

/// Second stage: which version of its format a document has.
struct DetectVersion: Sendable {
  let rule: VersionRule

  /// The map is asked first, then the type. What does not resolve, for whatever reason, is absent.
  ///
  /// - Throws: ``DocumentError`` `invalid-version` for a value that is no version and an absent one that means nothing;
  ///   `unknown-version` for a string that is no text.
  func detect(_ document: IndexedJSON) throws(DocumentError) -> Detection {
    guard let value = document.value(at: rule.pointer) else {
      guard let missing = rule.missing else { throw .missingVersion(rule.pointer) }
      return Detection(version: missing, value: nil)
    }
    if !rule.map.isEmpty, let found = VersionRule.FoundValue(value), let version = rule.map[found] {
      return Detection(version: version, value: value)
    }
    switch rule.kind {
    case .integer:
      if let number = value.number, number.isIntegral { return Detection(version: .integer(number), value: value) }
    case .string:
      if let bytes = value.unescapedBytes {
        // A surrogate without its other half: valid JSON, but no text that a pipeline could name.
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .unknownVersion(value, rule.pointer) }
        return Detection(version: .string(text), value: value)
      }
    }
    guard let invalid = rule.invalid else { throw .invalidVersion(value, rule) }
    return Detection(version: invalid, value: value)
  }
}

extension VersionRule.FoundValue {
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
