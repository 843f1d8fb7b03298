import Foundation
import Testing
import UprevTestSupport

private let pipelineText = """
  uprev: 1
  name: mine
  description: Settings of mine
  formats:
    - name: settings
      files: ["*.json"]
      version: {at: /version, type: integer}
      current: 3
      migrations:
        - {from: 1, to: 2, description: "Say \\"two\\""}
        - {from: 2, to: 3}
        - {from: 3, to: 2}
      schemas: {1: schemas/any.json, 2: schemas/any.json, 3: schemas/any.json}

  """

@Suite("uprev pipeline")
struct PipelineCommandTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(pipelineText, to: "known/mine/pipeline.yaml")
    try folder.write("{}", to: "known/mine/schemas/any.json")
    try folder.write("{\"version\": 1}\n", to: "known/mine/fixtures/settings/a.v1.json")
    try folder.write("{\"version\": 2}\n", to: "known/mine/fixtures/settings/a.v2.json")
    try folder.write("{\"version\": 3}\n", to: "known/mine/fixtures/settings/a.v3.json")
  }

  private func run(_ arguments: String...) throws -> ChildProcess {
    try uprev.run(["pipeline"] + arguments, environment: ["UPREV_PIPELINES": folder.path + "/known"])
  }

  // MARK: lint

  @Test("A pipeline that is all right has no findings, by name and by path")
  func clean() throws {
    for name in ["mine", "known/mine", "known/mine/pipeline.yaml"] {
      let child = try run("lint", "--strict", name)
      #expect(child.status == 0, "\(child.outputText)\(child.errorText)")
      #expect(child.output.isEmpty)
      #expect(child.errorText == "0 errors, 0 warnings, 0 notes\n")
    }
    #expect(try run("lint", "--json", "mine").outputText == "[]\n")
  }

  @Test("Warnings exit 0, or 4 with --strict; errors 4; notes 0")
  func severities() throws {
    try folder.write("{}", to: "known/mine/schemas/old.json")
    #expect(try run("lint", "mine").status == 0)
    let strict = try run("lint", "--strict", "mine")
    #expect(strict.status == 4)
    #expect(strict.outputText.contains("/schemas/old.json: warning: "), "\(strict.outputText)")
    #expect(strict.errorText == "0 errors, 1 warning, 0 notes\n")

    try folder.write("{\"version\": 7}", to: "known/mine/fixtures/settings/a.v2.json")
    let wrong = try run("lint", "mine")
    #expect(wrong.status == 4 && wrong.outputText.contains("[fixture-version]"), "\(wrong.outputText)")
  }

  @Test("Faults of every pipeline are told, each with its place, also as JSON")
  func faults() throws {
    try folder.write(pipelineText.replacing("files", with: "flies"), to: "known/one/pipeline.yaml")
    try folder.write("{}", to: "known/one/schemas/any.json")
    let child = try run("lint", "--json", "one", "two", "mine")
    #expect(child.status == 4)
    let findings = try #require(
      JSONSerialization.jsonObject(with: Data(child.output)) as? [[String: Any]], "\(child.outputText)")
    #expect(findings.compactMap { $0["rule"] as? String } == ["missing-key", "unknown-key", "unknown-pipeline"])
    #expect(findings.allSatisfy { $0["severity"] as? String == "error" })
    #expect(findings.compactMap { $0["line"] as? Int } == [5, 6])
    #expect((findings.last?["message"] as? String)?.contains("`one`") == true)
    let text = try run("lint", "one")
    #expect(text.outputText.contains("/known/one/pipeline.yaml:6:5: error: "), "\(text.outputText)")
  }

  @Test("Control characters of a pipeline do not reach the terminal")
  func controlCharacters() throws {
    let name = "settings\u{1B}[2J"
    try folder.write(
      pipelineText.replacing("name: settings", with: "name: \"settings\\e[2J\"")
        .replacing("Settings of mine", with: "\"\\e[2J\""), to: "known/bad/pipeline.yaml")
    for arguments in [["lint", "bad"], ["show", "bad"], ["show", "--dot", "bad"], ["list"], ["test", "bad"]] {
      let child = try uprev.run(["pipeline"] + arguments, environment: ["UPREV_PIPELINES": folder.path + "/known"])
      #expect(!child.output.contains(0x1B) && !child.error.contains(0x1B), "\(arguments)")
    }
    try folder.write("{}", to: "known/bad/fixtures/\(name)/a.v1.json")
    let json = try run("lint", "--json", "bad")
    #expect(!json.output.contains(0x1B))
  }

  // MARK: test

  @Test("Fixtures that agree are counted; each is told with -v")
  func testing() throws {
    let child = try run("test", "mine")
    #expect(child.status == 0, "\(child.outputText)\(child.errorText)")
    #expect(child.outputText == "4 comparisons: 4 equal, 0 not\n")
    let verbose = try run("test", "-v", "mine").outputText.split(separator: "\n")
    #expect(
      verbose.count == 5
        && verbose.first?.hasSuffix("/a.v1.json → " + folder.path + "/known/mine/fixtures/settings/a.v2.json: equal")
          == true
    )
  }

  @Test("What differs is shown as a difference, and exits 4")
  func difference() throws {
    try folder.write(
      "{\n  \"version\": 1,\n  \"x\": \"\\u001b\u{7F}\"\n}\n", to: "known/mine/fixtures/settings/b.v1.json")
    try folder.write("{\n  \"version\": 2,\n  \"y\": 1\n}", to: "known/mine/fixtures/settings/b.v2.json")
    let child = try run("test", "mine")
    #expect(child.status == 4)
    let lines = child.outputText.split(separator: "\n").map(String.init)
    #expect(lines.count == 12, "\(child.outputText)")
    #expect(
      Array(lines.dropFirst(3).dropLast()) == [
        "@@ -1,4 +1,4 @@", " {", "   \"version\": 2,", "-  \"y\": 1", "-}", "\\ No newline at end of file",
        "+  \"x\": \"\\u001b\\x7f\"", "+}",
      ], "\(child.outputText)")
    #expect(lines[1].hasPrefix("--- ") && lines[1].contains("b.v2.json") && lines[2].hasPrefix("+++ "))
    #expect(lines.last == "5 comparisons: 4 equal, 1 not")
  }

  @Test("A difference of layout alone is said to be one, and of a long line only the place is shown")
  func layout() throws {
    let long = String(repeating: "é", count: 1000)
    try folder.write(
      "{\"long\": \"\(long)\", \"version\": 1, \"more\": \"\(long)\"}", to: "known/mine/fixtures/settings/b.v1.json")
    try folder.write(
      "{\"long\": \"\(long)\", \"version\":2, \"more\": \"\(long)\"}", to: "known/mine/fixtures/settings/b.v2.json")
    let child = try run("test", "mine")
    #expect(child.status == 4)
    #expect(child.outputText.contains("differs in layout only"), "\(child.outputText)")
    #expect(child.outputText.split(separator: "\n").allSatisfy { $0.count < 400 })
    #expect(child.outputText.contains("\"version\":2, ") && child.outputText.contains("\"version\": 2, "))
  }

  @Test("Recording writes the expected side, says so, and leaves nothing else behind")
  func recording() throws {
    try folder.write("{ \"version\" : 1 }", to: "known/mine/fixtures/settings/b.v1.json")
    try folder.write("{}", to: "known/mine/fixtures/settings/a.v3.json")
    let before = try folder.listing()
    let child = try run("test", "--record", "mine")
    #expect(child.status == 0, "\(child.outputText)\(child.errorText)")
    #expect(child.outputText.contains("/a.v3.json: written anew\n"))
    #expect(child.outputText.contains("/b.v2.json: written\n") && child.outputText.contains("/b.v3.json: written\n"))
    #expect(!child.outputText.contains("a.v2.json:"))
    #expect(try folder.read("known/mine/fixtures/settings/a.v3.json") == "{\"version\": 3}\n")
    #expect(try folder.read("known/mine/fixtures/settings/b.v3.json") == "{ \"version\" : 3 }")
    #expect(try folder.read("known/mine/fixtures/settings/b.v1.json") == "{ \"version\" : 1 }")
    let made = Set(try folder.listing()).subtracting(before)
    #expect(made == Set(["b.v2.json", "b.v3.json"].map { "known/mine/fixtures/settings/" + $0 }))
    let again = try run("test", "--record", "mine")
    #expect(again.outputText == "8 comparisons: 8 equal, 0 not\n", "\(again.outputText)")
  }

  @Test("Recording says what it could not write")
  func recordingFails() throws {
    try folder.write("{\"version\": 1}", to: "known/mine/fixtures/settings/b.v1.json")
    try folder.makeFolder("known/mine/fixtures/settings/b.v2.json")
    let child = try run("test", "--record", "mine")
    #expect(child.status == 4)
    #expect(child.outputText.contains("/b.v2.json: not written: "), "\(child.outputText)")
    #expect(try folder.read("known/mine/fixtures/settings/b.v3.json") == "{\"version\": 3}")
  }

  @Test("A source of which nothing is expected is told, and what the fixtures' files lack too")
  func unexpected() throws {
    try folder.write("{\"version\": 1}", to: "known/mine/fixtures/settings/b.v1.json")
    try folder.write("{\"version\": 1}", to: "known/mine/fixtures/other/b.v1.json")
    let child = try run("test", "mine")
    #expect(child.status == 0)
    #expect(child.outputText.contains("/settings/b.v1.json: nothing says what it becomes"), "\(child.outputText)")
    #expect(child.outputText.contains("/fixtures/other: warning: "), "\(child.outputText)")
  }

  @Test("A wrong pipeline exits 4, and nothing is tested")
  func wrongPipeline() throws {
    for arguments in [["test", "mine", "no-such"], ["show", "no-such"]] {
      let child = try uprev.run(["pipeline"] + arguments, environment: ["UPREV_PIPELINES": folder.path + "/known"])
      #expect(child.status == 4 && child.output.isEmpty)
      #expect(child.errorText.contains("[unknown-pipeline]"), "\(child.errorText)")
    }
    #expect(try run("lint", "").status == 64)
    #expect(try run("lnit").status == 64)
  }

  // MARK: show, list

  @Test("The version graph is drawn as text")
  func show() throws {
    let child = try run("show", "mine")
    #expect(child.status == 0)
    #expect(
      child.outputText == """
        mine: Settings of mine
        \(folder.path)/known/mine/pipeline.yaml

        settings
          *.json
          version at /version, integer
          versions
            1  schemas/any.json
            2  schemas/any.json
            3  schemas/any.json  current
          migrations
            1 ──▶ 2  0 steps        Say "two"
            2 ──▶ 3  0 steps
            3 ──▶ 2  0 steps  down
          paths
            1 → 2 → 3
            2 → 3

        """)
  }

  @Test("The version graph is drawn for Graphviz")
  func dot() throws {
    let child = try run("show", "--dot", "mine")
    #expect(child.status == 0)
    #expect(
      child.outputText == """
        digraph "mine" {
          rankdir=LR;
          node [shape=box];
          subgraph "cluster_0" {
            label="settings";
            "0:1" [label="1"];
            "0:2" [label="2"];
            "0:3" [label="3", peripheries=2];
            "0:1" -> "0:2" [label="Say \\"two\\", 0 steps"];
            "0:2" -> "0:3" [label="0 steps"];
            "0:3" -> "0:2" [label="0 steps", style=dashed];
          }
        }

        """)
  }

  @Test("Known pipelines are listed with their place; a broken one is marked")
  func list() throws {
    try folder.write("uprev: 1\n", to: "known/broken/pipeline.yaml")
    let child = try uprev.run(
      ["pipeline", "list"], environment: ["UPREV_PIPELINES": folder.path + "/known:\(Uprev.checkout)/pipelines"])
    #expect(child.status == 0)
    let lines = child.outputText.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("amorsize  ") && lines[1].hasSuffix("/pipelines/amorsize/pipeline.yaml"))
    #expect(lines[2] == "broken    broken, 2 faults: uprev pipeline lint broken says which")
    #expect(lines[4] == "mine      Settings of mine")
    #expect(lines[5] == "          \(folder.path)/known/mine/pipeline.yaml")
  }

  @Test("The shipped pipeline has no error")
  func shipped() throws {
    let child = try uprev("pipeline", "lint")
    #expect(child.status == 0, "\(child.outputText)")
    #expect(try uprev("pipeline", "test").status == 0)
  }
}
