import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Globs")
struct GlobTests {
  @Test(
    "A glob matches what gitignore would match, and nothing else",
    arguments: [
      ("ml_training_*.json", "ml_training_a.json", true),
      ("ml_training_*.json", "deep/er/ml_training_.json", true),
      ("ml_training_*.json", "ml_training_.jso", false),
      ("ml_training_*.json", "ml_training.json", false),
      ("ml_training_*.json", "ml_training_a.json.tmp", false),
      ("ml_training_*.json", "ml_training_a.json/other", false),
      ("ml_training_*.json", "ML_training_a.json", false),
      ("aa*aa", "aaa", false),
      ("aa*aa", "aaaa", true),
      ("*", ".hidden", true),
      ("*.json", ".json", true),
      ("?", "é", false),
      ("??", "é", true),
      ("[a-c]x", "bx", true),
      ("[a-c]x", "dx", false),
      ("[!a-c]x", "dx", true),
      ("[^a-c]x", "ax", false),
      ("[]]x", "]x", true),
      ("[!]]x", "]x", false),
      ("[a-]x", "-x", true),
      ("[\\]]x", "]x", true),
      ("\\*", "*", true),
      ("\\*", "a", false),
      ("\\!a", "!a", true),
      ("func:*_v:1.json", "optimization_cache/func:0123_size:small_v:1.json", true),
      ("/a.json", "a.json", true),
      ("/a.json", "b/a.json", false),
      ("b/a.json", "b/a.json", true),
      ("b/a.json", "c/b/a.json", false),
      ("b/*", "b/c/d", false),
      ("**/a", "a", true),
      ("**/a", "x/y/a", true),
      ("a/**", "a", false),
      ("a/**", "a/b", true),
      ("a/**", "a/b/c", true),
      ("a/**/b", "a/b", true),
      ("a/**/b", "a/x/y/b", true),
      ("a/**/b", "a/x/y/c", false),
      ("**", "a/b", true),
      ("/**", "a/b", true),
      ("**/x/**", "x/y", true),
      ("**/x/**", "w/x", false),
      ("a**b", "a/b", false),
      ("a**b", "axxb", true),
    ])
  func matching(pattern: String, path: String, expected: Bool) throws {
    #expect(try Glob(pattern).matches(Array(path.utf8)) == expected)
  }

  @Test(
    "Absolute paths, empty ones, folders and paths with a .. component match nothing",
    arguments: ["/a", "", "a/", "../a", "b/../a", "b/.."])
  func hostilePaths(path: String) throws {
    for pattern in ["**", "*", "**/a", "/**", "a"] {
      #expect(try !Glob(pattern).matches(Array(path.utf8)), "\(pattern)")
    }
    #expect(try Glob("**").matches(Array("..a/b..".utf8)))
  }

  @Test("Bytes that are no UTF-8 are matched as bytes")
  func rawBytes() throws {
    #expect(try Glob("a?b").matches([0x61, 0xFF, 0x62]))
    #expect(try Glob("a*").matches([0x61, 0xC3]))
    #expect(try Glob("[!a]").matches([0x80]))
  }

  @Test(
    "A bad glob is refused with the byte at which it goes wrong",
    arguments: [
      ("", GlobError.Problem.empty, 0), ("/", .empty, 1), ("!a", .negated, 0), ("a/", .folder, 2),
      ("a//b", .emptyComponent, 2), ("//a", .emptyComponent, 1), ("./a", .dots, 0), ("a/../b", .dots, 2),
      ("x[ab", .unclosedSet, 1), ("x[]", .unclosedSet, 1), ("[a/b]", .unclosedSet, 0), ("[!", .unclosedSet, 0),
      ("a[z-a]", .reversedRange, 2), ("[[:alpha:]]", .namedSet, 1), ("[a[=b=]]", .namedSet, 2),
      ("a\\", .unfinishedEscape, 1), ("[\\", .unfinishedEscape, 1), ("a\\/b", .escapedSlash, 1),
    ])
  func badGlob(pattern: String, problem: GlobError.Problem, offset: Int) throws {
    let error = #expect(throws: GlobError.self) { try Glob(pattern) }
    #expect(error?.problem == problem)
    #expect(error?.offset == offset)
  }

