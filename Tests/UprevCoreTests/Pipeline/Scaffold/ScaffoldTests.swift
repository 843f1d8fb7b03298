import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Documents by name, and what is to come of them.
struct SampleSet: CustomTestStringConvertible, Sendable {
  var what: String
  var files: [(name: [UInt8], text: [UInt8])]
  /// Lines that the pipeline file must have.
  var lines: [String]
  /// Documents that are passed over, or that the pipeline will not take.
  var unusable: Int

  init(_ what: String, _ files: [(String, String)], lines: [String] = [], unusable: Int = 0) {
    self.what = what
    self.files = files.map { (Array($0.0.utf8), Array($0.1.utf8)) }
    self.lines = lines
    self.unusable = unusable
  }

  var testDescription: String { what }

  private static func many(_ count: Int, _ text: (Int) -> String) -> [(String, String)] {
    (0..<count).map { ("d\($0).json", text($0)) }
  }

  static let all: [SampleSet] = [
    SampleSet("one object", [("a.json", "{\"a\": 1}")], lines: ["      - \"a.json\"", "    current: 1"]),
    SampleSet(
      "an empty object", [("a.json", "{}")], lines: ["    version: {at: \"/version\", type: integer, missing: 1}"]),
    SampleSet(
      "an array", [("a.json", "[1, {\"a\": 2}]")], lines: ["      - {version: 1, type: {at: \"\", is: array}}"]),
    SampleSet("an empty array", [("a.json", "[]")]),
    SampleSet("a text", [("a.json", "\"x\"")], lines: ["      - {version: 1, type: {at: \"\", is: string}}"]),
    SampleSet("a number", [("a.json", "-0.0")]), SampleSet("null", [("a.json", "null")]),
    SampleSet("a boolean", [("a.json", "false")]),
    SampleSet("NaN", [("a.json", "NaN")], lines: ["    json: {nonFinite: allow}"]),
    SampleSet("NaN inside", [("a.json", "{\"a\": [NaN, 1, -Infinity]}")], lines: ["    json: {nonFinite: allow}"]),
    SampleSet(
      "roots of every kind",
      [("a.json", "{}"), ("b.json", "[]"), ("c.json", "1"), ("d.json", "\"\""), ("e.json", "null"), ("f.json", "true")]),
    SampleSet(
      "objects without a version, of which one has a strange one",
      [("a.json", "{\"a\": 1}"), ("b.json", "{\"a\": 2, \"version\": {\"major\": 1}}")],
      lines: ["      - {version: 1, has: [\"/a\"]}"]),
    SampleSet("one version", [("a.json", "{\"version\": 7}")], lines: ["    current: 7"]),
    SampleSet(
      "several versions, and none", many(6) { $0 == 0 ? "{\"a\": 1}" : "{\"a\": \"x\", \"version\": \($0 / 2 + 2)}" },
      lines: [
        "    version: {at: \"/version\", type: integer, missing: 1}", "    current: 4", "      - from: 3",
        "        to: 4",
      ]),
    SampleSet("the version 0 and none", many(3) { $0 == 0 ? "{}" : "{\"version\": 0}" }, unusable: 1),
    SampleSet(
      "versions that are spelt in other ways", [("a.json", "{\"version\": 1.0}"), ("b.json", "{\"version\": 10e-1}")]),
    SampleSet("a version of forty digits", [("a.json", "{\"version\": 1234567890123456789012345678901234567890}")]),
    SampleSet(
      "versions that are text", [("a.json", "{\"version\": \"1.9\"}"), ("b.json", "{\"version\": \"1.10\"}")],
      lines: ["    version: {at: \"/version\", type: string}"]),
    SampleSet(
      "semantic versions", [("a.json", "{\"version\": \"1.10.0\"}"), ("b.json", "{\"version\": \"1.9.0\"}")],
      lines: ["    version: {at: \"/version\", type: semver}", "    current: \"1.10.0\""]),
    SampleSet(
      "semantic versions that count alike",
      [("a.json", "{\"version\": \"1.0.0+a\"}"), ("b.json", "{\"version\": \"1.0.0+b\"}")]),
    SampleSet(
      "numbers and text for versions",
      [("a.json", "{\"version\": 1}"), ("b.json", "{\"version\": 2}"), ("c.json", "{\"version\": \"2\"}")], unusable: 1),
    SampleSet("a version that is true", [("a.json", "{\"version\": true}")]),
    SampleSet("a version below zero", [("a.json", "{\"version\": -1}")]),
    SampleSet("a version that is a word", [("a.json", "{\"version\": \"draft\"}")]),
    SampleSet("a version with a slash", [("a.json", "{\"version\": \"1/2\"}")]),
    SampleSet("too many versions", many(50) { "{\"version\": \($0)}" }),
    SampleSet(
      "another name", [("a.json", "{\"schemaVersion\": 3}")],
      lines: ["    version: {at: \"/schemaVersion\", type: integer}"]),
    SampleSet(
      "a version in an object", [("a.json", "{\"meta\": {\"format_version\": 3, \"x\": 1}}")],
      lines: ["    version: {at: \"/meta/format_version\", type: integer}"]),
    SampleSet(
      "a version in an object that one lacks",
      [("a.json", "{\"meta\": {\"version\": 3}}"), ("b.json", "{\"meta\": {\"version\": 4}}"), ("c.json", "{}")],
      unusable: 1),
    SampleSet(
      "versions in some, arrays in others",
      [("a.json", "{\"version\": 3}"), ("b.json", "{\"version\": 3}"), ("c.json", "[]")],
      unusable: 1),
    SampleSet(
      "names with glob characters",
      [("a*b.json", "{}"), ("a?b.json", "{}"), ("[x].json", "{}"), ("a\\b.json", "{}"), ("-n.json", "{}")]),
    SampleSet(
      "strange names",
      [
        ("a\nb.json", "{}"), ("é.json", "{}"), ("e\u{301}.json", "{}"), ("😀", "{}"), ("README.json", "{}"),
        ("x.v1.json", "{}"),
        ("\u{7f}\u{85}\u{2028}\u{feff}.json", "{}"), ("'\".json", "{}"),
      ]),
    SampleSet("a name with dates", [("run_20260131_x7.json", "{}")], lines: ["      - \"run_*_x7.json\""]),
    SampleSet(
      "names that begin alike", many(9) { _ in "{}" }.map { ("ml_training_\($0.0)", $0.1) },
      lines: ["      - \"ml_training_*.json\""]),
    SampleSet("names with nothing in common", many(9) { _ in "{}" }.map { (String($0.0.reversed()), $0.1) }),
    SampleSet(
      "the same name in many folders", (0..<5).map { ("f\($0)/a.json", "{\"a\": \($0)}") },
      lines: ["      - \"a.json\""]),
    SampleSet(
      "what is no JSON among others",
      [("a.json", "{\"a\": 1}"), ("b.json", "{"), ("c.json", "{\"a\": 1, \"a\": 2}"), ("d", "")],
      unusable: 3),
    SampleSet(
      "strange members",
      [
        (
          "a.json",
          """
          {"": 1, "\\ud800": 2, "$ref": "x", "properties": {"type": 1}, "description": "y", "a\\"b\\\\c": 3, "\\u0000": 4,
           "__proto__": [], "e\\u0301": 5, "\\u00e9": 6, "required": true, "\(String(repeating: "n", count: 5000))": 7}
          """
        )
      ]),
    SampleSet("line ends of another system", [("a.json", "{\r\n  \"version\": 1,\r\n  \"a\": [\r\n  ]\r\n}\r\n")]),
    SampleSet("deep", [("a.json", String(repeating: "{\"a\":[", count: 400) + String(repeating: "]}", count: 400))]),
    SampleSet(
      "many members",
      [("a.json", "{" + (0..<20_000).map { "\"k\($0)\": {\"a\($0)\": 1}" }.joined(separator: ",") + "}")]),
    SampleSet(
      "many members in many objects",
      many(40) { file in
        "{" + (0..<200).map { "\"k\(file)_\($0)\": {\"aaaaaaaa\($0)\": 1}" }.joined(separator: ",") + "}"
      }),
    SampleSet("large", [("a.json", "[" + String(repeating: "{\"a\": [1, null, \"x\"]},", count: 50_000) + "1]")]),
    SampleSet(
      "every type at one place",
      [
        ("a.json", "{\"x\": 1}"), ("b.json", "{\"x\": 1.5}"), ("c.json", "{\"x\": null}"), ("d.json", "{\"x\": [1]}"),
        ("e.json", "{\"x\": {\"y\": 1}}"), ("f.json", "{\"x\": \"\"}"), ("g.json", "{\"x\": true}"),
        ("h.json", "{\"x\": [null]}"),
      ]),
  ]
}

