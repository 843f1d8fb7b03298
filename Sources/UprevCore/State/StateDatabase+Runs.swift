import Foundation
import GRDB
import LosslessJSON
import UprevReport

extension StateDatabase: JournaledRuns {
  private static let runColumns = """
    sequence, id, command, started_seconds, started_nanoseconds, finished_seconds, finished_nanoseconds, status, undoes,
    summary
    """

  public func runs() throws(JournalError) -> [JournaledRun] {
    try read { database in
      let rows = try Row.fetchCursor(database, sql: "SELECT \(Self.runColumns) FROM run ORDER BY sequence DESC")
      var runs: [JournaledRun] = []
      while let row = try rows.next() { runs.append(try Self.run(row, in: database)) }
      return runs
    }
  }

  public func run(_ id: String) throws(JournalError) -> JournaledRun? {
    try read { database in
      let isLast = id == "last"
      let condition = isLast ? "ORDER BY sequence DESC LIMIT 1" : "WHERE id = ?"
      let row = try Row.fetchOne(
        database, sql: "SELECT \(Self.runColumns) FROM run \(condition)", arguments: isLast ? [] : [id])
      return try row.map { try Self.run($0, in: database) }
    }
  }

  private static func run(_ row: Row, in database: Database) throws -> JournaledRun {
    let record = StateRecord(row, of: "run")
    let summary = try record.optionalText(9)
    if let summary { _ = try JSONCheck.object(summary, or: record.damaged(9)) }
    return JournaledRun(
      id: try record.text(1), command: try record.text(2), startedAt: try record.timestamp(3),
      finishedAt: try record.optionalInteger(5) == nil ? nil : try record.timestamp(5),
      status: try record.optionalText(7) == nil ? nil : try record.word(7, RunStatus.self),
      undoes: try record.optionalText(8), summary: summary,
      targets: try targets(of: try record.integer(0), in: database))
  }

  private static func targets(of run: Int64, in database: Database) throws -> [JournaledTarget] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, path, resolved_path, kind, device, inode, committed, change_count FROM target WHERE run = ? ORDER BY id
        """)
    var targets: [JournaledTarget] = []
    let rows = try Row.fetchCursor(statement, arguments: [run])
    while let row = try rows.next() {
      let record = StateRecord(row, of: "target")
      targets.append(
        JournaledTarget(
          id: try record.integer(0),
          target: JournalTarget(
            path: try record.path(1), resolvedPath: try record.path(2), kind: try record.word(3, TargetKind.self),
            identity: try record.identity(4)),
          committed: try record.optionalInteger(6).map { $0 != 0 }, changeCount: try record.count(7)))
    }
    return targets
  }

  /// Rows, and bytes of them, that are read at once: `body` is called between, so that it may use the database itself.
  private static let pageRows = 512
  private static let pageBytes = 4 << 20

  public func forEachChange(of target: JournaledTarget, _ body: (JournalChange) throws -> Void) throws {
    guard let range = ChangeRange(of: target.id) else { return }
    var last = range.lower - 1
    while true {
      let page: [JournalChange] = try read { database in
        // A target that is removed on the way must not look like one that ends here.
        guard
          try Int64.fetchOne(database, sql: "SELECT 1 FROM target WHERE id = ?", arguments: [target.id]) != nil
        else { throw JournalError.removedMeanwhile }
        let statement = try database.cachedStatement(
          sql: """
            SELECT id, path, format, from_version, to_version, size_before, size_after, sha256_before, sha256_after, before,
              after, reverse_delta FROM change WHERE id > ? AND id <= ? ORDER BY id
            """)
        let rows = try Row.fetchCursor(statement, arguments: [last, range.upper])
        var page: [JournalChange] = []
        var bytes = 0
        while page.count < Self.pageRows, bytes < Self.pageBytes, let row = try rows.next() {
          let record = StateRecord(row, of: "change")
          let change = try Self.change(record)
          last = try record.integer(0)
          bytes += change.reverseDelta.count + change.path.bytes.count
          page.append(change)
        }
        return page
      }
      if page.isEmpty { return }
      for change in page { try body(change) }
    }
  }

  private static func change(_ record: StateRecord) throws(JournalError) -> JournalChange {
    let (before, after) = try sides(record, sizes: 5, hashes: 7, rest: 9)
    return JournalChange(
      path: try record.path(1), format: try record.optionalText(2), from: try record.optionalText(3),
      to: try record.optionalText(4), before: before, after: after, reverseDelta: try record.bytes(11))
  }

  /// Each from two columns: before, then after.
  private static func sides(
    _ record: StateRecord, sizes: Int, hashes: Int, rest: Int
  ) throws(JournalError) -> (before: JournalChange.Side, after: JournalChange.Side) {
    guard
      let before = SideCoding.decode(
        try record.bytes(rest), size: try record.count(sizes), sha256: try record.hash(hashes))
    else { throw record.damaged(rest) }
    guard
      let after = SideCoding.decode(
        try record.bytes(rest + 1), size: try record.count(sizes + 1), sha256: try record.hash(hashes + 1),
        besides: before.attributes)
    else { throw record.damaged(rest + 1) }
    return (before, after)
  }

  public func original(of target: JournaledTarget) throws(JournalError) -> JournalOriginal? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT target, kept_path, size_before, size_after, sha256_before, sha256_after, before, after FROM original
          WHERE target = ?
          """, arguments: [target.id])
      guard let row else { return nil }
      let record = StateRecord(row, of: "original")
      let (before, after) = try Self.sides(record, sizes: 2, hashes: 4, rest: 6)
      return JournalOriginal(keptPath: try record.path(1), before: before, after: after)
    }
  }

  /// Bytes of the database on disk, with what SQLite keeps beside it.
  public var sizeInBytes: Int64 { StateFiles(folder: folder, fileSystem: fileSystem).size() }
}

private enum JSONCheck {
  /// - Throws: `error` where the text is no JSON object.
  static func object(_ text: String, or error: JournalError) throws(JournalError) {
    do throws(JSONError) {
      let json = try IndexedJSON(scanning: JSONText(text))
      if json.root.kind == .object { return }
    } catch {
      // Said below.
    }
    throw error
  }
}
