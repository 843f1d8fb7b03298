import LosslessJSON
import Testing
import UprevReport

@testable import UprevCore

@Suite("Versions that are asked for")
struct TargetVersionsTests {
  private static func formats() throws -> [Format] {
    try TestPipeline(
      """
      uprev: 1
      name: test
      formats:
        - name: numbers
          files: ["n.json"]
          version: {at: /version, type: integer, missing: 1}
          current: 2
          migrations: [{from: 1, to: 2}, {from: 2, to: 1}]
        - name: texts
          files: ["t.json"]
          version: {at: /version, type: string}
          current: "a=b"
          migrations: [{from: "1", to: "a=b"}]
        - name: semantic
          files: ["s.json"]
          version: {at: /version, type: semver}
          current: 2.0.0
          migrations: [{from: 1.0.0, to: 2.0.0}, {from: 2.0.0, to: 1.0.0}]
      """
    ).load().formats
  }

  @Test(
    "A version alone is one that exactly one format knows; a format's name in front says which",
    arguments: [
      (["2"], [0: "2"]), (["2.0"], [0: "2"]), (["20e-1"], [0: "2"]), (["a=b"], [1: "a=b"]), (["texts=a=b"], [1: "a=b"]),
      (["numbers=1"], [0: "1"]), (["texts=1"], [1: "1"]), (["1.0.0"], [2: "1.0.0"]), (["1.0.0+build"], [2: "1.0.0"]),
      (["numbers=1", "texts=1", "semantic=1.0.0"], [0: "1", 1: "1", 2: "1.0.0"]), (["2", "numbers=2.0"], [0: "2"]),
      ([], [:]),
    ] as [([String], [Int: String])])
  func choices(texts: [String], expected: [Int: String]) throws {
    let formats = try Self.formats()
    let versions = try TargetVersions(parsing: texts, formats: formats)
    #expect(Set(versions.versions.keys) == Set(expected.keys))
    for (index, text) in expected {
      let known = formats[index].graph.knownVersions.first { $0.description == text }
      #expect(versions.versions[index] == known && known != nil)
    }
    for index in formats.indices { #expect(versions.leavesAlone(index) == (!texts.isEmpty && expected[index] == nil)) }
  }

  @Test(
    "What names no version, or more than one, is refused",
    arguments: [
      (["1"], "more than one format is meant: numbers, texts"), (["3"], "no format knows that version"),
      (["numbers=3"], "it knows 1, 2"), (["numbers=x"], "it knows 1, 2"), (["texts=2"], "it knows 1, a=b"),
      (["other=1"], "no format knows"), ([""], "no format knows"), (["numbers="], "it knows"),
      (["2", "numbers=1"], "two versions of numbers"),
    ])
  func refusals(texts: [String], words: String) throws {
    let formats = try Self.formats()
    let error = #expect(throws: TargetVersionError.self) { try TargetVersions(parsing: texts, formats: formats) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
