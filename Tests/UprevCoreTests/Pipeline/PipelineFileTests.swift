import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Pipeline files")
struct PipelineFileTests {
  @Test("A pipeline with everything in it is read into typed values")
  func complete() throws {
    let pipeline = try TestPipeline(
      """
      uprev: 1
      name: all
      description: >-
        Everything
        there is
      formats:
        - name: numbers
          files: ["a_*.json", /b/**]
          json: {nonFinite: allow}
          version:
            at: /meta/a~1b
            type: integer
            missing: 1
            invalid: 2.0
            map: {"one": 1, null: 1, true: 2, 1.5: 2}
          current: 30e-1
          validate: {before: off, after: warn}
          migrations:
            - {from: 1, to: 2, description: first, steps: []}
            - {from: 2, to: 3}
            - {from: 3, to: 1}
          schemas: {1: schemas/v1.json, 3: schemas/v1.json}
        - name: texts
          files: ["*"]
          version: {at: "", type: string, invalid: reject}
          current: "1.0"
      """,
      files: ["schemas/v1.json": "{\"type\": \"object\"}"]
    ).load()
    #expect(pipeline.name == "all")
    #expect(pipeline.description == "Everything there is")
    #expect(pipeline.digest.count == 32)
    let numbers = pipeline.formats[0]
    #expect(numbers.name == "numbers")
    #expect(numbers.files.map(\.pattern) == ["a_*.json", "/b/**"])
    #expect(numbers.allowsNonFinite)
    let rule = try #require(numbers.version.value)
    #expect(rule.pointer.tokens == ["meta", "a/b"])
    #expect(numbers.version.kind == .integer)
    #expect(rule.missing == FormatVersion(1))
    #expect(rule.invalid == FormatVersion(2))
    #expect(rule.map.count == 4)
    #expect(rule.map[.null] == FormatVersion(1))
    #expect(rule.map[.string(Array("one".utf8))] == FormatVersion(1))
    #expect(rule.map[.boolean(true)] == FormatVersion(2))
    #expect(numbers.current == FormatVersion(3))
    #expect(numbers.validation == ValidationPolicy(before: .off, after: .warn))
    #expect(numbers.graph.migrations.count == 3)
    #expect(numbers.graph.migrations[0].description == "first")
    #expect(Set(numbers.schemas.keys) == [FormatVersion(1), FormatVersion(3)])
    let texts = pipeline.formats[1]
    #expect(!texts.allowsNonFinite)
    #expect(texts.version.pointer == .root)
    #expect(texts.version.value?.missing == nil && texts.version.value?.invalid == nil)
    #expect(texts.current == .string("1.0"))
    #expect(texts.validation == ValidationPolicy(before: .warn, after: .reject))
  }

  @Test("The digest covers the bytes and the names of the pipeline file and of every schema")
  func digest() throws {
    func digest(_ tail: String, _ schema: String, name: String = "s.json") throws -> [UInt8] {
      let text = "version: {at: /v, type: integer}\ncurrent: 1\nschemas: {1: \(name)}\n\(tail)"
      return try TestPipeline.format(text, files: [name: schema]).load().digest
    }
    let digests = [
      try digest("", "{}"), try digest("# other", "{}"), try digest("", "{} "), try digest("", "{}", name: "t.json"),
    ]
    #expect(Set(digests).count == 4)
    #expect(try digest("", "{}") == digests[0])
  }

  private static let version = "version: {at: /version, type: integer}\ncurrent: 1\n"

