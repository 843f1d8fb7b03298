import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// The lines of a format behind `files`, and what its next version makes of the pipeline file.
struct PipelineLayout: CustomTestStringConvertible, Sendable {
  var what: String
  var text: String
  /// What replaces the current version, and what is put in, in the order of the file; nil: it must be done by hand.
  var inserted: [String]?

  init(_ what: String, _ text: String, inserted: [String]?) {
    self.what = what
    self.text = text
    self.inserted = inserted
  }

  var testDescription: String { what }

  private static let head = "uprev: 1\nname: test\nformats:\n  - name: test\n    files: [\"*.json\"]\n"
  private static let comment = """
          # Say under `steps` what changes besides the version (docs/steps.md), then record the fixtures anew:
          # uprev pipeline test --record

    """
  private static let block = comment + "      - from: 2\n        to: 3\n        steps: []\n"
  private static let version = "    version: {at: /version, type: integer}\n"

  static let all: [PipelineLayout] = [
    PipelineLayout(
      "block style",
      head + version
        + "    current: 2 # now\n    migrations:\n      - from: 1\n        to: 2 # there\n    # The schemas.\n"
        + "    schemas:\n      1: schemas/v1.json\n      2: schemas/v2.json # last\n# The end.\n",
      inserted: ["3", block, "      3: \"schemas/v3.json\"\n"]),
    PipelineLayout(
      "elements in brackets, one a line",
      head + version
        + "    current: 2\n    migrations:\n      - {from: 1, to: 2}\n    schemas: {1: schemas/v1.json, 2: schemas/v2.json}\n",
      inserted: ["3", block, ", 3: \"schemas/v3.json\""]),
    PipelineLayout(
      "everything in brackets",
      head + version
        + "    current: 2\n    migrations: [{from: 1, to: 2}]\n    schemas: {1: schemas/v1.json, 2: schemas/v2.json,}\n",
      inserted: ["3", ", {from: 2, to: 3, steps: []}", ", 3: \"schemas/v3.json\""]),
    PipelineLayout(
      "brackets over lines",
      head + version + "    current: 2\n    migrations: [\n      {from: 1,\n       to: 2}, # one\n    ]\n"
        + "    schemas: {\n      1: schemas/v1.json,\n      2: schemas/v2.json\n    }\n",
      inserted: ["3", ", {from: 2, to: 3, steps: []}", ", 3: \"schemas/v3.json\""]),
    PipelineLayout(
      "a file in brackets",
      "{uprev: 1, name: test, formats: [{name: test, files: ['*.json'], version: {at: /version, type: integer}, current: 2, "
        + "schemas: {2: schemas/v2.json}}]}\n",
      inserted: ["3", ", migrations: [{from: 2, to: 3, steps: []}]", ", 3: \"schemas/v3.json\""]),
    PipelineLayout(
      "JSON",
      "{\"uprev\": 1, \"name\": \"test\", \"formats\": [{\"name\": \"test\", \"files\": [\"*.json\"], \"migrations\": [\n{\"from\": 1, "
        + "\"to\": 2}\n], \"version\": {\"at\": \"/version\", \"type\": \"integer\"}, \"schemas\": {1: \"schemas/v1.json\", 2: "
        + "\"schemas/v2.json\"}, \"current\": 2}]}",
      inserted: [", {from: 2, to: 3, steps: []}", ", 3: \"schemas/v3.json\"", "3"]),
    PipelineLayout(
      "no migrations", head + "    current: 2\n" + version + "    schemas:\n      2: schemas/v2.json\n",
      inserted: [
        "3", "    migrations:\n" + block, "      3: \"schemas/v3.json\"\n",
      ]),
    PipelineLayout(
      "no migrations and no schemas, at the end", head + version + "    current: 2",
      inserted: ["3", "\n    migrations:\n" + block]),
    PipelineLayout(
      "a list without elements", head + version + "    current: 2\n    migrations: []\n",
      inserted: ["3", "{from: 2, to: 3, steps: []}"]),
    PipelineLayout(
      "steps with programs and texts over lines",
      head + version + "    current: 2\n    migrations:\n      - from: 1\n        to: 2\n        steps:\n"
        + "          - rename: {at: /a, to: b}\n            when: {at: /a, exists: true}\n          - default:\n              at: /c\n              value: |\n                # no comment\n"
        + "                - from: 9\n\n\n    validate: {before: off}\n",
      inserted: ["3", block]),
    PipelineLayout(
      "a text at the end of the file",
      head + version
        + "    current: 2\n    migrations:\n      - from: 1\n        to: 2\n        description: >-\n          Two\n          lines",
      inserted: ["3", "\n" + block]),
    PipelineLayout(
      "dashes below their key",
      head + version
        + "    current: 2\n    migrations:\n    - from: 1\n      to: 2\n    schemas:\n        1: schemas/v1.json\n        2: schemas/v2.json\n",
      inserted: [
        "3",
        block.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.dropFirst(2)) }.joined(
          separator: "\n"),
        "        3: \"schemas/v3.json\"\n",
      ]),
    PipelineLayout(
      "line ends of another system",
      (head + version + "    current: 2\n    migrations:\n      - {from: 1, to: 2}\n").replacingOccurrences(
        of: "\n", with: "\r\n"),
      inserted: ["3", block.replacingOccurrences(of: "\n", with: "\r\n")]),
    PipelineLayout(
      "a byte order mark", "\u{FEFF}" + head + version + "    current: 2\n    migrations:\n      - {from: 1, to: 2}\n",
      inserted: ["3", block]),
    PipelineLayout(
      "another spelling of the version",
      head + version + "    current: 2.0\n    migrations:\n      - {from: 1, to: 20e-1}\n",
      inserted: ["3", block]),
    PipelineLayout(
      "a dash on a line of its own",
      head + version + "    current: 2\n    migrations:\n      -\n        from: 1\n        to: 2\n", inserted: nil),
    PipelineLayout(
      "a format told by shapes",
      head
        + "    detect: [{version: 1, has: /a}, {version: 2}]\n    current: 2\n    migrations:\n      - {from: 1, to: 2, steps: [{op: remove, path: /a}]}\n",
      inserted: nil),
  ]
}

