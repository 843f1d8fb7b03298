import Foundation
import GRDB
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Opening the state database")
struct StateOpeningTests {
  private let state: StateFixture

  init() throws {
    state = try StateFixture()
  }

  private func mode(_ name: String) throws -> UInt32 { try state.tree.status(name).mode }

  @Test("The folder is 0700 and every file is 0600")
  func modes() throws {
    let database = try state.open()
    try database.remember(StateFixture.run(1), [StateFixture.change("a")])
    for name in ["state/state.sqlite", "state/state.sqlite-wal", "state/state.sqlite-shm", "state/state.lock"] {
      #expect(try mode(name) == 0o600, "\(name)")
    }
    #expect(try mode("state") == 0o700)
  }

  @Test("Files that others may read are closed to them")
  func tightens() throws {
    try state.open().remember(StateFixture.run(1), [StateFixture.change("a")])
    chmod(state.tree.path("state/state.sqlite"), 0o644)
    let database = try state.open()
    #expect(try mode("state/state.sqlite") == 0o600)
    #expect(try database.runs().count == 1)
  }

  @Test("Every commit is flushed; on a network file system there is no shared memory", arguments: [false, true])
  func flushes(isOnNetwork: Bool) throws {
    let database = try state.open { $0.isOnNetwork = isOnNetwork }
    let settings = try database.settings()
    #expect(settings == (isOnNetwork ? ["delete", "3"] : ["wal", "2"]))
    try database.remember(StateFixture.run(1), [StateFixture.change("a")])
    #expect(state.tree.exists("state/state.sqlite-shm") == !isOnNetwork)
    withExtendedLifetime(database) {}
  }

  @Test("A database changes between the two ways as its file system does")
  func moves() throws {
    for isOnNetwork in [true, false, true] {
      let database = try state.open { $0.isOnNetwork = isOnNetwork }
      #expect(try database.settings()[0] == (isOnNetwork ? "delete" : "wal"))
    }
  }

  @Test(
    "Links, files with two names, other kinds, and places that others may write to are refused, and stay as they are")
  func refusals() throws {
    try state.tree.makeFolder("state")
    let file = state.tree.path("state/state.sqlite")
    let elsewhere = try state.tree.write("precious", to: "elsewhere")
    let cases: [(name: String, words: String, make: () throws -> Void)] = [
      ("link", "no regular file", { symlink(elsewhere, file) }),
      ("hard link", "no regular file", { link(elsewhere, file) }),
      ("folder", "no regular file", { mkdir(file, 0o700) }),
      ("fifo", "no regular file", { mkfifo(file, 0o600) }),
      (
        "linked log", "no regular file",
        {
          close(creat(file, 0o600)); symlink(elsewhere, file + "-wal")
        }
      ),
      ("writable folder", "chmod go-w", { chmod(self.state.tree.path("state"), 0o770) }),
    ]
    for (name, words, make) in cases {
      _ = try make()
      #expect(journalError { _ = try state.opening() }.contains(words), "\(name)")
      #expect(journalError { _ = try StateDatabase.openExisting(state.directory) ?? state.open() }.contains(words))
      remove(file)
      remove(file + "-wal")
    }
    chmod(state.tree.path("state"), 0o700)
    #expect(try state.tree.read("elsewhere") == "precious")
    #expect(try state.open().runs().isEmpty)
  }

  @Test("A folder of another user is refused", .enabled(if: geteuid() == 0))
  func otherUser() throws {
    try state.tree.makeFolder("state")
    chown(state.tree.path("state"), 65534, 65534)
    #expect(journalError { _ = try state.opening() }.contains("belongs to another user"))
    chown(state.tree.path("state"), 0, 0)
    _ = try state.open()
    chown(state.tree.path("state/state.sqlite"), 65534, 65534)
    #expect(journalError { _ = try state.opening() }.contains("belongs to another user"))
  }

  @Test("The folder may be reached by a link")
  func linkedFolder() throws {
    try state.tree.makeFolder("real")
    chmod(state.tree.path("real"), 0o755)
    symlink(state.tree.path("real"), state.tree.path("state"))
    #expect(try state.open().path == PathName(state.tree.path("real/state.sqlite")))
  }