  /// Lines are those of ``TestPipeline/format(_:files:)``: the first is line 6, and columns have 4 added.
  @Test(
    "Every fault of a format is told with its kind and place",
    arguments: [
      ("current: 1", [(.missingKey, 4, 5)]),
      ("version: {at: /v, type: integer}", [(.missingKey, 4, 5)]),
      ("versoin: {}\n" + version, [(.unknownKey, 6, 5)]),
      (version + "detect: []", [(.conflictingKeys, 8, 5)]),
      (version + "current: 1", [(.duplicateKey, 8, 5)]),
      (version + "<<: {a: 1}", [(.mergeKey, 8, 5)]),
      (version + "1: 2", [(.wrongType, 8, 5)]),
      (version + "[a]: 2", [(.wrongType, 8, 5)]),
      (version + "json: allow", [(.wrongType, 8, 11)]),
      (version + "json: {nonFinite: maybe}", [(.wrongValue, 8, 23)]),
      (version + "json: {nonfinite: allow}", [(.unknownKey, 8, 12)]),
      (version + "validate: {before: true, after: Reject}", [(.wrongType, 8, 24), (.wrongValue, 8, 37)]),
      ("version: 1\ncurrent: 1", [(.wrongType, 6, 14)]),
      ("version: {at: /v}\ncurrent: 1", [(.missingKey, 6, 14)]),
      ("version: {type: integer}\ncurrent: 1", [(.missingKey, 6, 14)]),
      ("version: {at: /v, type: semver}\ncurrent: 1", [(.invalidVersion, 7, 14)]),
      ("version: {at: /v, type: semver}\ncurrent: 1.2", [(.invalidVersion, 7, 14)]),
      ("version: {at: /v, type: semver}\ncurrent: 1.02.3", [(.invalidVersion, 7, 14)]),
      ("version: {at: v, type: semver}\ncurrent: 1.0.0", [(.invalidPointer, 6, 19)]),
      ("version: {at: v, type: smver}\ncurrent: 1", [(.invalidPointer, 6, 19), (.wrongValue, 6, 28)]),
      ("version: {at: /v, type: int}\ncurrent: 1", [(.wrongValue, 6, 29)]),
      ("version: {at: v, type: integer}\ncurrent: 1", [(.invalidPointer, 6, 19)]),
      ("version: {at: /~2, type: integer}\ncurrent: 1", [(.invalidPointer, 6, 19)]),
      ("version: {at: 1, type: integer}\ncurrent: 1", [(.wrongType, 6, 19)]),
      ("version: {at: /v, type: integer, missing: \"1\"}\ncurrent: 1", [(.invalidVersion, 6, 47)]),
      ("version: {at: /v, type: integer, missing: null}\ncurrent: 1", [(.invalidVersion, 6, 47)]),
      ("version: {at: /v, type: integer, invalid: rejct}\ncurrent: 1", [(.invalidVersion, 6, 47)]),
      ("version: {at: /v, type: integer, map: {a: b}}\ncurrent: 1", [(.invalidVersion, 6, 47)]),
      ("version: {at: /v, type: integer, map: {[a]: 1}}\ncurrent: 1", [(.wrongType, 6, 44)]),
      ("version: {at: /v, type: integer, map: {1: 1, 1.0: 1}}\ncurrent: 1", [(.duplicateKey, 6, 50)]),
      ("version: {at: /v, type: integer, map: {a: 1, \"a\": 1}}\ncurrent: 1", [(.duplicateKey, 6, 50)]),
      ("version: {at: /v, type: integer}\ncurrent: 1.5", [(.invalidVersion, 7, 14)]),
      ("version: {at: /v, type: integer}\ncurrent: true", [(.invalidVersion, 7, 14)]),
      ("version: {at: /v, type: integer}\ncurrent:", [(.invalidVersion, 7, 13)]),
      ("version: {at: /v, type: string}\ncurrent: 1.0", [(.invalidVersion, 7, 14)]),
      (version + "migrations: {}", [(.wrongType, 8, 17)]),
      (version + "migrations: [{from: 1}]", [(.missingKey, 8, 18)]),
      (version + "migrations: [{from: 0, to: one}]", [(.invalidVersion, 8, 32)]),
      (version + "migrations: [{from: 0, to: 1, steps: [{op: add}]}]", [(.missingKey, 8, 43), (.missingKey, 8, 43)]),
      (version + "migrations: [{from: 0, to: 1, steps: {}}]", [(.wrongType, 8, 42)]),
      (version + "migrations: [{from: 0, to: 1, step: []}]", [(.unknownKey, 8, 35)]),
      (version + "migrations: [{from: 0, to: 1}, {from: 0.0, to: 1e0}]", [(.duplicateMigration, 8, 36)]),
      (version + "migrations: [{from: 0, to: 1}, {from: 1, to: 1}]", [(.emptyMigration, 8, 36)]),
      (version + "migrations: [{from: 2, to: 3}]", [(.unknownCurrent, 7, 14)]),
      (version + "migrations: [{from: 0, to: 1}, {from: 1, to: 2}]", [(.noPathToCurrent, 8, 36)]),
      (
        version + "migrations: [{from: 0, to: 1}, {from: 2, to: 3}]",
        [(.noPathToCurrent, 8, 36), (.noPathToCurrent, 8, 36)]
      ),
      ("version: {at: /v, type: integer, missing: 5}\ncurrent: 1", [(.noPathToCurrent, 6, 47)]),
      ("version: {at: /v, type: integer, invalid: 5}\ncurrent: 1", [(.noPathToCurrent, 6, 47)]),
      ("version: {at: /v, type: integer, map: {a: 5}}\ncurrent: 1", [(.noPathToCurrent, 6, 47)]),
      (
        "version: {at: /v, type: integer, map: {1: 0}}\ncurrent: 1\nmigrations: [{from: 0, to: 1}]",
        [(.wrongValue, 8, 18)]
      ),
      (
        "version: {at: /v, type: string}\ncurrent: d\nmigrations: [{from: a, to: b}, {from: b, to: d}, "
          + "{from: a, to: c}, {from: c, to: d}]", [(.equalPaths, 8, 54)]
      ),
      (version + "schemas: []", [(.wrongType, 8, 14)]),
      (version + "schemas: {\"1\": a.json}", [(.invalidVersion, 8, 15)]),
      (version + "schemas: {1: good.json, 1.0: good.json}", [(.duplicateKey, 8, 29)]),
      (version + "schemas: {2: good.json}", [(.noPathToCurrent, 8, 15)]),
      (version + "schemas: {1: 1}", [(.wrongType, 8, 18)]),
      (version + "schemas: {1: \"\"}", [(.wrongValue, 8, 18)]),
      (version + "schemas: {1: none.json}", [(.unreadable, 8, 18)]),
      (version + "schemas: {1: folder}", [(.unreadable, 8, 18)]),
      (version + "schemas: {1: /etc/passwd}", [(.schemaOutside, 8, 18)]),
      (version + "schemas: {1: ../good.json}", [(.schemaOutside, 8, 18)]),
      (version + "schemas: {1: folder/../good.json}", [(.schemaOutside, 8, 18)]),
      (version + "schemas: {1: outside.json}", [(.schemaOutside, 8, 18)]),
      (version + "schemas: {1: large.json}", [(.tooLarge, 8, 18)]),
      (version + "schemas: {1: broken.json}", [(.invalidSchema, 2, 3)]),
      (version + "schemas: {1: strange.json}", [(.invalidSchema, 1, 10)]),
    ] as [(String, [(Expected, Int, Int)])])
  func formatFaults(format: String, expected: [(Expected, Int, Int)]) throws {
    let pipeline = try TestPipeline.format(
      format,
      files: [
        "good.json": "{}", "folder/x": "", "broken.json": "{\n  x}", "strange.json": "{\"type\": \"text\"}",
        "large.json": String(repeating: " ", count: PipelineFile.maximumSize + 1),
      ])
    try FileManager.default.createSymbolicLink(
      atPath: pipeline.folder.path + "/outside.json", withDestinationPath: "/etc/passwd")
    let faults = pipeline.faults()
    #expect(faults.map(\.kind) == expected.map(\.0.kind), "\(faults)")
    #expect(faults.map { [$0.line, $0.column] } == expected.map { [$0.1, $0.2] }, "\(faults)")
  }

