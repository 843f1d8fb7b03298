import Testing

@testable import UprevCore

@Suite("Semantic versions")
struct SemanticVersionTests {
  /// Each below the next (section 11).
  private static let ascending = [
    "0.0.0", "0.0.1-0", "0.0.1", "0.9.10", "0.10.0", "1.0.0--", "1.0.0-Alpha", "1.0.0-a-b", "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1",
    "9.0.0", "10.0.0-1.2", "10.0.0-1.10", "10.0.0-99999999999999999999998", "10.0.0-99999999999999999999999",
    "10.0.0-1a",
    "10.0.0", "99999999999999999999998.0.0", "99999999999999999999999.0.0", "100000000000000000000000.0.0",
  ]

  @Test("Precedence is total, and that of section 11; huge numbers are compared as numbers")
  func precedence() throws {
    let versions = try Self.ascending.map { try #require(SemanticVersion($0), "\($0)") }
    for (low, one) in versions.enumerated() {
      for (high, other) in versions.enumerated() {
        #expect((one < other) == (low < high), "\(one.text) \(other.text)")
        #expect((one == other) == (low == high))
      }
    }
  }

  @Test("Build metadata is kept and does not count")
  func build() throws {
    let plain = try #require(SemanticVersion("1.0.0-rc.1"))
    for text in ["1.0.0-rc.1+a", "1.0.0-rc.1+001", "1.0.0-rc.1+a.b-c.0"] {
      let version = try #require(SemanticVersion(text))
      #expect(version == plain && version.hashValue == plain.hashValue && version.text == text)
      #expect(!(version < plain) && !(plain < version))
    }
  }

  @Test(
    "What is no semantic version is none",
    arguments: [
      "", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b",
      "1.2.3-a.", "1.2.3+a..b", "1.2.3+a+b", "1.2.3-a_b", "-1.2.3", "1.2.-3", " 1.2.3", "1.2.3 ", "1.2.3\n", "1..3",
      ".2.3",
      "1.2.x", "1.2.3-é", "１.2.3", "1.2.3-@", "1.2.3-[", "1.2.3-`", "1.2.3-{", "1.2.3-\0",
    ])
  func invalid(_ text: String) {
    #expect(SemanticVersion(text) == nil)
  }
}
