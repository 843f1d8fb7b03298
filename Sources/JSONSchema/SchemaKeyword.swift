/// The keywords that schemas may have.
public enum SchemaKeyword: String, CaseIterable, Hashable, Sendable {
  // Assertions and applicators.
  case type
  case required
  case properties
  case items
  case `enum`
  case const
  case minimum
  // Annotations and identifiers: checked for their own form, without an effect on validation.
  case schema = "$schema"
  case id = "$id"
  case comment = "$comment"
  case title
  case description
  case `default`
  case examples
  case deprecated

  /// Keywords of draft 2020-12 that are not supported: named so that none of them is taken for a misspelt other one.
  static let unsupported: Set<String> = [
    "$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "$ref", "$vocabulary", "additionalProperties", "allOf",
    "anyOf", "contains", "contentEncoding", "contentMediaType", "contentSchema", "definitions", "dependencies",
    "dependentRequired", "dependentSchemas", "else", "exclusiveMaximum", "exclusiveMinimum", "format", "if",
    "maxContains", "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength",
    "minProperties", "multipleOf", "not", "oneOf", "pattern", "patternProperties", "prefixItems", "propertyNames",
    "readOnly", "then", "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly",
  ]

  /// The keyword that was probably meant, if one is near.
  static func nearest(to name: String) -> SchemaKeyword? {
    let wanted = Array(name.lowercased().unicodeScalars)
    // Hostile names are not compared character by character.
    guard wanted.count <= 32 else { return nil }
    let candidates = allCases.map { keyword in
      (keyword: keyword, distance: distance(wanted, Array(keyword.rawValue.unicodeScalars)))
    }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.keyword.rawValue.count / 3) ? best.keyword : nil
  }

  /// The least number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var rows = [Array(0...right.count)]
    for row in 1...max(1, left.count) where row <= left.count {
      var current = [row]
      for column in 0..<right.count {
        let isEqual = left[row - 1] == right[column]
        var best = min(
          rows[row - 1][column] + (isEqual ? 0 : 1), rows[row - 1][column + 1] + 1, current[column] + 1)
        if row > 1, column > 0, left[row - 1] == right[column - 1], left[row - 2] == right[column] {
          best = min(best, rows[row - 2][column - 1] + 1)
        }
        current.append(best)
      }
      rows.append(current)
    }
    return rows[left.count][right.count]
  }
}
