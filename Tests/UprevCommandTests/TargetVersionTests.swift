import Foundation
import Testing
import UprevTestSupport

@Suite("uprev migrate --to")
struct TargetVersionTests {
  private let folder: TemporaryTree
  private let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(
      """
      uprev: 1
      name: ways
      formats:
        - name: numbers
          files: ["n*.json"]
          version: {at: /version, type: integer, missing: 1}
          current: 3
          migrations:
            - {from: 1, to: 2, steps: [{rename: {at: /a, to: b}}]}
            - {from: 2, to: 3, steps: [{rename: {at: /b, to: c}}]}
            - {from: 3, to: 2, steps: [{rename: {at: /c, to: b}}]}
        - name: semantic
          files: ["s*.json"]
          version: {at: /version, type: semver}
          current: 2.0.0
          migrations: [{from: 1.0.0, to: 2.0.0}]
      """, to: "ways/pipeline.yaml")
    try folder.write("{\"a\": 1.0}", to: "t/n1.json")
    try folder.write("{\"version\": 3, \"c\": 1.0}", to: "t/n3.json")
    try folder.write("{\"version\": 4}", to: "t/n4.json")
    try folder.write("{\"version\": \"1.0.0\"}", to: "t/s.json")
  }

  @Test("Documents go up and down to the version that is asked for, and those of other formats are left alone")
  func upAndDown() throws {
    let run = try uprev("migrate", "--no-state", "-p", "./ways", "--to", "2", "--report-all", "--report", "r.json", "t")
    #expect(run.status == 0, "\(run.errorText)")
    #expect(try folder.read("t/n1.json") == "{\"b\": 1.0, \"version\": 2}")
    #expect(try folder.read("t/n3.json") == "{\"version\": 2, \"b\": 1.0}")
    #expect(try folder.read("t/n4.json") == "{\"version\": 4}")
    #expect(try folder.read("t/s.json") == "{\"version\": \"1.0.0\"}")
    let outcomes = try ReportFile(folder.path + "/r.json").documents.map { $0["outcome"] as? String }
    #expect(outcomes == ["migrated", "migrated", "newer", "skipped"])
  }

  @Test("Without --to every format goes to its current version, and a second run has nothing to do")
  func current() throws {
    #expect(try uprev("migrate", "--no-state", "-p", "./ways", "t").status == 0)
    #expect(try folder.read("t/n1.json") == "{\"c\": 1.0, \"version\": 3}")
    #expect(try folder.read("t/s.json") == "{\"version\": \"2.0.0\"}")
    let again = try uprev("migrate", "--no-state", "-p", "./ways", "--report", "r.json", "t")
    #expect(again.status == 0)
    #expect(try ReportFile(folder.path + "/r.json").documents.map { $0["outcome"] as? String } == ["newer"])
  }

  @Test("The name of a format and a version do not reach the terminal raw, nor break the table")
  func hostileNames() throws {
    try folder.write(
      """
      uprev: 1
      name: hostile
      formats:
        - name: "a\\e]0;x\\a\\nb"
          files: ["n*.json"]
          version: {at: /version, type: string}
          current: "1\\e[2J"
      """, to: "hostile/pipeline.yaml")
    try folder.write("{\"version\": \"1\\u001b[2J\"}", to: "u/n.json")
    for command in [["migrate", "--no-state"], ["info"], ["validate"]] {
      let run = try uprev.run(command + ["-p", "./hostile", "u"])
      #expect(run.status == 0, "\(run.errorText)")
      for text in [run.outputText, run.errorText] {
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"), "\(text)")
        #expect(!text.contains("\nb"))
      }
    }
  }
}
