import Foundation
import JSONSchema
import LosslessJSON
import Testing
import UprevTestSupport

private let good = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"

@Suite("uprev validate")
struct ValidateTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(good, to: "cache/ml_training_a.json")
    try folder.write("{\n  \"version\": 2,\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}", to: "cache/ml_training_b.json")
  }

  @Test("Documents that their own schemas accept are current, whatever their version, and nothing is written")
  func accepted() throws {
    let before = try TreeState(folder.path)
    let child = try uprev("validate", "cache")
    #expect(child.status == 0, "\(child.errorText)")
    #expect(child.output.isEmpty)
    #expect(try TreeState(folder.path) == before)
    #expect(!folder.exists("state"))
  }

  @Test("A violation rejects its document, with the place; the report says so in its usual shape")
  func violation() throws {
    try folder.write("{\n  \"n_jobs\": \"four\"\n}", to: "cache/ml_training_c.json")
    try folder.write("{\"version\": 999}", to: "cache/ml_training_d.json")
    let child = try uprev("validate", "--report", "-", "--report-all", "cache")
    #expect(child.status == 3, "\(child.errorText)")
    let report = try ReportFile(Data(child.output))
    #expect(report.object["command"] as? String == "validate" && report.object["dryRun"] as? Bool == true)
    #expect(report.count("current") == 2 && report.count("rejected") == 1 && report.count("newer") == 1)
    #expect(report.count("migrated") == 0)
    let line = report.document("ml_training_c.json")
    #expect(ReportFile.code(line) == "schema-violation")
    let error = line?["error"] as? [String: Any]
    #expect(error?["pointer"] as? String != nil && error?["line"] as? Int != nil)
    let current = report.document("ml_training_a.json")
    #expect(current?["from"] as? Int == 1 && current?["to"] as? Int == 1)
    let stages = report.object["stages"] as? [String: [String: Any]]
    #expect(stages?["validate"]?["items"] as? Int == 2 && stages?["migrate"]?["items"] as? Int == 0)
    let schema = try SchemaCompiler().compile(
      IndexedJSON(
        scanning: JSONText([UInt8](Data(contentsOf: URL(fileURLWithPath: Uprev.checkout + "/docs/report.schema.json"))))
      ))
    #expect(try schema.validate(IndexedJSON(scanning: JSONText(child.output)).root) == [])
    #expect(try uprev("validate", "--strict", "cache").status == 3)
  }

  @Test("One violation a document is told, or all of them")
  func allViolations() throws {
    try folder.write("{\n  \"version\": \"x\"\n}", to: "cache/ml_training_c.json")
    try folder.write("{}", to: "cache/ml_training_d.json")
    let one = try uprev("validate", "cache").errorText
    let all = try uprev("validate", "--all-violations", "cache").errorText
    func count(_ text: String) -> Int { text.split(separator: "\n").count { $0.contains("[schema-violation]") } }
    #expect(count(one) == 1 && count(all) > 1, "\(all)")
  }

  @Test("A version without a schema is told once, not for each document")
  func noSchema() throws {
    for name in ["a", "b", "c"] { try folder.write("{\"cache_version\": 1}", to: "cache/benchmark_cache/\(name).json") }
    let yaml = """
      uprev: 1
      name: bare
      formats:
        - name: bare
          files: ["**/benchmark_cache/*.json"]
          version: {at: /cache_version, type: integer}
          current: 1

      """
    try folder.write(yaml, to: "bare.yaml")
    let child = try uprev("validate", "-p", "bare.yaml", "--report", "-", "cache")
    #expect(child.status == 0)
    let warnings = try ReportFile(Data(child.output)).object["warnings"] as? [[String: Any]]
    #expect(warnings?.compactMap { $0["code"] as? String } == ["no-schema"])
    #expect(child.errorText.split(separator: "\n").count { $0.contains("[no-schema]") } == 1)
  }

  @Test("Archives, any number of workers and every sample give the same report")
  func archives() throws {
    let names = ["2025-06-28-ustar.tar", "2025-06-30-gnu.tar.zst", "2025-06-30.zip"]
    let targets = (["cache"] + names.map { "snapshots/" + $0 }).map { "\(Uprev.checkout)/samples/\($0)" }
    var reports: [[String]] = []
    for jobs in ["1", "4"] {
      let child = try uprev.run(["validate", "-j", jobs, "--report", "-", "--report-all"] + targets)
      #expect(child.status == 3, "\(child.errorText)")
      reports.append(
        child.outputText.split(separator: "\n").filter { $0.hasPrefix("    {\"target\"") }.map(String.init))
    }
    #expect(reports[0] == reports[1] && reports[0].count > 100)
  }

  @Test("A missing target exits 1, and the others are still done, without a home to keep state in")
  func targets() throws {
    let child = try uprev.run(
      ["validate", "--report", "-", "nowhere", "cache"], environment: ["XDG_STATE_HOME": "", "HOME": ""])
    #expect(child.status == 1 && child.errorText.contains("nowhere"))
    #expect(try ReportFile(Data(child.output)).count("current") == 2)
  }
}
