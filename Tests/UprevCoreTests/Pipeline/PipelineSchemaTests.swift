import Foundation
import JSONSchema
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("The schema of pipeline files")
struct PipelineSchemaTests {
  /// Every key of the language.
  private static let complete = """
    uprev: 1
    name: all
    description: text
    gathered: gathered.json
    formats:
      - name: numbers
        files: ["a_*.json", /b/**]
        json: {nonFinite: allow}
        version: {at: /meta/v, type: integer, missing: 1, invalid: 2, map: {one: 1}}
        current: 3
        validate: {before: off, after: warn}
        migrations:
          - from: 1
            to: 2
            description: first
            gather:
              number: {count: /a}
              low: {min: /a}
              high: {max: /a}
              middle: {mean: /a}
              spread: {stddev: /a}
              quarters: {quantiles: {at: /a, of: [0.25, 0.5]}}
              kinds: {distinct: /b}
              few: {distinct: {at: /b, most: 3}}
              group: {exec: [sort, -u], seconds: 60}
            steps:
              - {op: add, path: /a, value: 1}
              - {op: replace, path: /a, value: {b: [c]}, when: {at: /a, exists: true}}
              - {op: test, path: /a, value: null}
              - {op: move, from: /a, path: /b}
              - {op: copy, from: /b, path: /a}
              - {op: remove, path: /b}
              - default: {at: /g, value: null}
                when: {at: /h, equals: 5}
              - rename: {at: /g, to: h}
                when: {at: /g, type: number}
              - each: {at: /s, steps: [{op: remove, path: /x}]}
              - convert: {at: /t, multiply: 0.001, divide: 3, add: -1, digits: 4, as: number}
              - jq: .x = 1
              - {op: add, path: /c, value: {all: [{gather: low}]}}
              - convert: {at: /t, divide: {gather: high}, subtract: {gather: low}}
              - exec: [./tool, word]
                seconds: 5
                when: {at: /a, exists: true}
          - {from: 2, to: 3}
        schemas: {1: schemas/v1.json}
      - name: shapes
        files: ["*"]
        detect:
          - {version: 0, has: /feat}
          - {version: 1, has: [/a, /b], lacks: /feat, equals: {at: /k, value: x}, type: {at: /a, is: object}}
          - {version: 2, equals: [{at: /k, value: 2}], type: [{at: /a, is: array}]}
        current: 2
        migrations: [{from: 0, to: 1}, {from: 1, to: 2}]
    """

  /// Faults that are not about the form of the file, which is all that a schema can speak of.
  private static let beyondForm: Set<PipelineFault.Kind> = [
    .invalidGlob, .invalidVersion, .invalidSchema, .schemaOutside, .unreadable, .duplicateFormat, .duplicateMigration,
    .emptyMigration, .unknownCurrent, .noPathToCurrent, .equalPaths, .invalidProgram,
    .unknownGathered, .invalidGathered,
  ]

  private let schema: Schema
  private let folder: TemporaryTree

  init() throws {
    let checkout = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try Data(contentsOf: checkout.appendingPathComponent("pipelines/pipeline.schema.json"))
    schema = try SchemaCompiler().compile(IndexedJSON(scanning: JSONText(Array(text))))
    folder = try TemporaryTree()
    try folder.write("{}", to: "schemas/v1.json")
    try folder.write("{\"gathered\": 1, \"migrations\": []}", to: "gathered.json")
    try folder.write("#!/bin/sh\n", to: "tool")
  }

  @Test("Every key of the language satisfies the schema and the reader")
  func everything() throws {
    let root = try #require(YAMLReader.read(Array(Self.complete.utf8)).root)
    #expect(try violations(root) == [])
    #expect(faults(root) == [])
  }

  @Test("Whatever one node is exchanged for, left out or added, the schema and the reader agree on the form")
  func agreement() throws {
    let root = try #require(YAMLReader.read(Array(Self.complete.utf8)).root)
    var compared = 0
    var refused = 0
    for mutant in root.mutants {
      let violations = try violations(mutant.root)
      let faults = faults(mutant.root)
      compared += 1
      if !violations.isEmpty {
        refused += 1
        #expect(!faults.isEmpty, "\(mutant.name): only the schema refuses it: \(violations)")
      }
      let formal = faults.filter { !Self.beyondForm.contains($0.kind) && !Self.isAboutSeveralValues($0) }
      if !formal.isEmpty {
        #expect(!violations.isEmpty, "\(mutant.name): only the reader refuses it: \(formal.map(\.message))")
      }
    }
    #expect(compared > 1000)
    #expect(refused > 500)
  }

