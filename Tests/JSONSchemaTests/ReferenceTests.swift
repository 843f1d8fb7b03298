import JSONSchema
import LosslessJSON
import Testing

@Suite("References")
struct ReferenceTests {
  static let others = [
    "common.json":
      #"{"$defs": {"positive": {"exclusiveMinimum": 0}, "named": {"$anchor": "n", "type": "null"}}, "type": "integer"}"#,
    "folder/list.json": #"{"items": {"$ref": "../common.json#/$defs/positive"}}"#,
    "folder/back.json": #"{"properties": {"next": {"$ref": "../root.json"}}, "type": "object"}"#,
    "older.json": #"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}]}"#,
    "broken.json": #"{"a": }"#, "bad.json": "{\"type\":\n 1}",
  ]

  static let table: [Verdicts] = [
    .init(##"{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "null"}}}"##, valid: ["null"], invalid: ["1"]),
    .init(##"{"$ref": "#/$defs/%C3%A9%25", "$defs": {"é%": {"type": "null"}}}"##, valid: ["null"], invalid: ["1"]),
    .init(
      ##"{"$ref": "#a", "$defs": {"x": {"$anchor": "a", "type": "null"}}, "minimum": 1}"##, valid: ["null"],
      invalid: ["1"]),
    .init(
      ##"{"properties": {"self": {"$ref": "#"}}, "additionalProperties": false}"##, valid: [#"{"self":{"self":{}}}"#],
      invalid: [#"{"self":{"selv":1}}"#]),
    .init(
      ##"{"$id": "test:/x/a.json", "$ref": "b.json", "$defs": {"b": {"$id": "b.json", "$ref": "#/$defs/c", "$defs": {"c": {"type": "null"}}}, "c": false}}"##,
      valid: ["null"], invalid: ["1"]),
    .init(#"{"$ref": "common.json"}"#, valid: ["1"], invalid: ["1.5"]),
    .init(#"{"items": {"$ref": "common.json#n"}}"#, valid: ["[null]"], invalid: ["[1]"]),
    .init(#"{"$ref": "folder/list.json"}"#, valid: ["[1,2]"], invalid: ["[0]"]),
    .init(
      #"{"$ref": "folder/back.json", "minProperties": 1}"#, valid: [#"{"next":{"next":{"x":1}}}"#],
      invalid: [#"{"next":{"next":{}}}"#, #"{"next":1}"#]),
    .init(
      #"{"$ref": "older.json", "prefixItems": [{"type": "null"}, {"type": "null"}]}"#, valid: ["[null,null]"],
      invalid: ["[null,1]", "[1]"]),
    .init(
      #"{"$ref": "http://json-schema.org/draft-07/schema#"}"#, valid: [#"{"items":[{}]}"#, "true"],
      invalid: [#"{"items":[1]}"#, "1"]),
    .init(
      #"{"$ref": "https://json-schema.org/draft/2020-12/schema"}"#, valid: [#"{"prefixItems":[{}]}"#, "false"],
      invalid: [#"{"items":[{}]}"#, #"{"properties":{"a":{"type":"x"}}}"#, "1"]),
    // In an unknown place, which is read as a schema when something refers to it.
    .init(##"{"examples": [{"type": "null"}], "$ref": "#/examples/0"}"##, valid: ["null"], invalid: ["1"]),
    .init(
      ##"{"$dynamicRef": "#n", "$defs": {"a": {"$dynamicAnchor": "n", "type": "null"}}}"##, valid: ["null"],
      invalid: ["1"]),
    // The outermost resource with the anchor decides.
    .init(
      ##"{"$id": "test:/strict", "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": false, "$defs": {"t": {"$id": "tree", "$dynamicAnchor": "node", "properties": {"data": true, "children": {"items": {"$dynamicRef": "#node"}}}}}}"##,
      valid: [#"{"children":[{"data":1}]}"#],
      invalid: [#"{"children":[{"daat":1}]}"#, #"{"children":[{"children":[{"x":1}]}]}"#]),
    .init(
      ##"{"$id": "test:/loose", "$ref": "tree", "$defs": {"t": {"$id": "tree", "$dynamicAnchor": "node", "type": "object", "properties": {"children": {"items": {"$dynamicRef": "#node"}}}}}}"##,
      valid: [#"{"children":[{"x":1}]}"#], invalid: [#"{"children":[1]}"#]),
    // Without a dynamic anchor in its own resource it is a plain reference.
    .init(
      ##"{"$id": "test:/outer", "$ref": "list", "$defs": {"x": {"$dynamicAnchor": "item", "type": "null"}, "l": {"$id": "list", "items": {"$dynamicRef": "#item"}, "$defs": {"i": {"$anchor": "item", "type": "integer"}}}}}"##,
      valid: ["[1]"], invalid: ["[null]"]),
    .init(
      ##"{"$id": "test:/outer", "$ref": "list", "$defs": {"x": {"$dynamicAnchor": "item", "type": "null"}, "l": {"$id": "list", "items": {"$dynamicRef": "#item"}, "$defs": {"i": {"$dynamicAnchor": "item", "type": "integer"}}}}}"##,
      valid: ["[null]"], invalid: ["[1]"]),
  ]

  @Test("References lead where the draft says", arguments: table)
  func leads(verdicts: Verdicts) throws {
    try verdicts.check(others: Self.others)
  }

  static let bad: [(schema: String, reason: SchemaError.Reason, document: String?, line: Int)] = [
    (##"{"$ref": "#/$defs/x"}"##, .unresolvedReference("#/$defs/x", .noSuchPlace), nil, 1),
    (##"{"$ref": "#x"}"##, .unresolvedReference("#x", .noSuchAnchor), nil, 1),
    (##"{"title": "t", "$ref": "#/title"}"##, .unresolvedReference("#/title", .notASchema), nil, 1),
    (#"{"$ref": "gone.json"}"#, .unresolvedReference("gone.json", .unknownDocument), nil, 1),
    (#"{"$ref": "locked.json"}"#, .unresolvedReference("locked.json", .unreadable("it is locked")), nil, 1),
    (#"{"$ref": "../../etc/passwd"}"#, .unresolvedReference("../../etc/passwd", .outside), nil, 1),
    (
      #"{"$ref": "http://localhost:1/x.json"}"#, .unresolvedReference("http://localhost:1/x.json", .unknownDocument),
      nil, 1
    ),
    (#"{"$ref": "a b"}"#, .invalidValue(.ref, expected: .uriReference), nil, 1),
    (#"{"$ref": "bad.json"}"#, .invalidValue(.type, expected: .typeNames), "test:/bad.json", 2),
    (#"{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}"#, .repeatedIdentifier("x"), nil, 1),
    (#"{"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}}"#, .repeatedIdentifier("test:/x"), nil, 1),
    (##"{"$ref": "#"}"##, .endlessReference("#"), nil, 1),
    (##"{"anyOf": [{"type": "null"}, {"$ref": "#"}]}"##, .endlessReference("#"), nil, 1),
    (
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"if": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}}"##,
      .endlessReference("#/$defs/a"), nil, 1
    ),
  ]

  @Test("A reference that leads nowhere is refused with its place", arguments: bad)
  func refuses(row: (schema: String, reason: SchemaError.Reason, document: String?, line: Int)) throws {
    let found = try errors(of: row.schema, others: Self.others)
    #expect(found.map(\.reason) == [row.reason])
    #expect(found.map(\.document) == [row.document])
    #expect(found.map(\.line) == [row.line])
    #expect(found[0].message.hasSuffix("."))
  }

  @Test("A document that is no JSON is told with its own place")
  func notJSON() throws {
    let found = try errors(of: #"{"$ref": "broken.json"}"#, others: Self.others)
    #expect(found.map(\.document) == ["test:/broken.json"])
    #expect(found.map(\.column) == [7])
    if case .notJSON = found[0].reason {} else { Issue.record("\(found[0])") }
  }

  @Test("A violation in another document names it")
  func documents() throws {
    let schema = try schema(#"{"items": {"$ref": "common.json"}}"#, others: Self.others)
    let violation = try #require(try schema.firstViolation(in: try document("[null]").root))
    #expect(violation.schemaDocument == "test:/common.json")
    #expect(violation.schemaPointer.description == "/type")
    #expect(violation.pointer.description == "/0")
  }

  @Test("A dynamic reference that never goes down into the value ends in an error")
  func endlessDynamicReference() throws {
    let schema = try schema(
      ##"{"$id": "test:/a", "$dynamicAnchor": "n", "allOf": [{"$ref": "b"}, {"$ref": "b"}], "$defs": {"b": {"$id": "b", "anyOf": [{"$dynamicRef": "#n"}, {"$dynamicRef": "#n"}], "$defs": {"d": {"$dynamicAnchor": "n"}}}}}"##
    )
    let error = #expect(throws: SchemaEvaluationError.self) { try schema.validate(try document("1").root) }
    #expect(error?.reason == .endlessReference)
  }

  @Test("More documents than the options allow are refused")
  func manyDocuments() throws {
    var others: [String: String] = [:]
    for number in 0..<20 { others["\(number)"] = "{\"$ref\": \"\(number + 1)\"}" }
    others["20"] = "true"
    var options = SchemaCompiler.Options()
    options.maximumDocuments = 21
    _ = try schema(#"{"$ref": "0"}"#, options, others: others)
    options.maximumDocuments = 20
    #expect(try errors(of: #"{"$ref": "0"}"#, options, others: others).count == 1)
    options.maximumDocuments = 21
    options.maximumSize = 100
    #expect(try errors(of: #"{"$ref": "0"}"#, options, others: others).count == 1)
  }
}
