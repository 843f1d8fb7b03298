import Dispatch
import Foundation
import Synchronization

/// Runs the three parties of a ``BatchSchedule`` on threads: a reader, workers, and a writer on the calling thread.
///
/// This file is the only user of Dispatch. What may happen when is decided by the schedule alone; here are the threads, the lock
/// and the semaphores.
struct WorkerPool: Sendable {
  /// Workers, at least 1.
  let workers: Int
  /// Batches between reader and writer.
  let maximumBatches: Int
  /// Bytes between reader and writer.
  let maximumBytes: Int

  init(workers: Int, maximumBatches: Int? = nil, maximumBytes: Int) {
    self.workers = max(1, workers)
    self.maximumBatches = maximumBatches ?? 2 * max(1, workers) + 4
    self.maximumBytes = maximumBytes
  }

  /// Reads until the end, works on each batch, and writes the results in the order of reading.
  ///
  /// When `read` throws, what was read before is still worked on and written, and then the error is thrown. When `write`
  /// throws, nothing more is begun and the error is thrown at once after all threads have stopped.
  ///
  /// - Parameters:
  ///   - read: called by one thread at a time; nil is the end. The count of bytes is what the batch holds in memory.
  ///   - work: called by many threads at a time.
  ///   - write: called on the calling thread. What it is given is its own.
  func run<Input: Sendable, Output: Sendable>(
    read: @escaping () throws -> (batch: Input, bytes: Int)?,
    work: @escaping @Sendable (Input) -> Output,
    write: (consuming Output) throws -> Void
  ) throws {
    let exchange = Exchange<Input, Output>(
      schedule: BatchSchedule(maximumBatches: maximumBatches, maximumBytes: maximumBytes))
    let group = DispatchGroup()
    let reader = ReaderBody(read: read)
    // A serial queue each: Dispatch gives each its own thread, whatever else waits.
    DispatchQueue(label: "uprev.reader").async(group: group) { exchange.readAll(reader.read) }
    for number in 0..<workers {
      DispatchQueue(label: "uprev.worker.\(number)").async(group: group) { exchange.workAll(work) }
    }
    defer { group.wait() }
    do {
      try exchange.writeAll(write)
    } catch {
      exchange.cancel()
      throw error
    }
    if let error = exchange.readError { throw error }
  }
}

/// One thread beside the caller's, for one piece of work at a time that overlaps what the caller goes on to do.
///
/// It is used by one thread at a time.
public final class SideThread<Output: Sendable> {
  /// Nil where the work is done on the caller's thread.
  private let queue: DispatchQueue?
  private let done = DispatchSemaphore(value: 0)
  private var slot: Slot<Output>?

  /// - Parameter isInline: whether the work is done on the caller's thread after all.
  public init(isInline: Bool = false) {
    queue = isInline ? nil : DispatchQueue(label: "uprev.side")
  }

  /// Begins a piece of work; the one before must have been waited for.
  ///
  /// What `work` uses belongs to it until `wait()` has answered.
  public func begin(_ work: @escaping () -> Output) {
    let slot = Slot(work: work)
    self.slot = slot
    guard let queue else {
      slot.run()
      done.signal()
      return
    }
    queue.async { [done] in
      slot.run()
      done.signal()
    }
  }

  /// Whether a piece of work was begun that `wait()` has not answered for.
  public var isBusy: Bool { slot != nil }

  /// Whether there is such a piece of work, and it is done: `wait()` answers at once.
  public var isDone: Bool { slot?.isDone.load(ordering: .acquiring) ?? false }

  /// What the work came to, or nil where none was begun.
  public func wait() -> Output? {
    guard let slot else { return nil }
    done.wait()
    self.slot = nil
    return slot.output
  }
}

/// How far one thread has come, in bytes, for another that must not overtake it.
// @unchecked: every stored variable is guarded by `condition`.
public final class Progress: @unchecked Sendable {
  private let condition = NSCondition()
  private var position: Int64 = 0
  private var isFinal = false

  public init() {}

