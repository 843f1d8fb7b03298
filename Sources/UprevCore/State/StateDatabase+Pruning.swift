import Foundation
import GRDB
import UprevReport

/// What pruning came to.
public struct Pruned: Sendable, Hashable {
  /// Ids of the runs that are no longer known, the last one begun first.
  public var runs: [String]
  /// Originals of archives that were removed, because no run refers to them any more.
  public var originals: [PathName]
  /// Originals that no run refers to and that could not be removed; they are tried again.
  public var remaining: [PathName]
}

extension StateDatabase {
  /// Forgets runs: their rows, the folders of their reports, and the originals of archives that they alone knew.
  ///
  /// - Parameters:
  ///   - time: now.
  ///   - spared: the number of a run that stays in any case.
  /// - Throws: ``JournalError`` where the database fails. What cannot be removed beside it is left for the next time.
  @discardableResult
  func prune(_ rule: PruningRule, at time: Timestamp, sparing spared: Int64? = nil) throws(JournalError) -> Pruned {
    let runs: [String] = try write { database in
      let candidates = try Self.candidates(in: database)
      return try rule.doomed(among: candidates, now: time.seconds, sparing: spared).map { run in
        try Self.forget(run, in: database)
      }
    }
    try forgetKnownFiles(unusedFor: rule.keptSeconds, at: time)
    try giveBackPages()
    let (originals, remaining) = try removeDiscarded()
    removeReports(of: runs, forgottenBefore: time)
    return Pruned(runs: runs, originals: originals, remaining: remaining)
  }

  /// The same, for a person who asks.
  public func prune(_ rule: PruningRule, at time: Timestamp) throws(JournalError) -> Pruned {
    try prune(rule, at: time, sparing: nil)
  }

  private static func candidates(in database: Database) throws -> [PruningRule.Candidate] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT run.sequence, run.started_seconds, run.finished_seconds IS NOT NULL, coalesce(sum(target.change_count), 0),
          coalesce(sum(target.stored_bytes), 0)
        FROM run LEFT JOIN target ON target.run = run.sequence GROUP BY run.sequence ORDER BY run.sequence DESC
        """)
    var candidates: [PruningRule.Candidate] = []
    while let row = try rows.next() {
      let record = StateRecord(row, of: "run")
      candidates.append(
        PruningRule.Candidate(
          sequence: try record.integer(0), startedAt: try record.integer(1), isFinished: try record.integer(2) != 0,
          changeCount: try record.integer(3), bytes: try record.integer(4)))
    }
    return candidates
  }

  /// - Returns: the id of the run.
  private static func forget(_ run: Int64, in database: Database) throws -> String {
    let targets = try Row.fetchAll(database, sql: "SELECT id FROM target WHERE run = ?", arguments: [run])
    for row in targets {
      let target = try StateRecord(row, of: "target").integer(0)
      if let range = ChangeRange(of: target) {
        try database.execute(
          sql: "DELETE FROM change WHERE id BETWEEN ? AND ?", arguments: [range.lower, range.upper])
      }
      try discardOriginal(of: target, in: database)
    }
    let row = try Row.fetchOne(database, sql: "SELECT id FROM run WHERE sequence = ?", arguments: [run])
    try database.execute(sql: "DELETE FROM run WHERE sequence = ?", arguments: [run])
    return try row.map { try StateRecord($0, of: "run").text(0) } ?? ""
  }

  /// Notes the original as one that is to be removed, in the same transaction that forgets the run: a process that dies before
  /// the file is gone leaves it to the next.
  private static func discardOriginal(of target: Int64, in database: Database) throws {
    let row = try Row.fetchOne(
      database, sql: "SELECT kept_path, size_before, before FROM original WHERE target = ?", arguments: [target])
    guard let row else { return }
    let record = StateRecord(row, of: "original")
    let hash = [UInt8](repeating: 0, count: 32)
    guard let side = SideCoding.decode(try record.bytes(2), size: try record.count(1), sha256: hash) else {
      throw record.damaged(2)
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO discarded (kept_path, device, inode, size) VALUES (?, ?, ?, ?)",
      arguments: [
        Data(try record.bytes(0)), Int64(bitPattern: side.file.device), Int64(bitPattern: side.file.inode), side.size,
      ])
  }

  private func removeDiscarded() throws(JournalError) -> (removed: [PathName], remaining: [PathName]) {
    let originals: [DiscardedOriginal] = try write { database in
      try database.execute(
        sql:
          "DELETE FROM discarded WHERE EXISTS (SELECT 1 FROM original WHERE original.kept_path = discarded.kept_path)")
      return try Row.fetchAll(database, sql: "SELECT kept_path, device, inode, size FROM discarded").map { row in
        let record = StateRecord(row, of: "discarded")
        return DiscardedOriginal(
          path: try record.path(0), identity: try record.identity(1), size: Int64(try record.count(3)))
      }
    }
    if originals.isEmpty { return ([], []) }
    var (removed, remaining, settled): ([PathName], [PathName], [PathName]) = ([], [], [])
    for original in originals {
      switch original.remove(fileSystem) {
      case .removed: removed.append(original.path)
      case .notThere: break
      case .failed:
        remaining.append(original.path)
        continue
      }
      settled.append(original.path)
    }
    try write { database in
      for path in settled {
        try database.execute(sql: "DELETE FROM discarded WHERE kept_path = ?", arguments: [Data(path.bytes)])
      }
    }
    return (removed, remaining)
  }

  /// Removes the folders of runs that are no longer known: those just forgotten, and what is older than any rule keeps and has
  /// no row, as runs have that changed nothing in place.
  private func removeReports(of runs: [String], forgottenBefore time: Timestamp) {
    let known = (try? read { try Set(String.fetchAll($0, sql: "SELECT CAST(id AS TEXT) FROM run")) }) ?? nil
    guard let known else { return }
    ReportFolders(state: folder, fileSystem: fileSystem).remove(runs, orOlderThan: time, except: known)
  }

  /// Pages that hold nothing any more go back to the file system, some each time, so that no run waits long for it. Readers
  /// are not disturbed; where one keeps the log in use, the file shrinks at a later time.
  private func giveBackPages() throws(JournalError) {
    let isShrunk: Bool = try withoutTransaction { database in
      let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
      guard free > Self.toleratedFreePages else { return false }
      _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(Self.maximumPagesGivenBack))")
      return true
    }
    guard isShrunk else { return }
    try withoutTransaction { database in
      do {
        _ = try database.checkpoint(.truncate)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED {
        // A later checkpoint does it.
      }
    }
  }

  private static let toleratedFreePages: Int64 = 256
  /// 256 MiB.
  private static let maximumPagesGivenBack = 65_536
}