@Suite("uprev pipeline new --next")
struct NextVersionTests {
  private static let schema =
    "{\"title\": \"T, version 2\", \"properties\": {\"version\": {\"enum\": [2]}, \"x\": {\"const\": 2}}}\n"

  private func pipeline(_ text: String) throws -> TemporaryTree {
    let folder = try TemporaryTree(inMemory: true)
    try folder.write(text, to: "pipeline.yaml")
    if text.contains("schemas/v1.json") { try folder.write("{}", to: "schemas/v1.json") }
    if text.contains("schemas/v2.json") { try folder.write(Self.schema, to: "schemas/v2.json") }
    if !text.contains("detect") {
      if text.contains("from") { try folder.write("{\"version\": 1}", to: "fixtures/test/a.v1.json") }
      let defaults = text.contains("default:") ? ", \"c\": \"# no comment\\n- from: 9\\n\"" : ""
      try folder.write("{\"version\": 2\(defaults)}", to: "fixtures/test/a.v2.json")
    }
    return folder
  }

  private func next(
    _ folder: TemporaryTree, _ fileSystem: any FileSystem = LocalFileSystem(), as version: String? = nil
  ) throws -> Scaffold {
    try PipelineScaffolder(
      catalog: PipelineCatalog(fileSystem: fileSystem, environment: [:], program: nil), fileSystem: fileSystem,
      runID: "20260101T000000Z-00000000"
    ).addNextVersion(of: "test", to: folder.path + "/pipeline.yaml", as: version)
  }

