import JSONSchema
import LosslessJSON
import Testing

@Suite("Hostile schemas and documents")
struct HostileTests {
  private func nested(_ opening: String, _ core: String, _ closing: String, _ levels: Int) -> String {
    String(repeating: opening, count: levels) + core + String(repeating: closing, count: levels)
  }

  @Test(
    "Depth costs no stack, whichever way schemas stand inside each other",
    arguments: [
      (#"{"not":"#, "}"), (#"{"anyOf":[false,"#, "]}"), (#"{"oneOf":["#, "]}"), (#"{"allOf":["#, "]}"),
      (#"{"if":"#, #","then":{"minimum":0}}"#), (#"{"$defs":{"a":"#, "}}"), (#"{"contains":"#, "}"),
      (#"{"unevaluatedProperties":false,"anyOf":["#, "]}"), (#"{"dependentSchemas":{"a":"#, "}}"),
    ])
  func depthOfSchemas(opening: String, closing: String) throws {
    let schema = try schema(nested(opening, "true", closing, 20_000))
    for value in ["1", nested("[", "1", "]", 20_000), #"{"a": 1}"#] {
      _ = try schema.validate(try document(value).root, limit: 10)
    }
  }

  @Test("Depth of a document costs no stack where schemas refer to themselves")
  func depthOfDocuments() throws {
    let levels = 50_000
    let recursive = try schema(
      ##"{"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#"}, "unevaluatedItems": false}]}"##)
    #expect(try recursive.validate(try document(nested("[", "1", "]", levels)).root) == [])
    #expect(try recursive.validate(try document(nested("[", "null", "]", levels)).root).count == 1)
    let unique = try schema(#"{"uniqueItems": true}"#)
    let deep = nested("[", "1", "]", levels)
    #expect(try unique.validate(try document("[\(deep),\(deep)]").root).count == 1)
    let many = (0..<20).map { nested("[", "\($0)", "]", 2000) }.joined(separator: ",")
    #expect(try unique.validate(try document("[\(many)]").root) == [])
  }

  @Test("A schema that branches without end is given up")
  func branches() throws {
    func chain(_ keyword: String) -> String {
      let links = (0..<60).map {
        "\"a\($0)\": {\"\(keyword)\": [{\"$ref\": \"#/$defs/a\($0 + 1)\"}, {\"$ref\": \"#/$defs/a\($0 + 1)\"}]}"
      }
      return "{\"$ref\": \"#/$defs/a0\", \"$defs\": {\(links.joined(separator: ",")), \"a60\": {\"type\": \"null\"}}}"
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
      let schema = try schema(chain(keyword))
      let error = #expect(throws: SchemaEvaluationError.self) {
        try schema.validate(try document(keyword == "allOf" ? "null" : "1").root, limit: 1)
      }
      #expect(error?.reason == .workLimit)
      #expect(error?.pointer.description == "")
    }
  }

  @Test(
    "Elements that are passed over are work too, or a schema that branches would go over them without end",
    arguments: ["items", "prefixItems"])
  func branchesOverElements(keyword: String) throws {
    let many = Array(repeating: #"{"type": "integer"}"#, count: keyword == "items" ? 1 : 1000)
    let leaf = keyword == "items" ? #"{"items": \#(many[0])}"# : #"{"prefixItems": [\#(many.joined(separator: ","))]}"#
    let links = (0..<16).map {
      "\"a\($0)\": {\"allOf\": [{\"$ref\": \"#/$defs/a\($0 + 1)\"}, {\"$ref\": \"#/$defs/a\($0 + 1)\"}]}"
    }
    let schema = try schema(
      "{\"$ref\": \"#/$defs/a0\", \"$defs\": {\(links.joined(separator: ",")), \"a16\": \(leaf)}}")
    let array = try document("[\(Array(repeating: "1", count: 1000).joined(separator: ","))]")
    let error = #expect(throws: SchemaEvaluationError.self) { try schema.validate(array.root, limit: 1) }
    #expect(error?.reason == .workLimit)
  }

  @Test("Large arrays and objects are compared in time, whatever they hold")
  func sizes() throws {
    let schema = try schema(#"{"uniqueItems": true, "items": {"uniqueItems": true}}"#)
    let numbers = (0..<30_000).map { "\($0)e-3" }
    #expect(try schema.validate(try document("[" + numbers.joined(separator: ",") + "]").root) == [])
    let repeated = try schema.validate(try document("[" + (numbers + ["7.000e-3"]).joined(separator: ",") + "]").root)
    #expect(repeated.map(\.pointer.description) == ["/30000"])
    let objects = (0..<5_000).map { "{\"b\": [\($0)], \"a\": {\"x\": \"\($0)\"}}" }
    let turned = "{\"a\": {\"x\": \"77\"}, \"b\": [77.0]}"
    #expect(
      try schema.validate(try document("[" + (objects + [turned]).joined(separator: ",") + "]").root)
        .map(\.pointer.description) == ["/5000"])
  }

  @Test("Numbers of any size cost no more than their text")
  func hugeNumbers() throws {
    let digits = String(repeating: "7", count: 100_000)
    let texts = [
      "1e999999999999999999999999", "-1e-999999999999999999999999", digits, "0.\(digits)", "\(digits)e\(digits)",
    ]
    let schemas = ["minimum", "maximum", "multipleOf", "exclusiveMaximum"].flatMap { keyword in
      ["1e999999999", "3e-999999999", "7", "12345678901234567890123"].map { "{\"\(keyword)\": \($0)}" }
    }
    for schema in try schemas.map({ try JSONSchemaTests.schema($0) }) {
      for text in texts { _ = try schema.validate(try document(text).root) }
    }
    #expect(try errors(of: "{\"multipleOf\": \(digits)}").map(\.reason) == [.tooManyDigits(.multipleOf)])
    #expect(try schema("{\"multipleOf\": 7}").validate(try document(digits).root) == [])
  }

  @Test("A schema of many faults is refused with the first hundred")
  func manyFaults() throws {
    let members = (0..<20_000).map { "\"a\($0)\": 1" }.joined(separator: ",")
    #expect(try errors(of: "{\"properties\": {\(members)}}").count == 100)
  }
}
