import JSONSchema
import LosslessJSON
import Testing

@Suite("What nothing has evaluated")
struct UnevaluatedTests {
  static let table: [Verdicts] = [
    .init(
      #"{"properties": {"a": true}, "patternProperties": {"^b": true}, "unevaluatedProperties": false}"#,
      valid: ["{}", #"{"a":1,"bb":2}"#, "[1]"], invalid: [#"{"c":1}"#]),
    .init(#"{"unevaluatedProperties": {"type": "integer"}}"#, valid: [#"{"a":1}"#], invalid: [#"{"a":""}"#]),
    .init(#"{"additionalProperties": true, "unevaluatedProperties": false}"#, valid: [#"{"a":1}"#], invalid: []),
    .init(
      #"{"allOf": [{"properties": {"a": true}}, {"properties": {"b": true}}], "unevaluatedProperties": false}"#,
      valid: [#"{"a":1,"b":1}"#], invalid: [#"{"a":1,"c":1}"#]),
    .init(
      #"{"anyOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": true}, "required": ["b"]}, {"properties": {"c": true}, "required": ["c"]}], "unevaluatedProperties": false}"#,
      valid: [#"{"a":1}"#, #"{"a":1,"b":1,"c":1}"#, #"{"b":1}"#], invalid: [#"{"a":2,"b":1}"#, #"{"a":1,"d":1}"#]),
    .init(
      #"{"oneOf": [{"properties": {"a": true}, "required": ["a"]}, {"properties": {"b": true}, "required": ["b"]}], "unevaluatedProperties": false}"#,
      valid: [#"{"a":1}"#, #"{"b":1}"#], invalid: [#"{"a":1,"c":1}"#, #"{"a":1,"b":1}"#]),
    .init(
      #"{"not": {"not": {"properties": {"a": true}}}, "unevaluatedProperties": false}"#, valid: ["{}"],
      invalid: [#"{"a":1}"#]),
    .init(
      #"{"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"properties": {"a": true}}, "else": {"properties": {"b": true}}, "unevaluatedProperties": false}"#,
      valid: [#"{"k":1,"a":1}"#, #"{"b":1}"#], invalid: [#"{"k":1,"b":1}"#, #"{"k":2}"#, #"{"a":1}"#]),
    .init(
      #"{"if": {"properties": {"k": true}}, "unevaluatedProperties": false}"#, valid: [#"{"k":1}"#],
      invalid: [#"{"a":1}"#]),
    .init(
      #"{"dependentSchemas": {"a": {"properties": {"b": true}}}, "properties": {"a": true}, "unevaluatedProperties": false}"#,
      valid: [#"{"a":1,"b":1}"#], invalid: [#"{"b":1}"#]),
    .init(
      ##"{"$ref": "#/$defs/x", "unevaluatedProperties": false, "$defs": {"x": {"properties": {"a": {"unevaluatedProperties": false}}}}}"##,
      valid: [#"{"a":{}}"#], invalid: [#"{"a":{"b":1}}"#, #"{"b":1}"#]),
    // Cousins do not see each other.
    .init(
      #"{"allOf": [{"properties": {"a": true}}, {"unevaluatedProperties": false}]}"#, valid: ["{}"],
      invalid: [#"{"a":1}"#]),
    .init(
      #"{"allOf": [{"unevaluatedProperties": true}], "unevaluatedProperties": false}"#, valid: [#"{"a":1}"#],
      invalid: []),
    .init(
      #"{"properties": {"a": {"properties": {"x": true}}}, "unevaluatedProperties": false}"#,
      valid: [#"{"a":{"y":1}}"#], invalid: [#"{"a":{},"x":1}"#]),
    // A nested object's evaluation is none of this one's.
    .init(
      #"{"allOf": [{"properties": {"a": {"allOf": [{"properties": {"b": true}}], "unevaluatedProperties": false}}}], "unevaluatedProperties": false}"#,
      valid: [#"{"a":{"b":1}}"#], invalid: [#"{"a":{"b":1},"b":1}"#, #"{"a":{"c":1}}"#]),
    .init(
      #"{"prefixItems": [true], "unevaluatedItems": false}"#, valid: ["[]", "[1]", "{\"a\":1}"], invalid: ["[1,2]"]),
    .init(#"{"items": true, "unevaluatedItems": false}"#, valid: ["[1,2]"], invalid: []),
    .init(
      #"{"contains": {"type": "string"}, "unevaluatedItems": {"type": "integer"}}"#, valid: ["[\"a\",1,\"b\"]"],
      invalid: ["[\"a\",null]"]),
    .init(
      #"{"contains": {"type": "string"}, "minContains": 0, "unevaluatedItems": false}"#,
      valid: ["[]", "[\"a\",\"b\"]"], invalid: ["[1]", "[\"a\",1]"]),
    .init(
      #"{"allOf": [{"contains": {"multipleOf": 2}}, {"contains": {"multipleOf": 3}}], "unevaluatedItems": {"multipleOf": 5}}"#,
      valid: ["[2,3,4,5,6]"], invalid: ["[2,3,7]"]),
    .init(
      #"{"anyOf": [{"prefixItems": [{"const": 1}]}, {"prefixItems": [true, {"const": 2}]}], "unevaluatedItems": false}"#,
      valid: ["[1]", "[3,2]"], invalid: ["[3,3]", "[1,3]"]),
    .init(
      #"{"not": {"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}}"#, valid: [#"{"b":1}"#],
      invalid: [#"{"a":1}"#]),
  ]

  @Test("What schemas in place have evaluated counts, if they hold", arguments: table)
  func judges(verdicts: Verdicts) throws {
    try verdicts.check()
  }

  @Test("The members concerned are told, each at its place")
  func places() throws {
    let schema = try schema(#"{"properties": {"a": true}, "unevaluatedProperties": false}"#)
    let found = try schema.validate(try document(#"{"x": 1, "a": 2, "y": 3}"#).root)
    #expect(found.map(\.pointer.description) == ["/x", "/y"])
    #expect(found.map(\.message) == Array(repeating: "No member of this name is allowed here.", count: 2))
  }
}