@Suite("uprev pipeline new --from")
struct ScaffoldTests {
  static let scaffolder = PipelineScaffolder(
    catalog: PipelineCatalog(fileSystem: LocalFileSystem(), environment: [:], program: nil),
    fileSystem: LocalFileSystem(), runID: "20260101T000000Z-00000000")

  /// What is written passes lint without a warning and its own test, takes every sample that is not told, and nothing else is left.
  static func check(_ folder: TemporaryTree, _ scaffold: Scaffold, unusable: Int?) throws {
    let file = folder.path + "/new/pipeline.yaml"
    let findings = LintPipeline.linter().lint([file]).filter { $0.severity != .note || $0.rule == "fixture-name" }
    #expect(findings == [], "\(findings.map(\.message))")
    let pipeline = try PipelineFile.load(PathName(file), fileSystem: LocalFileSystem())
    let tester = FixtureTester(pipeline, fileSystem: LocalFileSystem())
    #expect(tester.run().allSatisfy(\.isEqual) && tester.findings.isEmpty && tester.unexpected.isEmpty)
    let written = try folder.listing("new").filter { !$0.hasSuffix("/") }
    #expect(written == scaffold.files.map { String($0.description.dropFirst(folder.path.utf8.count + 5)) }.sorted())
    #expect(try folder.listing().filter { $0.hasPrefix(".") } == [])
    let format = try #require(pipeline.formats.first)
    var refused = 0
    let reader = SampleReader([folder.pathName("samples")], fileSystem: LocalFileSystem())
    for sample in reader.samples {
      let decision = FormatTrial().decide(sample.document.text, of: format, to: format.current)
      if decision.result(of: sample.document.text) == nil { refused += 1 }
      #expect(format.files.contains { $0.matches(sample.name) }, "\(sample.path)")
    }
    if let unusable { #expect(refused + reader.notices.count == unusable, "\(scaffold.notices)") }
    // Those that would be rejected are counted in one sentence.
    #expect(scaffold.notices.count == reader.notices.count + (refused > 0 ? 1 : 0))
  }

  @Test("What is made of samples passes lint and test, and takes all of them", arguments: SampleSet.all)
  func samples(_ set: SampleSet) throws {
    let folder = try TemporaryTree(inMemory: true)
    try folder.makeFolder("samples")
    for (name, text) in set.files {
      try folder.write(text, to: "samples/" + String(decoding: name, as: UTF8.self))
    }
    let scaffold = try Self.scaffolder.make(folder.pathName("new"), from: [folder.pathName("samples")])
    try Self.check(folder, scaffold, unusable: set.unusable)
    let lines = try folder.read("new/pipeline.yaml").split(separator: "\n").map(String.init)
    for line in set.lines { #expect(lines.contains(line), "\(line) of \(lines)") }
  }

  @Test("So it is for documents of every kind")
  func random() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("documents of every kind: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    func value(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 3 ? 6 : 8), using: &generator) {
      case 0: return "null"
      case 1: return "true"
      case 2: return "\(Int.random(in: -3...3, using: &generator))"
      case 3: return ["1.0", "1e5", "-0.0", "12345678901234567890", "NaN"].randomElement(using: &generator) ?? "0"
      case 4, 5:
        return ["\"\"", "\"1.0\"", "\"\\u00e9\"", "\"\\ud800\"", "\"2.0.0\""].randomElement(using: &generator) ?? "0"
      case 6:
        return "[" + (0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth + 1) }.joined(separator: ",")
          + "]"
      default:
        let names = ["version", "a", "meta", "\\ud800", "v", "b c", "format_version"].shuffled(using: &generator)
        return "{"
          + names.prefix(Int.random(in: 0...4, using: &generator)).map { "\"\($0)\": \(value(depth + 1))" }
          .joined(separator: ", ") + "}"
      }
    }
    for round in 0..<60 {
      let folder = try TemporaryTree(inMemory: true)
      try folder.makeFolder("samples")
      for index in 0..<Int.random(in: 1...8, using: &generator) {
        try folder.write(value(round % 2), to: "samples/\(index).json")
      }
      let scaffold = try Self.scaffolder.make(folder.pathName("new"), from: [folder.pathName("samples")])
      try Self.check(folder, scaffold, unusable: nil)
    }
  }

  @Test("A name that is no text, and files beside folders")
  func bytes() throws {
    let folder = try TemporaryTree()
    try folder.makeFolder("samples")
    let name = PathName(folder.pathName("samples/").bytes + [0xFF, 0x2A] + Array(".json".utf8))
    let file = try LocalFileSystem().open(name, in: nil, [.writeOnly, .create], mode: 0o600)
    try Array("{\"a\": 1}".utf8).withUnsafeBytes { try LocalFileSystem().write(file, $0) }
    let scaffold = try Self.scaffolder.make(folder.pathName("new"), from: [name, folder.pathName("samples")])
    try Self.check(folder, scaffold, unusable: 0)
    #expect(try folder.read("new/pipeline.yaml").contains("'?\\*.json'"))
    // A copy of a private document is private.
    #expect(try folder.status("new/fixtures/new/--.v1.json").mode == 0o600)
  }

  @Test("The schema says what was always there, types and unions, and values only where there is no doubt")
  func schema() throws {
    let folder = try TemporaryTree(inMemory: true)
    for index in 0..<60 {
      let extra = index == 0 ? ", \"rare\": [1, 2.5, null]" : ""
      try folder.write(
        "{\"kind\": \"\(["x", "y"][index % 2])\", \"id\": \"n\(index)\", \"n\": \(index), \"f\": \(index).0, "
          + "\"o\": {\"k\": \(index % 2 == 0 ? "null" : "\"s\"")}\(extra)}", to: "samples/\(index).json")
    }
    _ = try Self.scaffolder.make(folder.pathName("new"), from: [folder.pathName("samples")])
    let schema = try #require(
      JSONSerialization.jsonObject(with: Data(folder.bytes("new/schemas/v1.json"))) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: [String: Any]])
    func equals(_ name: String, _ text: String) throws -> Bool {
      let expected = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
      return properties[name].map { NSDictionary(dictionary: $0) } == expected
    }
    #expect(schema["required"] as? [String] == ["kind", "id", "n", "f", "o"])
    #expect(try equals("kind", "{\"enum\": [\"x\", \"y\"]}"))
    #expect(try equals("id", "{\"type\": \"string\"}") && equals("n", "{\"type\": \"integer\"}"))
    #expect(try equals("f", "{\"type\": \"number\"}"))
    #expect(
      try equals(
        "o",
        "{\"type\": \"object\", \"required\": [\"k\"], \"properties\": {\"k\": {\"type\": [\"string\", \"null\"]}}}"))
    #expect(try equals("rare", "{\"type\": \"array\", \"items\": {\"type\": [\"number\", \"null\"]}}"))
    #expect(schema["additionalProperties"] == nil)
  }

  @Test("What cannot be made is refused, and nothing is left")
  func refusals() throws {
    let folder = try TemporaryTree()
    try folder.write("{}", to: "a.json")
    try folder.write("{", to: "b.json")
    try folder.write("", to: "there/x")
    let before = try folder.listing()
    func refuses(_ name: String, _ samples: [String], format: String? = nil, _ isExpected: (ScaffoldError) -> Bool) {
      let error = #expect(throws: ScaffoldError.self, "\(name)") {
        try Self.scaffolder.make(folder.pathName(name), from: samples.map { folder.pathName($0) }, format: format)
      }
      if let error { #expect(isExpected(error), "\(error)") }
    }
    refuses("there", ["a.json"]) { if case .exists = $0 { true } else { false } }
    refuses("a.json", ["a.json"]) { if case .exists = $0 { true } else { false } }
    refuses("new", ["b.json", "missing"]) { if case .noSamples(let notices) = $0 { notices.count == 2 } else { false } }
    refuses("no/new", ["a.json"]) { if case .failed = $0 { true } else { false } }
    for name in [".new", "README", ".."] {
      refuses(name, ["a.json"]) { if case .badName = $0 { true } else { false } }
    }
    refuses("new", ["a.json"], format: "a/b") { if case .badName = $0 { true } else { false } }
    #expect(try folder.listing() == before)
  }

  @Test("A failing call leaves the whole pipeline or nothing")
  func faults() throws {
    let counting = FaultyFileSystem(flushes: false)
    func run(_ fileSystem: FaultyFileSystem) throws -> (folder: TemporaryTree, isDone: Bool) {
      let folder = try TemporaryTree(inMemory: true)
      try folder.write("{\"version\": 1}", to: "samples/a.json")
      try folder.write("{\"version\": 2}", to: "samples/b.json")
      let scaffolder = PipelineScaffolder(
        catalog: PipelineCatalog(fileSystem: fileSystem, environment: [:], program: nil), fileSystem: fileSystem,
        runID: "20260101T000000Z-00000000")
      let isDone = (try? scaffolder.make(folder.pathName("new"), from: [folder.pathName("samples")])) != nil
      return (folder, isDone)
    }
    let whole = try run(counting)
    try #require(whole.isDone)
    let expected = try whole.folder.listing("new")
    let calls = counting.record.count()
    try #require(calls > 100)
    for occurrence in 1...calls {
      let fileSystem = FaultyFileSystem(faults: [.init(nil, occurrence: occurrence, number: EIO)], flushes: false)
      let (folder, isDone) = try run(fileSystem)
      let names = try folder.listing()
      let failed = fileSystem.record.failures.first ?? ""
      if folder.exists("new") {
        #expect(try folder.listing("new") == expected || isDone, "call \(occurrence), \(failed)")
      } else {
        #expect(!isDone)
      }
      let left = names.filter { $0.hasPrefix(".") }
      // What cannot be removed stays under its own name, and is not what was asked for.
      #expect(left.isEmpty || left.allSatisfy { $0.hasPrefix(".uprev-") } && !isDone, "call \(occurrence), \(failed)")
    }
  }
}
