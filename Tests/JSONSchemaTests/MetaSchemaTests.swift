import JSONSchema
import LosslessJSON
import Testing

@Suite("Meta-schemas")
struct MetaSchemaTests {
  private static let draft2020 = "https://json-schema.org/draft/2020-12/schema"
  private static let draft7 = "http://json-schema.org/draft-07/schema"

  @Test("Every one compiles, and accepts itself and all others of its draft")
  func acceptThemselves() throws {
    #expect(MetaSchemas.texts.count == 10)
    for (uri, text) in MetaSchemas.texts {
      _ = try schema(text, .init(assertsFormats: true))
      let meta = try schema(
        "{\"$ref\": \"\(uri.hasSuffix("draft-07/schema") ? Self.draft7 : Self.draft2020)\"}",
        .init(assertsFormats: true))
      #expect(try meta.validate(try document(text).root) == [], "\(uri)")
    }
  }

  @Test("A meta-schema accepts what the compiler accepts, and nothing else", arguments: [UInt64(1), 2, 3, 4])
  func agree(seed: UInt64) throws {
    for draft in SchemaDraft.allCases {
      let options = SchemaCompiler.Options(unknownKeywords: .ignore, draft: draft)
      let meta = try schema(
        "{\"$ref\": \"\(draft == .draft7 ? Self.draft7 : Self.draft2020)\"}", .init(assertsFormats: true))
      var generator = SchemaGenerator(seed: seed, isDraft7: draft == .draft7)
      var verdicts = [0, 0]
      for _ in 0..<600 {
        let text = generator.schema(depth: 3)
        let compiles: Bool
        do {
          _ = try schema(text, options)
          compiles = true
        } catch is SchemaErrors {
          compiles = false
        }
        let violations = try meta.validate(try document(text).root)
        #expect(violations.isEmpty == compiles, "seed \(seed), \(draft): \(text)")
        verdicts[compiles ? 1 : 0] += 1
      }
      // Neither verdict is rare.
      #expect(verdicts.allSatisfy { $0 > 50 }, "\(verdicts)")
    }
  }
}

/// Schemas, most of them well-formed in most places.
struct SchemaGenerator {
  private var state: UInt64
  private let isDraft7: Bool

  init(seed: UInt64, isDraft7: Bool) {
    state = seed &* 0x9e37_79b9_7f4a_7c15
    self.isDraft7 = isDraft7
  }

  /// SplitMix64.
  private mutating func next(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  private mutating func pick(_ texts: [String]) -> String { texts[next(texts.count)] }

  private static let wrong = [
    "1", "-1", "1.5", "0", "null", "\"x\"", "\"(\"", "[]", "{}", "[1]", "[\"a\",\"a\"]", "{\"a\":1}", "[{}]",
    "[\"null\"]", "true", "{\"(\":{}}",
  ]

  mutating func schema(depth: Int) -> String {
    if depth == 0 || next(6) == 0 { return pick(["true", "false", "{}", "{\"type\":\"null\"}"]) }
    var members: [String: String] = [:]
    for _ in 0..<next(4) {
      let (keyword, value) = keyword(depth: depth - 1)
      members[keyword] = next(16) == 0 ? pick(Self.wrong) : value
    }
    return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  private mutating func schemas(depth: Int) -> String {
    "[" + (0...next(2)).map { _ in schema(depth: depth) }.joined(separator: ",") + "]"
  }

  private mutating func named(depth: Int, _ names: [String] = ["a", "b", "("]) -> String {
    "{" + names.prefix(next(names.count + 1)).map { "\"\($0)\":\(schema(depth: depth))" }.joined(separator: ",") + "}"
  }

  private mutating func keyword(depth: Int) -> (String, String) {
    let common = [
      "title", "default", "readOnly", "examples", "multipleOf", "maximum", "minLength", "pattern", "items", "maxItems",
      "uniqueItems", "contains", "required", "additionalProperties", "properties", "patternProperties",
      "propertyNames", "const", "enum", "type", "format", "if", "allOf", "not", "definitions", "dependencies",
      "contentEncoding", "$comment",
    ]
    let own =
      isDraft7
      ? ["additionalItems", "prefixItems", "$defs"]
      : [
        "prefixItems", "unevaluatedItems", "dependentSchemas", "dependentRequired", "minContains", "$defs",
        "deprecated", "contentSchema", "$anchor", "additionalItems",
      ]
    let name = pick(common + own)
    switch name {
    case "title", "contentEncoding", "$comment", "format": return (name, "\"x\"")
    case "default", "const": return (name, pick(Self.wrong))
    case "readOnly", "uniqueItems", "deprecated": return (name, pick(["true", "false"]))
    case "examples", "enum": return (name, pick(["[]", "[1,1]", "[{}]"]))
    case "multipleOf": return (name, pick(["1", "0.5", "1e300", "0", "-1"]))
    case "maximum": return (name, pick(["1", "-0.5", "1e400"]))
    case "minLength", "maxItems", "minContains":
      return (name, pick(["0", "1.0", "1e2", "99999999999999999999", "-1", "0.5"]))
    case "pattern": return (name, pick(["\"a\"", "\"^[a-z]+$\"", "\"\"", "\"*\""]))
    case "required": return (name, pick(["[]", "[\"a\"]", "[\"a\",\"b\"]", "[\"a\",\"\\u0061\"]"]))
    case "type": return (name, pick(["\"null\"", "[\"integer\",\"string\"]", "[]", "\"int\"", "[\"null\",\"null\"]"]))
    case "dependentRequired": return (name, pick(["{}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\",\"b\"]}"]))
    case "dependencies":
      return (name, pick(["{}", "{\"a\":[\"b\"]}", "{\"a\":[1]}", "{\"a\":\(schema(depth: depth))}"]))
    case "$anchor": return (name, pick(["\"a\(next(1_000_000_000))\"", "\"1\"", "\"a b\""]))
    case "allOf", "prefixItems": return (name, schemas(depth: depth))
    case "items" where isDraft7 && next(2) == 0: return (name, schemas(depth: depth))
    case "properties", "dependentSchemas", "definitions", "$defs", "patternProperties":
      return (name, named(depth: depth))
    default: return (name, schema(depth: depth))
    }
  }
}