  /// Says how far the first thread has come; it never goes back.
  public func reach(_ position: Int64) {
    condition.withLock {
      self.position = max(self.position, position)
      condition.broadcast()
    }
  }

  /// The first thread goes no further.
  public func end() {
    condition.withLock {
      isFinal = true
      condition.broadcast()
    }
  }

  /// Waits until the first thread has passed `position`.
  /// - Returns: how far it has come: not beyond `position` only where it goes no further.
  public func wait(beyond position: Int64) -> Int64 {
    condition.withLock {
      while self.position <= position, !isFinal { condition.wait() }
      return self.position
    }
  }
}

/// A piece of work on its way to another thread and back.
// @unchecked: written and read by the side thread until it signals, and by the waiting thread after that; `isDone` is atomic.
private final class Slot<Output>: @unchecked Sendable {
  private var work: (() -> Output)?
  private(set) var output: Output?
  /// Said just before the signal.
  let isDone = Atomic(false)

  init(work: @escaping () -> Output) {
    self.work = work
  }

  /// What the work used is let go of before anybody hears that it is done.
  func run() {
    guard let work else { return }
    self.work = nil
    output = work()
    isDone.store(true, ordering: .releasing)
  }
}

/// Carries the reader's closure to its thread.
// @unchecked: the closure is called by the reader's thread alone, and `run` does not return before that has ended.
private struct ReaderBody<Batch>: @unchecked Sendable {
  let read: () throws -> (batch: Batch, bytes: Int)?
}

/// Where the parties meet.
// @unchecked: every stored variable is guarded by `lock`.
private final class Exchange<Input: Sendable, Output: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private let readerWake = DispatchSemaphore(value: 0)
  private let workerWake = DispatchSemaphore(value: 0)
  private let writerWake = DispatchSemaphore(value: 0)
  private var schedule: BatchSchedule
  private var inputs: [Int: (batch: Input, bytes: Int)] = [:]
  private var outputs: [Int: (batch: Output, bytes: Int)] = [:]
  private var error: (any Error)?

  init(schedule: BatchSchedule) {
    self.schedule = schedule
  }

  var readError: (any Error)? { lock.withLock { error } }

  func cancel() {
    signal(lock.withLock { schedule.cancel() })
  }

  func readAll(_ read: () throws -> (batch: Input, bytes: Int)?) {
    while let number = wait(readerWake, { $0.nextForReader() }) {
      do {
        guard let made = try read() else { break }
        signal(
          lock.withLock {
            inputs[number] = made
            return schedule.didRead(bytes: made.bytes)
          })
      } catch {
        lock.withLock { self.error = error }
        break
      }
    }
    signal(lock.withLock { schedule.readerDidEnd() })
  }

  func workAll(_ work: (Input) -> Output) {
    while let number = wait(workerWake, { $0.nextForWorker() }) {
      guard let input = lock.withLock({ inputs.removeValue(forKey: number) }) else { continue }
      let output = work(input.batch)
      signal(
        lock.withLock {
          outputs[number] = (output, input.bytes)
          return schedule.didWork(on: number)
        })
    }
  }

  func writeAll(_ write: (consuming Output) throws -> Void) rethrows {
    while let number = wait(writerWake, { $0.nextForWriter() }) {
      guard let (batch, bytes) = lock.withLock({ outputs.removeValue(forKey: number) }) else { continue }
      try write(consume batch)
      signal(lock.withLock { schedule.didWrite(bytes: bytes) })
    }
  }

  /// The number of the batch to take, or nil at the end.
  private func wait(_ semaphore: DispatchSemaphore, _ next: (inout BatchSchedule) -> BatchSchedule.Step) -> Int? {
    while true {
      switch lock.withLock({ next(&schedule) }) {
      case .take(let number): return number
      case .end: return nil
      case .wait: semaphore.wait()
      }
    }
  }

  private func signal(_ wakes: BatchSchedule.Wakes) {
    if wakes.reader { readerWake.signal() }
    if wakes.writer { writerWake.signal() }
    for _ in 0..<wakes.workers { workerWake.signal() }
  }
}