  private func violations(_ root: YAMLNode) throws -> [String] {
    let document = try IndexedJSON(scanning: JSONText(root.json))
    return try schema.validate(document.root).map { "\($0.pointer): \($0.message)" }
  }

  private func faults(_ root: YAMLNode) -> [PipelineFault] {
    let file = PathName(folder.path + "/pipeline.yaml")
    var decoder = PipelineDecoder(
      folder: PipelineFolder(fileSystem: LocalFileSystem(), file: file), jq: AcceptingJq())
    _ = decoder.pipeline(root)
    return decoder.faults
  }

  /// Faults of the kinds that are mostly about the form, and here are about how several values go together.
  private static func isAboutSeveralValues(_ fault: PipelineFault) -> Bool {
    ["moved into itself", "no document gets to this shape", "no shape under `detect`"].contains(
      where: fault.message.contains)
  }
}

/// Takes every text for a program; runs none.
private struct AcceptingJq: JqRunner {
  func check(_ program: String, seesGathered: Bool) throws(JqProgramError) {}

  func run(
    _ program: String, on inputs: [JSONValue], gathered: [[UInt8]]?, allowsNonFinite: Bool
  ) -> [Result<JqAnswer, JqFailure>] { [] }
}

private struct Mutant {
  var name: String
  var root: YAMLNode
}

extension YAMLNode {
  /// The node with one change somewhere in it, for every place and every kind of change.
  fileprivate var mutants: [Mutant] {
    var mutants = Self.replacements.map {
      Mutant(name: "\($0.name) at line \(mark.line), column \(mark.column)", root: $0.node)
    }
    switch content {
    case .scalar: break
    case .sequence(let elements):
      for index in elements.indices {
        mutants += elements[index].mutants.map { mutant in
          var elements = elements
          elements[index] = mutant.root
          return Mutant(name: mutant.name, root: YAMLNode(content: .sequence(elements), mark: mark))
        }
      }
    case .mapping(let pairs):
      let extra = YAMLPair(key: .text("zzz"), value: .plain("1"))
      mutants.append(
        Mutant(
          name: "a member more at line \(mark.line), column \(mark.column)",
          root: YAMLNode(content: .mapping(pairs + [extra]), mark: mark)))
      for index in pairs.indices {
        var fewer = pairs
        fewer.remove(at: index)
        mutants.append(
          Mutant(
            name: "without line \(pairs[index].key.mark.line), column \(pairs[index].key.mark.column)",
            root: YAMLNode(content: .mapping(fewer), mark: mark)))
        mutants += pairs[index].value.mutants.map { mutant in
          var pairs = pairs
          pairs[index].value = mutant.root
          return Mutant(name: mutant.name, root: YAMLNode(content: .mapping(pairs), mark: mark))
        }
      }
    }
    return mutants
  }

  private static var replacements: [(name: String, node: YAMLNode)] {
    [
      ("null", .plain("null")), ("true", .plain("true")), ("7", .plain("7")), ("-1.5", .plain("-1.5")),
      ("text", .text("zzz")), ("empty text", .text("")), ("pointer", .text("/x")), ("bad pointer", .text("/x~2")),
      ("empty sequence", YAMLNode(content: .sequence([]), mark: YAMLMark(line: 1, column: 1))),
      ("sequence", YAMLNode(content: .sequence([.text("/x")]), mark: YAMLMark(line: 1, column: 1))),
      ("empty mapping", YAMLNode(content: .mapping([]), mark: YAMLMark(line: 1, column: 1))),
    ]
  }

  fileprivate static func plain(_ text: String) -> YAMLNode {
    YAMLNode(content: .scalar(YAMLScalar(text: text, isPlain: true)), mark: YAMLMark(line: 1, column: 1))
  }

  fileprivate static func text(_ text: String) -> YAMLNode {
    YAMLNode(content: .scalar(YAMLScalar(text: text, isPlain: false)), mark: YAMLMark(line: 1, column: 1))
  }

  /// As editors see it: YAML 1.2's JSON schema.
  fileprivate var json: String {
    switch content {
    case .scalar(let scalar):
      switch scalar.kind {
      case .null: "null"
      case .boolean(let value): value ? "true" : "false"
      case .number: scalar.text
      case .string: Self.quoted(scalar.text)
      }
    case .sequence(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .mapping(let pairs):
      "{"
        + pairs.map { pair in
          guard case .scalar(let scalar) = pair.key.content else { return "\"\":0" }
          return Self.quoted(scalar.text) + ":" + pair.value.json
        }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}
