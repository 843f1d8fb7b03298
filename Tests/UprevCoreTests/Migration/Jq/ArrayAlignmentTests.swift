import Testing
import UprevTestSupport

@testable import UprevCore

struct ArrayAlignmentTests {
  @Test("Kept and moved elements are equal to what they were, places increase, and no old element is used twice")
  func properties() {
    let seed: UInt64 = 20_261_125
    var generator = SeededGenerator(seed: seed)
    for round in 0..<3000 {
      let kinds = UInt32.random(in: 1...8, using: &generator)
      let old = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        UInt32.random(in: 0..<kinds, using: &generator)
      }
      let new = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        UInt32.random(in: 0..<kinds, using: &generator)
      }
      let elements = ArrayAlignment(from: old, to: new).elements
      #expect(elements.count == new.count)
      var last = -1
      var used: Set<Int> = []
      for (element, value) in zip(elements, new) {
        switch element {
        case .kept(let place), .changed(let place):
          #expect(place > last, "seed \(seed), round \(round): \(old) \(new)")
          last = place
          #expect(used.insert(place).inserted)
          #expect((old[place] == value) == (element == .kept(place)))
        case .moved(let place):
          #expect(used.insert(place).inserted)
          #expect(old[place] == value)
        case .new:
          break
        }
      }
    }
  }

  @Test("What is deleted, inserted or moved leaves the others where they are")
  func examples() {
    #expect(ArrayAlignment(from: [1, 2, 3], to: [2, 3]).elements == [.kept(1), .kept(2)])
    #expect(ArrayAlignment(from: [1, 2, 3], to: [1, 9, 2, 3]).elements == [.kept(0), .new, .kept(1), .kept(2)])
    #expect(
      ArrayAlignment(from: [1, 2, 3, 4], to: [4, 1, 2, 3]).elements == [.moved(3), .kept(0), .kept(1), .kept(2)])
    #expect(ArrayAlignment(from: [1, 2, 3], to: [7, 8, 9]).elements == [.changed(0), .changed(1), .changed(2)])
    #expect(ArrayAlignment(from: [1, 2, 3], to: [1, 8, 3]).elements == [.kept(0), .changed(1), .kept(2)])
    #expect(ArrayAlignment(from: [1, 2], to: [5, 6, 7]).elements == [.new, .new, .new])
    #expect(ArrayAlignment(from: [], to: []).elements == [])
  }

  @Test("The longest increasing row is as long as the quadratic way finds")
  func row() {
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let numbers = Array(0..<Int.random(in: 0...12, using: &generator)).shuffled(using: &generator)
      var best = Array(repeating: 1, count: numbers.count)
      for end in numbers.indices {
        for start in 0..<end where numbers[start] < numbers[end] { best[end] = max(best[end], best[start] + 1) }
      }
      let row = ArrayAlignment.longestIncreasingRow(numbers)
      #expect(row.count == best.max() ?? 0, "seed \(seed)")
      #expect(zip(row, row.dropFirst()).allSatisfy { $0 < $1 && numbers[$0] < numbers[$1] })
    }
  }
}
