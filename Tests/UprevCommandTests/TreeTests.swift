import Foundation
import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"
private let v2 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10,\n  \"version\": 2\n}"
private let name1 = "ml_training/ml_training_0123456789abcdef_1700000000001.json"
private let name2 = "ml_training/ml_training_0123456789abcdef_1700000000002.json"

@Suite("Migrating trees with the program")
struct TreeTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
  }

  private func report(_ name: String = "report.json") throws -> ReportFile { try ReportFile(folder.path + "/" + name) }

  @Test("Thousands of seeded documents come out as Python would have written them, and a second run touches nothing")
  func equalsPython() throws {
    try Python.writeTree(in: folder.path, count: 3000, seed: 20260131)
    let run = try uprev("migrate", "--report", "report.json", "before")
    #expect(run.status == 0, "\(run.errorText)")
    let after = try TreeState(folder.path + "/before")
    #expect(after.texts == (try TreeState(folder.path + "/after")).texts)
    #expect(try report().status == "success")
    #expect(try report().count("migrated") + report().count("current") == 3000)

    let again = try uprev("migrate", "--report", "again.json", "before")
    #expect(again.status == 0)
    #expect(try report("again.json").count("current") == 3000)
    #expect(try TreeState(folder.path + "/before") == after)
  }

  @Test("Any number of workers gives the same bytes and the same report, times aside")
  func sameForAnyJobs() throws {
    try Python.writeTree(in: folder.path, count: 700, seed: 7)
    try folder.write("{\"n_jobs\": 1", to: "before/ml_training/ml_training_bad.json")
    try folder.write(
      "{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 99}", to: "before/ml_training/ml_training_new.json")
    var texts: [String: [UInt8]]?
    var documents: String?
    for jobs in 1...16 {
      let copy = "copy\(jobs)"
      try FileManager.default.copyItem(atPath: folder.path + "/before", toPath: folder.path + "/" + copy)
      let run = try uprev("migrate", "-j", "\(jobs)", "--report-all", "--report", "report.json", copy)
      #expect(run.status == 3)
      let now = try TreeState(folder.path + "/" + copy).texts
      let text = String(decoding: try folder.bytes("report.json"), as: UTF8.self)
      let lines = text.replacingOccurrences(of: copy, with: "copy")
        .split(separator: "\n").filter { line in
          !["\"jobs\"", "\"runId\"", "\"startedAt\"", "\"finishedAt\"", "\"seconds\""].contains { line.contains($0) }
        }.joined(separator: "\n")
      #expect(lines.contains("ml_training_bad.json"))
      if let texts { #expect(now == texts) } else { texts = now }
      if let documents { #expect(lines == documents, "jobs \(jobs)") } else { documents = lines }
    }
  }

  @Test("A dry run writes nothing at all, not even state, and reports what would happen")
  func dryRun() throws {
    try folder.write(v1, to: "cache/" + name1)
    let before = try TreeState(folder.path + "/cache")
    let run = try uprev("migrate", "--dry-run", "--report", "report.json", "cache")
    #expect(run.status == 0)
    #expect(try TreeState(folder.path + "/cache") == before)
    #expect(try folder.listing() == ["cache/", "cache/ml_training/", "cache/" + name1, "report.json"])
    #expect(try report().count("migrated") == 1)
    #expect(try report().targets.first?["committed"] as? Bool == false)
    #expect(try report().object["dryRun"] as? Bool == true)

    let silent = try uprev("migrate", "--dry-run", "cache")
    #expect(silent.status == 0)
    #expect(!FileManager.default.fileExists(atPath: uprev.stateFolder))
  }

  @Test("A damaged document is rejected with its place, stays untouched, and does not stop the others")
  func damagedDocument() throws {
    let damaged = "{\n  \"n_jobs\": 4,\n  oops\n}"
    try folder.write(damaged, to: "cache/" + name1)
    try folder.write(v1, to: "cache/" + name2)
    let run = try uprev("migrate", "--report", "report.json", "cache")
    #expect(run.status == 3)
    #expect(try folder.bytes("cache/" + name1) == Array(damaged.utf8))
    #expect(try folder.bytes("cache/" + name2) == Array(v2.utf8))
    let error = try #require(report().document(name1)?["error"] as? [String: Any])
    #expect(error["code"] as? String == "invalid-json")
    #expect(error["line"] as? Int == 3)
    #expect(error["column"] as? Int == 3)
    #expect(run.errorText.contains("cache/\(name1): line 3, column 3: "))
    #expect(try report().status == "partial")
  }

  @Test("Without --report the report is in the state folder, private, and the summary names it")
  func reportInStateFolder() throws {
    try folder.write(v1, to: "cache/" + name1)
    let run = try uprev("migrate", "cache")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    let line = try #require(run.errorText.split(separator: "\n").first { $0.hasPrefix("report: ") })
    let path = String(line.dropFirst("report: ".count))
    #expect(path.hasPrefix(uprev.stateFolder + "/uprev/runs/"))
    #expect(try ReportFile(path).count("migrated") == 1)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(
      try ReportFile(path).object["runId"] as? String == path.split(separator: "/").dropLast().last.map(String.init))
  }

  @Test("Without a home and without --report nothing is begun, and --no-state goes on without a report")
  func noHome() throws {
    try folder.write(v1, to: "cache/" + name1)
    let nowhere = ["HOME": "", "XDG_STATE_HOME": ""]
    let refused = try uprev("migrate", "cache", environment: nowhere)
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("--no-state"))
    #expect(try folder.bytes("cache/" + name1) == Array(v1.utf8))
    let done = try uprev("migrate", "--no-state", "cache", environment: nowhere)
    #expect(done.status == 0)
    #expect(try folder.bytes("cache/" + name1) == Array(v2.utf8))
  }

  @Test("Several targets, one of them missing: exit 1, and the others are done")
  func severalTargets() throws {
    try folder.write(v1, to: "one/" + name1)
    try folder.write(v1, to: "two/" + name2)
    let run = try uprev("migrate", "--report", "report.json", "one", "missing", "two")
    #expect(run.status == 1)
    #expect(try folder.bytes("one/" + name1) == Array(v2.utf8))
    #expect(try folder.bytes("two/" + name2) == Array(v2.utf8))
    #expect(try report().targets.map { $0["path"] as? String } == ["one", "missing", "two"])
    #expect(try ReportFile.code(report().targets[1]) == "read-failed")
    #expect(try report().status == "partial")
    #expect(run.errorText.contains("missing"))
  }

  @Test("A target that is one document is a tree of one; a symbolic link to it is resolved")
  func oneDocument() throws {
    let path = try folder.write(v1, to: "cache/ml_training_a.json")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: path)
    let run = try uprev("migrate", "--report", "report.json", "link")
    #expect(run.status == 0)
    #expect(try folder.bytes("cache/ml_training_a.json") == Array(v2.utf8))
    #expect(try report().document("ml_training_a.json") != nil)
    let type = try FileManager.default.attributesOfItem(atPath: folder.path + "/link")[.type] as? FileAttributeType
    #expect(type == .typeSymbolicLink)
  }

  @Test("--output makes a migrated copy and leaves the target alone")
  func outputTree() throws {
    try folder.write(v1, to: "cache/" + name1)
    try folder.write("{", to: "cache/" + name2)
    try folder.write([0, 255, 1], to: "cache/other/binary.bin")
    let before = try TreeState(folder.path + "/cache")
    let run = try uprev("migrate", "--report", "report.json", "-o", "copy", "cache")
    #expect(run.status == 3)
    #expect(try TreeState(folder.path + "/cache") == before)
    #expect(try folder.bytes("copy/" + name1) == Array(v2.utf8))
    #expect(try folder.bytes("copy/" + name2) == Array("{".utf8))
    #expect(try folder.bytes("copy/other/binary.bin") == [0, 255, 1])
    #expect(try !folder.listing().contains { $0.contains(".uprev-") })
    #expect(try report().targets.first?["committed"] as? Bool == true)
  }

  @Test(
    "Wrong places for --output are wrong usage, and nothing is made",
    arguments: [
      (["-o", "cache", "cache"], "there already"), (["-o", "cache/copy", "cache"], "inside"),
      (["-o", "copy", "cache", "cache"], "one target"), (["-o", "", "cache"], "empty"),
    ])
  func wrongOutput(arguments: [String], words: String) throws {
    try folder.write(v1, to: "cache/" + name1)
    let before = try folder.listing()
    let run = try uprev.run(["migrate"] + arguments)
    #expect(run.status == 64, "\(run.errorText)")
    #expect(run.errorText.contains(words))
    #expect(try folder.listing() == before)
  }

  @Test("Excluded documents are skipped")
  func exclude() throws {
    try folder.write(v1, to: "cache/" + name1)
    try folder.write(v1, to: "cache/" + name2)
    let run = try uprev(
      "migrate", "--report-all", "--report", "report.json", "--exclude", "*_1700000000001.json", "cache")
    #expect(run.status == 0)
    #expect(try folder.bytes("cache/" + name1) == Array(v1.utf8))
    #expect(try folder.bytes("cache/" + name2) == Array(v2.utf8))
    #expect(try report().document(name1)?["outcome"] as? String == "skipped")
  }

  @Test("--strict makes newer and unmatched documents failures")
  func strict() throws {
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 3}", to: "cache/" + name1)
    #expect(try uprev("migrate", "--no-state", "cache").status == 0)
    #expect(try uprev("migrate", "--no-state", "--strict", "cache").status == 3)
    try folder.write("x", to: "other/unknown.txt")
    #expect(try uprev("migrate", "--no-state", "other").status == 0)
    #expect(try uprev("migrate", "--no-state", "--strict", "other").status == 3)
  }

  @Test("A document above --max-document-size is too-large and untouched")
  func tooLarge() throws {
    try folder.write(v1 + String(repeating: " ", count: 2000), to: "cache/" + name1)
    let run = try uprev("migrate", "--report", "report.json", "--max-document-size", "1K", "cache")
    #expect(run.status == 3)
    #expect(try ReportFile.code(report().document(name1)) == "too-large")
  }

  @Test("Durability file and none do the same work", arguments: ["batch", "file", "none"])
  func durability(name: String) throws {
    try folder.write(v1, to: "cache/" + name1)
    #expect(try uprev("migrate", "--no-state", "--durability", name, "cache").status == 0)
    #expect(try folder.bytes("cache/" + name1) == Array(v2.utf8))
    #expect(try folder.listing() == ["cache/", "cache/ml_training/", "cache/" + name1])
  }
}