  private func contents(_ folder: TemporaryTree) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in try folder.listing() where !name.hasSuffix("/") { contents[name] = try folder.bytes(name) }
    return contents
  }

  @Test("What is added stands where it belongs, and everything else keeps its bytes", arguments: PipelineLayout.all)
  func layouts(_ layout: PipelineLayout) throws {
    let folder = try pipeline(layout.text)
    let before = try contents(folder)
    guard let inserted = layout.inserted else {
      let error = #expect(throws: ScaffoldError.self) { try next(folder) }
      guard case .byHand(_, let text)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(text.contains("current: 3\n") && text.contains("- from: 2\n"))
      #expect(try contents(folder) == before)
      return
    }
    let scaffold = try next(folder)
    var text = String(decoding: try folder.bytes("pipeline.yaml"), as: UTF8.self)
    for part in inserted where part != "3" {
      #expect(text.components(separatedBy: part).count == 2, "\(part.debugDescription) in \(text.debugDescription)")
      text = text.replacingOccurrences(of: part, with: "")
    }
    for spelling in ["2.0", "2"] where layout.text.contains("current: \(spelling)") {
      text = text.replacingOccurrences(of: "current: 3", with: "current: \(spelling)")
    }
    text = text.replacingOccurrences(of: "\"current\": 3", with: "\"current\": 2")
    #expect(Array(text.utf8) == Array(layout.text.utf8), "\(text.debugDescription)")
    let findings = LintPipeline.linter().lint([folder.path + "/pipeline.yaml"]).filter { $0.severity != .note }
    #expect(findings == [], "\(findings.map(\.message))")
    var after = try contents(folder)
    for file in scaffold.files { after[String(file.description.dropFirst(folder.path.utf8.count + 1))] = nil }
    #expect(after == before.filter { $0.key != "pipeline.yaml" }, "nothing else is changed")
    let loaded = try PipelineFile.load(folder.pathName("pipeline.yaml"), fileSystem: LocalFileSystem())
    #expect(loaded.formats[0].current == FormatVersion(3))
    #expect(try folder.read("fixtures/test/a.v3.json").hasPrefix("{\"version\": 3"))
    if layout.text.contains("schemas/v2.json") {
      #expect(
        try folder.read("schemas/v3.json")
          == Self.schema.replacingOccurrences(of: "version 2", with: "version 3")
          .replacingOccurrences(of: "[2]", with: "[3]"))
    }
  }

  private static let plain = PipelineLayout.all[0].text

  @Test("A failing call leaves the old pipeline or the new one, and neither is wrong")
  func faults() throws {
    let counting = FaultyFileSystem(flushes: false)
    let whole = try pipeline(Self.plain)
    let before = try contents(whole)
    _ = try next(whole, counting)
    let expected = try contents(whole)
    for occurrence in 1...counting.record.count() {
      let folder = try pipeline(Self.plain)
      let fileSystem = FaultyFileSystem(faults: [.init(nil, occurrence: occurrence, number: EIO)], flushes: false)
      let isDone = (try? next(folder, fileSystem)) != nil
      let failed = fileSystem.record.failures.first ?? ""
      let found = try contents(folder).filter { !$0.key.hasPrefix(".uprev-") }
      if found["pipeline.yaml"] == before["pipeline.yaml"] {
        #expect(!isDone, "call \(occurrence), \(failed)")
        #expect(
          (found == before) == true,
          "call \(occurrence), \(failed): \(Set(found.keys).symmetricDifference(before.keys))")
      } else {
        #expect(
          (found == expected) == true,
          "call \(occurrence), \(failed): \(Set(found.keys).symmetricDifference(expected.keys))")
      }
    }
  }

  @Test("A pipeline file that somebody else changes meanwhile is left as he wrote it")
  func changedMeanwhile() throws {
    let folder = try pipeline(Self.plain)
    let other = Self.plain + "# mine\n"
    let path = folder.path("pipeline.yaml")
    let fileSystem = FaultyFileSystem(flushes: false) { call, _, name in
      if call == "renameat2", name?.description.hasSuffix("v3.json") == true {
        try? Data(other.utf8).write(to: URL(fileURLWithPath: path))
      }
      return nil
    }
    let error = #expect(throws: ScaffoldError.self) { try next(folder, fileSystem) }
    guard case .changed? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try folder.read("pipeline.yaml") == other)
    #expect(try folder.listing().allSatisfy { !$0.contains("v3") && !$0.hasPrefix(".") })
  }

  @Test("What is there already is never written over", arguments: ["schemas/v3.json", "fixtures/test/a.v3.json"])
  func inTheWay(_ name: String) throws {
    let folder = try pipeline(Self.plain)
    try folder.write("mine", to: name)
    let before = try contents(folder)
    let error = #expect(throws: ScaffoldError.self) { try next(folder) }
    guard case .exists? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try contents(folder) == before)
    #expect(try folder.listing().allSatisfy { !$0.hasPrefix(".") })
  }

  @Test("Files that a schema refers to, and what else is among the fixtures, are there when the whole is judged")
  func otherFiles() throws {
    let folder = try pipeline(Self.plain.replacingOccurrences(of: "1: schemas/v1.json", with: "1: ./schemas/v1.json"))
    try folder.write("{\"$ref\": \"parts/one.json\"}", to: "schemas/v1.json")
    try folder.write("{\"allOf\": [{\"$ref\": \"parts/one.json\"}, {\"$ref\": \"v1.json\"}]}", to: "schemas/v2.json")
    try folder.write("{\"type\": \"object\"}", to: "schemas/parts/one.json")
    try folder.write("# Words", to: "fixtures/test/README.md")
    let scaffold = try next(folder)
    #expect(
      scaffold.files.map { $0.description.dropFirst(folder.path.utf8.count + 1) } == [
        "schemas/v3.json", "fixtures/test/a.v3.json", "pipeline.yaml",
      ])
    #expect(LintPipeline.linter().lint([folder.path + "/pipeline.yaml"]).filter { $0.severity != .note } == [])
    #expect(try folder.listing().allSatisfy { !$0.hasPrefix(".") })
  }

  @Test("A pipeline that is wrong gets no further version")
  func wrong() throws {
    let folder = try pipeline(Self.plain)
    try folder.write("{\"version\": 2, \"y\": 1}", to: "fixtures/test/a.v2.json")
    let error = #expect(throws: ScaffoldError.self) { try next(folder) }
    if case .wrongPipeline(let findings)? = error {
      #expect(findings.count == 1)
    } else {
      Issue.record("\(String(describing: error))")
    }
  }

  @Test("A schema that cannot accept the next version is told, and nothing is written")
  func schemaElsewhere() throws {
    let folder = try pipeline(Self.plain)
    try folder.write("{\"allOf\": [{\"properties\": {\"version\": {\"const\": 2}}}]}", to: "schemas/v2.json")
    let before = try contents(folder)
    let error = #expect(throws: ScaffoldError.self) { try next(folder) }
    if case .byHand(let why, _)? = error {
      #expect(why.contains("does not pass lint"))
    } else {
      Issue.record("\(String(describing: error))")
    }
    #expect(try contents(folder) == before)
  }

  @Test("The next version is one more, the next major one, or the one that is asked for")
  func versions() throws {
    func version(_ type: String, _ current: String, _ asked: String?) throws -> String {
      let folder = try pipeline(
        "uprev: 1\nname: test\nformats:\n  - {name: test, files: ['*'], version: {at: /v, type: \(type)}, current: \(current)}\n"
      )
      try FileManager.default.removeItem(atPath: folder.path("fixtures"))
      do throws(ScaffoldError) {
        _ = try scaffold(folder, as: asked)
      } catch {
        return "\(error)".split(separator: "(").first.map(String.init) ?? ""
      }
      return try PipelineFile.load(folder.pathName("pipeline.yaml"), fileSystem: LocalFileSystem()).formats[0].current
        .description
    }
    func scaffold(_ folder: TemporaryTree, as version: String?) throws(ScaffoldError) -> Scaffold {
      try ScaffoldTests.scaffolder.addNextVersion(of: "test", to: folder.path + "/pipeline.yaml", as: version)
    }
    for (type, current, asked, expected) in [
      ("integer", "7", nil, "8"), ("integer", "7", "20", "20"), ("integer", "7", "7", "known"),
      ("integer", "7", "6", "notAbove"),
      ("integer", "7", "x", "notAVersion"), ("integer", "7", "8.5", "notAVersion"),
      ("integer", "9223372036854775807", nil, "needsVersion"),
      ("integer", "9223372036854775807", "9223372036854775808", "9223372036854775808"),
      ("semver", "1.2.3-rc.1", nil, "2.0.0"), ("semver", "1.2.3", "1.3.0", "1.3.0"),
      ("semver", "1.2.3", "1.2", "notAVersion"),
      ("string", "\"1.0\"", nil, "needsVersion"), ("string", "\"1.0\"", "b \"c\"", "b \"c\""),
      ("string", "\"1.0\"", "1.0", "known"),
    ] as [(String, String, String?, String)] {
      #expect(try version(type, current, asked) == expected, "\(type) \(current) \(asked ?? "")")
    }
  }
}
