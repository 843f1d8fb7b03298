import JSONSchema
import LosslessJSON
import Testing

@Suite("Draft 7")
struct DraftTests {
  private static let draft7 = #""$schema": "http://json-schema.org/draft-07/schema#""#

  static let table: [Verdicts] = [
    .init(
      "{\(draft7), \"items\": [{\"type\": \"null\"}, true], \"additionalItems\": {\"type\": \"integer\"}}",
      valid: ["[null,\"x\",1]", "[]"], invalid: ["[1]", "[null,1,\"x\"]"]),
    .init(
      "{\(draft7), \"items\": {\"type\": \"null\"}, \"additionalItems\": false}", valid: ["[null,null]"],
      invalid: ["[1]"]),
    .init(
      "{\(draft7), \"dependencies\": {\"a\": [\"b\"], \"c\": {\"required\": [\"d\"]}}}", valid: [#"{"a":1,"b":1}"#],
      invalid: [#"{"a":1}"#, #"{"c":1}"#]),
    .init(
      "{\(draft7), \"definitions\": {\"n\": {\"type\": \"null\"}}, \"$ref\": \"#/definitions/n\", \"minimum\": 5, \"type\": \"string\"}",
      valid: ["null"], invalid: ["\"x\"", "6"]),
    .init(
      "{\(draft7), \"definitions\": {\"n\": {\"$id\": \"#name\", \"type\": \"null\"}}, \"items\": {\"$ref\": \"#name\"}}",
      valid: ["[null]"], invalid: ["[1]"]),
    .init(
      "{\(draft7), \"contains\": {\"type\": \"null\"}}", valid: ["[null]", "[1,null,null]"], invalid: ["[]", "[1]"]),
    .init(
      "{\(draft7), \"if\": {\"type\": \"integer\"}, \"then\": {\"minimum\": 3}}", valid: ["3", "null"], invalid: ["2"]),
    // A resource of another draft within.
    .init(
      "{\"$id\": \"test:/a\", \"properties\": {\"p\": {\"$id\": \"b\", \(draft7), \"items\": [{\"type\": \"null\"}], \"additionalItems\": false}}, \"prefixItems\": [false]}",
      valid: [#"{"p":[null]}"#], invalid: [#"{"p":[null,1]}"#, #"{"p":[1]}"#, "[1]"]),
  ]

  @Test("What differs from draft 2020-12 is as draft 7 has it", arguments: table)
  func judges(verdicts: Verdicts) throws {
    try verdicts.check()
  }

  @Test(
    "Keywords of draft 2020-12 are not those of draft 7",
    arguments: [
      "$anchor", "$defs", "prefixItems", "dependentRequired", "unevaluatedItems", "minContains", "$dynamicRef",
    ])
  func strangers(name: String) throws {
    let found = try errors(of: "{\(Self.draft7), \"\(name)\": {}}")
    #expect(found.map(\.pointer.description) == ["/\(name)"])
    if case .keywordOfOtherDialect = found[0].reason {} else { Issue.record("\(found[0])") }
    _ = try schema("{\(Self.draft7), \"\(name)\": {}}", .init(unknownKeywords: .ignore))
  }

  @Test("Without a word from the schema the compiler's draft is taken; a dialect of one's own takes its vocabularies")
  func dialects() throws {
    let text = #"{"items": [{"type": "null"}]}"#
    #expect(try errors(of: text).count == 1)
    _ = try schema(text, .init(draft: .draft7))

    let meta =
      #"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": true, "https://json-schema.org/draft/2020-12/vocab/applicator": true, "urn:x": OPTIONAL}}"#
    let others = ["meta.json": meta.replacing("OPTIONAL", with: "false")]
    let schema = try schema(
      #"{"$schema": "test:/meta.json", "properties": {"a": false, "b": {"minimum": 10}}}"#,
      .init(unknownKeywords: .ignore), others: others)
    #expect(try schema.validate(try document(#"{"b": 1}"#).root).isEmpty)
    #expect(try schema.validate(try document(#"{"a": 1}"#).root).count == 1)
    #expect(
      try errors(of: #"{"$schema": "test:/meta.json", "minimum": 1}"#, others: others).map(\.reason) == [
        .keywordOfOtherDialect(.minimum)
      ])
    #expect(
      try errors(
        of: #"{"$schema": "test:/meta.json"}"#, others: ["meta.json": meta.replacing("OPTIONAL", with: "true")]
      )
      .map(\.reason) == [.unsupportedDialect("test:/meta.json")])
    #expect(
      try errors(of: #"{"$schema": "test:/gone.json"}"#).map(\.reason) == [.unsupportedDialect("test:/gone.json")])
    #expect(
      try errors(of: "{\"items\": {\(Self.draft7)}}").map(\.reason) == [.misplacedDialect])
  }
}