  /// A fault's kind; a merge key has one with other things that are refused.
  enum Expected: Sendable {
    case missingKey, unknownKey, notSupported, duplicateKey, mergeKey, wrongType, wrongValue, invalidPointer
    case conflictingKeys, invalidProgram
    case invalidVersion, duplicateMigration, emptyMigration, unknownCurrent, noPathToCurrent, equalPaths
    case unreadable, schemaOutside, tooLarge, invalidSchema

    var kind: PipelineFault.Kind {
      switch self {
      case .missingKey: .missingKey
      case .unknownKey: .unknownKey
      case .notSupported: .notSupported
      case .conflictingKeys: .conflictingKeys
      case .invalidProgram: .invalidProgram
      case .duplicateKey: .duplicateKey
      case .mergeKey: .refusedYAML
      case .wrongType: .wrongType
      case .wrongValue: .wrongValue
      case .invalidPointer: .invalidPointer
      case .invalidVersion: .invalidVersion
      case .duplicateMigration: .duplicateMigration
      case .emptyMigration: .emptyMigration
      case .unknownCurrent: .unknownCurrent
      case .noPathToCurrent: .noPathToCurrent
      case .equalPaths: .equalPaths
      case .unreadable: .unreadable
      case .schemaOutside: .schemaOutside
      case .tooLarge: .tooLarge
      case .invalidSchema: .invalidSchema
      }
    }
  }

