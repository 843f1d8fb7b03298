import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Paths that two globs share")
struct GlobOverlapTests {
  @Test(
    "The shortest path that both match is found, or that there is none",
    arguments: [
      ("a.json", "a.json", "a.json"), ("a.json", "b.json", nil), ("*.json", "a*", "a.json"), ("*.json", "*.txt", nil),
      ("a*", "*a", "a"), ("a*b", "b*a", nil), ("[ab]x", "[bc]x", "bx"), ("[!a]", "a", nil), ("?", "[!a-z]", "0"),
      ("**/cache/*.json", "ml_*.json", "cache/ml_.json"), ("/cache/*", "cache/**", "cache/a"),
      ("/a/**/b", "/a/b", "a/b"), ("/a/**", "/**/z", "a/z"), ("a/*/c", "a/b/*", "a/b/c"), ("/a", "b/**", nil),
      ("/a", "**", "a"), ("x/**", "/x", nil), ("*", "[.]", nil), ("..?", "*", "..a"), ("é*", "*é", "é"),
      ("\\*", "[*]", "*"), ("[^a-z0-9_A-Z-]", "?", "!"),
    ] as [(String, String, String?)])
  func table(one: String, other: String, path: String?) throws {
    let expected = path.map { GlobOverlap.path(Array($0.utf8)) } ?? .none
    let (left, right) = (try Glob(one), try Glob(other))
    #expect(left.overlap(with: right).description == expected.description)
    switch (left.overlap(with: right), right.overlap(with: left)) {
    case (.path(let first), .path(let second)): #expect(first.count == second.count)
    case (let first, let second): #expect(first == second)
    }
  }

  @Test("A walk that would take too long says so")
  func limit() throws {
    let glob = try Glob(String(repeating: "a*", count: 60))
    #expect(glob.overlap(with: try Glob(String(repeating: "*a", count: 60)), limit: 50) == .undetermined)
    let long = try Glob(String(repeating: "a", count: 5000))
    #expect(long.overlap(with: long) == .undetermined)
  }

  @Test("For random globs the answer is that of trying every short path")
  func bruteForce() throws {
    let seed: UInt64 = 7_041
    var random = SeededGenerator(seed: seed)
    let paths = Self.paths(maximumLength: 5)
    var overlaps = 0
    for number in 0..<300 {
      let one = try Self.glob(&random)
      let other = try Self.glob(&random)
      let shortest = paths.first { one.matches($0) && other.matches($0) }
      let words: Comment = "seed \(seed), pair \(number): \(one.pattern) and \(other.pattern)"
      switch one.overlap(with: other) {
      case .none: #expect(shortest == nil, words)
      case .path(let path):
        overlaps += 1
        #expect(one.matches(path) && other.matches(path), words)
        if let shortest { #expect(path.count == shortest.count, words) } else { #expect(path.count > 5, words) }
      case .undetermined: Issue.record(words)
      }
    }
    #expect((50..<290).contains(overlaps), "\(overlaps)")
  }

  /// Every path over `a`, `b`, `.` and `/`, shortest first.
  private static func paths(maximumLength: Int) -> [[UInt8]] {
    var all: [[UInt8]] = []
    var layer: [[UInt8]] = [[]]
    for _ in 0..<maximumLength {
      layer = layer.flatMap { path in Array("ab./".utf8).map { path + [$0] } }
      all += layer
    }
    return all.filter { path in
      path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
      }
    }
  }

  private static func glob(_ random: inout SeededGenerator) throws -> Glob {
    let parts = ["a", "b", "*", "?", "[ab]", "[!a]", ".", "ab"]
    while true {
      var pattern = Bool.random(using: &random) ? "/" : ""
      for component in 0..<Int.random(in: 1...3, using: &random) {
        if component > 0 { pattern += "/" }
        if Int.random(in: 0..<4, using: &random) == 0 {
          pattern += "**"
        } else {
          for _ in 0..<Int.random(in: 1...3, using: &random) { pattern += parts.randomElement(using: &random) ?? "a" }
        }
      }
      if let glob = try? Glob(pattern) { return glob }
    }
  }
}

extension GlobOverlap {
  fileprivate var description: String {
    switch self {
    case .none: "none"
    case .path(let path): String(decoding: path, as: UTF8.self)
    case .undetermined: "undetermined"
    }
  }
}
