/// The form that a keyword's value has, as the specification gives it: what the compiler demands, and what the generated
/// meta-schemas say.
public enum KeywordShape: Hashable, Sendable, CaseIterable {
  /// Anything.
  case anything
  case string
  case boolean
  case number
  /// A number above 0.
  case positiveNumber
  /// An integer from 0 on.
  case count
  /// An array of anything.
  case array
  /// A URI.
  case uri
  /// A URI-reference.
  case uriReference
  /// A URI-reference with an empty fragment at most.
  case resourceReference
  /// A letter or `_`, then letters, digits, `-`, `_` and `.`.
  case anchor
  /// An object of booleans, its names URIs.
  case vocabularies
  /// A regular expression of ECMA-262.
  case pattern
  /// The name of a type, or an array of different ones, at least one.
  case typeNames
  /// An array of different strings.
  case memberNames
  /// An object of such arrays.
  case memberNameLists
  /// An object or a boolean.
  case schema
  /// An array of schemas, at least one.
  case schemas
  /// One schema, or such an array.
  case schemaOrSchemas
  /// An object of schemas.
  case namedSchemas
  /// An object of schemas, its names regular expressions.
  case patternSchemas
  /// An object of schemas and arrays of different strings.
  case dependencies
}

extension KeywordShape {
  /// The form of a keyword's value, in the newest draft that has the keyword; nil for what is no keyword of any.
  public static func of(_ keyword: SchemaKeyword) -> KeywordShape? {
    (KeywordTable.draft2020 + KeywordTable.draft7).first { $0.keyword == keyword }?.shape
  }
}
