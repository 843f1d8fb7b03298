import Foundation
import Testing
import UprevTestSupport

@Suite("History, and the state of migrate")
struct HistoryTests {
  private let folder: TemporaryTree
  private let uprev: Uprev
  private let text = "{\n  \"n_jobs\": 1,\n  \"chunksize\": 1\n}"

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
    try folder.write(text, to: "cache/ml_training_a.json")
  }

  private var state: String { uprev.stateFolder + "/uprev" }

  private func array(_ arguments: String...) throws -> [[String: Any]] {
    let child = try uprev.run(arguments)
    #expect(child.status == 0, "\(child.errorText)")
    return try #require(JSONSerialization.jsonObject(with: Data(child.output)) as? [[String: Any]])
  }

  /// Another program's hands on the database.
  private func sql(_ script: String) throws {
    try Python.run(
      "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],timeout=20)\nc.executescript(sys.argv[2])\nc.close()",
      state + "/state.sqlite", script)
  }

  @Test("Runs are listed, the last one first: as a table, and as JSON with every member")
  func list() throws {
    #expect(try uprev("migrate", "cache").status == 0)
    #expect(try uprev("migrate", "missing", "cache").status == 1)
    let table = try uprev("history")
    #expect(table.status == 0)
    let rows = table.outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.map(\.first).dropFirst().count == 2 && rows[0].first == "run")
    #expect(rows[1].contains("partial") && rows[2].contains("success"))
    #expect(table.errorText.contains("KiB in \(state)/state.sqlite"), "\(table.errorText)")
    let runs = try array("history", "--json")
    #expect(runs.map { $0["runId"] as? String } == rows.dropFirst().map(\.first))
    #expect(runs.map { $0["status"] as? String } == ["partial", "success"])
    for run in runs {
      #expect(
        Set(run.keys) == ["runId", "command", "startedAt", "finishedAt", "status", "undoes", "targets", "summary"])
      #expect(run["command"] as? String == "migrate" && run["undoes"] is NSNull)
      let id = try #require(run["runId"] as? String)
      let report = try ReportFile(state + "/runs/\(id)/report.json")
      #expect(run["startedAt"] as? String == report.object["startedAt"] as? String)
      #expect(run["summary"] as? NSDictionary == report.summary as NSDictionary)
      let targets = try #require(run["targets"] as? [[String: Any]])
      #expect(targets.map { $0["path"] as? String } == ["cache"])
      #expect(targets.map { $0["resolvedPath"] as? String } == [folder.path("cache")])
      #expect(targets.map { $0["committed"] as? Bool } == [true])
    }
  }

  @Test("A run that was killed has no end and no status")
  func killed() throws {
    try uprev("migrate", "cache")
    try sql("UPDATE run SET finished_seconds = NULL, finished_nanoseconds = NULL, status = NULL, summary = NULL")
    let run = try #require(try array("history", "--json").first)
    #expect(run["finishedAt"] is NSNull && run["status"] is NSNull && run["summary"] is NSNull)
    #expect(try uprev("history").outputText.contains("unfinished"))
  }

  @Test("A run is shown with its documents, and nothing that it holds reaches the terminal unescaped")
  func show() throws {
    try uprev("migrate", "cache")
    // As the tree's writer records it.
    try sql(
      """
      DELETE FROM change; UPDATE target SET change_count = 1;
      INSERT INTO change SELECT id << 32, x'1b5b33316d2f612e6a736f6e', 'f', '1', char(27) || '2', 10, 11,
        zeroblob(32), x'\(String(repeating: "ff", count: 32))', x'0000000001ff8403e807e8070000', x'0000000000', x'01'
      FROM target
      """)
    for id in ["last", try #require(try array("history", "--json").first?["runId"] as? String)] {
      let shown = try uprev("history", "show", id)
      #expect(shown.status == 0, "\(shown.errorText)")
      #expect(shown.outputText.contains("\\x1b[31m/a.json: v1 → v\\x1b2, 10 → 11 bytes, f"), "\(shown.outputText)")
      #expect(shown.outputText.contains(String(repeating: "f", count: 64)) && !shown.output.contains(0x1B))
      let json = try uprev("history", "show", "--json", id)
      let object = try #require(JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
      let target = try #require((object["targets"] as? [[String: Any]])?.first)
      let document = try #require((target["documents"] as? [[String: Any]])?.first)
      #expect(document["path"] as? String == "\u{1B}[31m/a.json" && document["bytesAfter"] as? Int == 11)
      #expect(document["sha256Before"] as? String == String(repeating: "0", count: 64))
    }
    #expect(try uprev("history", "show", "nothing").status == 64)
    try sql("UPDATE change SET before = x'00'")
    let damaged = try uprev("history", "show", "last")
    #expect(damaged.status == 1 && damaged.errorText.contains("“before”"))
  }

  @Test("Pruning keeps the last so many and the young, and removes reports")
  func prune() throws {
    for _ in 0..<3 { try uprev("migrate", "cache") }
    let ids = try array("history", "--json").compactMap { $0["runId"] as? String }
    #expect(try uprev("history", "prune", "--keep", "2").errorText.contains("1 run forgotten"))
    #expect(try array("history", "--json").map { $0["runId"] as? String } == Array(ids[..<2]))
    #expect(!FileManager.default.fileExists(atPath: state + "/runs/\(ids[2])"))
    #expect(FileManager.default.fileExists(atPath: state + "/runs/\(ids[1])"))
    try uprev("history", "prune", "--older-than", "1h")
    #expect(try array("history", "--json").count == 2)
    try uprev("history", "prune", "--keep", "1", "--older-than", "0m")
    #expect(try array("history", "--json").count == 1)
    for wrong in [
      ["--keep", "-1"], ["--older-than", "90"], ["--older-than", "d"], ["--older-than", "9999999999999999w"],
    ] {
      #expect(try uprev.run(["history", "prune"] + wrong).status == 64, "\(wrong)")
    }
  }

  @Test("Without a state nothing is listed, and nothing is made")
  func none() throws {
    for arguments in [["history"], ["history", "--json"], ["history", "prune"]] {
      let child = try uprev.run(arguments)
      #expect(child.status == 0 && child.outputText == (arguments.contains("--json") ? "[]\n" : ""))
    }
    #expect(try uprev("history", "show", "last").status == 64)
    #expect(try uprev("history", environment: ["HOME": "", "XDG_STATE_HOME": ""]).status == 1)
    #expect(!folder.exists("state"))
  }

  @Test("Dry runs, copies, info and --no-state open no state; a run without undo says so")
  func noState() throws {
    for arguments in [
      ["migrate", "--dry-run", "cache"], ["info", "cache"], ["migrate", "--report", "-", "-o", "copy", "cache"],
    ] { #expect(try uprev.run(arguments).status == 0) }
    let without = try uprev("migrate", "--no-state", "cache")
    #expect(without.status == 0 && without.errorText.contains("cannot be undone"))
    #expect(!folder.exists("state"))
  }

  @Test("A state that cannot be opened fails the run before anything is touched")
  func refused() throws {
    try folder.makeFolder("open")
    chmod(folder.path("open"), 0o777)
    try folder.write("file", to: "file")
    for state in ["open", "file", "file/below"] {
      let run = try uprev("migrate", "--state", state, "--report", "report.json", "cache")
      #expect(run.status == 1 && run.errorText.contains("--no-state"), "\(state): \(run.errorText)")
      #expect(try ReportFile(folder.path("report.json")).status == "failed")
      unlink(folder.path("report.json"))
    }
    #expect(try folder.read("cache/ml_training_a.json") == text)
    #expect(try uprev("migrate", "--state", "", "cache").status == 64)
  }

  @Test("A damaged database is set aside, and the report warns")
  func setAside() throws {
    try folder.write("no database at all", to: "state/uprev/state.sqlite")
    chmod(state, 0o700)
    #expect(try uprev("history").status == 1)
    let run = try uprev("migrate", "--report", "report.json", "cache")
    #expect(run.status == 0 && run.errorText.contains("[state-set-aside]"), "\(run.errorText)")
    let warnings = try ReportFile(folder.path("report.json")).object["warnings"] as? [[String: Any]]
    #expect(warnings?.map { $0["code"] as? String } == ["state-set-aside"])
    #expect(try array("history", "--json").count == 1)
  }

  @Test("Processes that begin at once share one state, new or damaged", arguments: [false, true])
  func processes(isDamaged: Bool) throws {
    if isDamaged {
      try folder.write("no database at all", to: "state/uprev/state.sqlite")
      chmod(state, 0o700)
    }
    let children = try (0..<6).map { number in
      try folder.write(text, to: "cache-\(number)/ml_training_a.json")
      let child = try ChildProcess.prepare(
        try ChildProcess.built("uprev"), ["migrate", "-q", "cache-\(number)"], environment: uprev.environment,
        in: folder.path)
      child.standardError = FileHandle.nullDevice
      try child.run()
      return child
    }
    for child in children {
      child.waitUntilExit()
      #expect(child.terminationStatus == 0)
    }
    let runs = try array("history", "--json")
    #expect(runs.count == 6 && runs.allSatisfy { $0["status"] as? String == "success" })
    let names = try folder.listing("state/uprev").filter { $0.contains("damaged") }
    #expect(names.count == (isDamaged ? 2 : 0), "\(names)")
  }

  @Test("Whatever the umask, nobody else reads the state", arguments: ["000", "022", "077"])
  func umask(mask: String) throws {
    let child = try ChildProcess.run(
      "bash", ["-c", "umask \(mask); exec \"$0\" migrate cache", try ChildProcess.built("uprev")],
      environment: uprev.environment, in: folder.path)
    #expect(child.status == 0, "\(child.errorText)")
    #expect(try folder.status("state").mode == 0o700 && folder.status("state/uprev").mode == 0o700)
    #expect(try folder.status("state/uprev/state.sqlite").mode == 0o600)
  }
}
