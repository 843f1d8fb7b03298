import LosslessJSON
import Testing
import UprevTestSupport

@Suite("Duplicate member names")
struct DuplicateNameTests {
  static let duplicates: [(String, Int, String)] = [
    (#"{"a":1,"a":2}"#, 7, "/a"), (#"{"version":1,"\u0076ersion":2}"#, 13, "/version"), (#"{"":1,"":2}"#, 6, "/"),
    (#"{"x":[0,{"a":1,"b":2,"a":3}]}"#, 21, "/x/1/a"), (#"{"/":1,"\/":2}"#, 7, "/~1"),
    (#"{"é":1,"\u00e9":2}"#, 8, "/é"), (#"{"\ud83d\ude00":1,"😀":2}"#, 18, "/😀"),
    (#"{"\ud800":1,"\uD800":2}"#, 12, "/\u{fffd}"), (#"{"a":{"b":1},"c":2,"a":{"b":1}}"#, 19, "/a"),
    (
      #"{"a long name that has more than eight bytes":1,"a long name that has more than eight bytes":2}"#, 48,
      "/a long name that has more than eight bytes"
    ),
    (#"{"a":1,"b":2,"b":3,"a":4}"#, 13, "/b"), (#"[{"a":1},{"a":1,"a":1}]"#, 16, "/1/a"),
  ]

  @Test("Two names that are equal after unescaping are refused at the second, with its pointer", arguments: duplicates)
  func refuses(text: String, offset: Int, pointer: String) throws {
    let error = try #require(failure(text))
    #expect(error.code == .duplicateKey)
    #expect(error.offset == offset)
    #expect(error.pointer?.description == pointer)
    #expect(error.message.contains(pointer))
  }

  @Test("Names that differ in any code point are different, also where Swift's strings are equal")
  func different() throws {
    let json = try scan(
      #"{"é":1,"e\u0301":2,"É":3,"E\u0301":4,"a":5,"A":6,"a\u0000":7,"\ud800":8,"\ud801":9,"\ufffd":10}"#)
    #expect(json.root.count == 10)
    #expect(json.root[member: "\u{e9}"]?.number?.int == 1)
    #expect(json.root[member: "e\u{301}"]?.number?.int == 2)
  }

  @Test(
    "The first duplicate is found at any place in an object of any size, escaped or not",
    arguments: [2, 5, 31, 32, 33, 34, 100, 3000])
  func large(count: Int) throws {
    let seed: UInt64 = 7 + UInt64(count)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var names = (0..<count).map { "name \($0)" }.shuffled(using: &generator)
      func text() -> String {
        "{" + names.map { "\"\($0)\": 0" }.joined(separator: ", ") + "}"
      }
      #expect(failure(text()) == nil, "seed \(seed)")
      let second = Int.random(in: 1..<count, using: &generator)
      let first = Int.random(in: 0..<second, using: &generator)
      names[second] = names[first]
      if generator.chance(1, outOf: 2) { names[second] = "\\u006eame" + names[second].dropFirst(4) }
      let error = try #require(failure(text()), "seed \(seed)")
      let offset = text().utf8.count - names[second...].map { "\"\($0)\": 0" }.joined(separator: ", ").utf8.count - 1
      #expect(error.code == .duplicateKey && error.offset == offset, "seed \(seed)")
    }
  }
}

@Suite("Hostile texts take no more than their share of time")
struct HostileTests {
  /// Seconds for two sizes; the larger must not take much more than its share.
  private func growth(_ make: (Int) -> String, sizes: (Int, Int) = (20_000, 160_000)) -> Double {
    func seconds(_ count: Int) -> Double {
      let text = JSONText(make(count))
      return (0..<3).map { _ in
        let clock = ContinuousClock()
        let duration = clock.measure {
          do { _ = try IndexedJSON(scanning: text) } catch { Issue.record("\(error)") }
        }
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
      }.min() ?? .infinity
    }
    return seconds(sizes.1) / seconds(sizes.0)
  }

  @Test("Objects with very many members")
  func manyMembers() {
    // Eight times the size: linear is 8, n log n about 9, quadratic 64.
    #expect(growth { count in "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" } < 32)
  }

  @Test("Names made to share a signature")
  func collisions() {
    // The signature sees the first and last eight bytes and the length only.
    let ratio = growth { count in
      "{" + (0..<count).map { "\"prefix--\(1_000_000 + $0)--suffix\":0" }.joined(separator: ",") + "}"
    }
    #expect(ratio < 32)
  }

  @Test("Names made to share a signature, escaped")
  func escapedCollisions() {
    let ratio = growth { count in
      "{" + (0..<count).map { "\"\\u0070refix--\(1_000_000 + $0)--suffix\":0" }.joined(separator: ",") + "}"
    }
    #expect(ratio < 32)
  }

  @Test("Objects of equal members in different orders are compared in n log n steps")
  func equality() throws {
    func text(_ numbers: some Sequence<Int>) throws -> IndexedJSON {
      try scan("{" + numbers.map { "\"prefix--\(1_000_000 + $0)--suffix\":\($0)" }.joined(separator: ",") + "}")
    }
    let forward = try text(0..<100_000)
    let backward = try text((0..<100_000).reversed())
    let clock = ContinuousClock()
    let duration = clock.measure { #expect(forward.root.isEqual(to: backward.root)) }
    #expect(duration < Patience.seconds(30))
  }
}
