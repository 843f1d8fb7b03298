import JSONSchema
import LosslessJSON
import Testing

/// `NaN` and the infinities are values.
func document(_ text: String) throws(JSONError) -> IndexedJSON {
  try IndexedJSON(
    scanning: JSONText(text), options: JSONReadingOptions(allowsNonFinite: true, maximumDepth: 200_001))
}

func schema(
  _ text: String, _ options: SchemaCompiler.Options = .init(), others: [String: String] = [:]
) throws -> Schema {
  try SchemaCompiler(options: options).compile(
    try document(text), at: "test:/root.json", resolver: Others(texts: others))
}

/// Why a schema does not compile.
func errors(
  of text: String, _ options: SchemaCompiler.Options = .init(), others: [String: String] = [:]
) throws -> [SchemaError] {
  try #require(throws: SchemaErrors.self) { try schema(text, options, others: others) }.errors
}

/// Documents at `test:/`.
struct Others: SchemaResolver {
  var texts: [String: String]

  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]? {
    guard uri.hasPrefix("test:/") else { return nil }
    if uri == "test:/locked.json" { throw SchemaResolutionError(message: "it is locked") }
    return texts[String(uri.dropFirst("test:/".count))].map { Array($0.utf8) }
  }
}

/// A schema, values that satisfy it, values that do not.
struct Verdicts: Sendable, CustomTestStringConvertible {
  var schema: String
  var valid: [String]
  var invalid: [String]

  init(_ schema: String, valid: [String], invalid: [String]) {
    self.schema = schema
    self.valid = valid
    self.invalid = invalid
  }

  var testDescription: String { schema }

  func check(_ options: SchemaCompiler.Options = .init(), others: [String: String] = [:]) throws {
    let schema = try JSONSchemaTests.schema(self.schema, options, others: others)
    for text in valid {
      let violations = try schema.validate(try document(text).root)
      #expect(violations == [], "\(text) is refused by \(self.schema)")
    }
    for text in invalid {
      let value = try document(text).root
      let violations = try schema.validate(value)
      #expect(!violations.isEmpty, "\(text) is accepted by \(self.schema)")
      #expect(try schema.firstViolation(in: value) == violations.first)
      #expect(violations.allSatisfy { $0.message.hasSuffix(".") })
    }
  }
}
