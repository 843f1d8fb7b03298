import Foundation
import Testing

/// What the pages under `docs` say about this repository.
@Suite("The pages under docs")
struct PagesTests {
  private static let pages = [
    "docs/threat-model.md", "docs/gather.md", "docs/plan.md", "docs/limits.md", "docs/operating.md",
    "docs/guarantees.md",
    "docs/recovery.md",
    "docs/undo.md", "docs/state.md", "docs/archives.md", "docs/pipelines.md", "docs/steps.md", "docs/jq.md",
    "docs/schemas.md", "docs/lint.md",
  ]

  @Test("Every test that a page names is there, in the file that it names")
  func namedTests() throws {
    var files: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: checkout.path + "/Tests")
    where name.hasSuffix(".swift") {
      files[String(name.split(separator: "/").last ?? "")] = try text(of: "Tests/" + name)
    }
    var count = 0
    for page in Self.pages {
      for match in try text(of: page).matches(of: /`(\w+\.swift)`: “([^”]+)”/) {
        count += 1
        let source = try #require(files[String(match.1)], "\(page) names \(match.1)")
        #expect(source.contains("\"\(match.2)\""), "\(page) names “\(match.2)” of \(match.1)")
      }
    }
    #expect(count > 30)
  }

  @Test("Every page that a page or the README links to is there, and the README links to each")
  func links() throws {
    for page in Self.pages + ["README.md"] {
      let folder = page.hasPrefix("docs/") ? "docs/" : ""
      for match in try text(of: page).matches(of: /\]\(([\w.\/-]+)\)/) {
        #expect(FileManager.default.fileExists(atPath: "\(checkout.path)/\(folder)\(match.1)"), "\(page): \(match.1)")
      }
    }
    let readme = try text(of: "README.md")
    for page in Self.pages { #expect(readme.contains("](\(page))"), "\(page)") }
  }
}
