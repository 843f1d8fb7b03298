import Testing

@testable import UprevCore

private struct Failure: Error, Equatable {
  var number: Int
}

@Suite("The worker pool")
struct WorkerPoolTests {
  @Test("Results come in the order of reading, for any number of workers", arguments: [1, 2, 3, 16])
  func order(workers: Int) throws {
    let pool = WorkerPool(workers: workers, maximumBytes: 50)
    var next = 0
    var written: [Int] = []
    try pool.run(
      read: {
        guard next < 2000 else { return nil }
        next += 1
        return (next, next % 7)
      },
      work: { number in number * 3 },
      write: { written.append($0) })
    #expect(written == (1...2000).map { $0 * 3 })
  }

  @Test("An error of the reader is thrown after everything before it was written")
  func readerFails() {
    let pool = WorkerPool(workers: 2, maximumBytes: 50)
    var next = 0
    var written: [Int] = []
    #expect(throws: Failure(number: 100)) {
      try pool.run(
        read: {
          next += 1
          if next > 100 { throw Failure(number: 100) }
          return (next, 1)
        },
        work: { $0 },
        write: { written.append($0) })
    }
    #expect(written == Array(1...100))
  }

  @Test("An error of the writer stops the reader and is thrown")
  func writerFails() {
    let pool = WorkerPool(workers: 4, maximumBatches: 8, maximumBytes: 1000)
    var next = 0
    #expect(throws: Failure(number: 10)) {
      try pool.run(
        read: {
          next += 1
          return (next, 1)
        },
        work: { $0 },
        write: { number in if number == 10 { throw Failure(number: 10) } })
    }
    #expect(next < 10 + 8 + 2)
  }
}
