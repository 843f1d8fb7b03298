import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Migration paths")
struct MigrationGraphTests {
  private static func edges(_ pairs: [(Int, Int)]) -> [Migration] {
    pairs.map { Migration(from: FormatVersion($0.0), to: FormatVersion($0.1)) }
  }

  @Test(
    "The path has the fewest edges, and the furthest first edge among those",
    arguments: [
      ([(1, 2)], 1, 2, [2]),
      ([(1, 2), (2, 3), (1, 3)], 1, 3, [3]),
      ([(1, 2), (2, 4), (1, 3), (3, 4)], 1, 4, [3, 4]),
      ([(1, 2), (2, 3), (3, 4), (3, 5), (4, 6), (5, 6)], 1, 6, [2, 3, 5, 6]),
      ([(2, 1)], 2, 1, [1]),
      ([(5, 3), (3, 1), (5, 2), (2, 1)], 5, 1, [2, 1]),
      ([(1, 2), (2, 1), (2, 3)], 1, 3, [2, 3]),
      ([(1, 2), (2, 1)], 2, 2, []),
      ([(1, 5), (5, 3), (1, 2), (2, 3)], 1, 3, [5, 3]),
    ] as [([(Int, Int)], Int, Int, [Int])])
  func path(pairs: [(Int, Int)], from: Int, to: Int, expected: [Int]) {
    let path = MigrationGraph(Self.edges(pairs)).path(from: FormatVersion(from), to: FormatVersion(to))
    #expect(path?.map(\.to) == expected.map { FormatVersion($0) })
  }

  @Test("Where no path is, or a version is unknown, there is none")
  func noPath() {
    let graph = MigrationGraph(Self.edges([(1, 2), (2, 1), (3, 2)]), known: [FormatVersion(7)])
    #expect(graph.path(from: FormatVersion(1), to: FormatVersion(3)) == nil)
    #expect(graph.path(from: FormatVersion(7), to: FormatVersion(2)) == nil)
    #expect(graph.path(from: FormatVersion(9), to: FormatVersion(2)) == nil)
    #expect(graph.path(from: FormatVersion(1), to: FormatVersion(9)) == nil)
    #expect(graph.knows(FormatVersion(7)))
    #expect(!graph.knows(FormatVersion(9)))
  }

  @Test("Versions are one however they are written")
  func literals() throws {
    let other = FormatVersion.integer(try #require(JSONDecimal(literal: Array("20e-1".utf8))))
    let graph = MigrationGraph([
      Migration(from: FormatVersion(1), to: other), Migration(from: FormatVersion(2), to: FormatVersion(3)),
    ])
    #expect(graph.knownVersions.count == 3)
    #expect(graph.path(from: FormatVersion(1), to: FormatVersion(3))?.count == 2)
  }

  @Test("Among strings, which have no order, two shortest ways are an open choice, settled by the file's order")
  func strings() {
    func version(_ name: String) -> FormatVersion { .string(name) }
    let graph = MigrationGraph([
      Migration(from: version("a"), to: version("z")), Migration(from: version("a"), to: version("b")),
      Migration(from: version("b"), to: version("d")), Migration(from: version("z"), to: version("d")),
    ])
    #expect(graph.path(from: version("a"), to: version("d"))?.map(\.to) == [version("z"), version("d")])
    let open = graph.equalChoices(to: version("d"))
    #expect(open.map(\.version) == [version("a")])
    #expect(open.map(\.migrations) == [[0, 1]])
  }

  @Test("Over all graphs of four versions the path is the one that trying all of them finds")
  func allSmallGraphs() {
    var possible: [(Int, Int)] = []
    for from in 1...4 {
      for to in 1...4 where to != from { possible.append((from, to)) }
    }
    var compared = 0
    for mask in 0..<(1 << possible.count) {
      let pairs = possible.indices.filter { mask & (1 << $0) != 0 }.map { possible[$0] }
      let graph = MigrationGraph(Self.edges(pairs), known: (1...4).map { FormatVersion($0) })
      for goal in 1...4 {
        let routes = graph.routes(to: FormatVersion(goal))
        for start in 1...4 {
          compared += 1
          let expected = Self.bruteForce(pairs, from: start, to: goal)
          let path = routes.path(from: FormatVersion(start))
          guard path?.map(\.to) == expected?.map({ FormatVersion($0) }),
            routes.hasPath(from: FormatVersion(start)) == (expected != nil)
          else {
            Issue.record("\(pairs), from \(start) to \(goal): expected \(String(describing: expected))")
            return
          }
        }
      }
    }
    #expect(compared == 4096 * 16)
  }

  @Test("A chain of fifty thousand versions, and a thick graph, are walked in time proportional to them")
  func large() {
    let elapsed = ContinuousClock().measure {
      let chain = MigrationGraph(Self.edges((0..<50_000).map { ($0, $0 + 1) }))
      #expect(chain.path(from: FormatVersion(0), to: FormatVersion(50_000))?.count == 50_000)
      let thick = MigrationGraph(
        Self.edges((0..<300).flatMap { from in (0..<300).filter { $0 != from }.map { (from, $0) } }))
      #expect(thick.path(from: FormatVersion(0), to: FormatVersion(299))?.count == 1)
      #expect(thick.equalChoices(to: FormatVersion(5)).isEmpty)
    }
    #expect(elapsed < Patience.seconds(60))
  }

  /// Every path without a version twice; of those the shortest, and at each step the furthest.
  private static func bruteForce(_ pairs: [(Int, Int)], from start: Int, to goal: Int) -> [Int]? {
    func all(_ version: Int, _ visited: Set<Int>) -> [[Int]] {
      if version == goal { return [[]] }
      return pairs.filter { $0.0 == version && !visited.contains($0.1) }.flatMap { pair in
        all(pair.1, visited.union([pair.1])).map { [pair.1] + $0 }
      }
    }
    let paths = all(start, [start])
    guard let shortest = paths.map(\.count).min() else { return nil }
    return paths.filter { $0.count == shortest }.min { left, right in
      var version = start
      for (one, other) in zip(left, right) {
        if one != other { return version < goal ? one > other : one < other }
        version = one
      }
      return false
    }
  }
}