  @Test(
    "Every fault of the file's outer level is told with its kind and place",
    arguments: [
      ("[]", .wrongType, 1, 1),
      ("text", .wrongType, 1, 1),
      ("uprev: 2\nname: a\nformats: [FORMAT]", .wrongValue, 1, 8),
      ("uprev: \"1\"\nname: a\nformats: [FORMAT]", .wrongType, 1, 8),
      ("name: a\nformats: [FORMAT]", .missingKey, 1, 1),
      ("uprev: 1\nname: 5\nformats: [FORMAT]", .wrongType, 2, 7),
      ("uprev: 1\nname: \"\"\nformats: [FORMAT]", .wrongValue, 2, 7),
      ("uprev: 1\nname: a\ngather: {}\nformats: [FORMAT]", .unknownKey, 3, 1),
      ("uprev: 1\nname: a\ndescription: [b]\nformats: [FORMAT]", .wrongType, 3, 14),
      ("uprev: 1\nname: a\nformats: []", .wrongValue, 3, 10),
      ("uprev: 1\nname: a\nformats: [FORMAT,\n FORMAT]", .duplicateFormat, 4, 9),
      (
        "uprev: 1\nname: a\nformats: [{name: x, files: [], version: {at: /v, type: integer}, current: 1}]",
        .wrongValue, 3, 28
      ),
      (
        "uprev: 1\nname: a\nformats: [{name: x, files: [a, \"[z\"], version: {at: /v, type: integer}, current: 1}]",
        .invalidGlob, 3, 32
      ),
      (
        "uprev: 1\nname: a\nformats: [{name: x, files: [5], version: {at: /v, type: integer}, current: 1}]",
        .wrongType, 3, 29
      ),
    ] as [(String, PipelineFault.Kind, Int, Int)])
  func outerFaults(yaml: String, kind: PipelineFault.Kind, line: Int, column: Int) throws {
    let format = "{name: f, files: [\"*\"], version: {at: /v, type: integer}, current: 1}"
    let faults = try TestPipeline(yaml.replacingOccurrences(of: "FORMAT", with: format)).faults()
    #expect(faults.map(\.kind) == [kind], "\(faults)")
    #expect(faults.first?.line == line)
    #expect(faults.first?.column == column)
  }

  @Test("All faults are told at once, in the order of the file")
  func allAtOnce() throws {
    let faults = try TestPipeline(
      """
      uprev: 3
      nmae: x
      formats:
        - name: a
          files: ["[", "!x"]
          version: {at: v, type: integer, mising: 1}
          current: x
          migrations:
            - {from: 1, to: 1}
            - {from: 1, t: 2}
        - name: a
          files: [x]
          curent: 1
      """
    ).faults()
    #expect(
      faults.map(\.kind) == [
        .missingKey, .wrongValue, .unknownKey, .invalidGlob, .invalidGlob, .invalidPointer, .unknownKey,
        .invalidVersion, .missingKey, .unknownKey, .missingKey, .missingKey, .duplicateFormat, .unknownKey,
      ])
    let places = faults.map { ($0.line ?? 0, $0.column ?? 0) }
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("Near misses are answered with the word that was meant")
  func didYouMean() throws {
    let messages = try TestPipeline(
      "uprev: 1\nnmae: x\nformats:\n  - naem: a\n    files: [x]\n    validate: {before: wran}\n"
    ).faults().map(\.message).joined(separator: "\n")
    #expect(messages.contains("did you mean `name`?"))
    #expect(messages.contains("did you mean `warn`?"))
  }

