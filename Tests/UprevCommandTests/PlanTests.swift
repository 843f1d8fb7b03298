import Foundation
import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"
private let v2 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10,\n  \"version\": 2\n}"

@Suite("uprev plan and uprev apply")
struct PlanTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
  }

  private func report(_ name: String = "r.json") throws -> ReportFile { try ReportFile(folder.path(name)) }

  /// Every document of a report as `path outcome code`.
  private func lines(_ report: ReportFile) -> [String] {
    report.documents.map { line in
      ([line["path"] as? String, line["outcome"] as? String, ReportFile.code(line)].compactMap { $0 })
        .joined(separator: " ")
    }
  }

  private func warnings(_ report: ReportFile) -> [String] {
    (report.object["warnings"] as? [[String: Any]] ?? []).map { "\($0["code"] ?? "") \($0["path"] ?? "")" }
  }

  @Test("A plan changes nothing, keeps no state, and is the owner's alone; applied, it does what migrate does")
  func tree() throws {
    try Python.writeTree(in: folder.path, count: 200, seed: 11)
    let before = try TreeState(folder.path("before"))
    let planned = try uprev("plan", "before", "--out", "p", "--report", "plan.json")
    #expect(planned.status == 0, "\(planned.errorText)")
    #expect(try TreeState(folder.path("before")) == before)
    #expect(!folder.exists("state"))
    #expect(try folder.status("p").mode == 0o600)
    #expect(try report("plan.json").object["command"] as? String == "plan")
    #expect(try report("plan.json").object["dryRun"] as? Bool == true)
    let count = try report("plan.json").count("migrated")
    #expect(count > 100)
    #expect(try folder.read("p").split(separator: "\n").count == count + 3)
    #expect(planned.outputText.hasPrefix("\(count) documents (ml-training-data 1 → 2): add /version = 2\n--- before/"))

    let dry = try uprev("apply", "p", "--dry-run")
    #expect(dry.status == 0 && !folder.exists("state"), "\(dry.errorText)")
    #expect(dry.outputText.hasPrefix("\(count) documents (ml-training-data 1 → 2): add /version = 2\n--- /"))
    #expect(try TreeState(folder.path("before")) == before)

    let applied = try uprev("apply", "p", "--report", "r.json")
    #expect(applied.status == 0 && applied.output.isEmpty, "\(applied.errorText)")
    #expect(try report().count("migrated") == count)
    #expect(try report().object["command"] as? String == "apply")
    #expect(try TreeState(folder.path("before")).texts == TreeState(folder.path("after")).texts)

    let again = try uprev("apply", "p", "--report", "again.json")
    #expect(again.status == 0, "\(again.errorText)")
    #expect(try report("again.json").count("current") == 200)
    #expect(try report("again.json").count("migrated") == 0)

    let history = try uprev("history", "--json")
    let runs = try #require(try JSONSerialization.jsonObject(with: Data(history.output)) as? [[String: Any]])
    #expect(runs.compactMap { $0["command"] as? String } == ["apply", "apply"])
    let id = try #require(runs.last?["runId"] as? String)
    #expect(try uprev("undo", id).status == 0)
    #expect(try TreeState(folder.path("before")).texts == before.texts)
  }

  @Test("What changed since is refused, what is new or gone is told, and everything else is done")
  func changedSince() throws {
    for name in "abcdef" { try folder.write(v1, to: "t/ml_training_\(name).json") }
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    let changed = v1.replacing("4", with: "5")
    try folder.write(changed, to: "t/ml_training_b.json")
    try FileManager.default.removeItem(atPath: folder.path("t/ml_training_c.json"))
    try folder.write("{", to: "t/ml_training_d.json")
    try folder.write(v2, to: "t/ml_training_e.json")
    try folder.write(v1, to: "t/ml_training_new.json")
    let run = try uprev("apply", "p", "--report", "r.json", "--report-all")
    #expect(run.status == 3, "\(run.errorText)")
    #expect(
      try lines(report()) == [
        "ml_training_a.json migrated", "ml_training_b.json rejected changed-since-plan",
        "ml_training_d.json rejected invalid-json", "ml_training_e.json current", "ml_training_f.json migrated",
        "ml_training_new.json skipped", "ml_training_c.json skipped",
      ])
    #expect(
      try warnings(report()) == ["not-planned ml_training_new.json", "gone-since-plan ml_training_c.json"])
    let texts = try "abdef".map { try folder.read("t/ml_training_\($0).json") }
    #expect(texts == [v2, changed, "{", v2, v2])
    #expect(try folder.read("t/ml_training_new.json") == v1)
    #expect(try folder.listing("t").count == 6)
  }

  @Test("With --all-or-nothing one document that has changed since keeps everything as it is")
  func allOrNothing() throws {
    for name in "ab" { try folder.write(v1, to: "t/ml_training_\(name).json") }
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    try folder.write(v1 + "\n", to: "t/ml_training_b.json")
    let run = try uprev("apply", "p", "--all-or-nothing", "--report", "r.json")
    #expect(run.status == 3, "\(run.errorText)")
    #expect(try folder.read("t/ml_training_a.json") == v1)
    try folder.write(v1, to: "t/ml_training_b.json")
    #expect(try uprev("apply", "p", "--all-or-nothing", "--no-state").status == 0)
    #expect(try folder.read("t/ml_training_a.json") == v2 && folder.read("t/ml_training_b.json") == v2)
  }

  @Test("A plan of an archive: members by name, those of one name in order", arguments: ["tar", "tar.gz"])
  func archive(suffix: String) throws {
    let script = """
      import io, sys, tarfile
      def write(path, members):
          with tarfile.open(path, "w:gz" if path.endswith("gz") else "w") as tar:
              for name, text in members:
                  info = tarfile.TarInfo(f"ml_training_{name}.json")
                  info.size = len(text)
                  tar.addfile(info, io.BytesIO(text))
      v1, other = b'{"n_jobs": 1, "chunksize": 1}', b'{"n_jobs": 2, "chunksize": 2}'
      v2 = v1[:-1] + b', "version": 2}'
      first = [("a", v1), ("twice", v2), ("twice", v1), ("b", v1), ("twice", other), ("gone", v1)]
      second = [("new", v1), ("b", v1), ("a", other), ("twice", v1), ("twice", other), ("twice", v1)]
      write(sys.argv[1], second if len(sys.argv) > 2 else first)
      """
    let name = "s." + suffix
    try Python.run(script, folder.path(name))
    #expect(try uprev("plan", name, "--out", "p", "-q").status == 0)
    let bytes = try folder.bytes(name)
    let run = try uprev("apply", "p", "--report", "r.json", "--report-all", "--state", "s")
    #expect(run.status == 0, "\(run.errorText)")
    let outcomes = try lines(report()).map { $0.replacing("ml_training_", with: "").replacing(".json", with: "") }
    #expect(
      outcomes == [
        "a migrated", "twice current", "twice migrated", "b migrated", "twice migrated", "gone migrated",
      ])
    #expect(try uprev("apply", "p", "--state", "s").status == 0)
    #expect(try uprev("history", "show", "last", "--state", "s").status == 0)
    let undone = try uprev("undo", "last", "--state", "s")
    #expect(undone.status == 0)

    try Python.run(script, folder.path(name), "second")
    let other = try uprev("apply", "p", "--report", "r.json", "--report-all", "--state", "s")
    #expect(other.status == 3, "\(other.errorText)")
    let others = try lines(report()).map { $0.replacing("ml_training_", with: "").replacing(".json", with: "") }
    #expect(
      others == [
        "new skipped", "b migrated", "a rejected changed-since-plan", "twice migrated", "twice migrated",
        "twice skipped", "gone skipped",
      ])
    #expect(try folder.bytes(name) != bytes)
    let texts = try Python.run(
      "import sys, tarfile\nfor m in (t := tarfile.open(sys.argv[1])): print(b'version' in t.extractfile(m).read())",
      folder.path(name))
    #expect(texts == "False\nTrue\nFalse\nTrue\nTrue\nFalse\n")
  }

  private func writePipeline(_ steps: String) throws {
    try folder.write(
      """
      uprev: 1
      name: mine
      formats:
        - name: f
          files: ["*.json"]
          version: {at: /v, type: integer, missing: 1}
          current: 3
          migrations:
            - {from: 1, to: 2, steps: [\(steps)]}
            - {from: 2, to: 3}
      """, to: "mine/pipeline.yaml")
  }

  @Test("A pipeline that has changed refuses the whole plan, with a report that says so")
  func pipelineChanged() throws {
    try writePipeline("{op: add, path: /x, value: 1}")
    try folder.write("{}", to: "t/a.json")
    #expect(try uprev("plan", "-p", "./mine", "t", "--out", "p").status == 0)
    try writePipeline("{op: add, path: /x, value: 2}")
    let run = try uprev("apply", "p", "--report", "r.json")
    #expect(run.status == 1, "\(run.errorText)")
    #expect(run.errorText.contains("“mine”") && run.errorText.contains("[plan-refused]"), "\(run.errorText)")
    #expect(ReportFile.code(try report().object) == "plan-refused")
    #expect(try report().status == "failed" && report().documents.isEmpty)
    #expect(try folder.read("t/a.json") == "{}" && !folder.exists("state"))
    let other = try uprev("apply", "p", "-p", "amorsize", "--report", "-")
    #expect(other.status == 1)
    #expect(ReportFile.code(try ReportFile(Data(other.output)).object) == "plan-refused")
    // Only comments: other bytes are another digest, until a plan knows meanings.
    try writePipeline("{op: add, path: /x, value: 1}")
    #expect(try uprev("apply", "p", "--no-state", "--report", "r.json").status == 0)
    #expect(try folder.read("t/a.json") == "{\n  \"x\": 1,\n  \"v\": 3\n}")
  }

  @Test("The plan's options hold: versions, exclusions and limits; and its places, whatever folder apply runs in")
  func options() throws {
    try writePipeline("{op: add, path: /x, value: 1}")
    try folder.write("{\"y\":1}", to: "t/a.json")
    try folder.write("{\"y\":1}", to: "t/skip/b.json")
    try folder.write("{\"y\":\"\(String(repeating: "x", count: 2000))\"}", to: "t/large.json")
    let planned = try uprev(
      "plan", "-p", "mine/pipeline.yaml", "--to", "f=2", "--exclude", "skip/*", "--max-document-size", "1K", "t",
      "--out", "p")
    #expect(planned.status == 3, "\(planned.errorText)")
    try folder.makeFolder("elsewhere")
    let run = try ChildProcess.run(
      try ChildProcess.built("uprev"), ["apply", "../p", "--no-state", "--report", "r.json", "--report-all"],
      environment: uprev.environment, in: folder.path("elsewhere"))
    #expect(run.status == 3, "\(run.errorText)")
    #expect(
      try lines(report("elsewhere/r.json")) == [
        "a.json migrated", "large.json rejected too-large", "skip/b.json skipped",
      ])
    #expect(try folder.read("t/a.json") == "{\"y\":1,\"x\":1,\"v\":2}")
  }

  @Test("Another folder in the target's place is told, and its documents are migrated where they are those of the plan")
  func movedTarget() throws {
    for name in "ab" { try folder.write(v1, to: "t/ml_training_\(name).json") }
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    try ChildProcess.run("sh", ["-c", "mv t old && cp -r old t && printf x >> t/ml_training_b.json"], in: folder.path)
    let run = try uprev("apply", "p", "--no-state", "--report", "r.json")
    #expect(run.status == 3)
    #expect(try warnings(report()).contains { $0.hasPrefix("target-moved") })
    #expect(try folder.read("t/ml_training_a.json") == v2 && folder.read("old/ml_training_a.json") == v1)
  }

  @Test("A result that differs from the plan is refused")
  func otherResult() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    // As if another jq had made the plan: its after-hash is another one, and its digest the right one.
    try Python.run(
      """
      import hashlib, re, sys
      lines = open(sys.argv[1], "rb").read().splitlines(keepends=True)[:-1]
      lines[-1] = re.sub(rb'sha256After": "..', b'sha256After": "00', lines[-1])
      text = b"".join(lines)
      text += b'{"end": 1, "sha256": "%s"}\\n' % hashlib.sha256(text).hexdigest().encode()
      open(sys.argv[1], "wb").write(text)
      """, folder.path("p"))
    let run = try uprev("apply", "p", "--no-state", "--report", "r.json")
    #expect(run.status == 3)
    #expect(try lines(report()) == ["ml_training_a.json rejected differs-from-plan"])
    #expect(try folder.read("t/ml_training_a.json") == v1)
  }

  @Test("A target that fails leaves no plan, and what was there stays")
  func failedTarget() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    try folder.write("before", to: "p")
    let run = try uprev("plan", "t", "missing", "--out", "p")
    #expect(run.status == 1 && run.errorText.contains("no plan was written"), "\(run.errorText)")
    #expect(try folder.read("p") == "before")
    #expect(try folder.listing() == ["p", "t/", "t/ml_training_a.json"])
    try folder.write("text", to: "s.tar.gz")
    #expect(try uprev("plan", "s.tar.gz", "--out", "q").status == 1)
    #expect(!folder.exists("q"))
    let full = try ChildProcess.run(
      "sh", ["-c", "'\(try ChildProcess.built("uprev"))' plan t --out /dev/full"], environment: uprev.environment,
      in: folder.path)
    #expect(full.status == 1 && full.errorText.contains("the plan"), "\(full.errorText)")
  }

  @Test("Places that would destroy something are refused")
  func places() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    for (arguments, words) in [
      (["plan", "t", "--out", "t/ml_training_a.json"], "a document of a target"),
      (["plan", "t/ml_training_a.json", "--out", "t/ml_training_a.json"], "a target too"),
      (["plan", "t", "--out", "x", "--report", "x"], "the --report too"), (["plan", "t", "--out", ""], "--out"),
      (["plan", "--out", "x"], "target"), (["apply"], "plan"), (["apply", ""], "plan"),
      (["plan", "t", "--color", "some"], "color"), (["apply", "x", "--to", "2"], "--to"),
    ] {
      let run = try uprev.run(arguments)
      #expect(run.status == 64 && run.errorText.contains(words), "\(arguments): \(run.status) \(run.errorText)")
    }
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    let plan = try folder.bytes("p")
    #expect(try uprev("apply", "p", "--report", "./p").status == 64)
    #expect(try folder.bytes("p") == plan && folder.read("t/ml_training_a.json") == v1)
  }

  @Test("A plan that is damaged, newer, or none is refused, and nothing is touched")
  func damaged() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    #expect(try uprev("plan", "t", "--out", "p").status == 0)
    let plan = try folder.read("p")
    for text in [
      "", "{}", String(plan.dropLast()), plan + "\n", plan.replacing("planVersion\": 1", with: "planVersion\": 2"),
    ] {
      try folder.write(text, to: "q")
      let run = try uprev("apply", "q", "--report", "r.json")
      #expect(run.status == 1 && run.errorText.contains("[plan-refused]"), "\(run.errorText)")
      #expect(ReportFile.code(try report().object) == "plan-refused")
    }
    #expect(try uprev("apply", "missing").status == 1)
    #expect(try uprev("apply", "t").status == 1)
    #expect(try folder.read("t/ml_training_a.json") == v1 && !folder.exists("state"))
  }

  @Test("Exit status 2 says that there is something to migrate, where it is asked for")
  func exitStatus() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    #expect(try uprev("plan", "t").status == 0)
    #expect(try uprev("plan", "t", "--detailed-exitcode").status == 2)
    #expect(try uprev("migrate", "t").status == 0)
    let none = try uprev("plan", "t", "--detailed-exitcode")
    #expect(none.status == 0 && none.output.isEmpty)
  }

  @Test("Colours where they are asked for, control characters never, and nothing with --quiet or a report there")
  func terminal() throws {
    let evil = "\u{1B}[31m\u{202E}"
    try folder.write(
      "{\"n_jobs\": 1, \"chunksize\": 1, \"\(evil.replacing("\u{1B}", with: "\\u001b"))\": \"\u{9B}\u{7F}\"}",
      to: "\(evil)/ml_training_\(evil).json")
    let plain = try uprev("plan", evil)
    #expect(plain.status == 0 && !plain.output.contains(0x1B), "\(plain.outputText)")
    #expect(plain.outputText.contains("1 document (ml-training-data 1 → 2): add /version = 2\n--- \\x1b[31m\\xe2"))
    #expect(
      !plain.outputText.unicodeScalars.contains("\u{202E}") && !plain.outputText.unicodeScalars.contains("\u{9B}"))
    let coloured = try uprev("plan", evil, "--color", "always", environment: ["NO_COLOR": "1", "TERM": "dumb"])
    #expect(coloured.output.contains(0x1B))
    let codes = coloured.outputText.matches(of: /\u{1B}\[[0-9]+m/).count
    #expect(codes == coloured.output.count { $0 == 0x1B } && codes > 4)
    #expect(try uprev("plan", evil, "--quiet").output.isEmpty)
    #expect(try !ReportFile(Data(uprev("plan", evil, "--report", "-").output)).documents.isEmpty)
  }

  @Test("On a terminal differences are coloured, unless NO_COLOR or TERM says otherwise")
  func pseudoTerminal() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    let script = """
      import os, pty, select, subprocess, sys
      # Whoever runs the tests may have set it.
      os.environ.pop("NO_COLOR", None)
      if sys.argv[1] != "unset":
          os.environ["NO_COLOR"] = sys.argv[1]
      master, slave = pty.openpty()
      # The other end stays open here: what a terminal has not handed on when its last user leaves may be lost.
      child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=slave)
      output, isOver = b"", False
      while True:
          if select.select([master], [], [], 1)[0]:
              output += os.read(master, 65536)
          elif isOver:
              break
          else:
              isOver = child.poll() is not None
      sys.stdout.write("coloured" if b"\\x1b[32m+" in output else "plain")
      sys.exit(child.returncode)
      """
    for (terminal, noColor, expected) in [
      ("xterm", "unset", "coloured"), ("dumb", "unset", "plain"), ("xterm", "1", "plain"), ("xterm", "", "coloured"),
    ] {
      let child = try ChildProcess.run(
        "python3", ["-c", script, noColor, try ChildProcess.built("uprev"), "plan", "t"],
        environment: uprev.environment.merging(["TERM": terminal]) { $1 }, in: folder.path)
      #expect(
        child.status == 0 && child.outputText == expected,
        "\(terminal), \(noColor): \(child.outputText)\(child.errorText)")
    }
  }

  @Test("Several targets, an archive and one document among them, are planned and applied together")
  func severalTargets() throws {
    try folder.write(v1, to: "t/ml_training_a.json")
    try folder.write(v1, to: "one/ml_training_a.json")
    try ChildProcess.run("tar", ["-cf", "s.tar", "t"], in: folder.path)
    let planned = try uprev("plan", "t", "one/ml_training_a.json", "s.tar", "--out", "p")
    #expect(planned.status == 0, "\(planned.errorText)")
    #expect(planned.outputText.hasPrefix("3 documents (ml-training-data 1 → 2): add /version = 2\n"))
    let run = try uprev("apply", "p", "--report", "r.json", "--all-or-nothing")
    #expect(run.status == 0, "\(run.errorText)")
    #expect(try report().count("migrated") == 3)
    #expect(try folder.read("t/ml_training_a.json") == v2 && folder.read("one/ml_training_a.json") == v2)
    // Replacing the document made it another file: no warning, because it is none.
    let again = try uprev("apply", "p", "--report", "r.json")
    #expect(try again.status == 0 && warnings(report()).isEmpty, "\(again.errorText)")
  }

  @Test("The same plan and the same listing, whatever the number of workers")
  func workers() throws {
    try Python.writeTree(in: folder.path, count: 300, seed: 12)
    let outputs = try ["1", "5"].map { jobs in
      let child = try uprev("plan", "before", "--out", "p\(jobs)", "--jobs", jobs)
      #expect(child.status == 0)
      return child.outputText
    }
    #expect(outputs[0] == outputs[1])
    func documents(_ name: String) throws -> [Substring] {
      try folder.read(name).split(separator: "\n").dropFirst().dropLast()
    }
    #expect(try documents("p1") == documents("p5"))
  }
}
