import Foundation
import JSONSchema
import LosslessJSON
import Testing
import UprevTestSupport

@Suite("The program's reports")
struct ReportTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
  }

  /// What `docs/report.schema.json` says against a report.
  private func violations(_ name: String) throws -> [SchemaViolation] {
    let schemaText = try Data(contentsOf: URL(fileURLWithPath: Uprev.checkout + "/docs/report.schema.json"))
    let schema = try SchemaCompiler().compile(try IndexedJSON(scanning: JSONText([UInt8](schemaText))))
    return try schema.validate(try IndexedJSON(scanning: JSONText(folder.bytes(name))).root)
  }

  @Test("Reports of success, of rejected documents, of failed targets and of info satisfy the schema")
  func schema() throws {
    try FileManager.default.copyItem(atPath: Uprev.checkout + "/samples", toPath: folder.path("samples"))
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "good/ml_training_a.json")
    let snapshots = try FileManager.default.contentsOfDirectory(atPath: folder.path("samples/snapshots")).sorted()
    let all = ["samples/cache"] + snapshots.map { "samples/snapshots/" + $0 } + ["missing", "samples/README.md"]
    for (arguments, status, word) in [
      (["migrate", "--report", "r.json", "good"], Int32(0), "success"),
      (["migrate", "--report", "r.json", "--dry-run", "samples/cache"], 3, "partial"),
      (["migrate", "--report", "r.json", "--report-all"] + all, 1, "partial"),
      (["migrate", "--report", "r.json", "missing"], 1, "failed"),
    ] {
      let run = try uprev.run(arguments)
      #expect(run.status == status, "\(run.errorText)")
      #expect(try violations("r.json") == [])
      #expect(try ReportFile(folder.path("r.json")).status == word)
    }
    let info = try uprev.run(["info", "--json"] + all)
    try folder.write(info.output, to: "r.json")
    #expect(info.status == 1)
    #expect(try violations("r.json") == [])
  }

  @Test("The schema is not so lax that it lets a wrong report pass")
  func schemaRefuses() throws {
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "good/ml_training_a.json")
    try uprev("migrate", "--report", "r.json", "good")
    let text = String(decoding: try folder.bytes("r.json"), as: UTF8.self)
    for (part, wrong) in [
      ("\"migrated\": 1", "\"migrated\": -1"), ("\"success\"", "\"great\""), ("\"dryRun\"", "\"dry\""),
      ("\"error\": null", "\"error\": 1"), ("\"tree\"", "\"bush\""),
    ] {
      #expect(text.contains(part))
      try folder.write(text.replacingOccurrences(of: part, with: wrong), to: "wrong.json")
      #expect(try !violations("wrong.json").isEmpty, "\(wrong)")
    }
  }
}
