import Foundation
import Testing
import UprevTestSupport

@Suite("uprev pipeline new")
struct PipelineNewTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write("{\"a\": 1}\n", to: "samples/cfg_1.json")
    try folder.write("{\"a\": 2, \"version\": 2}\n", to: "samples/cfg_2.json")
  }

  @Test("A pipeline from samples lints, tests, freezes, gets its next version and migrates")
  func life() throws {
    let made = try uprev("pipeline", "new", "mine", "--from", "samples/cfg_1.json", "samples/cfg_2.json")
    #expect(made.status == 0, "\(made.errorText)")
    #expect(
      made.outputText.split(separator: "\n") == [
        "mine/fixtures/mine/cfg_1.v1.json: written", "mine/fixtures/mine/cfg_1.v2.json: written",
        "mine/fixtures/mine/cfg_2.v2.json: written", "mine/pipeline.yaml: written", "mine/schemas/v1.json: written",
        "mine/schemas/v2.json: written",
      ])
    #expect(made.errorText == "Look at what it says, then: uprev pipeline lint ./mine\n")
    for arguments in [["lint", "--strict", "./mine"], ["test", "./mine"], ["freeze", "./mine"]] {
      let child = try uprev.run(["pipeline"] + arguments)
      #expect(child.status == 0, "\(arguments) \(child.outputText)\(child.errorText)")
    }
    let next = try uprev("pipeline", "new", "./mine", "--next", "mine")
    #expect(next.status == 0 && next.outputText.hasSuffix("./mine/pipeline.yaml: written\n"), "\(next.errorText)")
    #expect(try uprev("pipeline", "lint", "--strict", "./mine").status == 0)
    #expect(try uprev("migrate", "-p", "./mine", "samples").status == 0)
    #expect(try folder.read("samples/cfg_1.json") == "{\"a\": 1, \"version\": 3}\n")
    #expect(try folder.read("samples/cfg_2.json") == "{\"a\": 2, \"version\": 3}\n")
  }

  @Test("A pipeline in the working folder is added to as it is named")
  func workingFolder() throws {
    try uprev("pipeline", "new", "mine", "--from", "samples")
    let child = try ChildProcess.run(
      try ChildProcess.built("uprev"), ["pipeline", "new", "pipeline.yaml", "--next", "mine"],
      environment: uprev.environment, in: folder.path("mine"))
    #expect(child.status == 0, "\(child.errorText)")
    #expect(child.outputText.hasPrefix("schemas/v3.json: written\n"), "\(child.outputText)")
    #expect(try folder.listing("mine").filter { $0.hasPrefix(".") }.isEmpty)
  }

  @Test("Samples that cannot be used are told; without any nothing is made")
  func samples() throws {
    try folder.write("{\u{1B}", to: "samples/x\u{1B}[2J.json")
    let made = try uprev("pipeline", "new", "mine", "--from", "samples")
    #expect(made.status == 0 && made.errorText.contains("warning: “samples/x\\x1b[2J.json” is passed over: line 1"))
    #expect(!made.error.contains(0x1B))
    let none = try uprev("pipeline", "new", "other", "--from", "samples/x\u{1B}[2J.json", "missing")
    #expect(none.status == 1 && none.errorText.contains("error: none of the samples can be used"), "\(none.errorText)")
    #expect(!folder.exists("other"))
  }

  @Test("Wrong usage exits 64, a wrong pipeline 4, and nothing is changed")
  func statuses() throws {
    try uprev("pipeline", "new", "mine", "--from", "samples")
    try folder.write(
      "uprev: 1\nname: s\nformats:\n  - name: s\n    files: ['*']\n    detect: [{version: 1, has: /a}]\n    current: 1\n",
      to: "shapes/pipeline.yaml")
    let before = try folder.listing()
    for (arguments, status) in [
      (["mine"], 64), (["mine", "--from", "samples", "--next", "mine"], 64), (["", "--from", "samples"], 64),
      (["mine", "--from", "samples"], 64), ([".x", "--from", "samples"], 64),
      (["new", "--from", "samples", "--as", "3"], 64),
      (["new", "--from", "samples", "--format", "a/b"], 64), (["./mine", "--next", "other"], 64),
      (["./mine", "--next", "mine", "--as", "1"], 64), (["./mine", "--next", "mine", "--format", "x"], 64),
      (["./missing", "--next", "mine"], 4), (["./shapes", "--next", "s"], 4),
      (["missing/new", "--from", "samples"], 1),
    ] as [([String], Int32)] {
      let child = try uprev.run(["pipeline", "new"] + arguments)
      #expect(child.status == status, "\(arguments): \(child.errorText)")
      #expect(child.output.isEmpty && !child.error.isEmpty)
    }
    #expect(try folder.listing() == before)
    let byHand = try uprev("pipeline", "new", "./shapes", "--next", "s")
    #expect(byHand.errorText.contains("\n    detect:\n      - {version: 2, has: /MEMBER}"), "\(byHand.errorText)")
  }
}