  @Test("Every problem has its own sentence with pattern and place")
  func words() {
    let sentences = GlobError.Problem.allCases.map {
      GlobError(pattern: "x", problem: $0, offset: 2).description
    }
    #expect(Set(sentences).count == GlobError.Problem.allCases.count)
    #expect(sentences.allSatisfy { $0.hasPrefix("glob `x`, byte 3: ") })
  }

  @Test("Over all small patterns and paths the answer is the naive matcher's")
  func enumeration() {
    let paths = Self.words(over: Array("ab/".utf8), upTo: 5)
    var compared = 0
    for pattern in Self.words(over: Array("ab*?/".utf8), upTo: 5) {
      guard let glob = try? Glob(String(decoding: pattern, as: UTF8.self)) else { continue }
      for path in paths {
        compared += 1
        let expected = NaiveGlob.matches(pattern, path)
        if glob.matches(path) != expected {
          Issue.record(
            "\(glob.pattern) on \(String(decoding: path, as: UTF8.self)): expected \(expected)")
          return
        }
      }
    }
    #expect(compared > 300_000)
  }

  @Test(
    "Patterns that make a backtracking matcher explode end at once",
    arguments: [
      (String(repeating: "a*", count: 400) + "b", String(repeating: "a", count: 4000)),
      (String(repeating: "?*[ab]", count: 300) + "c", String(repeating: "a", count: 4000)),
      (String(repeating: "**/a/", count: 300) + "b", String(repeating: "a/", count: 2000) + "a"),
      (String(repeating: "**/*a*/", count: 200) + "b", String(repeating: "aaaa/", count: 800) + "a"),
    ])
  func hostilePattern(pattern: String, path: String) throws {
    let glob = try Glob(pattern)
    let clock = ContinuousClock()
    let elapsed = clock.measure { #expect(!glob.matches(Array(path.utf8))) }
    #expect(elapsed < Patience.seconds(30))
  }

  private static func words(over alphabet: [UInt8], upTo length: Int) -> [[UInt8]] {
    var all: [[UInt8]] = []
    var layer: [[UInt8]] = [[]]
    for _ in 0..<length {
      layer = layer.flatMap { word in alphabet.map { word + [$0] } }
      all += layer
    }
    return all
  }
}

/// The definition, written down without a thought for speed: sets of components, tried in every way.
private enum NaiveGlob {
  static func matches(_ pattern: [UInt8], _ path: [UInt8]) -> Bool {
    let slash = UInt8(ascii: "/")
    guard path.first != slash, path.last != slash else { return false }
    var patterns = pattern.split(separator: slash, omittingEmptySubsequences: false).map(Array.init)
    let components = path.split(separator: slash, omittingEmptySubsequences: false).map(Array.init)
    if patterns.count == 1 { return component(patterns[0], components[components.count - 1]) }
    if patterns[0].isEmpty { patterns.removeFirst() }
    return whole(patterns[...], components[...])
  }

  private static func whole(_ patterns: ArraySlice<[UInt8]>, _ components: ArraySlice<[UInt8]>) -> Bool {
    guard let pattern = patterns.first else { return components.isEmpty }
    let rest = patterns.dropFirst()
    if pattern.count > 1, pattern.allSatisfy({ $0 == UInt8(ascii: "*") }) {
      let least = rest.isEmpty ? 1 : 0
      guard components.count >= least else { return false }
      return (least...components.count).contains { whole(rest, components.dropFirst($0)) }
    }
    guard let component = components.first else { return false }
    return self.component(pattern, component) && whole(rest, components.dropFirst())
  }

  private static func component(_ pattern: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard let first = pattern.first else { return bytes.isEmpty }
    let rest = Array(pattern.dropFirst())
    if first == UInt8(ascii: "*") {
      return (0...bytes.count).contains { component(rest, Array(bytes.dropFirst($0))) }
    }
    guard let byte = bytes.first else { return false }
    return (first == UInt8(ascii: "?") || first == byte) && component(rest, Array(bytes.dropFirst()))
  }
}
