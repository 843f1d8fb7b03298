import Foundation
import Testing
import UprevTestSupport

@Suite("uprev pipeline freeze")
struct PipelineFreezeTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(
      """
      uprev: 1
      name: mine
      formats:
        - name: settings
          files: ["*.json"]
          version: {at: /version, type: integer}
          current: 2
          migrations:
            - {from: 1, to: 2, steps: [{default: {at: /a, value: 1}}]}

      """, to: "mine/pipeline.yaml")
    try folder.write("{\"version\": 1}\n", to: "mine/fixtures/settings/a.v1.json")
  }

  private func edit(_ old: String, _ new: String) throws {
    let text = try folder.read("mine/pipeline.yaml")
    try #require(text.contains(old))
    try folder.write(text.replacingOccurrences(of: old, with: new), to: "mine/pipeline.yaml")
  }

  @Test("What is frozen is told, and then nothing is left to do")
  func freezing() throws {
    let child = try uprev("pipeline", "freeze", "./mine")
    #expect(child.status == 0, "\(child.errorText)")
    #expect(
      child.outputText
        == "new: migration:settings:1:2\nnew: fixture:settings:a:1\n./mine/uprev.lock: written, 0 items as before\n")
    let again = try uprev("pipeline", "freeze", "./mine")
    #expect(again.outputText == "./mine/uprev.lock: left as it is, 2 items as before\n")
    #expect(try folder.status("mine/uprev.lock").mode == folder.status("mine/pipeline.yaml").mode)
  }

  @Test("What has changed is refused by freeze and lint, until it is accepted by its name")
  func changed() throws {
    try uprev("pipeline", "freeze", "./mine")
    let lock = try folder.read("mine/uprev.lock")
    try edit("value: 1}", "value: 2}")
    let refused = try uprev("pipeline", "freeze", "./mine")
    #expect(refused.status == 4 && refused.output.isEmpty)
    #expect(
      refused.errorText.contains("/steps/0/default/value` was `1`, is `2`")
        && refused.errorText.contains("[frozen-changed]"),
      "\(refused.errorText)")
    #expect(refused.errorText.hasSuffix("nothing was frozen\n"))
    #expect(try uprev("pipeline", "lint", "./mine").status == 4)
    #expect(try uprev("pipeline", "freeze", "./mine", "--accept", "fixture:settings:a:1").status == 4)
    #expect(try folder.read("mine/uprev.lock") == lock)
    let accepted = try uprev("pipeline", "freeze", "./mine", "--accept", "migration:settings:1:2")
    #expect(accepted.status == 0 && accepted.outputText.hasPrefix("frozen anew: migration:settings:1:2\n"))
    #expect(try uprev("pipeline", "freeze", "./mine", "--accept", "migration:settings:1:2").status == 64)
    #expect(try uprev("pipeline", "lint", "./mine").status == 0)
  }

  @Test("A pipeline with an error is not frozen")
  func wrongPipeline() throws {
    try folder.write("{\"version\": 7}\n", to: "mine/fixtures/settings/a.v1.json")
    let child = try uprev("pipeline", "freeze", "./mine")
    #expect(child.status == 4 && child.errorText.contains("[fixture-version]"), "\(child.errorText)")
    #expect(!folder.exists("mine/uprev.lock"))
    #expect(try uprev("pipeline", "freeze", "./nothing").status == 4)
    #expect(try uprev("pipeline", "freeze").status == 64)
  }

  @Test("A damaged lock, or one that does not fit, stops no migration")
  func migration() throws {
    try uprev("pipeline", "freeze", "./mine")
    try edit("value: 1}", "value: 2}")
    for damage in ["", "\n<<<<<<<\n"] {
      try folder.write(try folder.read("mine/uprev.lock") + damage, to: "mine/uprev.lock")
      try folder.write("{\"version\": 1}", to: "tree/x.json")
      let child = try uprev("migrate", "-p", "./mine", "tree")
      #expect(child.status == 0, "\(child.errorText)")
      #expect(try folder.read("tree/x.json") == "{\"version\": 2, \"a\": 2}")
    }
    let child = try uprev("pipeline", "freeze", "./mine")
    #expect(
      child.status == 4 && child.errorText.contains("/uprev.lock:") && child.errorText.contains("version control"))
  }

  @Test("What stands in the place of the lock is told")
  func inTheWay() throws {
    try folder.makeFolder("mine/uprev.lock")
    let child = try uprev("pipeline", "freeze", "./mine")
    #expect(child.status == 4 && child.errorText.contains("no regular file"), "\(child.errorText)")
  }

  @Test("The pipeline that comes with the program is frozen, all of it")
  func shipped() throws {
    let child = try uprev("pipeline", "lint", "--json", Uprev.checkout + "/pipelines/amorsize")
    #expect(child.status == 0)
    #expect(!child.outputText.contains("frozen") && !child.outputText.contains("lock-damaged"), "\(child.outputText)")
    #expect(FileManager.default.fileExists(atPath: Uprev.checkout + "/pipelines/amorsize/uprev.lock"))
  }
}
