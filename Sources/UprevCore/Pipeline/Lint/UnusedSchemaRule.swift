import UprevReport

/// Files under `schemas/` that neither the pipeline nor a schema refers to.
struct UnusedSchemaRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    let used = Set(subject.pipeline.schemaFiles.map(Self.plain))
    return subject.schemaFiles.filter { !used.contains(Self.plain($0)) }.map { .unusedSchema(subject.named($0)) }
  }

  /// Without `.` and empty components.
  private static func plain(_ path: String) -> [[UInt8]] {
    path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
  }
}
