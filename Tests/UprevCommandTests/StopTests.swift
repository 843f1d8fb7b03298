import Foundation
import Testing
import UprevTestSupport

@Suite("Stopping the program")
struct StopTests {
  @Test(
    "A signal ends a run over a tree cleanly: exit 1, a report, every document whole, and the next run does the rest",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func tree(signal: Int32) throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 20_000, seed: 11)
    let before = try TreeState(folder.path + "/before").texts
    let after = try TreeState(folder.path + "/after").texts

    // A flush a file makes the run long enough to be met, and where the signal is late all the same, the run waits now and
    // then for those who have documents open for writing.
    let writers = try openForWriting(
      8, of: before.keys.filter { before[$0] != after[$0] }.sorted(), in: folder.path + "/before")
    defer { for writer in writers { close(writer) } }
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"),
      ["migrate", "--durability", "file", "--report", "report.json", "before"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForFirstChange(in: folder.path + "/before", before: before)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 1)

    let report = try ReportFile(folder.path + "/report.json")
    #expect(report.status == "failed")
    #expect(ReportFile.code(report.object) == "interrupted")
    #expect(ReportFile.code(report.targets.first) == "interrupted")
    let now = try TreeState(folder.path + "/before").texts
    #expect(Set(now.keys) == Set(before.keys))
    var changed: Set<String> = []
    for (name, text) in now where text != before[name] {
      #expect(text == after[name])
      changed.insert(name)
    }
    #expect(!changed.isEmpty && changed.count < after.count)
    let migrated = report.documents.filter { $0["outcome"] as? String == "migrated" }.compactMap {
      $0["path"] as? String
    }
    #expect(Set(migrated) == changed)