  @Test("A file that is missing, no file, or too large is told of without a place")
  func unreadable() throws {
    let folder = try TemporaryTree()
    for name in ["none.yaml", "."] {
      let error = #expect(throws: PipelineError.self) {
        try PipelineFile.load(PathName(folder.path + "/" + name), fileSystem: LocalFileSystem())
      }
      #expect(error?.faults.map(\.kind) == [.unreadable])
      #expect(error?.faults.first?.line == nil)
    }
    let large = try TestPipeline([UInt8](repeating: UInt8(ascii: "#"), count: 10_000_000))
    let elapsed = ContinuousClock().measure {
      #expect(large.faults().map(\.kind) == [.tooLarge])
    }
    #expect(elapsed < Patience.seconds(30))
  }

  @Test("A file is read whole up to the largest size allowed, and refused with one byte more", arguments: [0, 1])
  func largest(excess: Int) throws {
    var text = Array("uprev: 1\nnmae: x\n".utf8)
    text += [UInt8](repeating: UInt8(ascii: "#"), count: PipelineFile.maximumSize + excess - text.count)
    let kinds = try TestPipeline(text).faults().map(\.kind)
    if excess == 0 {
      #expect(kinds.contains(.unknownKey) && !kinds.contains(.tooLarge))
    } else {
      #expect(kinds == [.tooLarge])
    }
  }

  @Test("A file of the largest size allowed, full of unknown keys, is answered soon")
  func manyFaults() throws {
    var text = "uprev: 1\nname: a\n"
    var count = 0
    while text.utf8.count < PipelineFile.maximumSize - 100 {
      text += "key\(count): [a, b]\n"
      count += 1
    }
    let pipeline = try TestPipeline(text)
    let elapsed = ContinuousClock().measure {
      #expect(pipeline.faults().count == count + 1)
    }
    #expect(elapsed < Patience.seconds(60))
  }

  @Test("A fault reads like a compiler's message, and an error has a line for each")
  func words() throws {
    let pipeline = try TestPipeline("uprev: 1\nname: a\nformats: []\nfoo: 1\n")
    let error = try #require(#expect(throws: PipelineError.self) { try pipeline.load() })
    let file = pipeline.folder.path + "/pipeline.yaml"
    #expect(
      error.description == """
        \(file):3:10: `formats` needs at least one entry
        \(file):4:1: the pipeline has no key `foo` (allowed are `uprev`, `name`, `formats`, `description`, `gathered`)
        """)
  }

  @Test("A schema's fault names the schema's file, and a schema used twice is told of once")
  func schemaFile() throws {
    let pipeline = try TestPipeline.format(
      "version: {at: /v, type: integer}\ncurrent: 1\nmigrations: [{from: 0, to: 1}]\n"
        + "schemas: {0: s/a.json, 1: s/a.json}", files: ["s/a.json": "{\"typ\": 1}"])
    let faults = pipeline.faults()
    #expect(faults.map(\.kind) == [.invalidSchema])
    #expect(faults.first?.file.description == pipeline.folder.path + "/s/a.json")
  }

  @Test("The folder may be reached through a symbolic link, and a schema through one that stays inside")
  func linksInside() throws {
    let pipeline = try TestPipeline.format(
      "version: {at: /v, type: integer}\ncurrent: 1\nschemas: {1: link.json}", files: ["real.json": "{}"])
    try FileManager.default.createSymbolicLink(
      atPath: pipeline.folder.path + "/link.json", withDestinationPath: "real.json")
    let other = try TemporaryTree()
    try FileManager.default.createSymbolicLink(
      atPath: other.path + "/linked", withDestinationPath: pipeline.folder.path)
    let loaded = try PipelineFile.load(
      PathName(other.path + "/linked/pipeline.yaml"), fileSystem: LocalFileSystem())
    #expect(loaded.formats[0].schemas.count == 1)
  }

  @Test("Mutated pipelines never trap: each loads or has faults with places")
  func mutations() throws {
    let seed: UInt64 = 0xA11_F0017
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let original = Array(
      try String(contentsOfFile: TestPipeline.repository + "/pipelines/amorsize/pipeline.yaml", encoding: .utf8).utf8)
    let folder = PipelineFolder(
      fileSystem: LocalFileSystem(), file: PathName(TestPipeline.repository + "/pipelines/amorsize/pipeline.yaml"))
    var loaded = 0
    for _ in 0..<1500 {
      var bytes = original
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(Array("&*!|>{}[]:,-?#\"' \n1a%".utf8).randomElement(using: &generator) ?? 0, at: place)
        default: bytes.replaceSubrange(place..<min(place + 9, bytes.count), with: [])
        }
      }
      let (root, faults) = YAMLReader.read(bytes)
      var decoder = PipelineDecoder(folder: folder)
      for placed in faults { decoder.note(placed.problem, at: placed.mark) }
      let decoded = root.flatMap { decoder.pipeline($0) }
      #expect((decoded == nil) ? !decoder.faults.isEmpty : true)
      #expect(decoder.faults.allSatisfy { $0.line != nil && $0.column != nil })
      if decoder.faults.isEmpty { loaded += 1 }
    }
    #expect(loaded > 0 && loaded < 1500)
  }
}
