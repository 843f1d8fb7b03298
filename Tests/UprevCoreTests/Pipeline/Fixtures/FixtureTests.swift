import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Fixtures")
struct FixtureTests {
  private static let yaml = """
    uprev: 1
    name: test
    formats:
      - name: test
        files: ["*.json"]
        version: {at: /version, type: integer}
        current: 3
        migrations:
          - {from: 1, to: 2}
          - {from: 2, to: 3}
          - {from: 3, to: 2}

    """
  private static let v1 = "{\"version\": 1}\n"
  private static let v2 = "{\"version\": 2}\n"
  private static let v3 = "{\"version\": 3}\n"

  private func tester(_ files: [String: String], yaml: String = yaml) throws -> (TemporaryTree, FixtureTester) {
    let pipeline = try TestPipeline(yaml, files: [:])
    for (name, text) in files { try pipeline.folder.write("fixtures/test/\(name)", text) }
    return (pipeline.folder, FixtureTester(try pipeline.load(), fileSystem: LocalFileSystem()))
  }

  private func name(_ path: PathName) -> String { String(path.description.split(separator: "/").last ?? "") }

  private func pairs(_ comparisons: [FixtureComparison]) -> [String] {
    comparisons.map { "\(name($0.source)) \(name($0.expected)) \($0.isEqual)" }
  }

  @Test(
    "Names say the longest version that the format knows",
    arguments: [
      ("a.v1.json", "a", "1"), ("a.v1.0.json", "a", "1.0"), ("a.v2.0.0-rc.1.json", "a", "2.0.0-rc.1"),
      ("a.v1.v2.json", "a.v1", "2"), ("a.b.v1.json", "a.b", "1"), ("a.v3.json", nil, nil), ("v1.json", nil, nil),
      (".v1.json", nil, nil), ("a.v1", nil, nil), ("a.v1.JSON", nil, nil), ("a.v1.x.json", "a", "1.x"),
      ("a.v.json", nil, nil), ("a.v01.json", nil, nil),
    ] as [(String, String?, String?)])
  func names(file: String, name: String?, version: String?) {
    let known = ["1", "1.0", "2", "2.0.0-rc.1", "1.x", "x"].map { FormatVersion.string($0) }
    let parsed = FixtureName.parse(file, known: known)
    #expect(parsed?.name == name && parsed?.version.description == version)
    if let parsed { #expect(FixtureName.make(parsed.name, parsed.version) == file) }
  }

  @Test("A version with a slash has no file name")
  func slash() throws {
    #expect(FixtureName.make("a", .string("1/2")) == nil)
    let yaml = Self.yaml.replacing("integer", with: "string").replacing("3", with: "\"3/1\"")
      .replacing("1,", with: "\"1\",").replacing("2}", with: "\"2\"}").replacing("from: 2", with: "from: \"2\"")
    let (_, tester) = try tester(["a.v1.json": "{\"version\": \"1\"}"], yaml: yaml)
    #expect(tester.findings.map(\.rule) == [LintRuleName.fixtureName.rawValue])
    #expect(tester.findings.first?.severity == .note)
  }

  @Test("Each version is compared with all later ones of its name, and over an edge that leads down")
  func comparisons() throws {
    let (_, tester) = try tester([
      "a.v1.json": Self.v1, "a.v2.json": Self.v2, "a.v3.json": Self.v3, "b.v1.json": Self.v1, "b.v3.json": Self.v2,
      "c.v1.json": Self.v1, "d.v3.json": Self.v3,
    ])
    #expect(
      pairs(tester.run()) == [
        "a.v1.json a.v2.json true", "a.v1.json a.v3.json true", "a.v2.json a.v3.json true",
        "a.v3.json a.v2.json true", "b.v1.json b.v3.json false",
      ])
    #expect(tester.unexpected.map { name($0) } == ["c.v1.json"])
    #expect(tester.findings.isEmpty)
  }