  @Test("A name that is not UTF-8 is refused")
  func notUTF8() throws {
    let path = PathName(state.tree.pathName("").bytes + [UInt8(ascii: "/"), 0xFF])
    let directory = StateDirectory(path: path, fileSystem: LocalFileSystem())
    #expect(journalError { _ = try StateDatabase.open(directory, at: StateFixture.noon) }.contains("UTF-8"))
    #expect(try state.tree.listing() == [])
  }

  @Test("The database of a newer release, or of another program, is an error, and stays as it is")
  func notOurs() throws {
    try state.open().remember(StateFixture.run(1), [])
    try state.sql("INSERT INTO grdb_migrations VALUES ('999')")
    let bytes = try state.tree.bytes("state/state.sqlite")
    #expect(journalError { _ = try state.opening() }.contains("newer release"))
    #expect(try state.tree.bytes("state/state.sqlite") == bytes)
    try state.sql("DELETE FROM grdb_migrations WHERE identifier = '999'; PRAGMA application_id = 1")
    #expect(journalError { _ = try state.opening() }.contains("another program"))
    #expect(try state.names() == ["state.sqlite"])
    try state.sql("PRAGMA application_id = \(StateSchema.applicationID)")
    #expect(try state.open().runs().count == 1)
  }

  @Test("Looking makes nothing")
  func looking() throws {
    #expect(try StateDatabase.openExisting(state.directory) == nil)
    #expect(!state.tree.exists("state"))
    try state.tree.makeFolder("state")
    #expect(try StateDatabase.openExisting(state.directory) == nil)
    #expect(try state.tree.listing("state").isEmpty)
  }

  @Test("Another process that writes is waited for; one that does not end is an error, and no damage")
  func busy() throws {
    try state.open().remember(StateFixture.run(1), [])
    let script = """
      import sqlite3, sys, time
      c = sqlite3.connect(sys.argv[1], isolation_level=None)
      c.execute("BEGIN IMMEDIATE")
      open(sys.argv[2], "w").close()
      time.sleep(float(sys.argv[3]))
      """
    func holding(seconds: String, _ body: () throws -> Void) throws {
      let sign = state.tree.path("sign-\(seconds)")
      let process = try ChildProcess.prepare(
        "python3", ["-c", script, state.tree.path("state/state.sqlite"), sign, seconds])
      try process.run()
      while !FileManager.default.fileExists(atPath: sign), process.isRunning { usleep(10_000) }
      try body()
      // Worker threads block other signals, and the child inherits that.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let patient = try state.open()
    try holding(seconds: "0.7") { try patient.remember(StateFixture.run(2), []) }
    let hasty = try state.open { $0.busySeconds = 0.1 }
    try holding(seconds: "600") {
      #expect(journalError { try hasty.remember(StateFixture.run(3), []) }.contains("wait"))
      let count = try hasty.runs().count
      #expect(count == 2)
    }
    #expect(try state.names() == ["state.sqlite"])
  }

  @Test("An opening that another process is in the middle of is waited for")
  func locked() throws {
    _ = try state.open()
    func holding(seconds: String, _ body: () throws -> Void) throws {
      let sign = state.tree.path("sign-\(seconds)")
      let script = """
        import fcntl, sys, time
        file = open(sys.argv[1], "r+")
        fcntl.flock(file, fcntl.LOCK_EX)
        open(sys.argv[2], "w").close()
        time.sleep(float(sys.argv[3]))
        """
      let process = try ChildProcess.prepare(
        "python3", ["-c", script, state.tree.path("state/state.lock"), sign, seconds])
      try process.run()
      while !FileManager.default.fileExists(atPath: sign), process.isRunning { usleep(10_000) }
      defer {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      try body()
    }
    try holding(seconds: "600") {
      #expect(journalError { _ = try state.opening { $0.busySeconds = 0.1 } }.contains("for too long"))
    }
    try holding(seconds: "0.5") { _ = try state.open() }
  }
}

extension StateDatabase {
  /// How it journals, and whether it flushes.
  fileprivate func settings() throws -> [String] {
    try read { database in
      try ["journal_mode", "synchronous"].map {
        try String.fetchOne(database, sql: "SELECT CAST(\($0) AS TEXT) FROM pragma_\($0)") ?? ""
      }
    }
  }
}
