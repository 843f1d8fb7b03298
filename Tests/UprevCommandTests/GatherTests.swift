import Foundation
import Testing
import UprevTestSupport

/// Corpus statistics from end to end: the first pass, the state, the file, archives, fixtures.
@Suite("Gathering over all documents")
struct GatherTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
    try folder.write(Self.pipeline, to: "p/pipeline.yaml")
    try folder.write(
      "import json, sys\nfor line in sys.stdin: print(len(json.loads(line)))\n", to: "p/size.py")
  }

  /// Version 1 → 2 → 3, both gathering, so that the second needs the first.
  private static let pipeline = """
    uprev: 1
    name: points
    formats:
      - name: points
        files: ["*.json"]
        json: {nonFinite: allow}
        version: {at: /v, type: integer}
        current: 3
        migrations:
          - from: 1
            to: 2
            gather: {first: {min: /x}}
            steps: [{convert: {at: /x, subtract: {gather: first}}}]
          - from: 2
            to: 3
            gather:
              n: {count: ""}
              low: {min: /x}
              high: {max: /x}
              middle: {mean: /x}
              spread: {stddev: /x}
              half: {quantiles: {at: /x, of: [0.5]}}
              kinds: {distinct: /k}
            steps:
              - {op: add, path: /all, value: {n: {gather: n}, low: {gather: low}, kinds: {gather: kinds}}}
              - jq: '.scaled = if $gather.low == $gather.high then 0 else (.x - $gather.low) / ($gather.high - $gather.low) end'
    """

  private func write(_ name: String, count: Int, v1 share: Double = 0.5) throws {
    try Python.run(
      """
      import json, os, random, sys
      folder, count, share = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
      random.seed(7)
      for number in range(count):
          data = {"v": 1 if random.random() < share else 2, "x": random.gauss(0, 50), "k": random.choice(["a", 1, 1.0, None])}
          path = f"{folder}/{number % 7}/{number:05}.json"
          os.makedirs(os.path.dirname(path), exist_ok=True)
          json.dump(data, open(path, "w"))
      """, folder.path(name), "\(count)", "\(share)")
  }

  @discardableResult
  private func migrate(_ arguments: String..., status: Int32 = 0) throws -> ReportFile {
    let child = try uprev.run(
      ["migrate", "-p", "./p", "--durability", "none", "--report", "report.json"] + arguments)
    #expect(child.status == status, "\(child.errorText)")
    return try ReportFile(folder.path("report.json"))
  }

  /// The report's lines, by migration and name.
  private func gathered(_ report: ReportFile, source: String = "gathered") throws -> [String: String] {
    var values: [String: String] = [:]
    for line in try #require(report.targets.first?["gathered"] as? [[String: Any]]) {
      #expect(line["source"] as? String == source)
      for statistic in try #require(line["statistics"] as? [[String: Any]]) {
        values["\(line["from"] ?? ""):\(statistic["name"] ?? "")"] = try Self.json(statistic["value"] ?? NSNull())
      }
    }
    return values
  }

  private static func json(_ value: Any) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys]),
      as: UTF8.self)
  }

  @Test("The values are those that Python finds, for any number of workers, in a tree and in an archive")
  func sameValues() throws {
    try write("one", count: 700)
    for name in ["eight", "inner"] {
      try FileManager.default.copyItem(atPath: folder.path("one"), toPath: folder.path(name))
    }
    try ChildProcess.run("tar", ["czf", folder.path("snapshot.tar.gz"), "-C", folder.path("inner"), "."])
    let python = try Python.run(
      """
      import decimal, glob, json, math, sys
      D = decimal.Decimal
      decimal.getcontext().prec = 400
      docs = [json.load(open(p), parse_float=D) for p in glob.glob(sys.argv[1] + "/*/*.json")]
      first = min(d["x"] for d in docs if d["v"] == 1)
      xs = sorted(d["x"] - first if d["v"] == 1 else d["x"] for d in docs)
      floats = [D(float(x)) for x in xs]
      mean = sum(floats) / len(floats)
      spread = (sum(f * f for f in floats) / len(floats) - mean * mean).sqrt()
      print(json.dumps([float(xs[0]), float(xs[-1]), float(mean), float(spread), float(xs[349]), float(first)]))
      """, folder.path("one"))
    let expected = try #require(JSONSerialization.jsonObject(with: Data(python.utf8)) as? [Double])
    let reports = [
      try migrate("-j", "1", "one"), try migrate("-j", "8", "eight"), try migrate("-j", "3", "snapshot.tar.gz"),
    ]
    let values = try gathered(reports[0])
    func number(_ name: String) -> Double { values[name].flatMap { Double($0.filter { !"[]".contains($0) }) } ?? .nan }
    // Foundation's reader of JSON is loose in the last places.
    for (name, right) in [
      ("2:n", 700), ("2:low", expected[0]), ("2:high", expected[1]), ("2:middle", expected[2]),
      ("1:first", expected[5]),
    ] {
      #expect(abs(number(name) - right) <= 4 * right.ulp, "\(name): \(values) \(expected)")
    }
    #expect(abs(number("2:spread") - expected[3]) <= 4 * expected[3].ulp)
    let half = number("2:half")
    #expect(abs(half - expected[4]) <= abs(expected[4]) / 1024)
    for report in reports[1...] { #expect(try gathered(report) == values) }
    try ChildProcess.run("tar", ["xzf", folder.path("snapshot.tar.gz"), "-C", folder.path("inner")])
    #expect(try TreeState(folder.path("one")).texts == TreeState(folder.path("eight")).texts)
    #expect(try TreeState(folder.path("one")).texts == TreeState(folder.path("inner")).texts)
    #expect(reports.allSatisfy { $0.count("migrated") == 700 && $0.status == "success" })
  }

  @Test("Documents that arrive later get the recorded values, until they are gathered again; undo needs nothing of it")
  func laterDocuments() throws {
    try write("tree", count: 50)
    let first = try gathered(try migrate("tree"))
    #expect(try migrate("tree").count("current") == 50)
    let before = try TreeState(folder.path("tree"))
    try folder.write("{\"v\": 2, \"x\": 1000000}", to: "tree/late.json")
    let dry = try migrate("--dry-run", "tree")
    #expect(try gathered(dry, source: "recorded") == first)
    #expect(try gathered(try migrate("tree"), source: "recorded") == first)
    #expect(try folder.read("tree/late.json").contains("\"n\": 50"))
    try folder.write("{\"v\": 2, \"x\": 7}", to: "tree/later.json")
    let again = try gathered(try migrate("--gather-again", "tree"))
    #expect(again["2:n"] == "1" && again["2:low"] == "7")
    #expect(try gathered(try migrate("tree"), source: "recorded")["2:low"] == "7")
    #expect(
      try before.texts.filter { !$0.key.contains("late") }
        == TreeState(folder.path("tree")).texts.filter { !$0.key.contains("late") })
    // Another definition is another matter.
    try folder.write(Self.pipeline.replacingOccurrences(of: "{max: /x}", with: "{max: /y}"), to: "p/pipeline.yaml")
    try folder.write("{\"v\": 2, \"x\": 8}", to: "tree/last.json")
    let child = try uprev.run(["undo", "last"])
    #expect(child.status == 0, "\(child.errorText)")
  }

  @Test("A run that is stopped in its first pass changes nothing, and the next one gathers and migrates all")
  func stopped() throws {
    try write("tree", count: 3000)
    let before = try TreeState(folder.path("tree"))
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["migrate", "-p", "./p", "-j", "1", "--report", "report.json", "tree"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The state is there before the first pass begins.
    for _ in 0..<2000 where !folder.exists("state/uprev/state.sqlite") { usleep(5000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let left = try TreeState(folder.path("tree"))
    // It may have been over, or at its second pass, before the signal came.
    if process.terminationReason == .uncaughtSignal, left.texts.keys.allSatisfy({ !$0.contains(".uprev-") }) {
      #expect(left.texts == before.texts)
    }
    let report = try migrate("tree")
    #expect(report.count("migrated") + report.count("current") == 3000 && report.count("rejected") == 0)
    let values = try #require(report.targets.first?["gathered"] as? [[String: Any]])
    #expect(values.allSatisfy { ($0["documents"] as? Int ?? 0) > 1000 })
  }

  @Test(
    "Without state the run warns; a file that the pipeline names makes values the same, and belongs to its definition")
  func file() throws {
    try write("tree", count: 40, v1: 0)
    try FileManager.default.copyItem(atPath: folder.path("tree"), toPath: folder.path("other"))
    try folder.write("{\"v\": 2, \"x\": 99999}", to: "other/more.json")
    let made = try uprev.run(["pipeline", "gather", "-p", "./p", "--output", "p/gathered.json", "tree"])
    #expect(made.status == 0, "\(made.errorText)")
    let printed = try uprev.run(["pipeline", "gather", "-p", "./p", "--no-state", "tree"])
    #expect(printed.outputText == (try folder.read("p/gathered.json")))
    let alone = try migrate("--no-state", "tree")
    let codes = (alone.object["warnings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    #expect(codes == ["gather-not-recorded"])
    try folder.write(
      Self.pipeline.replacingOccurrences(
        of: "name: points\nformats:", with: "name: points\ngathered: gathered.json\nformats:"),
      to: "p/pipeline.yaml")
    let given = try migrate("--no-state", "other")
    let sources = (given.targets.first?["gathered"] as? [[String: Any]] ?? []).map { $0["source"] as? String }
    #expect(sources == ["given"] && given.count("migrated") == 41)
    #expect(try gathered(given, source: "given") == gathered(alone))
    #expect(try folder.read("other/more.json").contains("\"n\": 40"))
    try folder.write(
      Self.pipeline.replacingOccurrences(
        of: "name: points\nformats:", with: "name: points\ngathered: gathered.json\nformats:"
      )
      .replacingOccurrences(of: "{max: /x}", with: "{max: /y}"), to: "p/pipeline.yaml")
    let refused = try uprev.run(["migrate", "-p", "./p", "other"])
    #expect(refused.status == 4 && refused.errorText.contains("[invalid-gathered]"), "\(refused.errorText)")
  }

  @Test("Recorded values that cannot be read fail the target as it is: what is left would give others")
  func damagedRecord() throws {
    try write("tree", count: 20, v1: 0)
    _ = try migrate("tree")
    let script =
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
      + "c.execute(\"UPDATE gathered SET statistics = substr(statistics, 1, 20)\"); c.commit()"
    try Python.run(script, folder.path("state/uprev/state.sqlite"))
    try folder.write("{\"v\": 2, \"x\": 8}", to: "tree/late.json")
    let before = try TreeState(folder.path("tree"))
    let report = try migrate("tree", status: 1)
    #expect(ReportFile.code(report.targets.first) == "gather-failed")
    #expect(try TreeState(folder.path("tree")).texts == before.texts)
    #expect(try migrate("--gather-again", "tree").count("migrated") == 1)
  }

  @Test("Too many different values fail the target as it is, with a code")
  func tooMany() throws {
    try write("tree", count: 5, v1: 0)
    try folder.write(
      Self.pipeline.replacingOccurrences(of: "{distinct: /k}", with: "{distinct: {at: /x, most: 3}}"),
      to: "p/pipeline.yaml")
    let before = try TreeState(folder.path("tree"))
    let report = try migrate("tree", status: 1)
    #expect(
      ReportFile.code(report.targets.first) == "gather-failed" && report.targets.first?["committed"] as? Bool == false)
    #expect(try TreeState(folder.path("tree")).texts == before.texts)
  }

  @Test("Fixtures say what was gathered, and explain gathers over its one document")
  func fixtures() throws {
    try folder.write("{\"v\": 2, \"x\": 5}", to: "p/fixtures/points/a.v2.json")
    try folder.write(
      "{\"v\": 3, \"x\": 5, \"all\": {\"n\": 3, \"low\": 1, \"kinds\": []}, \"scaled\": 0.5}",
      to: "p/fixtures/points/a.v3.json")
    let without = try uprev.run(["pipeline", "test", "./p"])
    #expect(
      without.status == 4 && without.outputText.contains("fixtures/FORMAT/gathered.json"), "\(without.outputText)")
    try folder.write(
      """
      [{"from": 2, "to": 3, "values": {"n": 3, "low": 1, "high": 9, "middle": 5, "spread": 2, "half": [5], "kinds": []}}]
      """, to: "p/fixtures/points/gathered.json")
    let tested = try uprev.run(["pipeline", "test", "./p"])
    #expect(tested.status == 0, "\(tested.outputText)\(tested.errorText)")
    let linted = try uprev.run(["pipeline", "lint", "./p"])
    #expect(linted.status == 0, "\(linted.outputText)")
    try folder.write("{}", to: "p/fixtures/points/gathered.json")
    #expect(try uprev.run(["pipeline", "lint", "./p"]).outputText.contains("[fixture-unreadable]"))
    let explained = try uprev.run(["explain", "-p", "./p", "p/fixtures/points/a.v2.json"])
    #expect(
      explained.outputText.contains("from this document alone") && explained.outputText.contains("low = 5"),
      "\(explained.outputText)")
  }
}
