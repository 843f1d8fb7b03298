import LosslessJSON
import Testing

@testable import JSONSchema

@Suite("Values of which their kind says enough")
struct PlainValueTests {
  private static let object = JSONKind.object.bit
  private static let array = JSONKind.array.bit
  private static let string = JSONKind.string.bit
  private static let number = JSONKind.number.bit

  /// Schemas, kinds of which every value satisfies them, and whether integers do where not all numbers do.
  private static let known: [(schema: String, kinds: UInt8, integers: Bool)] = [
    ("true", .max, false), ("false", 0, false), ("{}", .max, true), (#"{"title": "a", "default": 1}"#, .max, true),
    (#"{"type": "string"}"#, string, false), (#"{"type": "integer"}"#, 0, true),
    (#"{"type": ["integer", "null"]}"#, JSONKind.null.bit, true),
    (#"{"type": "boolean"}"#, JSONKind.true.bit | JSONKind.false.bit, false),
    (#"{"type": "number"}"#, number | JSONKind.nonFinite.bit, false),
    (#"{"minimum": 1}"#, .max & ~number, false), (#"{"maxLength": 1}"#, .max & ~string, true),
    (#"{"pattern": "a"}"#, .max & ~string, true), (#"{"uniqueItems": true}"#, .max & ~array, true),
    (#"{"items": {"type": "string"}}"#, .max & ~array, true), (#"{"prefixItems": [true]}"#, .max & ~array, true),
    (#"{"unevaluatedItems": false}"#, .max & ~array, true), (#"{"required": ["a"]}"#, .max & ~object, true),
    (#"{"properties": {"a": true}}"#, .max & ~object, true), (#"{"maxProperties": 1}"#, .max & ~object, true),
    (#"{"propertyNames": {"maxLength": 1}}"#, .max & ~object, true),
    (#"{"patternProperties": {"a": {"type": "string"}}}"#, .max & ~object, true),
    (#"{"additionalProperties": false}"#, .max & ~object, true),
    (#"{"dependentRequired": {"a": ["b"]}}"#, .max & ~object, true),
    (#"{"unevaluatedProperties": false}"#, .max & ~object, true),
    (#"{"const": "a"}"#, 0, false), (#"{"enum": [1, "a"]}"#, 0, false), (#"{"not": {"type": "string"}}"#, 0, false),
    (##"{"$id": "test:/inner.json", "$ref": "#/$defs/a", "$defs": {"a": true}}"##, 0, false),
    (#"{"allOf": [true]}"#, 0, false),
    (#"{"if": {"type": "string"}, "then": {"maxLength": 1}}"#, 0, false),
  ]

  @Test("It is known of each schema which kinds satisfy it", arguments: known.indices)
  func kinds(index: Int) throws {
    let (text, kinds, integers) = Self.known[index]
    let record = try #require(try schema(text).compiled.records.first)
    #expect(record.plainKinds == kinds, "\(text)")
    #expect(record.acceptsIntegers == integers, "\(text)")
  }

  private static let more = [
    #"{"type": ["number", "string"], "minimum": 2, "minLength": 2}"#, #"{"type": "integer", "maximum": 2}"#,
    #"{"type": ["object", "array"], "minItems": 1, "minProperties": 1}"#, #"{"multipleOf": 2}"#,
    #"{"contains": {"const": 1}}"#, #"{"type": ["integer", "object"], "required": ["a"]}"#,
    #"{"anyOf": [{"type": "string"}, {"minimum": 2}]}"#, #"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#,
    #"{"properties": {"a": {"type": "integer"}}, "unevaluatedProperties": false}"#,
    #"{"items": {"type": "integer"}, "uniqueItems": true}"#,
  ]
  private static let values = [
    "null", "true", "false", "0", "1", "1.0", "1.5", "2e0", "-3", "1e400", "NaN", "-Infinity", #""""#, #""a""#,
    #""ab""#, #""\u0061""#, "[]", "[1]", "[1, 1]", "[null]", "[1.5, \"a\"]", "{}", #"{"a": 1}"#, #"{"b": null}"#,
    #"{"a": "x", "b": 2}"#,
  ]

  /// The value itself is always checked step by step; what is inside another only where its kind does not say enough.
  @Test("A value inside another is judged as it is alone", arguments: known.map(\.schema) + more)
  func insideAnother(text: String) throws {
    let alone = try schema(text)
    let around = try [
      (#"{"items": \#(text)}"#, "[%]"), (#"{"prefixItems": [\#(text)]}"#, "[%]"),
      (#"{"prefixItems": [true], "items": \#(text)}"#, "[0, %]"), (#"{"unevaluatedItems": \#(text)}"#, "[%]"),
      (#"{"properties": {"x": \#(text)}}"#, #"{"x": %}"#), (#"{"patternProperties": {"x": \#(text)}}"#, #"{"x": %}"#),
      (#"{"additionalProperties": \#(text)}"#, #"{"x": %}"#),
      (#"{"unevaluatedProperties": \#(text)}"#, #"{"x": %}"#),
    ].map { (schema: try schema($0), document: $1) }
    for value in Self.values {
      let verdict = try alone.validate(try document(value).root).isEmpty
      for (outer, template) in around {
        let parts = template.split(separator: "%", omittingEmptySubsequences: false)
        let inside = try document(parts.joined(separator: value))
        #expect(try outer.validate(inside.root).isEmpty == verdict, "\(value) in \(template) against \(text)")
      }
    }
  }

  @Test("A name inside an object is judged as it is alone", arguments: known.map(\.schema) + more)
  func names(text: String) throws {
    let (alone, outer) = (try schema(text), try schema(#"{"propertyNames": \#(text)}"#))
    for name in Self.values where name.hasPrefix("\"") {
      let verdict = try alone.validate(try document(name).root).isEmpty
      let inside = try document("{\(name): 1}")
      #expect(try outer.validate(inside.root).isEmpty == verdict, "\(name) against \(text)")
    }
  }
}
