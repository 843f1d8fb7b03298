import Testing

@testable import UprevCore

@Suite("The size of batches")
struct BatchGrowthTests {
  /// The sizes of the batches of a tree.
  private func sizes(_ documents: Int, maximum: Int = 2048) -> [Int] {
    var growth = BatchGrowth(maximum: maximum)
    var left = documents
    var sizes: [Int] = []
    while left > 0 {
      sizes.append(min(left, growth.limit))
      left -= sizes.last ?? left
      growth.didEnd(sizes.last ?? 0)
    }
    return sizes
  }

  @Test("A small tree has several batches, and a large one batches of a few thousand")
  func grows() {
    #expect(sizes(100) == [100])
    #expect(sizes(2000) == [256, 512, 1024, 208])
    #expect(sizes(8000) == [256, 512] + Array(repeating: 1024, count: 7) + [64])
    #expect(sizes(100_000).dropLast().last == 2048)
  }

  @Test(
    "From 1,024 on no batch is more than an eighth of what was staged before it", arguments: [8_000, 20_000, 200_000])
  func lastBatches(documents: Int) {
    var before = 0
    for size in sizes(documents) {
      #expect(size <= 1024 || size <= before / 8)
      #expect(size <= 2048)
      before += size
    }
    #expect(before == documents)
  }

  @Test("No batch exceeds the maximum, which is 1 at least", arguments: [-1, 0, 1, 2, 300, 1500, .max])
  func maximum(_ maximum: Int) {
    for size in sizes(5000, maximum: maximum) { #expect((1...max(maximum, 1)).contains(size)) }
  }

  @Test("Batches that end early, because their documents are large, make none larger than twice the one before")
  func endsEarly() {
    var growth = BatchGrowth(maximum: 2048)
    growth.didEnd(3)
    #expect(growth.limit == 512)
    growth.didEnd(0)
    #expect(growth.limit == 1024)
    growth.didEnd(3)
    #expect(growth.limit == 1024)
  }
}
