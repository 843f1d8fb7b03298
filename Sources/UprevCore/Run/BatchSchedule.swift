/// Who may do what next in a run over one container: a pure state machine, without threads or locks.
///
/// One reader makes batches, numbered from 0; several workers transform them, in any order; one writer takes them in
/// order. A batch is *in hand* from the reader's asking until the writer is done with it. The reader waits while as many
/// batches, or as many bytes, are in hand as are allowed; one batch is always allowed, whatever its size.
///
/// Each party asks for its next step. One told to wait is remembered, and a later transition that lets it go on says so in
/// its ``Wakes``: whoever drives the machine must then wake it.
struct BatchSchedule: Hashable, Sendable {
  /// What one party does next.
  enum Step: Hashable, Sendable {
    /// Take the batch of this number. (For the reader: make it.)
    case take(Int)
    case wait
    /// There is nothing more to do, ever.
    case end
  }

  /// Which waiting parties can go on.
  struct Wakes: Hashable, Sendable {
    var reader = false
    var workers = 0
    var writer = false
  }

  let maximumBatches: Int
  let maximumBytes: Int

  private var nextToRead = 0
  private var nextToWork = 0
  private var nextToWrite = 0
  /// Bytes in hand, by batches that the reader has finished.
  private var bytesInHand = 0
  /// Finished by workers and not yet taken by the writer.
  private var finished: Set<Int> = []
  /// The reader is making the batch `nextToRead`.
  private var isReading = false
  private var readerHasEnded = false
  private var isCancelled = false

  private var readerWaits = false
  private var writerWaits = false
  private var workersWaiting = 0

  /// - Parameters:
  ///   - maximumBatches: batches in hand, at least 1.
  ///   - maximumBytes: bytes in hand before the reader waits.
  init(maximumBatches: Int, maximumBytes: Int) {
    self.maximumBatches = max(1, maximumBatches)
    self.maximumBytes = maximumBytes
  }

  /// The batches read and not yet written.
  private var batchesInHand: Int { nextToRead - nextToWrite }

  mutating func nextForReader() -> Step {
    if isCancelled || readerHasEnded { return .end }
    guard batchesInHand < maximumBatches, bytesInHand < maximumBytes || batchesInHand == 0 else {
      readerWaits = true
      return .wait
    }
    isReading = true
    return .take(nextToRead)
  }

  /// The reader has made the batch it took.
  mutating func didRead(bytes: Int) -> Wakes {
    guard isReading else { return Wakes() }
    isReading = false
    nextToRead += 1
    bytesInHand += bytes
    return wakes(workers: 1)
  }

  /// The reader has come to the end, or failed.
  mutating func readerDidEnd() -> Wakes {
    isReading = false
    readerHasEnded = true
    return wakes(workers: .max, writer: true)
  }

  mutating func nextForWorker() -> Step {
    if isCancelled { return .end }
    if nextToWork < nextToRead {
      nextToWork += 1
      return .take(nextToWork - 1)
    }
    if readerHasEnded { return .end }
    workersWaiting += 1
    return .wait
  }

  mutating func didWork(on batch: Int) -> Wakes {
    finished.insert(batch)
    return wakes(writer: batch == nextToWrite)
  }

  mutating func nextForWriter() -> Step {
    if isCancelled { return .end }
    if finished.remove(nextToWrite) != nil { return .take(nextToWrite) }
    if readerHasEnded, nextToWrite == nextToRead { return .end }
    writerWaits = true
    return .wait
  }

  /// The writer is done with the batch it took, which held that many bytes.
  mutating func didWrite(bytes: Int) -> Wakes {
    nextToWrite += 1
    bytesInHand -= bytes
    return wakes(reader: true)
  }

  /// Nothing more is begun; batches in hand are dropped.
  mutating func cancel() -> Wakes {
    isCancelled = true
    return wakes(reader: true, workers: .max, writer: true)
  }

  private mutating func wakes(reader: Bool = false, workers: Int = 0, writer: Bool = false) -> Wakes {
    var result = Wakes()
    if reader, readerWaits {
      readerWaits = false
      result.reader = true
    }
    if writer, writerWaits {
      writerWaits = false
      result.writer = true
    }
    result.workers = min(workers, workersWaiting)
    workersWaiting -= result.workers
    return result
  }
}
