import Foundation
import GRDB
import UprevReport

extension StateDatabase {
  /// Where runs leave which files they know to be current.
  public func makeKnownStore() -> any KnownStore { StateKnownFiles(database: self) }
}

/// Which files are known to be current, in the state database.
struct StateKnownFiles: KnownStore {
  let database: StateDatabase

  /// A target that was used so many seconds ago is not noted as used again.
  private static let useGrain: Int64 = 86_400

  func target(_ path: PathName, context: [UInt8], at time: Timestamp) throws(JournalError) -> any KnownTarget {
    let found: (target: StateKnownTarget, id: Int64, used: Int64)? = try database.read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT id, used_seconds, archive FROM known_target WHERE path = ? AND context = ?",
        arguments: [Data(path.bytes), Data(context)])
      guard let row else { return nil }
      let record = StateRecord(row, of: "known_target")
      let id = try record.integer(0)
      let target = StateKnownTarget(
        database: self.database, path: path, context: context, time: time,
        ranges: try Self.ranges(of: id, in: database), archive: try record.optionalBytes(2))
      return (target, id, try record.integer(1))
    }
    guard let found else {
      return StateKnownTarget(
        database: database, path: path, context: context, time: time, ranges: [], archive: nil)
    }
    let (age, overflow) = time.seconds.subtractingReportingOverflow(found.used)
    if overflow || !(0..<Self.useGrain).contains(age) {
      try database.write { database in
        try database.execute(
          sql: "UPDATE known_target SET used_seconds = ? WHERE id = ?", arguments: [time.seconds, found.id])
      }
    }
    return found.target
  }

  private static func ranges(of target: Int64, in database: Database) throws -> [KnownRange] {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT id, first, device, count FROM known_range WHERE target = ? ORDER BY first, id",
      arguments: [target])
    var ranges: [KnownRange] = []
    while let row = try rows.next() {
      let record = StateRecord(row, of: "known_range")
      ranges.append(
        KnownRange(
          id: try record.integer(0), first: try record.path(1),
          device: UInt64(bitPattern: try record.integer(2)), count: try record.count(3)))
    }
    return ranges
  }
}

extension StateDatabase {
  /// Contexts of one target that are kept at most.
  private static let maximumKnownContexts = 8
  /// Contexts of all targets that are kept at most.
  private static let maximumKnownTargets = 4096

  /// Forgets what is known of targets that are gone, were not asked about for so long, or are too many.
  func forgetKnownFiles(unusedFor seconds: Int64, at time: Timestamp) throws(JournalError) {
    let targets: [(id: Int64, path: PathName, used: Int64)] = try read { database in
      try Row.fetchAll(database, sql: "SELECT id, path, used_seconds FROM known_target ORDER BY used_seconds DESC, id")
        .map {
          let record = StateRecord($0, of: "known_target")
          return (try record.integer(0), try record.path(1), try record.integer(2))
        }
    }
    var contexts: [PathName: Int] = [:]
    let doomed = targets.enumerated().filter { place, target in
      contexts[target.path, default: 0] += 1
      let (age, overflow) = time.seconds.subtractingReportingOverflow(target.used)
      return place >= Self.maximumKnownTargets || contexts[target.path] ?? 0 > Self.maximumKnownContexts
        || overflow || age > seconds || isGone(target.path)
    }
    if doomed.isEmpty { return }
    try write { database in
      for (_, target) in doomed {
        try database.execute(sql: "DELETE FROM known_target WHERE id = ?", arguments: [target.id])
      }
    }
  }

  private func isGone(_ path: PathName) -> Bool {
    do throws(FileSystemError) {
      _ = try fileSystem.status(of: path, in: nil, followingLinks: false)
      return false
    } catch {
      return error.kind == .absent
    }
  }
}

/// Which files of one target are known to be current, in the state database.
struct StateKnownTarget: KnownTarget {
  let database: StateDatabase
  let path: PathName
  let context: [UInt8]
  /// When the run began with it.
  let time: Timestamp
  let ranges: [KnownRange]
  /// A digest of 32 bytes, and what is known of the archive.
  let archive: [UInt8]?

  func archive(_ conditions: String) -> [UInt8]? {
    guard let archive, archive.count > 32 else { return nil }
    let bytes = Array(archive.dropFirst(32))
    return archive.prefix(32).elementsEqual(digest(bytes, conditions)) ? bytes : nil
  }

  func keep(archive: [UInt8], _ conditions: String) throws(JournalError) {
    let bytes = digest(archive, conditions) + archive
    try database.write { database in
      let id = try makeRow(in: database)
      try database.execute(
        sql: "UPDATE known_target SET archive = ? WHERE id = ?", arguments: [Data(bytes), id])
    }
  }

  /// The number of the target's row, which is made when there is something to be kept.
  private func makeRow(in database: Database) throws -> Int64 {
    try database.execute(
      sql:
        "INSERT INTO known_target (path, context, used_seconds) VALUES (?, ?, ?) ON CONFLICT (path, context) DO NOTHING",
      arguments: [Data(path.bytes), Data(context), time.seconds])
    let id = try Int64.fetchOne(
      database, sql: "SELECT id FROM known_target WHERE path = ? AND context = ?",
      arguments: [Data(path.bytes), Data(context)])
    guard let id else { throw JournalError.removedMeanwhile }
    return id
  }

  private func digest(_ archive: [UInt8], _ conditions: String) -> [UInt8] {
    var hash = SHA256()
    hash.update(context)
    withUnsafeBytes(of: UInt64(conditions.utf8.count).littleEndian) { hash.update($0) }
    hash.update(Array(conditions.utf8))
    hash.update(archive)
    return hash.finish()
  }

  func records(of range: KnownRange) throws(JournalError) -> [UInt8]? {
    let found: (digest: [UInt8], records: [UInt8])? = try database.read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT digest, records FROM known_range WHERE id = ?", arguments: [range.id])
      return try row.map { row in
        let record = StateRecord(row, of: "known_range")
        return (try record.bytes(0), try record.bytes(1))
      }
    }
    guard let found, found.records.count == range.count * KnownFile.storedSize,
      found.digest == digest(range.first, range.device, found.records)
    else { return nil }
    return found.records
  }

  func replace(_ removed: [KnownRange], by added: [KnownRecords]) throws(JournalError) {
    try database.write { database in
      for range in removed {
        try database.cachedStatement(sql: "DELETE FROM known_range WHERE id = ?").execute(arguments: [range.id])
      }
      if added.isEmpty { return }
      let id = try makeRow(in: database)
      for records in added {
        try database.cachedStatement(
          sql: """
            INSERT INTO known_range (target, first, device, count, digest, records) VALUES (?, ?, ?, ?, ?, ?)
            """
        ).execute(arguments: [
          id, Data(records.first.bytes), Int64(bitPattern: records.device), records.count,
          Data(digest(records.first, records.device, records.bytes)), Data(records.bytes),
        ])
      }
    }
  }

  /// A damaged disk must not make a changed file pass for a known one, nor may the row of another context.
  private func digest(_ first: PathName, _ device: UInt64, _ records: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(context)
    withUnsafeBytes(of: device.littleEndian) { hash.update($0) }
    withUnsafeBytes(of: UInt64(first.bytes.count).littleEndian) { hash.update($0) }
    hash.update(first.bytes)
    hash.update(records)
    return hash.finish()
  }
}
