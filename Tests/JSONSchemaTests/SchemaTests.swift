import JSONSchema
import LosslessJSON
import Testing

@Suite("Validating")
struct ValidationTests {
  /// A schema, values that satisfy it, values that do not.
  static let table: [(schema: String, valid: [String], invalid: [String])] = [
    ("true", ["1", "{}", "null", "NaN"], []),
    ("false", [], ["1", "{}", "null", "NaN"]),
    ("{}", ["1", "{}", "[]", "null", "\"\"", "NaN"], []),
    (
      #"{"type": "integer"}"#,
      [
        "0", "-0", "2", "2.0", "20e-1", "-3", "1e400", "12345678901234567890123456789012345678901",
        "1e999999999999999999999",
      ],
      ["1.5", "true", "\"2\"", "null", "[]", "{}", "NaN", "Infinity", "1e-1", "1e-999999999999999999999"]
    ),
    (#"{"type": "number"}"#, ["0", "1.5", "NaN", "Infinity", "-Infinity", "1e400"], ["\"1\"", "true", "null", "[1]"]),
    (#"{"type": "boolean"}"#, ["true", "false"], ["0", "1", "null", "\"true\""]),
    (#"{"type": "null"}"#, ["null"], ["false", "0", "\"\"", "{}", "[]"]),
    (#"{"type": "string"}"#, ["\"\"", "\"\\u0000\""], ["1", "null"]),
    (#"{"type": "array"}"#, ["[]", "[1]"], ["{}", "\"\""]),
    (#"{"type": "object"}"#, ["{}", "{\"a\":1}"], ["[]", "null"]),
    (#"{"type": ["integer", "null"]}"#, ["1", "null", "1.0"], ["1.5", "\"\"", "NaN"]),
    (#"{"type": ["number", "integer"]}"#, ["1", "1.5", "NaN"], ["null"]),
    (
      #"{"required": ["a", "b"]}"#, [#"{"a":1,"b":null}"#, #"{"\u0061":1,"b":2,"c":3}"#, "[]", "1"],
      ["{}", #"{"a":1}"#, #"{"A":1,"b":1}"#]
    ),
    (#"{"required": []}"#, ["{}"], []),
    (
      #"{"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": false}}"#,
      ["{}", #"{"a":1,"b":""}"#, #"{"b":"","a":1}"#, #"{"x":null,"b":"","y":1,"a":1,"z":[]}"#, "[]", "1"],
      [#"{"a":""}"#, #"{"b":"","a":""}"#, #"{"\u0061":""}"#, #"{"c":1}"#, #"{"c":1,"b":"","a":1}"#, #"{"x":0,"b":1}"#]
    ),
    (
      #"{"properties": {"é": {"type": "integer"}}}"#, [#"{"é":1}"#, #"{"e\u0301":"x"}"#],
      [#"{"é":"x"}"#, #"{"\u00e9":"x"}"#]
    ),
    (#"{"items": {"type": "integer"}}"#, ["[]", "[1,2]", "{}", "\"x\""], ["[1,\"\"]", "[null]"]),
    (#"{"items": false}"#, ["[]"], ["[1]"]),
    (
      #"{"enum": [1, "a", null, [1, {"x": 2}], {"a": 1, "b": 2}]}"#,
      ["1", "1.0", "10e-1", "\"a\"", "\"\\u0061\"", "null", "[1,{\"x\":2.0}]", #"{"b":2,"a":1}"#],
      ["2", "\"b\"", "false", "[1]", #"{"a":1}"#, "\"1\""]
    ),
    (#"{"enum": []}"#, [], ["1"]),
    (#"{"const": 2}"#, ["2", "2.0", "20e-1", "2e0"], ["1", "\"2\"", "true", "NaN", "2.0000000000000000000000000001"]),
    (#"{"const": null}"#, ["null"], ["0", "false"]),
    (#"{"const": {"a": [1]}}"#, [#"{"a":[1.0]}"#], [#"{"a":[1],"b":0}"#, "{}"]),
    (
      #"{"minimum": 1}"#, ["1", "1.0", "2", "1e400", "NaN", "Infinity", "-Infinity", "\"0\"", "null"],
      ["0", "-1", "0.99999999999999999999999", "-1e400", "1e-400"]
    ),
    (
      #"{"minimum": -1}"#, ["-1", "-0", "-1.0", "-10e-1", "0"], ["-2", "-1.5", "-1000000000000000000000"]
    ),
    (
      #"{"minimum": 1000000000000000000}"#, ["1000000000000000000", "1e18", "1000000000000000001"],
      ["999999999999999999", "0", "-1000000000000000000"]
    ),
    (
      #"{"required": ["a", "x"], "properties": {"x": {"type": "null"}, "b": true}}"#,
      [#"{"x":null,"a":1}"#, #"{"b":0,"\u0061":{},"\u0078":null}"#],
      [#"{"x":null}"#, #"{"a":null}"#, #"{"a":1,"x":1}"#, #"{"a":1,"b":2,"c":3}"#, "{}"]
    ),
    (#"{"minimum": 1e400}"#, ["1e400", "1e401"], ["9e399"]),
    (
      #"{"type": "object", "properties": {"n": {"type": "array", "items": {"properties": {"m": {"minimum": 0}}}}}, "required": ["n"]}"#,
      [#"{"n":[]}"#, #"{"n":[{"m":0},{"m":1},1]}"#], [#"{"n":[{"m":0},{"m":-1}]}"#, #"{"n":{}}"#, "1"]
    ),
    (
      #"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x", "$comment": "c", "title": "t", "description": "d", "default": {"type": 1}, "examples": [1], "deprecated": true}"#,
      ["1", "null"], []
    ),
  ]

  @Test("Each keyword judges as the draft says", arguments: table)
  func judges(row: (schema: String, valid: [String], invalid: [String])) throws {
    let schema = try schema(row.schema)
    for text in row.valid {
      let value = try document(text).root
      #expect(try schema.validate(value) == [], "\(text)")
      #expect(try schema.firstViolation(in: value) == nil)
    }
    for text in row.invalid {
      let value = try document(text).root
      let violations = try schema.validate(value)
      #expect(!violations.isEmpty, "\(text)")
      #expect(try schema.firstViolation(in: value) == violations.first)
    }
  }

  @Test("Violations come in the order of the text, with the place in the document and in the schema")
  func places() throws {
    let schema = try schema(
      #"""
      {"type": "object", "required": ["z", "n_jobs"],
       "properties": {"n_jobs": {"type": "integer", "minimum": 1},
                      "a/b": {"items": {"enum": ["x", "y"]}}, "v": {"const": 2}, "no": false}}
      """#)
    let value = try document("{\"v\": 1,\n \"a/b\": [\"x\", \"q\",\n  3],\n \"no\": {}, \"n_jobs\": 0}").root
    let found = try schema.validate(value).map {
      "\($0.pointer) \($0.line):\($0.column) \($0.schemaPointer) \($0.keyword?.rawValue ?? "-") \($0.message)"
    }
    #expect(
      found == [
        " 1:1 /required required The member \"z\" is missing.",
        "/v 1:7 /properties/v/const const Expected 2, found something else, an integer.",
        "/a~1b/1 2:15 /properties/a~1b/items/enum enum Expected one of \"x\", \"y\"; found something else, a string.",
        "/a~1b/2 3:3 /properties/a~1b/items/enum enum Expected one of \"x\", \"y\"; found something else, an integer.",
        "/no 4:8 /properties/no - No value is allowed here.",
        "/n_jobs 4:22 /properties/n_jobs/minimum minimum Expected at least 1, found less.",
      ])
    #expect(try schema.validate(value, limit: 2).count == 2)
    #expect(try schema.validate(value, limit: 0).isEmpty)
  }

  @Test("Several keywords of one schema are all judged")
  func several() throws {
    let schema = try schema(#"{"type": "string", "enum": [1], "const": 3, "minimum": 5, "required": ["a"]}"#)
    #expect(try schema.validate(try document("2").root).map(\.keyword) == [.type, .enum, .const, .minimum])
  }

  @Test("A long value of the schema is quoted in part, never within a character")
  func longValues() throws {
    for padding in 0..<4 {
      let text = "\"" + String(repeating: "a", count: padding) + String(repeating: "\u{20ac}", count: 100) + "\""
      let schema = try schema("{\"const\": \(text)}")
      let message = try #require(try schema.firstViolation(in: try document("1").root)).message
      #expect(
        message.hasPrefix("Expected \"") && message.hasSuffix("\u{20ac}\u{2026}, found something else, an integer."))
      #expect(!message.contains("\u{fffd}") && message.utf8.count < 120)
    }
  }

  @Test(
    "Messages say what kind of value was found, and never the value",
    arguments: [
      ("null", "null"), ("true", "a boolean"), ("false", "a boolean"), ("731", "an integer"), ("731e2", "an integer"),
      ("731.5", "a number that is no integer"), ("NaN", "a number that is not finite"), ("\"731\"", "a string"),
      ("[731]", "an array"), ("{\"731\": 731}", "an object"),
    ])
  func kindsOnly(text: String, kind: String) throws {
    for keyword in [#""enum": [7, "x"]"#, #""const": 7"#, #""minimum": 1e9"#] {
      for violation in try schema("{\(keyword)}").validate(try document(text).root) {
        #expect(!violation.message.contains("731"), "\(violation.message)")
        #expect(violation.keyword == .minimum || violation.message.hasSuffix("found something else, \(kind)."))
      }
    }
    let types = ["null", "boolean", "integer", "number", "string", "array", "object"]
    for type in types {
      guard let violation = try schema("{\"type\": \"\(type)\"}").firstViolation(in: try document(text).root) else {
        continue
      }
      #expect(violation.message == "Expected \(type), found \(kind).")
    }
  }

  @Test("Depth costs no stack, in the schema or in the value")
  func depth() throws {
    let levels = 100_000
    let options = JSONReadingOptions(maximumDepth: levels + 1)
    let schemaText =
      String(repeating: #"{"items":"#, count: levels) + #"{"type":"null"}"# + String(repeating: "}", count: levels)
    let valueText = String(repeating: "[", count: levels) + "1" + String(repeating: "]", count: levels)
    let schema = try SchemaCompiler().compile(try IndexedJSON(scanning: JSONText(schemaText), options: options))
    let value = try IndexedJSON(scanning: JSONText(valueText), options: options).root
    let violation = try #require(try schema.firstViolation(in: value))
    #expect(violation.pointer.tokens.count == levels)
  }
}

@Suite("Compiling")
struct CompilationTests {
  static let bad: [(schema: String, reason: SchemaError.Reason, pointer: String, column: Int)] = [
    ("1", .notASchema, "", 1), ("\"object\"", .notASchema, "", 1), ("[]", .notASchema, "", 1),
    ("null", .notASchema, "", 1),
    (#"{"items": 1}"#, .notASchema, "/items", 11), (#"{"items": [{}]}"#, .notASchema, "/items", 11),
    (#"{"properties": {"a": {"properties": {"b": "x"}}}}"#, .notASchema, "/properties/a/properties/b", 43),
    (#"{"requird": []}"#, .unknownKeyword("requird", nearest: .required), "/requird", 13),
    (#"{"Type": 1}"#, .unknownKeyword("Type", nearest: .type), "/Type", 10),
    (#"{"tpye": 1}"#, .unknownKeyword("tpye", nearest: .type), "/tpye", 10),
    (#"{"property": {}}"#, .unknownKeyword("property", nearest: .properties), "/property", 14),
    (#"{"propertys": {}}"#, .unknownKeyword("propertys", nearest: .properties), "/propertys", 15),
    (#"{"schema": ""}"#, .unknownKeyword("schema", nearest: .schema), "/schema", 12),
    (#"{"vendor": 1}"#, .unknownKeyword("vendor", nearest: nil), "/vendor", 12),
    (#"{"": 1}"#, .unknownKeyword("", nearest: nil), "/", 6),
    (#"{"x": {"$ref": 1}}"#, .unknownKeyword("x", nearest: nil), "/x", 7),
    (#"{"additionalItems": {}}"#, .keywordOfOtherDialect(.additionalItems), "/additionalItems", 21),
    (#"{"items": {"anyOf": []}}"#, .invalidValue(.anyOf, expected: .schemas), "/items/anyOf", 21),
    (
      #"{"$schema": "http://json-schema.org/draft-04/schema#"}"#,
      .unsupportedDialect("http://json-schema.org/draft-04/schema#"), "/$schema", 13
    ),
    (#"{"$schema": 1}"#, .invalidValue(.schema, expected: .uri), "/$schema", 13),
    (#"{"type": "Integer"}"#, .unknownType("Integer"), "/type", 10),
    (#"{"type": ["string", "int"]}"#, .unknownType("int"), "/type/1", 21),
    (#"{"type": 1}"#, .invalidValue(.type, expected: .typeNames), "/type", 10),
    (#"{"type": []}"#, .invalidValue(.type, expected: .typeNames), "/type", 10),
    (#"{"type": [1]}"#, .invalidValue(.type, expected: .typeNames), "/type/0", 11),
    (#"{"type": {}}"#, .invalidValue(.type, expected: .typeNames), "/type", 10),
    (#"{"type": ["null", "null"]}"#, .repeatedItem(.type, "null"), "/type/1", 19),
    (#"{"required": "a"}"#, .invalidValue(.required, expected: .memberNames), "/required", 14),
    (#"{"required": [1]}"#, .invalidValue(.required, expected: .memberNames), "/required/0", 15),
    (#"{"required": ["a", "\u0061"]}"#, .repeatedItem(.required, "a"), "/required/1", 20),
    (#"{"properties": []}"#, .invalidValue(.properties, expected: .namedSchemas), "/properties", 16),
    (#"{"enum": {}}"#, .invalidValue(.enum, expected: .array), "/enum", 10),
    (#"{"minimum": "1"}"#, .invalidValue(.minimum, expected: .number), "/minimum", 13),
    (#"{"minimum": NaN}"#, .invalidValue(.minimum, expected: .number), "/minimum", 13),
    (#"{"$id": 1}"#, .invalidValue(.id, expected: .resourceReference), "/$id", 9),
    (#"{"title": null}"#, .invalidValue(.title, expected: .string), "/title", 11),
    (#"{"$comment": 1}"#, .invalidValue(.comment, expected: .string), "/$comment", 14),
    (#"{"description": 1}"#, .invalidValue(.description, expected: .string), "/description", 17),
    (#"{"deprecated": 1}"#, .invalidValue(.deprecated, expected: .boolean), "/deprecated", 16),
    (#"{"examples": 1}"#, .invalidValue(.examples, expected: .array), "/examples", 14),
    (#"{"properties": {"a": 1, "b": 2}}"#, .notASchema, "/properties/a", 22),
    (
      #"{"properties": {"a": {}, "b": {"x": 1}}, "items": {"y": 1}}"#, .unknownKeyword("x", nearest: nil),
      "/properties/b/x", 37
    ),
  ]

  @Test("A bad schema is refused with the reason and the place", arguments: bad)
  func refuses(row: (schema: String, reason: SchemaError.Reason, pointer: String, column: Int)) throws {
    let document = try document(row.schema)
    let errors = try #require(throws: SchemaErrors.self) { try SchemaCompiler().compile(document) }
    let error = try #require(errors.errors.first)
    #expect(error.reason == row.reason)
    #expect(error.pointer.description == row.pointer)
    #expect(error.line == 1 && error.column == row.column)
    #expect(error.message.hasSuffix(".") || error.message.hasSuffix("?"))
  }

  @Test("The words of errors name the keyword and what was probably meant")
  func words() throws {
    func message(_ text: String) throws -> String {
      try #require(throws: SchemaErrors.self) { try schema(text) }.errors[0].message
    }
    #expect(try message(#"{"requird": []}"#) == #"JSON Schema has no keyword "requird". Did you mean "required"?"#)
    #expect(try message(#"{"vendor": []}"#) == #"JSON Schema has no keyword "vendor"."#)
    #expect(
      try message(#"{"additionalItems": true}"#)
        == #"The draft in which this schema is written has no keyword "additionalItems". Write the first elements' schemas as "prefixItems" and the others' as "items"."#
    )
    #expect(
      try message(#"{"type": "int"}"#)
        == #"There is no type "int"; the types are null, boolean, object, array, number, string, integer."#)
    #expect(try message(#"{"enum": 1}"#) == #"The value of "enum" must be an array."#)
    #expect(try message(#"{"type": ["null", "null"]}"#) == #""type" lists "null" twice."#)
    #expect(try message("1") == "A schema is an object, true or false.")
    #expect(try message(#"{"$schema": "x:"}"#).contains(SchemaCompiler.dialect))
  }

  @Test("A keyword of any length is refused in time")
  func longKeyword() throws {
    let name = String(repeating: "x", count: 1_000_000)
    let errors = #expect(throws: SchemaErrors.self) { try schema("{\"\(name)\": 1}") }
    #expect(errors?.errors.map(\.reason) == [.unknownKeyword(name, nearest: nil)])
  }
}
