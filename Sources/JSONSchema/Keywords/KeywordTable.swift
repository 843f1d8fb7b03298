/// Which keywords a draft has, in which vocabulary, and the shapes of their values: the one place that knows. The compiler
/// checks schemas by it, and the drafts' meta-schemas are generated from it.
enum KeywordTable {
  struct Row: Sendable {
    var keyword: SchemaKeyword
    var shape: KeywordShape
    var vocabulary: SchemaVocabulary

    init(_ keyword: SchemaKeyword, _ shape: KeywordShape, _ vocabulary: SchemaVocabulary) {
      self.keyword = keyword
      self.shape = shape
      self.vocabulary = vocabulary
    }
  }

  /// JSON Schema Core, 8 to 11, and JSON Schema Validation, 6 to 9. `definitions` and `dependencies` are from before; the
  /// draft's own meta-schema still gives their form.
  static let draft2020: [Row] = [
    Row(.id, .resourceReference, .core), Row(.schema, .uri, .core), Row(.ref, .uriReference, .core),
    Row(.anchor, .anchor, .core), Row(.dynamicRef, .uriReference, .core), Row(.dynamicAnchor, .anchor, .core),
    Row(.vocabulary, .vocabularies, .core), Row(.comment, .string, .core), Row(.defs, .namedSchemas, .core),

    Row(.prefixItems, .schemas, .applicator), Row(.items, .schema, .applicator),
    Row(.contains, .schema, .applicator), Row(.additionalProperties, .schema, .applicator),
    Row(.properties, .namedSchemas, .applicator), Row(.patternProperties, .patternSchemas, .applicator),
    Row(.dependentSchemas, .namedSchemas, .applicator), Row(.propertyNames, .schema, .applicator),
    Row(.if, .schema, .applicator), Row(.then, .schema, .applicator), Row(.else, .schema, .applicator),
    Row(.allOf, .schemas, .applicator), Row(.anyOf, .schemas, .applicator), Row(.oneOf, .schemas, .applicator),
    Row(.not, .schema, .applicator),

    Row(.unevaluatedItems, .schema, .unevaluated), Row(.unevaluatedProperties, .schema, .unevaluated),

    Row(.type, .typeNames, .validation), Row(.const, .anything, .validation), Row(.enum, .array, .validation),
    Row(.multipleOf, .positiveNumber, .validation), Row(.maximum, .number, .validation),
    Row(.exclusiveMaximum, .number, .validation), Row(.minimum, .number, .validation),
    Row(.exclusiveMinimum, .number, .validation), Row(.maxLength, .count, .validation),
    Row(.minLength, .count, .validation), Row(.pattern, .pattern, .validation), Row(.maxItems, .count, .validation),
    Row(.minItems, .count, .validation), Row(.uniqueItems, .boolean, .validation),
    Row(.maxContains, .count, .validation), Row(.minContains, .count, .validation),
    Row(.maxProperties, .count, .validation), Row(.minProperties, .count, .validation),
    Row(.required, .memberNames, .validation), Row(.dependentRequired, .memberNameLists, .validation),

    Row(.format, .string, .format),

    Row(.contentEncoding, .string, .content), Row(.contentMediaType, .string, .content),
    Row(.contentSchema, .schema, .content),

    Row(.title, .string, .metadata), Row(.description, .string, .metadata), Row(.default, .anything, .metadata),
    Row(.deprecated, .boolean, .metadata), Row(.readOnly, .boolean, .metadata), Row(.writeOnly, .boolean, .metadata),
    Row(.examples, .array, .metadata),

    Row(.definitions, .namedSchemas, .legacy), Row(.dependencies, .dependencies, .legacy),
  ]

  /// JSON Schema Core draft 7, 8, and JSON Schema Validation draft 7, 6 to 10. It has no vocabularies.
  static let draft7: [Row] = [
    Row(.id, .uriReference, .core), Row(.schema, .uri, .core), Row(.ref, .uriReference, .core),
    Row(.comment, .string, .core), Row(.title, .string, .metadata), Row(.description, .string, .metadata),
    Row(.default, .anything, .metadata), Row(.readOnly, .boolean, .metadata), Row(.writeOnly, .boolean, .metadata),
    Row(.examples, .array, .metadata), Row(.multipleOf, .positiveNumber, .validation),
    Row(.maximum, .number, .validation), Row(.exclusiveMaximum, .number, .validation),
    Row(.minimum, .number, .validation), Row(.exclusiveMinimum, .number, .validation),
    Row(.maxLength, .count, .validation), Row(.minLength, .count, .validation), Row(.pattern, .pattern, .validation),
    Row(.additionalItems, .schema, .applicator), Row(.items, .schemaOrSchemas, .applicator),
    Row(.maxItems, .count, .validation), Row(.minItems, .count, .validation),
    Row(.uniqueItems, .boolean, .validation), Row(.contains, .schema, .applicator),
    Row(.maxProperties, .count, .validation), Row(.minProperties, .count, .validation),
    Row(.required, .memberNames, .validation), Row(.additionalProperties, .schema, .applicator),
    Row(.definitions, .namedSchemas, .core), Row(.properties, .namedSchemas, .applicator),
    Row(.patternProperties, .patternSchemas, .applicator), Row(.dependencies, .dependencies, .applicator),
    Row(.propertyNames, .schema, .applicator), Row(.const, .anything, .validation), Row(.enum, .array, .validation),
    Row(.type, .typeNames, .validation), Row(.format, .string, .format),
    Row(.contentMediaType, .string, .content), Row(.contentEncoding, .string, .content),
    Row(.if, .schema, .applicator), Row(.then, .schema, .applicator), Row(.else, .schema, .applicator),
    Row(.allOf, .schemas, .applicator), Row(.anyOf, .schemas, .applicator), Row(.oneOf, .schemas, .applicator),
    Row(.not, .schema, .applicator),
  ]
}

/// A part of draft 2020-12 that a dialect has or lacks (core, 4.3.3).
enum SchemaVocabulary: String, CaseIterable, Hashable, Sendable {
  case core
  case applicator
  case unevaluated
  case validation
  /// Both of the format vocabularies: one asserts, one only annotates.
  case format
  case content
  case metadata = "meta-data"
  /// What is left from earlier drafts: no vocabulary, but a part of the draft's own meta-schema.
  case legacy

  /// What names it in `$vocabulary`; the vocabulary for formats as annotations, and nil for what is none.
  var uri: String? {
    switch self {
    case .legacy: nil
    case .format: SchemaVocabulary.prefix + "format-annotation"
    default: SchemaVocabulary.prefix + rawValue
    }
  }

  static let prefix = "https://json-schema.org/draft/2020-12/vocab/"
  static let formatAssertion = prefix + "format-assertion"
}
