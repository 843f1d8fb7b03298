import GRDB

/// The tables of the state database; `docs/state.md` explains them.
enum StateSchema {
  /// `Uprv`: marks a SQLite database as this project's own (`PRAGMA application_id`).
  static let applicationID: Int64 = 0x5570_7276

  /// Steps are only ever added: a database that an older release made is brought up to date, one that a newer release made
  /// is refused.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
    migrator.registerMigration("1") { database in try database.execute(sql: first) }
    migrator.registerMigration("2") { database in try database.execute(sql: second) }
    migrator.registerMigration("gathered") { database in try database.execute(sql: gathered) }
    return migrator
  }

  /// What fails where a table or a column is missing.
  static let probes = [
    "SELECT sequence, id, command, started_seconds, started_nanoseconds, finished_seconds, finished_nanoseconds, status, "
      + "undoes, summary FROM run LIMIT 0",
    "SELECT id, run, path, resolved_path, kind, device, inode, committed, change_count, stored_bytes FROM target LIMIT 0",
    "SELECT id, path, format, from_version, to_version, size_before, size_after, sha256_before, sha256_after, before, "
      + "after, reverse_delta FROM change LIMIT 0",
    "SELECT target, kept_path, size_before, size_after, sha256_before, sha256_after, before, after FROM original LIMIT 0",
    "SELECT kept_path, device, inode, size FROM discarded LIMIT 0",
    "SELECT id, path, context, used_seconds, archive FROM known_target LIMIT 0",
    "SELECT id, target, first, device, count, digest, records FROM known_range LIMIT 0",
    "SELECT id, target, pipeline, format, from_version, to_version, definition, documents, statistics, complete "
      + "FROM gathered LIMIT 0",
    "SELECT gathered, sequence, document FROM gathered_document LIMIT 0",
    "SELECT gathered, name, document, value FROM gathered_answer LIMIT 0",
  ]

  static let gathered = """
    CREATE TABLE gathered (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      target BLOB NOT NULL,
      pipeline TEXT NOT NULL,
      format TEXT NOT NULL,
      from_version TEXT NOT NULL,
      to_version TEXT NOT NULL,
      definition BLOB NOT NULL,
      documents INTEGER NOT NULL,
      statistics BLOB NOT NULL,
      complete INTEGER NOT NULL
    );
    CREATE INDEX gathered_target ON gathered (target);
    CREATE TABLE gathered_document (
      gathered INTEGER NOT NULL REFERENCES gathered ON DELETE CASCADE,
      sequence INTEGER NOT NULL,
      document BLOB NOT NULL,
      PRIMARY KEY (gathered, sequence)
    ) WITHOUT ROWID;
    CREATE TABLE gathered_answer (
      gathered INTEGER NOT NULL REFERENCES gathered ON DELETE CASCADE,
      name TEXT NOT NULL,
      document BLOB NOT NULL,
      value BLOB NOT NULL,
      PRIMARY KEY (gathered, name, document)
    ) WITHOUT ROWID;
    """

  private static let first = """
    CREATE TABLE run (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      command TEXT NOT NULL,
      started_seconds INTEGER NOT NULL,
      started_nanoseconds INTEGER NOT NULL,
      finished_seconds INTEGER,
      finished_nanoseconds INTEGER,
      status TEXT,
      undoes TEXT,
      summary TEXT
    );
    CREATE TABLE target (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      path BLOB NOT NULL,
      resolved_path BLOB NOT NULL,
      kind TEXT NOT NULL,
      device INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      committed INTEGER,
      change_count INTEGER NOT NULL,
      stored_bytes INTEGER NOT NULL
    );
    CREATE INDEX target_run ON target (run);
    CREATE TABLE change (
      id INTEGER PRIMARY KEY,
      path BLOB NOT NULL,
      format TEXT,
      from_version TEXT,
      to_version TEXT,
      size_before INTEGER NOT NULL,
      size_after INTEGER NOT NULL,
      sha256_before BLOB NOT NULL,
      sha256_after BLOB NOT NULL,
      before BLOB NOT NULL,
      after BLOB NOT NULL,
      reverse_delta BLOB NOT NULL
    );
    CREATE TABLE original (
      target INTEGER PRIMARY KEY REFERENCES target ON DELETE CASCADE,
      kept_path BLOB NOT NULL,
      size_before INTEGER NOT NULL,
      size_after INTEGER NOT NULL,
      sha256_before BLOB NOT NULL,
      sha256_after BLOB NOT NULL,
      before BLOB NOT NULL,
      after BLOB NOT NULL
    );
    CREATE TABLE discarded (
      kept_path BLOB PRIMARY KEY,
      device INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      size INTEGER NOT NULL
    ) WITHOUT ROWID;
    """

  private static let second = """
    CREATE TABLE known_target (
      id INTEGER PRIMARY KEY,
      path BLOB NOT NULL,
      context BLOB NOT NULL,
      used_seconds INTEGER NOT NULL,
      archive BLOB,
      UNIQUE (path, context)
    );
    CREATE TABLE known_range (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      target INTEGER NOT NULL REFERENCES known_target ON DELETE CASCADE,
      first BLOB NOT NULL,
      device INTEGER NOT NULL,
      count INTEGER NOT NULL,
      digest BLOB NOT NULL,
      records BLOB NOT NULL
    );
    CREATE INDEX known_range_first ON known_range (target, first);
    """
}

/// The numbers of a target's changes: a range of its own, so that finding, counting and removing them needs no index beside
/// the table itself.
struct ChangeRange {
  /// Changes of one target at most.
  static let count: Int64 = 1 << 32
  /// Targets that a database can number.
  static let maximumTarget: Int64 = (1 << 31) - 2

  /// The first possible number.
  let lower: Int64
  /// The last one.
  let upper: Int64

  /// - Returns: nil where `target` is no number of a target.
  init?(of target: Int64) {
    guard (1...Self.maximumTarget).contains(target) else { return nil }
    lower = target << 32
    upper = lower + (Self.count - 1)
  }
}
