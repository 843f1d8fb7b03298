import Foundation
import Testing
import UprevTestSupport

/// Programs of pipelines from end to end.
@Suite("Programs of pipelines")
struct ExecTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
    for number in 0..<30 { try folder.write("{\"v\": 1, \"x\": \(number).0}", to: "tree/\(100 + number).json") }
  }

  private func pipeline(gather: String? = nil, steps: String) throws {
    let gather = gather.map { "gather: {group: {exec: [sh, ./group.sh], seconds: 5}}\n        " + $0 } ?? ""
    try folder.write(
      """
      uprev: 1
      name: programs
      formats:
        - name: points
          files: ["*.json"]
          version: {at: /v, type: integer}
          current: 2
          migrations:
            - from: 1
              to: 2
              \(gather)steps: \(steps)
      """, to: "p/pipeline.yaml")
  }

  private func migrate(_ arguments: String..., status: Int32 = 0) throws -> ReportFile {
    let child = try uprev.run(
      ["migrate", "-p", "./p", "--durability", "none", "--report", "report.json"] + arguments + ["tree"])
    #expect(child.status == status, "\(child.errorText)")
    return try ReportFile(folder.path("report.json"))
  }

  @Test("Without --allow-exec nothing is read, and the message has the remedy")
  func notAllowed() throws {
    try pipeline(steps: "[{exec: [cat]}]")
    for arguments in [["migrate"], ["migrate", "--dry-run"], ["info"]] {
      let child = try uprev.run(arguments + ["-p", "./p", "tree"])
      #expect(child.status == 1 && child.errorText.contains("--allow-exec"), "\(arguments): \(child.errorText)")
    }
    let report = try migrate(status: 1)
    #expect(ReportFile.code(report.object) == "exec-not-allowed" && report.count("documents") == 0)
    #expect(try folder.read("tree/100.json") == "{\"v\": 1, \"x\": 0.0}")
    try folder.write("{\"v\": 1}", to: "p/fixtures/points/a.v1.json")
    try folder.write("{\"v\": 2}", to: "p/fixtures/points/a.v2.json")
    #expect(try uprev.run(["pipeline", "lint", "./p"]).outputText.contains("[programs-not-run]"))
    let lint = try uprev.run(["pipeline", "lint", "--allow-exec", "./p"])
    #expect(lint.status == 0 && !lint.outputText.contains("[programs-not-run]"), "\(lint.outputText)")
    #expect(try uprev.run(["pipeline", "test", "./p"]).outputText.contains("--allow-exec"))
    #expect(try uprev.run(["pipeline", "test", "--allow-exec", "./p"]).status == 0)
    #expect(try migrate("--allow-exec").count("migrated") == 30)
  }

  @Test("A document that a program fails is rejected with what it said, and the others go on", arguments: ["1", "8"])
  func failures(_ jobs: String) throws {
    try folder.write(
      """
      while read -r line; do
        case "$line" in
        *'"x":3.0'*) echo no threes >&2; exit 1;;
        *'"x":4.0'*) echo "$line"; echo "$line";;
        *'"x":5.0'*) echo garbage;;
        *) echo "$line" | sed 's/"x":/"y":/';;
        esac
      done
      """, to: "p/step.sh")
    try pipeline(steps: "[{exec: [sh, ./step.sh], seconds: 60}]")
    let report = try migrate("--allow-exec", "-j", jobs, status: 3)
    #expect(report.count("migrated") == 27 && report.count("rejected") == 3)
    #expect(
      report.documents.filter { $0["outcome"] as? String == "rejected" }.map { $0["path"] as? String } == [
        "103.json", "104.json", "105.json",
      ])
    #expect(ReportFile.code(report.document("103.json")) == "step-failed")
    let error = report.document("103.json")?["error"] as? [String: Any]
    #expect((error?["hint"] as? String)?.contains("no threes") == true, "\(String(describing: error))")
    #expect(try folder.read("tree/106.json") == "{\"v\": 2, \"y\": 6.0}")
    #expect(try folder.read("tree/103.json") == "{\"v\": 1, \"x\": 3.0}")
  }

  @Test("A program that sees all documents answers for each; one that comes later has no value until it is asked again")
  func gathered() throws {
    // Answers only when it has read all, so that nothing but the order says which answer is whose.
    try folder.write("cat > /dev/null; i=0; while [ $i -lt 30 ]; do echo $i; i=$((i + 1)); done", to: "p/group.sh")
    try pipeline(gather: "", steps: "[{op: add, path: /g, value: {gather: group}}, {jq: '.h = $gather.group'}]")
    let report = try migrate("--allow-exec", "-j", "4")
    #expect(report.count("migrated") == 30)
    for number in [0, 7, 29] {
      #expect(
        try folder.read("tree/\(100 + number).json")
          == "{\"v\": 2, \"x\": \(number).0, \"g\": \(number), \"h\": \(number)}")
    }
    try folder.write("{\"v\": 1, \"x\": 1}", to: "tree/new.json")
    let later = try migrate("--allow-exec", status: 3)
    #expect(ReportFile.code(later.document("new.json")) == "not-gathered")
    try folder.write("sed s/.*/7/", to: "p/group.sh")
    #expect(try migrate("--allow-exec", "--gather-again").count("migrated") == 1)
    #expect(try folder.read("tree/new.json") == "{\"v\": 2, \"x\": 1, \"g\": 7, \"h\": 7}")
  }

  @Test(
    "A program that cannot answer for all documents fails the target, and nothing is changed",
    arguments: [
      ("exit 3", "exit status 3"), ("cat > /dev/null", "gave 0 answers for 30"),
      ("sed s/.*/1/; echo 2", "more than once"),
      ("sed s/.*/x/", "one JSON text"), ("sed s/.*/1/; echo oops >&2; exit 1", "oops"),
      ("sleep 60", "took longer than 5"),
      ("cat > /dev/null; while :; do :; done", "took longer than 5"), ("kill -9 $$", "signal 9"),
      ("cat > /dev/null; (sleep 60; echo 1) & sleep 60", "took longer than 5"),
      ("head -c 20000000 /dev/zero | tr '\\0' 1", "more than"),
    ])
  func cannotGather(_ script: String, _ words: String) throws {
    try folder.write(script, to: "p/group.sh")
    try pipeline(gather: "", steps: "[{op: add, path: /g, value: {gather: group}}]")
    let before = try TreeState(folder.path("tree"))
    let report = try migrate("--allow-exec", status: 1)
    #expect(ReportFile.code(report.targets.first) == "gather-failed")
    let error = report.targets.first?["error"] as? [String: Any]
    #expect((error?["message"] as? String)?.contains(words) == true, "\(String(describing: error))")
    #expect(try TreeState(folder.path("tree")).texts == before.texts)
  }

  @Test("Where nothing is left to gather nothing is recorded, and what arrives next is the first")
  func nothingLeft() throws {
    try folder.write("sed s/.*/1/", to: "p/group.sh")
    try pipeline(gather: "", steps: "[{op: add, path: /g, value: {gather: group}}]")
    for number in 0..<30 { try folder.write("{\"v\": 2}", to: "tree/\(100 + number).json") }
    let report = try migrate("--allow-exec")
    #expect(report.count("current") == 30 && (report.targets.first?["gathered"] as? [Any])?.isEmpty == true)
    try folder.write("{\"v\": 1}", to: "tree/new.json")
    #expect(try migrate("--allow-exec").count("migrated") == 1)
    #expect(try folder.read("tree/new.json") == "{\"v\": 2, \"g\": 1}")
  }

  @Test("A signal ends a run whose program has not answered, and the program; nothing is changed")
  func stopped() throws {
    try folder.write("echo $$ > \(folder.path)/started; sleep 300 & wait", to: "p/group.sh")
    try pipeline(gather: "", steps: "[{op: add, path: /g, value: {gather: group}}]")
    let before = try TreeState(folder.path("tree"))
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["migrate", "--allow-exec", "-p", "./p", "--report", "report.json", "tree"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<4000 where (try? folder.read("started").isEmpty) ?? true { usleep(5000) }
    let child = try #require(pid_t(folder.read("started").trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(ReportFile.code(try ReportFile(folder.path("report.json")).targets.first) == "interrupted")
    #expect(kill(child, 0) == -1)
    // Nothing of its group runs; what init has not yet waited for may still have a number.
    let running = try Python.run(
      """
      import os, sys
      for name in filter(str.isdigit, os.listdir("/proc")):
          try: words = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()
          except OSError: continue
          if words[2] == sys.argv[1] and words[0] not in "ZX": print(name)
      """, "\(child)")
    #expect(running.isEmpty, "\(running)")
    #expect(try TreeState(folder.path("tree")).texts == before.texts)
  }

  @Test("Without state the answers are kept for the run alone")
  func withoutState() throws {
    try folder.write("sed s/.*/[1,2]/", to: "p/group.sh")
    try pipeline(gather: "", steps: "[{op: add, path: /g, value: {gather: group}}]")
    #expect(try migrate("--allow-exec", "--no-state").count("migrated") == 30)
    #expect(try folder.read("tree/100.json") == "{\"v\": 2, \"x\": 0.0, \"g\": [1, 2]}")
    #expect(!folder.exists("state"))
  }
}
