import Foundation
import UprevCore
import UprevReport

/// A journal that is gone with the process: for tests of what writes one or reads one. Runs of one journal see each other.
public final class InMemoryJournal: RunJournal, JournaledRuns, @unchecked Sendable {
  /// One target's records.
  fileprivate struct Target {
    var journaled: JournaledTarget
    var changes: [JournalChange] = []
    var original: JournalOriginal?
  }

  // Guarded by `lock`.
  private var known: [JournaledRun] = []
  private var targets: [Int64: Target] = [:]
  private var failure: JournalError?
  private let lock = NSLock()

  public init() {}

  /// Makes every call that writes fail from now on; nil makes them work again.
  public func fail(_ error: JournalError?) {
    lock.withLock { failure = error }
  }

  /// Changes what a target's records say, as damage would.
  public func damage(_ run: String, _ body: (inout JournalChange) -> Void) {
    lock.withLock {
      for target in known.first(where: { $0.id == run })?.targets ?? [] {
        for index in targets[target.id]?.changes.indices ?? 0..<0 {
          if var change = targets[target.id]?.changes[index] {
            body(&change)
            targets[target.id]?.changes[index] = change
          }
        }
      }
    }
  }

  /// Adds records to a run's first target, as a run that was killed may leave them.
  public func insert(_ changes: [JournalChange], into run: String, at index: Int) {
    lock.withLock {
      if let target = known.first(where: { $0.id == run })?.targets.first {
        targets[target.id]?.changes.insert(contentsOf: changes, at: index)
      }
    }
  }

  public func begin(_ run: JournalRun) throws(JournalError) {
    try write { () throws(JournalError) in
      known.append(
        JournaledRun(
          id: run.id.description, command: run.command, startedAt: run.startedAt, finishedAt: nil, status: nil,
          undoes: run.undoes, summary: nil, targets: []))
    }
  }

  public func begin(_ target: JournalTarget) throws(JournalError) -> any TargetJournal {
    try write { () throws(JournalError) in
      guard let last = known.indices.last else { throw JournalError(message: "no run was begun") }
      let id = Int64(targets.count + 1)
      let journaled = JournaledTarget(id: id, target: target, committed: nil, changeCount: 0)
      known[last].targets.append(journaled)
      targets[id] = Target(journaled: journaled)
      return Part(journal: self, id: id)
    }
  }

  public func finish(_ end: JournalEnd) throws(JournalError) {
    try write { () throws(JournalError) in
      guard let last = known.indices.last else { throw JournalError(message: "no run was begun") }
      known[last].finishedAt = end.finishedAt
      known[last].status = end.status
      known[last].summary = String(decoding: end.summary.jsonText, as: UTF8.self)
    }
  }

  public func runs() throws(JournalError) -> [JournaledRun] {
    lock.withLock { known.map(counted).reversed() }
  }

  public func run(_ id: String) throws(JournalError) -> JournaledRun? {
    lock.withLock { (id == "last" ? known.last : known.first { $0.id == id }).map(counted) }
  }

  public func forEachChange(of target: JournaledTarget, _ body: (JournalChange) throws -> Void) throws {
    for change in lock.withLock({ targets[target.id]?.changes ?? [] }) { try body(change) }
  }

  public func original(of target: JournaledTarget) throws(JournalError) -> JournalOriginal? {
    lock.withLock { targets[target.id]?.original }
  }

  /// Called with the lock held.
  private func counted(_ run: JournaledRun) -> JournaledRun {
    var run = run
    for index in run.targets.indices {
      let target = targets[run.targets[index].id]
      run.targets[index].committed = target?.journaled.committed
      run.targets[index].changeCount = (target?.changes.count ?? 0) + (target?.original == nil ? 0 : 1)
    }
    return run
  }

  private func write<Result>(_ body: () throws(JournalError) -> Result) throws(JournalError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    if let failure { throw failure }
    return try body()
  }

  private struct Part: TargetJournal {
    let journal: InMemoryJournal
    let id: Int64

    func record(_ changes: [JournalChange]) throws(JournalError) {
      try journal.write { () throws(JournalError) in journal.targets[id]?.changes += changes }
    }

    func withdraw(_ paths: [PathName]) throws(JournalError) {
      try journal.write { () throws(JournalError) in
        for path in paths {
          guard let index = journal.targets[id]?.changes.lastIndex(where: { $0.path == path }) else { continue }
          journal.targets[id]?.changes.remove(at: index)
        }
      }
    }

    func withdrawAll() throws(JournalError) {
      try journal.write { () throws(JournalError) in journal.targets[id]?.changes = [] }
    }

    func record(_ original: JournalOriginal) throws(JournalError) {
      try journal.write { () throws(JournalError) in journal.targets[id]?.original = original }
    }

    func withdrawOriginal() throws(JournalError) {
      try journal.write { () throws(JournalError) in journal.targets[id]?.original = nil }
    }

    func finish(_ record: TargetRecord) throws(JournalError) {
      try journal.write { () throws(JournalError) in journal.targets[id]?.journaled.committed = record.committed }
    }
  }
}
