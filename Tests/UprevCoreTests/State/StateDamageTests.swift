import Foundation
import GRDB
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("A damaged state database")
struct StateDamageTests {
  private let state: StateFixture

  init() throws {
    state = try StateFixture()
    let changes = (0..<300).map { StateFixture.change("\($0)", delta: Array(repeating: 3, count: 100)) }
    try state.open().remember(StateFixture.run(1), changes)
  }

  private var database: String { state.tree.path("state/state.sqlite") }

  private func overwrite(at offset: Int, _ bytes: [UInt8]) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: database))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }

  enum Damage: CaseIterable {
    case text
    case header
    case truncated
    case firstPage
    case middle
    case table
    case column
    case companions
  }

  private func damage(_ kind: Damage) throws {
    switch kind {
    case .text:
      try state.tree.write("this is no database, but a text that is long enough".utf8, to: "state/state.sqlite")
    case .header: try overwrite(at: 0, Array("SQLite format 9".utf8))
    case .truncated: truncate(database, 20_000)
    case .firstPage: try overwrite(at: 100, Array(repeating: 0xAA, count: 500))
    case .middle: for page in 24..<30 { try overwrite(at: page * 4096, Array(repeating: 0xFF, count: 4096)) }
    case .table: try state.sql("DROP TABLE change")
    case .column: try state.sql("ALTER TABLE run RENAME COLUMN summary TO another")
    case .companions:
      try FileManager.default.moveItem(atPath: database, toPath: state.tree.path("gone"))
      try state.tree.write("log".utf8, to: "state/state.sqlite-wal")
    }
  }

  @Test("It is set aside with the reason, never removed, and a new one begun", arguments: Damage.allCases)
  func setAside(kind: Damage) throws {
    try damage(kind)
    let before = kind == .companions ? Array("log".utf8) : try state.tree.bytes("state/state.sqlite")
    #expect(
      kind == .companions || journalError { _ = try StateDatabase.openExisting(state.directory) }.contains("damaged"))
    let (database, warning) = try state.opening()
    #expect(try database.runs().isEmpty)
    try database.remember(StateFixture.run(2), [StateFixture.change("a")])
    let name = "state.sqlite.damaged-20231114T221320Z-1"
    #expect(warning?.code == .stateSetAside && warning?.message.contains(name) == true)
    let kept = name + (kind == .companions ? "-wal" : "")
    #expect(try state.tree.bytes("state/" + kept) == before)
    #expect(try state.tree.read("state/\(name).txt").contains("damaged"))
    #expect(try state.tree.status("state/\(name).txt").mode == 0o600)
    let (again, none) = try state.opening()
    #expect(none == nil)
    #expect(try again.runs().count == 1)
  }

  @Test("The second of a second gets a number of its own")
  func twice() throws {
    try damage(.text)
    _ = try state.opening()
    try damage(.header)
    #expect(try state.opening().setAside?.message.contains("-2”") == true)
    #expect(
      try state.names() == [
        "state.sqlite", "state.sqlite.damaged-20231114T221320Z-1", "state.sqlite.damaged-20231114T221320Z-1.txt",
        "state.sqlite.damaged-20231114T221320Z-2", "state.sqlite.damaged-20231114T221320Z-2.txt",
      ])
  }

  @Test("Its log goes with it, so that none of it gets into the new one")
  func log() throws {
    let open = try state.open()
    try open.remember(StateFixture.run(2), [StateFixture.change("a")])
    let log = try state.tree.bytes("state/state.sqlite-wal")
    #expect(!log.isEmpty)
    try damage(.middle)
    let (database, warning) = try state.opening()
    #expect(warning != nil)
    #expect(try database.runs().isEmpty)
    #expect(try state.tree.bytes("state/state.sqlite.damaged-20231114T221320Z-1-wal") == log)
    withExtendedLifetime(open) {}
  }

  @Test("A large one is checked when it was met damaged before, or was cut short, and otherwise not")
  func large() throws {
    try damage(.middle)
    func openLarge() throws -> (database: StateDatabase, setAside: WarningRecord?) {
      try state.opening { $0.alwaysCheckedSize = 0 }
    }
    do {
      let (database, warning) = try openLarge()
      #expect(warning == nil)
      let run = try #require(try database.run("last"))
      #expect(journalError { _ = try database.changes(of: run.targets[0]) }.contains("damaged"))
      #expect(state.tree.exists("state/state.sqlite.suspect"))
    }
    let (database, warning) = try openLarge()
    #expect(warning != nil)
    #expect(try database.runs().isEmpty && !state.tree.exists("state/state.sqlite.suspect"))
  }

  @Test("A value of another kind in any column is an error or is read, and never stops the program")
  func values() throws {
    let archive = try state.open()
    let journal = archive.makeJournal()
    try journal.begin(StateFixture.run(2))
    try journal.begin(StateFixture.target("snap.tar", .archive)).record(
      JournalOriginal(keptPath: PathName("/kept"), before: StateFixture.side(1), after: StateFixture.side(2)))
    let columns = [
      "run":
        "id command started_seconds started_nanoseconds finished_seconds finished_nanoseconds status undoes summary",
      "target": "path resolved_path kind device inode committed change_count stored_bytes",
      "change": "path format from_version to_version size_before size_after sha256_before sha256_after before after "
        + "reverse_delta",
      "original": "kept_path size_before size_after sha256_before sha256_after before after",
    ]
    let values = [
      "x'FF00'", "x''", "'text'", "''", "-1", "9223372036854775807", "1.5", "9e999", "CAST(x'FFFE' AS TEXT)", "'{'",
      "'[]'",
    ]
    var errors = 0
    for (table, names) in columns.sorted(by: { $0.key < $1.key }) {
      for name in names.split(separator: " ") {
        for value in values {
          try archive.write { database in
            try database.execute(
              sql: "CREATE TEMP TABLE saved AS SELECT rowid AS number, \(name) AS value FROM \(table); "
                + "UPDATE OR IGNORE \(table) SET \(name) = \(value)")
          }
          do {
            for run in try archive.runs() {
              for target in run.targets {
                _ = try archive.original(of: target)
                _ = try archive.changes(of: target)
              }
            }
            _ = try archive.run("last")
          } catch is JournalError {
            errors += 1
          }
          _ = try? archive.prune(PruningRule(keep: 2, olderThan: 0), at: StateFixture.noon)
          try archive.write { database in
            try database.execute(
              sql:
                "UPDATE \(table) SET \(name) = (SELECT value FROM saved WHERE number = \(table).rowid); DROP TABLE saved"
            )
          }
        }
      }
    }
    #expect(errors > 150, "only \(errors) were noticed")
    #expect(try archive.runs().count == 2)
  }
}
