/// The keywords of the two drafts.
public enum SchemaKeyword: String, CaseIterable, Hashable, Sendable {
  // Core.
  case schema = "$schema"
  case id = "$id"
  case ref = "$ref"
  case anchor = "$anchor"
  case dynamicRef = "$dynamicRef"
  case dynamicAnchor = "$dynamicAnchor"
  case vocabulary = "$vocabulary"
  case comment = "$comment"
  case defs = "$defs"
  case definitions
  // Applicators.
  case prefixItems
  case items
  case additionalItems
  case contains
  case properties
  case patternProperties
  case additionalProperties
  case propertyNames
  case dependentSchemas
  case dependencies
  case `if`
  case then
  case `else`
  case allOf
  case anyOf
  case oneOf
  case not
  case unevaluatedItems
  case unevaluatedProperties
  // Assertions.
  case type
  case const
  case `enum`
  case multipleOf
  case maximum
  case exclusiveMaximum
  case minimum
  case exclusiveMinimum
  case maxLength
  case minLength
  case pattern
  case maxItems
  case minItems
  case uniqueItems
  case maxContains
  case minContains
  case maxProperties
  case minProperties
  case required
  case dependentRequired
  case format
  // Annotations.
  case contentEncoding
  case contentMediaType
  case contentSchema
  case title
  case description
  case `default`
  case deprecated
  case readOnly
  case writeOnly
  case examples

  /// The keyword of `keywords` that was probably meant, if one is near.
  static func nearest(to name: String, among keywords: some Sequence<SchemaKeyword>) -> SchemaKeyword? {
    let wanted = Array(name.lowercased().unicodeScalars)
    // Hostile names are not compared character by character.
    guard wanted.count <= 32 else { return nil }
    let candidates = keywords.map { keyword in
      (keyword: keyword, distance: distance(wanted, Array(keyword.rawValue.lowercased().unicodeScalars)))
    }
    // Of two that are as near, the one that was declared first, whatever the order of a set.
    let order = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
    let best = candidates.min {
      ($0.distance, order[$0.keyword] ?? 0) < ($1.distance, order[$1.keyword] ?? 0)
    }
    guard let best else { return nil }
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
