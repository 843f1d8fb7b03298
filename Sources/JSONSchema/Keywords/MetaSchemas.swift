/// The drafts' own meta-schemas, generated from ``KeywordTable``.
public enum MetaSchemas {
  /// By URI, without a fragment: the JSON text of each.
  public static let texts: [String: String] = {
    var texts = ["http://json-schema.org/draft-07/schema": draft7(), SchemaDraft.draft2020.uri: draft2020()]
    for vocabulary in SchemaVocabulary.allCases where vocabulary != .legacy {
      for name in names(of: vocabulary) {
        texts[metaPrefix + name] = document(
          id: metaPrefix + name, of: KeywordTable.draft2020.filter { $0.vocabulary == vocabulary },
          vocabularies: [SchemaVocabulary.prefix + name], more: ["\"type\":[\"object\",\"boolean\"]"])
      }
    }
    return texts
  }()

  private static let metaPrefix = "https://json-schema.org/draft/2020-12/meta/"

  private static func names(of vocabulary: SchemaVocabulary) -> [String] {
    vocabulary == .format ? ["format-annotation", "format-assertion"] : [vocabulary.rawValue]
  }

  // MARK: Documents

  private static func draft2020() -> String {
    let vocabularies = SchemaVocabulary.allCases.filter { $0 != .legacy }
    let parts = vocabularies.map { "{\"$ref\":\"meta/\(names(of: $0)[0])\"}" }
    return document(
      id: SchemaDraft.draft2020.uri, of: KeywordTable.draft2020.filter { $0.vocabulary == .legacy },
      vocabularies: vocabularies.compactMap(\.uri),
      more: ["\"allOf\":[\(parts.joined(separator: ","))]", "\"type\":[\"object\",\"boolean\"]"])
  }

  private static func document(
    id: String, of rows: [KeywordTable.Row], vocabularies: [String], more: [String]
  ) -> String {
    let writer = ShapeWriter(schema: "{\"$dynamicRef\":\"#meta\"}", definitions: "$defs")
    let named = vocabularies.map { "\"\($0)\":true" }.joined(separator: ",")
    let members =
      [
        "\"$schema\":\"\(SchemaDraft.draft2020.uri)\"", "\"$id\":\"\(id)\"", "\"$vocabulary\":{\(named)}",
        "\"$dynamicAnchor\":\"meta\"",
      ] + more + writer.members(rows)
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func draft7() -> String {
    let writer = ShapeWriter(schema: "{\"$ref\":\"#\"}", definitions: "definitions")
    let members =
      [
        "\"$schema\":\"\(SchemaDraft.draft7.uri)\"", "\"$id\":\"\(SchemaDraft.draft7.uri)\"",
        "\"type\":[\"object\",\"boolean\"]",
      ] + writer.members(KeywordTable.draft7)
    return "{" + members.joined(separator: ",") + "}"
  }
}

/// Says a keyword's shape in JSON Schema.
private struct ShapeWriter {
  /// The reference to what any schema satisfies.
  let schema: String
  /// The keyword that holds definitions.
  let definitions: String

  func members(_ rows: [KeywordTable.Row]) -> [String] {
    let properties = rows.map { "\"\($0.keyword.rawValue)\":\(text($0.shape))" }
    let shapes = Set(rows.map(\.shape))
    var members = ["\"properties\":{\(properties.joined(separator: ","))}"]
    // Some shapes are named, since more than one keyword has them.
    var parts: [String] = []
    if !shapes.isDisjoint(with: [.schemas, .schemaOrSchemas]) {
      parts.append("\"schemaArray\":{\"type\":\"array\",\"minItems\":1,\"items\":\(schema)}")
    }
    if !shapes.isDisjoint(with: [.memberNames, .memberNameLists, .dependencies]) {
      parts.append("\"stringArray\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true}")
    }
    if shapes.contains(.typeNames) {
      let names = SchemaTypes.named.map { "\"\($0.name)\"" }.joined(separator: ",")
      parts.append("\"simpleTypes\":{\"enum\":[\(names)]}")
    }
    if !parts.isEmpty { members.append("\"\(definitions)\":{\(parts.joined(separator: ","))}") }
    return members
  }

  private func named(_ name: String) -> String { "{\"$ref\":\"#/\(definitions)/\(name)\"}" }

  private func object(of values: String, more: String = "") -> String {
    "{\"type\":\"object\",\"additionalProperties\":\(values)\(more)}"
  }

  private func text(_ shape: KeywordShape) -> String {
    switch shape {
    case .anything: "true"
    case .string: "{\"type\":\"string\"}"
    case .boolean: "{\"type\":\"boolean\"}"
    case .number: "{\"type\":\"number\"}"
    case .positiveNumber: "{\"type\":\"number\",\"exclusiveMinimum\":0}"
    case .count: "{\"type\":\"integer\",\"minimum\":0}"
    case .array: "{\"type\":\"array\",\"items\":true}"
    case .uri: "{\"type\":\"string\",\"format\":\"uri\"}"
    case .uriReference: "{\"type\":\"string\",\"format\":\"uri-reference\"}"
    case .resourceReference: "{\"type\":\"string\",\"format\":\"uri-reference\",\"pattern\":\"^[^#]*#?$\"}"
    case .anchor: "{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"}"
    case .vocabularies:
      object(
        of: "{\"type\":\"boolean\"}", more: ",\"propertyNames\":{\"type\":\"string\",\"format\":\"uri\"}")
    case .pattern: "{\"type\":\"string\",\"format\":\"regex\"}"
    case .typeNames:
      "{\"anyOf\":[\(named("simpleTypes")),{\"type\":\"array\",\"items\":\(named("simpleTypes")),"
        + "\"minItems\":1,\"uniqueItems\":true}]}"
    case .memberNames: named("stringArray")
    case .memberNameLists: object(of: named("stringArray"))
    case .schema: schema
    case .schemas: named("schemaArray")
    case .schemaOrSchemas: "{\"anyOf\":[\(schema),\(named("schemaArray"))]}"
    case .namedSchemas: object(of: schema)
    case .patternSchemas: object(of: schema, more: ",\"propertyNames\":{\"format\":\"regex\"}")
    case .dependencies: object(of: "{\"anyOf\":[\(schema),\(named("stringArray"))]}")
    }
  }
}
