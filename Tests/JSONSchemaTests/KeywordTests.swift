import JSONSchema
import LosslessJSON
import Testing

@Suite("Keywords")
struct KeywordTests {
  static let numbers: [Verdicts] = [
    .init(
      #"{"maximum": 3}"#, valid: ["3", "3.0", "-1e9", "NaN", "Infinity", "\"4\""],
      invalid: ["3.000000000000000000001", "4", "1e400"]),
    .init(
      #"{"exclusiveMinimum": 0}"#, valid: ["1e-999999999", "0.1", "NaN", "-Infinity"], invalid: ["0", "-0.0", "-1"]),
    .init(
      #"{"exclusiveMaximum": 1e2}"#, valid: ["99", "99.999999999999999999"], invalid: ["100", "100.0", "1E2", "101"]),
    .init(#"{"minimum": 0.1}"#, valid: ["0.1", "1", "1e-1"], invalid: ["0.09999999999999999999", "0", "-5"]),
    .init(
      #"{"multipleOf": 0.01}"#, valid: ["0", "4.02", "0.075e1", "1e999999999", "NaN", "Infinity", "null"],
      invalid: ["0.075", "1e-999999999"]),
    .init(
      #"{"multipleOf": 3}"#, valid: ["9", "-9", "3e5", "123456789012345678901234567890", "0"],
      invalid: ["10", "1e999999999", "1.5", "123456789012345678901234567891"]),
    .init(#"{"multipleOf": 1e-7}"#, valid: ["12391239123", "0.0000001"], invalid: ["0.00000001"]),
    .init(
      #"{"multipleOf": 123456789012345678901}"#,
      valid: ["0", "246913578024691357802", "-123456789012345678901", "123456789012345678901e5"],
      invalid: ["123456789012345678902", "1", "1e30"]),
    .init(
      #"{"multipleOf": 1e1000000000000000000000}"#,
      valid: ["0", "1e1000000000000000000000", "20e1000000000000000000005"], invalid: ["1e999999999999999999999", "1"]),
    .init(
      #"{"multipleOf": 4e1000000000000000000000}"#,
      valid: ["1e1000000000000000000002", "1e9000000000000000000002", "4e1000000000000000000000"],
      invalid: ["1e1000000000000000000001", "1e1000000000000000000000"]),
  ]

  static let strings: [Verdicts] = [
    .init(
      #"{"minLength": 2}"#, valid: ["\"ab\"", "\"\\ud83d\\ude00\\ud83d\\ude00\"", "\"💩é\"", "1"],
      invalid: ["\"a\"", "\"💩\"", "\"\\ud83d\\ude00\"", "\"\\n\""]),
    .init(
      #"{"maxLength": 2.0}"#, valid: ["\"\"", "\"💩💩\"", "\"\\\\\\\\\"", "\"\\ud800\\ud800\""],
      invalid: ["\"abc\"", "\"e\\u0301x\""]),
    .init(#"{"maxLength": 99999999999999999999}"#, valid: ["\"\""], invalid: []),
    .init(#"{"minLength": 99999999999999999999}"#, valid: ["1"], invalid: ["\"\""]),
    .init(#"{"pattern": "b+"}"#, valid: ["\"abbc\"", "\"\\u0062\"", "1"], invalid: ["\"a\"", "\"\""]),
    .init(#"{"format": "ipv4"}"#, valid: ["\"no address\""], invalid: []),
    .init(
      #"{"contentMediaType": "application/json", "contentEncoding": "base64", "contentSchema": false}"#,
      valid: ["\"%\"", "1"], invalid: []),
  ]

  static let arrays: [Verdicts] = [
    .init(#"{"minItems": 2}"#, valid: ["[1,2]", "[[],[]]", "{}"], invalid: ["[]", "[[1,2,3]]"]),
    .init(#"{"maxItems": 1}"#, valid: ["[]", "[[1,2]]", "\"abc\""], invalid: ["[1,2]"]),
    .init(
      #"{"prefixItems": [{"type": "null"}, {"type": "integer"}]}"#, valid: ["[]", "[null]", "[null,1,\"x\"]"],
      invalid: ["[1]", "[null,null]"]),
    .init(
      #"{"prefixItems": [true], "items": {"type": "null"}}"#, valid: ["[1]", "[1,null,null]"], invalid: ["[1,null,1]"]),
    .init(
      #"{"uniqueItems": true}"#,
      valid: [
        "[]", "[1,2,true,false,null,\"1\",[1],{\"a\":1}]", "[1,true]", "[0,false]", "[[1],[true]]",
        "[{\"a\":1},{\"a\":2}]",
      ],
      invalid: [
        "[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]", "[\"a\",\"\\u0061\"]", "[0,-0.0]",
        "[1,2,3,4,5,6,7,8,9,10e0,10]",
      ]),
    .init(#"{"uniqueItems": false}"#, valid: ["[1,1]"], invalid: []),
    .init(#"{"contains": {"type": "null"}}"#, valid: ["[1,null]", "{}"], invalid: ["[]", "[1]"]),
    .init(#"{"contains": {"type": "null"}, "minContains": 0}"#, valid: ["[]", "[1]", "[null]"], invalid: []),
    .init(
      #"{"contains": {"type": "null"}, "minContains": 2, "maxContains": 3}"#,
      valid: ["[null,null]", "[null,1,null,null]"], invalid: ["[null]", "[null,null,null,null]"]),
    .init(#"{"minContains": 2}"#, valid: ["[]"], invalid: []),
  ]

  static let objects: [Verdicts] = [
    .init(#"{"minProperties": 2}"#, valid: [#"{"a":{},"b":1}"#, "[]"], invalid: [#"{"a":{"b":1,"c":2}}"#]),
    .init(#"{"maxProperties": 1}"#, valid: ["{}", #"{"a":{"b":1,"c":2}}"#], invalid: [#"{"a":1,"b":2}"#]),
    .init(
      #"{"properties": {"a": true}, "patternProperties": {"^x": {"type": "integer"}, "y$": {"minimum": 5}}, "additionalProperties": {"type": "null"}}"#,
      valid: ["{}", #"{"a":"any","x1":1,"xy":6,"z":null}"#],
      invalid: [#"{"x1":"a"}"#, #"{"xy":4}"#, #"{"z":1}"#, #"{"y":4}"#]),
    .init(
      #"{"additionalProperties": false, "properties": {"\u0061": true}}"#, valid: [#"{"a":1}"#, #"{"\u0061":1}"#],
      invalid: [#"{"b":1}"#, #"{"":1}"#]),
    .init(
      #"{"propertyNames": {"maxLength": 2, "pattern": "^[a-z]*$"}}"#, valid: ["{}", #"{"ab":1,"":2}"#],
      invalid: [#"{"abc":1}"#, #"{"A":1}"#]),
    .init(#"{"propertyNames": {"const": "a"}}"#, valid: [#"{"a":1}"#, #"{"\u0061":1}"#], invalid: [#"{"a":1,"b":1}"#]),
    .init(
      #"{"dependentRequired": {"a": ["b", "c"], "d": []}}"#,
      valid: ["{}", #"{"a":1,"b":1,"c":1}"#, #"{"b":1}"#, #"{"d":1}"#], invalid: [#"{"a":1,"b":1}"#]),
    .init(
      #"{"dependentSchemas": {"a": {"required": ["b"], "maxProperties": 2}}}"#,
      valid: ["{}", #"{"a":1,"b":1}"#, #"{"x":1,"y":1,"z":1}"#], invalid: [#"{"a":1}"#, #"{"a":1,"b":1,"c":1}"#]),
    .init(
      #"{"dependencies": {"a": ["b"], "c": {"minProperties": 3}, "d": false}}"#, valid: ["{}", #"{"a":1,"b":1}"#],
      invalid: [#"{"a":1}"#, #"{"c":1}"#, #"{"d":1}"#]),
  ]

  static let choices: [Verdicts] = [
    .init(#"{"allOf": [{"minimum": 1}, {"maximum": 3}]}"#, valid: ["1", "3", "null"], invalid: ["0", "4"]),
    .init(#"{"anyOf": [{"type": "string"}, {"minimum": 2}]}"#, valid: ["\"a\"", "2", "null"], invalid: ["1"]),
    .init(#"{"oneOf": [{"type": "integer"}, {"minimum": 2}]}"#, valid: ["1", "2.5", "\"x\""], invalid: ["3", "1.5"]),
    .init(#"{"not": {"type": ["integer", "null"]}}"#, valid: ["1.5", "\"\""], invalid: ["1", "null"]),
    .init(#"{"not": {}}"#, valid: [], invalid: ["1", "{}"]),
    .init(
      #"{"if": {"type": "integer"}, "then": {"minimum": 5}, "else": {"type": "string"}}"#, valid: ["5", "\"a\""],
      invalid: ["4", "null"]),
    .init(#"{"then": false, "else": false}"#, valid: ["1"], invalid: []),
    .init(#"{"if": false, "else": {"const": 1}}"#, valid: ["1"], invalid: ["2"]),
    .init(
      #"{"not": {"anyOf": [{"not": {"items": {"oneOf": [{"const": 1}, {"const": 2}]}}}, {"maxItems": 1}]}}"#,
      valid: ["[1,2]"], invalid: ["[1]", "[1,3]"]),
    .init(
      #"{"anyOf": [{"properties": {"a": {"anyOf": [{"const": 1}, {"contains": {"not": {"const": 2}}}]}}, "required": ["a"]}, {"required": ["b"]}]}"#,
      valid: [#"{"a":1}"#, #"{"a":[2,3]}"#, #"{"a":[2],"b":1}"#], invalid: [#"{"a":[2]}"#, "{}"]),
  ]

  @Test(
    "Each keyword judges as the draft says", arguments: [numbers, strings, arrays, objects, choices].flatMap { $0 })
  func judges(verdicts: Verdicts) throws {
    try verdicts.check()
  }

  @Test("What is not to be has its place, its keyword and a sentence that quotes the schema only")
  func sentences() throws {
    let schema = try schema(
      #"""
      {"properties": {
        "a": {"maximum": 3, "exclusiveMinimum": 5, "multipleOf": 7},
        "b": {"minLength": 3, "pattern": "^x+$"},
        "c": {"minItems": 1, "uniqueItems": true, "contains": {"const": 9}, "maxItems": 2},
        "d": {"minProperties": 1, "dependentRequired": {"p": ["q"]}, "propertyNames": {"maxLength": 1}, "additionalProperties": false},
        "e": {"anyOf": [{"const": 1}, {"const": 2}]}, "f": {"oneOf": [{}, {"type": "null"}]}, "g": {"not": {"const": null}}
      }}
      """#)
    let text = #"{"a": 4, "b": "ab", "c": [7, 8, 7], "d": {"p": 0, "secret": 1}, "e": "secret", "f": null, "g": null}"#
    let found = try schema.validate(try document(text).root).map {
      "\($0.pointer) \($0.column) \($0.schemaPointer) \($0.message)"
    }
    #expect(
      found == [
        "/a 7 /properties/a/exclusiveMinimum Expected more than 5, found less or just that.",
        "/a 7 /properties/a/maximum Expected at most 3, found more.",
        "/a 7 /properties/a/multipleOf Expected a multiple of 7, found another number.",
        "/b 15 /properties/b/minLength Expected at least 3 characters, found fewer.",
        #"/b 15 /properties/b/pattern Expected text that the pattern "^x+$" matches, found other text."#,
        "/c 26 /properties/c/maxItems Expected at most 2 elements, found more.",
        #"/c 26 /properties/c/contains Expected an element that satisfies the schema of "contains", found none."#,
        "/c/2 33 /properties/c/uniqueItems This element equals one before it; all must differ.",
        #"/d 42 /properties/d/dependentRequired The member "q" is missing; what else is here demands it."#,
        "/d/p 48 /properties/d/additionalProperties No member of this name is allowed here.",
        "/d/secret 51 /properties/d/propertyNames/maxLength Expected at most 1 character, found more.",
        "/d/secret 61 /properties/d/additionalProperties No member of this name is allowed here.",
        #"/e 70 /properties/e/anyOf Expected what one of the 2 schemas of "anyOf" allows, found a string that none does."#,
        #"/f 85 /properties/f/oneOf Expected what exactly one of the 2 schemas of "oneOf" allows, found null that more than one does."#,
        #"/g 96 /properties/g/not Expected what the schema of "not" does not allow, found null that it does."#,
      ])
    #expect(!found.contains { $0.contains("Expected") && $0.contains("found secret") })
  }

  @Test("A limit gives the first violations in the order of the text, whatever the limit")
  func limits() throws {
    let schema = try schema(
      #"{"allOf": [{"items": {"type": "string"}}, {"items": {"minimum": 3}}], "items": {"multipleOf": 5}}"#)
    let value = try document("[" + (0..<60).map { "\($0 % 7)" }.joined(separator: ",") + "]").root
    let all = try schema.validate(value)
    #expect(all.count > 100)
    #expect(all.map(\.column) == all.map(\.column).sorted())
    for limit in 0...all.count + 1 {
      #expect(try schema.validate(value, limit: limit).map(\.pointer) == all.prefix(limit).map(\.pointer))
    }
  }

  @Test("Every fault of a schema is told at once, in the order of the text")
  func allFaults() throws {
    let found = try errors(
      of:
        ##"{"type": "int", "properties": {"a": {"minimum": "x", "pattern": "("}, "b": 1}, "$ref": "#/nowhere", "requird": []}"##
    )
    #expect(
      found.map(\.pointer.description) == [
        "/type", "/properties/a/minimum", "/properties/a/pattern", "/properties/b", "/$ref", "/requird",
      ])
  }

  @Test("Keywords that nobody knows are faults or nothing, as the options say")
  func unknownKeywords() throws {
    let text = #"{"requird": ["a"], "additionalItems": false, "x-order": 1}"#
    #expect(try errors(of: text).count == 2)
    let schema = try schema(text, .init(unknownKeywords: .ignore))
    #expect(try schema.validate(try document("[1]").root) == [])
  }
}