  @Test("Strings are later the nearer they are to the current version")
  func strings() throws {
    let yaml = """
      uprev: 1
      name: test
      formats:
        - name: test
          files: ["*.json"]
          version: {at: /version, type: string}
          current: "amber"
          migrations:
            - {from: "zinc", to: "milk"}
            - {from: "milk", to: "amber"}
            - {from: "amber", to: "zinc"}

      """
    let (_, tester) = try tester(
      [
        "a.vzinc.json": "{\"version\": \"zinc\"}", "a.vmilk.json": "{\"version\": \"milk\"}",
        "a.vamber.json": "{\"version\": \"amber\"}",
      ], yaml: yaml)
    #expect(
      pairs(tester.run()) == [
        "a.vamber.json a.vzinc.json true", "a.vmilk.json a.vamber.json true", "a.vzinc.json a.vamber.json true",
        "a.vzinc.json a.vmilk.json true",
      ])
  }

  @Test("What differs is told apart: text, layout, no migration, another version")
  func results() throws {
    func result(_ source: String, _ expected: String) throws -> FixtureComparison.Result {
      let (_, tester) = try tester(["a.v1.json": source, "a.v2.json": expected])
      return try #require(tester.run().first).result
    }
    guard case .differs(let actual, _, let layout) = try result(Self.v1, "{ \"version\": 2 }") else {
      Issue.record("differs")
      return
    }
    #expect(layout && actual.description == Self.v2)
    guard case .differs(_, _, false) = try result(Self.v1, "{\"version\": 2, \"x\": 1}") else {
      Issue.record("differs")
      return
    }
    guard case .notMigrated(.rejected, let error) = try result("{", Self.v2) else {
      Issue.record("rejected")
      return
    }
    #expect(error?.code == .invalidJSON)
    guard case .otherVersion(FormatVersion(2)) = try result(Self.v2, Self.v2) else {
      Issue.record("other version")
      return
    }
  }

  @Test("Recording writes what is missing and what differs, and never what no other leads up to")
  func record() throws {
    let (folder, first) = try tester([
      "a.v1.json": Self.v1, "b.v1.json": Self.v1, "b.v3.json": "wrong", "c.v2.json": Self.v2, "c.v3.json": Self.v3,
      "d.v1.json": "{",
    ])
    var tester = first
    let before = try folder.status("fixtures/test/c.v3.json")
    let recorded = tester.record(runID: "test")
    #expect(
      recorded.map { "\(name($0.file)) \($0.isNew) \($0.problem == nil)" } == [
        "a.v2.json true true", "a.v3.json true true", "b.v2.json true true", "b.v3.json false true",
      ])
    #expect(try folder.read("fixtures/test/a.v2.json") == Self.v2)
    #expect(try folder.read("fixtures/test/a.v3.json") == Self.v3)
    #expect(try folder.read("fixtures/test/b.v3.json") == Self.v3)
    #expect(try folder.read("fixtures/test/a.v1.json") == Self.v1)
    #expect(try folder.read("fixtures/test/d.v1.json") == "{")
    #expect(try folder.status("fixtures/test/c.v3.json") == before)
    #expect(!folder.exists("fixtures/test/d.v2.json"))
    #expect(try folder.listing("fixtures/test").filter { $0.contains("uprev") } == [])
    let mode = try folder.status("fixtures/test/a.v1.json").mode
    #expect(try folder.status("fixtures/test/a.v2.json").mode == mode)
    // `d.v1.json` is no JSON, and nothing stands beside it.
    let comparisons = tester.run()
    #expect(comparisons.count == 10 && comparisons.allSatisfy(\.isEqual), "\(pairs(comparisons))")
    let again = tester.record(runID: "test")
    #expect(again.isEmpty)
  }

  @Test("Recording leaves a source alone whose text has another version")
  func recordSource() throws {
    let yaml = Self.yaml.replacing("{from: 3, to: 2}", with: "{from: 2, to: 1}")
    let (folder, first) = try tester(["a.v1.json": Self.v2], yaml: yaml)
    var tester = first
    let recorded = tester.record(runID: "test")
    #expect(recorded.map { name($0.file) } == ["a.v2.json", "a.v3.json"])
    #expect(try folder.read("fixtures/test/a.v1.json") == Self.v2)
  }

  @Test("Recording does not write through a symbolic link")
  func recordLink() throws {
    let (folder, _) = try tester(["a.v1.json": Self.v1])
    try folder.write("victim", "precious")
    try LocalFileSystem().makeSymbolicLink(
      folder.pathName("fixtures/test/a.v2.json"), in: nil, to: PathName("../../victim"))
    let pipeline = try PipelineFile.load(folder.pathName("pipeline.yaml"), fileSystem: LocalFileSystem())
    var tester = FixtureTester(pipeline, fileSystem: LocalFileSystem())
    let recorded = tester.record(runID: "test")
    #expect(recorded.count == 2 && recorded.first.map { $0.problem != nil } == true)
    #expect(try folder.read("victim") == "precious")
  }
}
