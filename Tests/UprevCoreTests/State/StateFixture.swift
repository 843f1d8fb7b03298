import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A state directory of a test's own.
struct StateFixture {
  let tree: TemporaryTree
  let directory: StateDirectory

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    directory = StateDirectory(path: tree.pathName("state"), fileSystem: LocalFileSystem())
  }

  /// 2023-11-14T22:13:20Z
  static let noon = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)

  func open(_ configure: (inout StateDatabaseOptions) -> Void = { _ in }) throws -> StateDatabase {
    let (database, setAside) = try opening(configure)
    #expect(setAside == nil)
    return database
  }

  func opening(
    _ configure: (inout StateDatabaseOptions) -> Void = { _ in }
  ) throws -> (database: StateDatabase, setAside: WarningRecord?) {
    var options = StateDatabaseOptions()
    options.busySeconds = 20
    configure(&options)
    return try StateDatabase.open(directory, at: Self.noon, options: options)
  }

  /// Names in the state directory, other than those that come and go with a connection.
  func names() throws -> [String] {
    try tree.listing("state").filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") && $0 != "state.lock" }
  }

  /// The database in the hands of another program.
  @discardableResult
  func sql(_ script: String) throws -> String {
    let child = try ChildProcess.run(
      "python3",
      [
        "-c",
        "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],timeout=20,isolation_level=None)\n"
          + "for s in sys.argv[2].split(';'):\n  for r in c.execute(s): print(*r, sep='|')\nc.close()",
        tree.path("state/state.sqlite"), script,
      ])
    #expect(child.status == 0, "\(child.errorText)")
    return child.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static func run(_ number: UInt32, at seconds: Int64 = noon.seconds, undoes: String? = nil) -> JournalRun {
    let start = Timestamp(seconds: seconds, nanoseconds: 5)
    return JournalRun(id: RunID(startedAt: start, random: number), command: "migrate", startedAt: start, undoes: undoes)
  }

  static func target(_ path: String, _ kind: TargetKind = .tree) -> JournalTarget {
    JournalTarget(
      path: PathName(path), resolvedPath: PathName("/resolved/" + path), kind: kind,
      identity: FileIdentity(device: .max, inode: 7))
  }

  static func side(_ number: Int, _ attributes: FileAttributes? = nil) -> JournalChange.Side {
    JournalChange.Side(
      file: FileIdentity(device: 66, inode: UInt64(number)), sha256: SHA256.hash("\(number)"), size: number,
      attributes: attributes
        ?? FileAttributes(mode: 0o644, user: 1000, group: 1000, extended: [], flags: 0),
      modification: FileTime(seconds: -1, nanoseconds: 999_999_999))
  }

  static func change(_ path: String, _ number: Int = 1, delta: [UInt8] = [1, 2, 3]) -> JournalChange {
    JournalChange(
      path: PathName(path), format: "f", from: "1", to: "2", before: side(number), after: side(number + 1),
      reverseDelta: delta)
  }

  static func end(at seconds: Int64 = noon.seconds, _ status: RunStatus = .success) -> JournalEnd {
    JournalEnd(finishedAt: Timestamp(seconds: seconds, nanoseconds: 9), status: status, summary: Summary())
  }
}

extension SHA256 {
  static func hash(_ text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { hash($0) } }
}

extension StateDatabase {
  /// One finished run with these changes in one target.
  @discardableResult
  func remember(_ run: JournalRun, _ changes: [JournalChange], isFinished: Bool = true) throws -> JournaledRun {
    let journal = makeJournal()
    try journal.begin(run)
    let target = try journal.begin(StateFixture.target("cache"))
    try target.record(changes)
    if isFinished {
      try target.finish(TargetRecord(path: PathName("cache"), committed: true))
      try journal.finish(StateFixture.end(at: run.startedAt.seconds))
    }
    return try #require(try self.run(run.id.description))
  }

  func changes(of target: JournaledTarget) throws -> [JournalChange] {
    var changes: [JournalChange] = []
    try forEachChange(of: target) { changes.append($0) }
    return changes
  }
}

/// What is thrown, where a journal's error is expected.
func journalError(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> String {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as JournalError {
    return error.message
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
  return ""
}
