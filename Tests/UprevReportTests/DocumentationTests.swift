import Foundation
import Testing
import UprevReport
import UprevTestSupport

@Suite("docs/report.md and docs/report.schema.json")
struct DocumentationTests {
  /// The first column of a table of report.md, without its backquotes.
  private func rows(under heading: String) throws -> [String] {
    let manual = try text(of: "docs/report.md")
    let start = try #require(manual.range(of: "\n## \(heading)\n"), "report.md has no part \(heading)").upperBound
    let end = manual.range(of: "\n## ", range: start..<manual.endIndex)?.lowerBound ?? manual.endIndex
    return manual[start..<end].split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      return line.dropFirst(3).split(separator: "`").first.map(String.init)
    }
  }

  private func schema(_ path: String...) throws -> Any? {
    var node: Any? = try JSONSerialization.jsonObject(with: Data(try text(of: "docs/report.schema.json").utf8))
    for key in path { node = (node as? [String: Any])?[key] }
    return node
  }

  @Test("Every outcome, error code, warning code and status is explained, once, and nothing that is none")
  func tables() throws {
    #expect(try rows(under: "Outcomes") == Outcome.allCases.map(\.rawValue))
    #expect(try rows(under: "Error codes") == ErrorCode.allCases.map(\.rawValue))
    #expect(try rows(under: "Warning codes") == WarningCode.allCases.map(\.rawValue))
    #expect(try rows(under: "Status and exit status") == RunStatus.allCases.map(\.rawValue))
    #expect(try rows(under: "Stages") == Stage.allCases.map(\.rawValue))
  }

  @Test("The schema has the same closed lists")
  func enums() throws {
    let document = ["properties", "documents", "items", "properties"]
    func values(_ path: [String]) throws -> [String]? {
      var node: Any? = try schema()
      for key in path { node = (node as? [String: Any])?[key] }
      return (node as? [Any])?.compactMap { $0 as? String }
    }
    #expect(try values(document + ["outcome", "enum"]) == Outcome.allCases.map(\.rawValue))
    let errorCodes = ErrorCode.allCases.map(\.rawValue)
    #expect(try values(document + ["error", "properties", "code", "enum"]) == errorCodes)
    #expect(
      try values(["properties", "targets", "items", "properties", "error", "properties", "code", "enum"]) == errorCodes)
    #expect(try values(["properties", "error", "properties", "code", "enum"]) == errorCodes)
    #expect(
      try values(["properties", "warnings", "items", "properties", "code", "enum"])
        == WarningCode.allCases.map(\.rawValue))
    #expect(
      try values(["properties", "targets", "items", "properties", "kind", "enum"])
        == TargetKind.allCases.map(\.rawValue))
    #expect(try values(["properties", "status", "enum"]) == RunStatus.allCases.map(\.rawValue))
    #expect(try values(["properties", "stages", "required"]) == Stage.allCases.map(\.rawValue))
    #expect(
      try values(["properties", "summary", "required"])
        == ["documents"] + Outcome.allCases.map(\.rawValue) + ["bytesRead", "bytesWritten", "byFormat"])
    #expect(try schema("properties", "reportVersion", "const") as? Int == ReportWriter.reportVersion)
  }

  @Test("Every member of the schema is required, and explained under its path")
  func members() throws {
    var paths: [String] = []
    func walk(_ node: Any?, _ path: String) {
      guard let node = node as? [String: Any] else { return }
      if let properties = node["properties"] as? [String: Any], properties["base64"] == nil {
        let required = node["required"] as? [String] ?? []
        #expect(Set(required) == Set(properties.keys), "\(path)")
        for name in required {
          let inner = path.isEmpty ? name : "\(path).\(name)"
          paths.append(inner)
          walk(properties[name], inner)
        }
      }
      if let items = node["items"] { walk(items, path + "[]") }
    }
    walk(try schema(), "")
    #expect(paths.count > 60)
    let explained = Set(try rows(under: "Members"))
    let missing = paths.filter { path in
      // What the outcomes' and the stages' own tables explain stands there.
      if path.hasPrefix("summary."), Outcome(rawValue: String(path.dropFirst(8))) != nil { return false }
      if path.hasPrefix("stages.") { return false }
      return !explained.contains(path)
    }
    #expect(missing == [])
    let known = Set(paths + ["summary.byFormat.FORMAT.from.VERSION", "summary.byFormat.FORMAT.outcomes.OUTCOME"])
    let stages = ["stages.STAGE.items", "stages.STAGE.seconds", "summary.OUTCOME"]
    #expect(explained.subtracting(known).subtracting(stages).sorted() == [])
  }

  @Test("The example is the report of the golden file")
  func example() throws {
    let manual = try text(of: "docs/report.md")
    let golden = String(decoding: try GoldenFile("report.json").contents(), as: UTF8.self)
    #expect(manual.contains("```json\n\(golden)```\n"), "copy the golden file into docs/report.md")
  }

  @Test("The limits that are named are those of the program")
  func limits() throws {
    let manual = try text(of: "docs/report.md")
    #expect(WarningList.maximumCount == 10_000)
    #expect(WarningList.maximumBytes == 4 << 20)
    #expect(Summary.maximumVersions == 1000)
    #expect(Summary.maximumVersionLength == 128)
    for words in ["10,000 warnings or 4 MiB", "1,000 versions", "128 bytes", "`\(Summary.otherVersions)`"] {
      #expect(manual.contains(words), "\(words)")
    }
  }
}
