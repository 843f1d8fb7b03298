import Testing

@testable import UprevCore

/// All interleavings of one reader, some workers and one writer, each step of each party in turn, with a party that was
/// told to wait blocked until it is woken.
private struct World: Hashable {
  enum Party: Hashable {
    case ready
    case holding(Int)
    case blocked
    case ended
  }

  var schedule: BatchSchedule
  var reader = Party.ready
  var workers: [Party]
  var writer = Party.ready
  /// Bytes of the batches that the reader will make.
  let sizes: [Int]
  var written: [Int] = []
  /// The writer fails at this batch.
  let failing: Int?

  init(sizes: [Int], workers: Int, maximumBatches: Int, maximumBytes: Int, failing: Int?) {
    schedule = BatchSchedule(maximumBatches: maximumBatches, maximumBytes: maximumBytes)
    self.workers = Array(repeating: .ready, count: workers)
    self.sizes = sizes
    self.failing = failing
  }

  var parties: Int { workers.count + 2 }

  /// The world after one step of a party, or nil where it cannot step.
  func stepping(_ party: Int) -> World? {
    var next = self
    switch party {
    case 0:
      switch reader {
      case .ready: next.reader = Self.party(next.schedule.nextForReader())
      case .holding(let number) where number < sizes.count:
        next.reader = .ready
        next.wake(next.schedule.didRead(bytes: sizes[number]))
      case .holding:
        next.reader = .ended
        next.wake(next.schedule.readerDidEnd())
      case .blocked, .ended: return nil
      }
    case 1:
      switch writer {
      case .ready: next.writer = Self.party(next.schedule.nextForWriter())
      case .holding(let number) where number == failing:
        next.writer = .ended
        next.wake(next.schedule.cancel())
      case .holding(let number):
        next.writer = .ready
        next.written.append(number)
        next.wake(next.schedule.didWrite(bytes: sizes[number]))
      case .blocked, .ended: return nil
      }
    default:
      let index = party - 2
      switch workers[index] {
      case .ready: next.workers[index] = Self.party(next.schedule.nextForWorker())
      case .holding(let number):
        next.workers[index] = .ready
        next.wake(next.schedule.didWork(on: number))
      case .blocked, .ended: return nil
      }
    }
    return next
  }

  private static func party(_ step: BatchSchedule.Step) -> Party {
    switch step {
    case .take(let number): .holding(number)
    case .wait: .blocked
    case .end: .ended
    }
  }

  private mutating func wake(_ wakes: BatchSchedule.Wakes) {
    if wakes.reader, reader == .blocked { reader = .ready }
    if wakes.writer, writer == .blocked { writer = .ready }
    var left = wakes.workers
    for index in workers.indices where left > 0 && workers[index] == .blocked {
      workers[index] = .ready
      left -= 1
    }
  }

  /// Batches that were begun by the reader and not finished by the writer.
  var inHand: Int {
    guard case .holding(let number) = reader, number < sizes.count else { return 0 }
    return number + 1 - written.count
  }

  var hasEnded: Bool { reader == .ended && writer == .ended && workers.allSatisfy { $0 == .ended } }
}

@Suite("The batch schedule")
struct BatchScheduleTests {
  @Test(
    "Every interleaving ends, writes in order, and keeps the bounds",
    arguments: [
      (sizes: [], workers: 1, batches: 1, bytes: 1), (sizes: [1], workers: 2, batches: 1, bytes: 1),
      (sizes: [1, 1, 1], workers: 1, batches: 2, bytes: 10), (sizes: [1, 1, 1, 1], workers: 2, batches: 2, bytes: 10),
      (sizes: [5, 1, 9, 1], workers: 2, batches: 3, bytes: 6), (sizes: [1, 1, 1], workers: 3, batches: 4, bytes: 2),
    ])
  func everyInterleaving(sizes: [Int], workers: Int, batches: Int, bytes: Int) {
    for failing in [nil] + sizes.indices.map(Optional.some) {
      var seen: Set<World> = []
      var open = [
        World(
          sizes: sizes, workers: workers, maximumBatches: batches, maximumBytes: bytes, failing: failing)
      ]
      var ends = 0
      while let world = open.popLast() {
        guard seen.insert(world).inserted else { continue }
        #expect(world.written == Array(0..<world.written.count))
        #expect(world.inHand <= batches)
        let next = (0..<world.parties).compactMap(world.stepping)
        if next.isEmpty {
          ends += 1
          #expect(world.hasEnded, "deadlock: \(world)")
          #expect(world.written.count == failing ?? sizes.count)
        }
        open.append(contentsOf: next)
      }
      #expect(ends > 0)
    }
  }

  @Test("A batch larger than all bytes allowed is let in alone")
  func largeBatchAlone() {
    var schedule = BatchSchedule(maximumBatches: 8, maximumBytes: 10)
    #expect(schedule.nextForReader() == .take(0))
    _ = schedule.didRead(bytes: 1000)
    #expect(schedule.nextForReader() == .wait)
    #expect(schedule.nextForWorker() == .take(0))
    _ = schedule.didWork(on: 0)
    #expect(schedule.nextForWriter() == .take(0))
    #expect(schedule.didWrite(bytes: 1000).reader)
    #expect(schedule.nextForReader() == .take(1))
  }
}