    let rest = folder.path + "/rest"
    try FileManager.default.copyItem(atPath: folder.path + "/before", toPath: rest)
    #expect(try uprev("migrate", "--no-state", "--durability", "none", "rest").status == 0)
    #expect(try TreeState(rest).texts == after)
  }

  @Test("A signal during the rewriting of an archive leaves it as it was, with no temporary")
  func archive() throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 3000, seed: 12)
    // Much that does not compress, so that the rewriting lasts.
    try Python.run(
      "import os,sys; open(sys.argv[1], 'wb').write(os.urandom(96 << 20))", folder.path + "/before/zzz.bin")
    try ChildProcess.run("tar", ["-czf", "snapshot.tar.gz", "-C", "before", "."], in: folder.path)
    let bytes = try folder.bytes("snapshot.tar.gz")
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["migrate", "--report", "report.json", "snapshot.tar.gz"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForTemporary(in: folder.path)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(try folder.bytes("snapshot.tar.gz") == bytes)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasPrefix(".uprev-") })
    let report = try ReportFile(folder.path + "/report.json")
    #expect(ReportFile.code(report.targets.first) == "interrupted")
    #expect(report.targets.first?["committed"] as? Bool == false)
  }

  @Test("A signal ends a command that looks at pipelines only, whatever it is waiting for")
  func lint() throws {
    let folder = try TemporaryTree()
    try folder.write(
      """
      uprev: 1
      name: slow
      formats:
        - name: f
          files: ["*.json"]
          version: {at: /version, type: integer, missing: 1}
          current: 2
          migrations: [{from: 1, to: 2, steps: [{jq: "until(false; .)"}]}]
      """, to: "slow/pipeline.yaml")
    for number in 1...20 { try folder.write("{\"a\": \(number)}", to: "slow/fixtures/f/\(number).v1.json") }
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["pipeline", "lint", "./slow"], environment: Uprev(folder).environment,
      in: folder.path)
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    sleep(2)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    // The fixtures would take minutes.
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
  }

  @Test("Signals that ask for nothing do not stop a run", arguments: [SIGIO, SIGURG, SIGPIPE, SIGXFSZ])
  func ignored(signal: Int32) throws {
    let folder = try TemporaryTree()
    try Python.writeTree(in: folder.path, count: 400, seed: 13)
    let before = try TreeState(folder.path + "/before").texts
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["migrate", "--no-state", "--durability", "file", "before"],
      environment: Uprev(folder).environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForFirstChange(in: folder.path + "/before", before: before)
    for _ in 1...20 {
      kill(process.processIdentifier, signal)
      usleep(1000)
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    #expect(try TreeState(folder.path + "/before").texts == TreeState(folder.path + "/after").texts)
  }

  @Test("Under nohup the end of the terminal does not end the run; another signal does, cleanly")
  func nohup() throws {
    // The one that is stopped must not have decided all of them when the first batch takes effect.
    for (signal, status, count) in [(SIGHUP, Int32(0), 2000), (SIGTERM, 1, 20_000)] {
      let folder = try TemporaryTree()
      try Python.writeTree(in: folder.path, count: count, seed: 14)
      let before = try TreeState(folder.path + "/before").texts
      let after = try TreeState(folder.path + "/after").texts
      let writers =
        status == 0
        ? []
        : try openForWriting(
          8, of: before.keys.filter { before[$0] != after[$0] }.sorted(), in: folder.path + "/before")
      defer { for writer in writers { close(writer) } }
      let process = try ChildProcess.prepare(
        try ChildProcess.locate("nohup"),
        [try ChildProcess.built("uprev"), "migrate", "--no-state", "--durability", "file", "before"],
        environment: Uprev(folder).environment, in: folder.path)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      try waitForFirstChange(in: folder.path + "/before", before: before)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == status)
      let isDone = try TreeState(folder.path + "/before").texts == after
      #expect(isDone == (status == 0))
    }
  }

  @Test("A file larger than the process may write is reported, and every document and archive is whole")
  func fileSize() throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    let small = "{\"n_jobs\": 1, \"chunksize\": 1}"
    let large = "{\"n_jobs\": 1, \"chunksize\": 1, \"x\": \"\(String(repeating: "a", count: 9000))\"}"
    try folder.write(small, to: "t/ml_training_a.json")
    try folder.write(large, to: "t/ml_training_b.json")
    try folder.write(small, to: "t/ml_training_c.json")
    try ChildProcess.run("tar", ["-cf", "s.tar", "t"], in: folder.path)
    let archive = try folder.bytes("s.tar")
    // In units of 1,024 bytes. The reports are smaller, the archive is larger.
    let script = "ulimit -f 8; exec \"$0\" migrate --no-state --report report.json t s.tar"
    // A sanitizer's runtime keeps a file there, and dies of the limit.
    let environment = uprev.environment.merging(["TMPDIR": "/nonexistent"]) { $1 }
    let run = try ChildProcess.run(
      "bash", ["-c", script, try ChildProcess.built("uprev")], environment: environment, in: folder.path)
    #expect(run.status == 1, "\(run.errorText)")
    #expect(run.errorText.contains("ulimit -f"), "\(run.errorText)")
    let report = try ReportFile(folder.path + "/report.json")
    #expect(
      report.documents.filter { $0["target"] as? String == "t" }.map { ReportFile.code($0) } == [
        nil, "write-failed", nil,
      ])
    #expect(ReportFile.code(report.targets.last) == "write-failed")
    #expect(try folder.bytes("s.tar") == archive)
    #expect(try folder.read("t/ml_training_b.json") == large)
    for name in ["a", "c"] { #expect(try folder.read("t/ml_training_\(name).json").hasSuffix(", \"version\": 2}")) }
    #expect(try folder.listing().filter { $0.contains(".uprev-") } == [])

    // Where the report itself does not fit, there is none, and that is said.
    let script2 = "ulimit -f 0; exec \"$0\" migrate --no-state --report second.json t"
    let none = try ChildProcess.run(
      "bash", ["-c", script2 + " 2>&1 | cat; exit ${PIPESTATUS[0]}", try ChildProcess.built("uprev")],
      environment: environment, in: folder.path)
    #expect(none.status == 1)
    #expect(!folder.exists("second.json"))
    #expect(try folder.listing().filter { $0.contains(".uprev-") } == [])
  }

  private func openForWriting(_ count: Int, of names: [String], in path: String) throws -> [Int32] {
    try (0..<count).map { index in
      let name = names[(index + 1) * names.count / (count + 1)]
      let file = open(path + "/" + name, O_WRONLY | O_CLOEXEC)
      try #require(file >= 0, "\(name)")
      return file
    }
  }

  private func waitForFirstChange(in path: String, before: [String: [UInt8]]) throws {
    let first = try #require(before.keys.sorted().first { before[$0].map { !$0.isEmpty } ?? false })
    let deadline = Date.now + Double(Patience.seconds(60).components.seconds)
    while Date.now < deadline {
      if try TreeProbe.differs(path + "/" + first, before[first]) { return }
      usleep(500)
    }
    Issue.record("nothing changed within a minute")
  }

  private func waitForTemporary(in path: String) throws {
    let deadline = Date.now + Double(Patience.seconds(60).components.seconds)
    while Date.now < deadline {
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      if names.contains(where: { $0.hasPrefix(".uprev-") && !$0.hasSuffix("-report") }) { return }
      usleep(500)
    }
    Issue.record("no temporary appeared within a minute")
  }
}

private enum TreeProbe {
  static func differs(_ path: String, _ bytes: [UInt8]?) throws -> Bool {
    guard let bytes else { return false }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) != bytes
  }
}
