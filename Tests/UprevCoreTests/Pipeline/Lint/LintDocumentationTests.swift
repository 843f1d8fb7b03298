import Foundation
import Testing
import UprevReport

@testable import UprevCore

@Suite("docs/lint.md")
struct LintDocumentationTests {
  private func rows(under heading: String) throws -> [String] {
    let manual = try String(contentsOfFile: TestPipeline.repository + "/docs/lint.md", encoding: .utf8)
    let start = try #require(manual.range(of: "\n## \(heading)\n"), "lint.md has no part \(heading)").upperBound
    let end = manual.range(of: "\n## ", range: start..<manual.endIndex)?.lowerBound ?? manual.endIndex
    return manual[start..<end].split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      return line.dropFirst(3).split(separator: "`").first.map(String.init)
    }
  }

  @Test("Every rule, fault and severity is explained, once, in order, and nothing that is none")
  func tables() throws {
    #expect(try rows(under: "Rules") == LintRuleName.allCases.map(\.rawValue))
    #expect(try rows(under: "Faults") == PipelineFault.Kind.allCases.map(\.rawValue))
    #expect(try rows(under: "Severities") == FindingSeverity.allCases.map(\.rawValue))
  }

  @Test("No rule has the name of a fault: one list for both")
  func names() {
    #expect(
      Set(LintRuleName.allCases.map(\.rawValue)).isDisjoint(with: PipelineFault.Kind.allCases.map(\.rawValue)))
  }

  @Test("The members of a finding are those of the page")
  func members() throws {
    var text: [UInt8] = []
    try FindingWriter(sink: { text += $0 }).write([
      FindingRecord(severity: .note, rule: "r", format: nil, file: PathName([0xff]), message: "m\n")
    ])
    let array = try #require(JSONSerialization.jsonObject(with: Data(text)) as? [[String: Any]])
    let rows = try rows(under: "JSON")
    #expect(Set(rows) == Set(array[0].keys))
    #expect(
      String(decoding: text, as: UTF8.self)
        == "[\n  {\"severity\": \"note\", \"rule\": \"r\", \"format\": null, \"file\": {\"base64\": \"/w==\"}, "
        + "\"line\": null, \"column\": null, \"pointer\": null, \"message\": \"m\\n\"}\n]\n")
  }
}
