import Foundation
import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"

@Suite("The command line")
struct CommandLineTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(v1, to: "cache/ml_training_a.json")
  }

  @Test("An argument that is not UTF-8 is refused, and nothing is made of it")
  func notUTF8() throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "t/ml_training_a.json")
    for arguments in [
      "--no-state --report $'r\\377' t", "--state $'s\\377' t", "--no-state $'t\\377'", "--no-state -o $'o\\377' t",
    ] {
      let child = try ChildProcess.run(
        "bash", ["-c", "'\(try ChildProcess.built("uprev"))' migrate \(arguments)"], environment: uprev.environment,
        in: folder.path)
      #expect(child.status == 64, "\(arguments): \(child.errorText)")
      #expect(child.errorText.contains("is not UTF-8") && child.errorText.contains("\\xff"), "\(child.errorText)")
      #expect(try folder.listing() == ["t/", "t/ml_training_a.json"], "\(arguments)")
    }
    #expect(try !folder.read("t/ml_training_a.json").contains("version"))
  }

  @Test(
    "Wrong usage exits 64 and says what to do",
    arguments: [
      (["migrate", "--dry-rum", "cache"], "--dry-run"), (["migrate"], "target"), (["migrat", "cache"], "migrat"),
      (["migrate", "--to", "1", "cache"], "more than one format"),
      (["migrate", "--to", "9", "cache"], "no format knows"),
      (["migrate", "--to", "ml-training-data=9", "cache"], "it knows 1, 2"),
      (["migrate", "--to", "ml-training-data=1", "--to", "ml-training-data=2", "cache"], "two versions"),
      (["migrate", "--max-rejected", "-1", "cache"], "max-rejected"),
      (["migrate", "--max-rejected", "101%", "cache"], "max-rejected"),
      (["migrate", "--wait", "-1", "cache"], "--wait"), (["migrate", "--wait", "nan", "cache"], "--wait"),
      (["migrate", "--keep-originals", "-1", "cache"], "--keep-originals"),
      (["migrate", "--compression-level", "-1", "cache"], "--compression-level"),
      (["migrate", "--compression-level=-1", "cache"], "0 to 22"),
      (["migrate", "--compression-level", "23", "cache"], "0 to 22"),
      (["migrate", "--compression-level", "fast", "cache"], "--compression-level"),
      (["migrate", "--compression-threads", "0", "cache"], "1 to 64"),
      (["migrate", "--compression-threads", "65", "cache"], "1 to 64"),
      (["apply", "--compression-level", "23", "plan"], "0 to 22"),
      (["migrate", "--max-depth", "0", "cache"], "--max-depth"),
      (["migrate", "--max-open-files", "10", "cache"], "--max-open-files"),
      (["migrate", "--max-path-length", "0", "cache"], "max-path-length"),
      (["migrate", "-j", "0", "cache"], "--jobs"), (["migrate", "-q", "-v", "cache"], "exclude each other"),
      (["migrate", "--durability", "some", "cache"], "durability"), (["migrate", ""], "empty"),
      (["migrate", "--max-document-size", "9999999999999G", "cache"], "max-document-size"),
      (["migrate", "--exclude", "[", "cache"], "--exclude"),
      (["migrate", "--log-format", "xml", "cache"], "log-format"),
    ])
  func wrongUsage(arguments: [String], words: String) throws {
    let run = try uprev.run(arguments)
    #expect(run.status == 64, "\(run.errorText)")
    #expect(run.errorText.contains(words), "\(run.errorText)")
    #expect(try folder.bytes("cache/ml_training_a.json") == Array(v1.utf8))
  }

  @Test("An unknown pipeline exits 4 and proposes one that is known")
  func unknownPipeline() throws {
    let run = try uprev("migrate", "-p", "amorsise", "cache")
    #expect(run.status == 4)
    #expect(run.errorText.contains("amorsize"), "\(run.errorText)")
    #expect(run.output.isEmpty)
  }

  @Test("A wrong pipeline exits 4 and names every fault with its line")
  func wrongPipeline() throws {
    try folder.write(
      "uprev: 1\nname: x\nformats:\n  - name: f\n    file: [\"*.json\"]\n    version: {at: version}\n    current: 1\n",
      to: "p/pipeline.yaml")
    let run = try uprev("migrate", "-p", "p/pipeline.yaml", "cache")
    #expect(run.status == 4)
    #expect(run.errorText.contains("pipeline.yaml:5:"), "\(run.errorText)")
    #expect(run.errorText.contains("pipeline.yaml:6:"), "\(run.errorText)")
    #expect(run.errorText.contains("files"))
  }

  @Test("Pipelines are found in UPREV_PIPELINES and the configuration folder, never in the current folder")
  func catalogue() throws {
    let text =
      "uprev: 1\nname: mine\nformats:\n  - name: f\n    files: [\"*.json\"]\n    version: {at: /v, type: integer, missing: 1}\n"
      + "    current: 2\n    migrations: [{from: 1, to: 2, steps: []}]\n"
    try folder.write(text, to: "mine/pipeline.yaml")
    #expect(try uprev("migrate", "--no-state", "-p", "mine", "cache").status == 4)
    try folder.write(text, to: "config/uprev/pipelines/mine/pipeline.yaml")
    let found = try uprev(
      "migrate", "--no-state", "-p", "mine", "cache", environment: ["XDG_CONFIG_HOME": folder.path + "/config"])
    #expect(found.status == 0, "\(found.errorText)")
    #expect(String(decoding: try folder.bytes("cache/ml_training_a.json"), as: UTF8.self).hasSuffix(",\n  \"v\": 2\n}"))
  }

  @Test("--verbose says a line a document, --quiet nothing, and standard output stays empty")
  func verbosity() throws {
    let loud = try uprev("migrate", "--no-state", "--dry-run", "-v", "cache")
    #expect(loud.errorText.contains("cache/ml_training_a.json: migrated v1 → v2\n"))
    let quiet = try uprev("migrate", "--no-state", "--dry-run", "-q", "cache")
    #expect(quiet.errorText.isEmpty)
    #expect(loud.output.isEmpty && quiet.output.isEmpty)
  }

  @Test("--log-format json writes one JSON object a line")
  func logFormat() throws {
    try folder.write("{", to: "cache/ml_training_\u{1}\"b.json")
    let run = try uprev("migrate", "--no-state", "--log-format", "json", "-v", "cache")
    #expect(run.status == 3)
    let lines = run.errorText.split(separator: "\n")
    #expect(lines.count >= 4)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["time"] is String && object?["level"] is String && object?["message"] is String, "\(line)")
    }
    #expect(run.errorText.contains("\"code\":\"invalid-json\"") || run.errorText.contains("\"code\": \"invalid-json\""))
  }

  @Test("Control characters in names never reach the terminal")
  func terminalNames() throws {
    try folder.write("{", to: "cache/ml_training_\u{1B}[31mred\u{7F}\n\u{202E}.json")
    let run = try uprev("migrate", "--no-state", "-v", "cache")
    #expect(run.status == 3)
    #expect(run.errorText.contains("ml_training_\\x1b[31mred\\x7f\\x0a\\xe2\\x80\\xae.json"), "\(run.errorText)")
    #expect(!run.error.contains(0x1B))
  }

  @Test("Nor in any place where a name can appear, in text or in JSON")
  func terminalNamesEverywhere() throws {
    // C0, DEL, C1, bidirectional overrides, separators of lines, what is invisible, and a byte that is no UTF-8.
    let evil = "\u{1B}]0;x\u{7}\n\r\u{7F}\u{9B}31m\u{85}\u{202E}\u{2066}\u{2028}\u{2029}\u{200B}\u{FEFF}"
    try folder.write("{", to: "\(evil)/ml_training_\(evil).json")
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 9}", to: "\(evil)/ml_training_9\(evil).json")
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": \"\(evil)\"}", to: "\(evil)/ml_training_v.json")
    try folder.write("uprev: \(evil)\n\(evil): 1\n", to: "\(evil).yaml")
    try ChildProcess.run("tar", ["-cf", "\(evil).tar", "--", evil], in: folder.path)
    try folder.write("none", to: "\(evil)-broken.tar")
    let runs: [[String]] = [
      ["migrate", "-v", evil], ["migrate", evil + "/missing", evil + ".tar", evil + "-broken.tar"],
      ["migrate", "-v", "--log-format", "json", evil, evil + ".tar", evil + "-broken.tar"],
      ["info", evil, evil + ".tar"],
      ["info", "--json", evil], ["migrate", "--report", evil + ".report", evil],
      ["migrate", "-o", evil + ".tar", evil],
      ["migrate", "-o", "\(evil)/copy", evil], ["migrate", "--report", "\(evil).tar", evil + ".tar"],
      ["migrate", "-p", evil + ".yaml", evil], ["migrate", "-p", evil, evil],
      ["migrate", "--exclude", evil + "[", evil],
      ["migrate", "--state", evil, evil], ["migrate", "--durability", evil, evil], ["migrate", "--\(evil)", evil],
      ["migrate", "--max-rejected", evil, evil], [evil],
    ]
    for arguments in runs {
      let run = try uprev.run(arguments)
      for (name, bytes) in [("output", run.output), ("error", run.error)] {
        let text = String(decoding: bytes, as: UTF8.self)
        let harmful = text.unicodeScalars.filter { scalar in
          scalar != "\n"
            && [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
        // What standard output carries is JSON, in which only what a terminal obeys is escaped.
        let obeyed = harmful.filter { $0.properties.generalCategory == .control }
        #expect((name == "output" ? obeyed : harmful).isEmpty, "\(arguments) \(name): \(harmful) \(text)")
        #expect(!text.contains("]0;x\n"), "\(arguments) \(name): \(text)")
      }
    }
  }

  @Test("A report and its folders are for their owner alone, also where a report is replaced that was not")
  func reportMode() throws {
    try folder.write("{", to: "cache/ml_training_b.json")
    func mode(_ name: String) throws -> UInt32 { try folder.status(name).mode }
    try folder.write("old", to: "open.json")
    try ChildProcess.run("chmod", ["666", "open.json"], in: folder.path)
    let program = try ChildProcess.built("uprev")
    for options in ["--report open.json", "--report new.json", ""] {
      try ChildProcess.run(
        "sh", ["-c", "umask 0; \(program) migrate \(options) cache 2> log"], environment: uprev.environment,
        in: folder.path)
    }
    #expect(try mode("open.json") == 0o600)
    #expect(try mode("new.json") == 0o600)
    let state = try folder.listing("state").filter { !$0.hasSuffix("/") }
    #expect(state.contains { $0.hasSuffix("/report.json") })
    for name in state { #expect(try mode("state/" + name) == 0o600, "\(name)") }
    for name in try folder.listing("state") where name.hasSuffix("/") {
      #expect(try mode("state/" + name) == 0o700, "\(name)")
    }
  }

  @Test("Neither a report nor a log holds a document's text, but for versions")
  func noDocumentText() throws {
    let secret = "tr0ub4dor"
    for (name, text) in [
      ("a", "{\"n_jobs\": \"\(secret)\", \"chunksize\": 1}"), ("b", "{\"n_jobs\": 1, \"chunksize\": \"\(secret)\""),
      ("c", "{\"n_jobs\": 1, \"chunksize\": \(secret)}"), ("d", "\"\(secret)\""), ("e", "[\"\(secret)\"]"),
      ("f", "{\"n_jobs\": 1, \"chunksize\": 1, \"timestamp\": \"\(secret)\"}"), ("g", "\(secret)"),
      ("h", "{\"n_jobs\": 1, \"chunksize\": 1, \"features\": \"\(secret)\", \"version\": 2}"),
      ("i", "{\"n_jobs\": 1, \"chunksize\": 1, \"version\": {\"\(secret)\": \"\(secret)\"}}"),
      ("j", "{\"n_jobs\": 1, \"chunksize\": 1, \"version\": [\"\(secret)\"]}"),
      ("k", "{\"n_jobs\": 1, \"chunksize\": 1, \"x\": \"\\u\(secret)\"}"),
    ] { try folder.write(text, to: "texts/ml_training_\(name).json") }
    let run = try uprev("migrate", "-v", "--dry-run", "--report", "-", "--report-all", "--log-format", "json", "texts")
    #expect(try ReportFile(Data(run.output)).documents.count == 11)
    #expect(!run.outputText.contains(secret), "\(run.outputText)")
    #expect(!run.errorText.contains(secret), "\(run.errorText)")
  }

  @Test("A report that is piped to a reader that has gone: no crash, exit 1")
  func closedPipe() throws {
    try Python.writeTree(in: folder.path, count: 500, seed: 3)
    let program = try ChildProcess.built("uprev")
    let script = "\"$0\" migrate --dry-run --report - before | true; exit ${PIPESTATUS[0]}"
    let run = try ChildProcess.run(
      "bash", ["-c", script, program], environment: uprev.environment, in: folder.path)
    #expect(run.status == 1, "\(run.errorText)")
    #expect(run.errorText.contains("standard output"))
  }

  @Test("--report - writes the report, and nothing else, to standard output")
  func reportOnStandardOutput() throws {
    let run = try uprev("migrate", "--report", "-", "cache")
    #expect(run.status == 0)
    #expect(try ReportFile(Data(run.output)).count("migrated") == 1)
  }

  @Test("info counts by format and version and changes nothing")
  func info() throws {
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 2}", to: "cache/ml_training_b.json")
    try folder.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 999}", to: "cache/ml_training_c.json")
    try folder.write("{\"version\": \"1.0\"}", to: "cache/ml_calibration.json")
    let before = try TreeState(folder.path)
    let run = try uprev("info", "cache")
    #expect(run.status == 0)
    let rows = run.outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains(["ml-training-data", "1", "1"]))
    #expect(rows.contains(["ml-training-data", "2", "1"]))
    #expect(rows.contains(["ml-training-data", "999", "1"]))
    #expect(rows.contains(["calibration", "1.0", "1"]))
    #expect(try TreeState(folder.path) == before)

    #expect(try uprev("info", "--detailed-exitcode", "cache").status == 2)
    let json = try ReportFile(Data(uprev("info", "--json", "cache").output))
    let byFormat = json.summary["byFormat"] as? [String: [String: [String: Int]]]
    #expect(byFormat?["ml-training-data"]?["from"] == ["1": 1, "2": 1, "999": 1])
    #expect(json.documents.isEmpty)
  }

  @Test("info of several targets counts each by itself, and a missing one exits 1")
  func infoOfSeveral() throws {
    let run = try uprev("info", "cache", "missing")
    #expect(run.status == 1)
    #expect(run.outputText.contains("cache (tree):"))
  }

  @Test("--version and --help")
  func versionAndHelp() throws {
    #expect(try uprev("--version").outputText.split(separator: ".").count == 3)
    let help = try uprev("migrate", "--help").outputText
    for option in [
      "--pipeline", "--output", "--dry-run", "--report", "--report-all", "--jobs", "--to", "--all-or-nothing",
      "--strict",
      "--durability", "--quiet", "--verbose", "--log-format", "--state", "--no-state", "--exclude",
      "--max-document-size", "--max-depth", "--max-path-length", "--max-open-files", "--max-rejected", "--wait",
      "--keep-originals", "--compression-level", "--compression-threads",
    ] { #expect(help.contains(option)) }
  }

  @Test(
    "A report never takes the place of a target, of a document, or of the copy",
    arguments: [
      ["--report", "cache/ml_training_a.json", "cache"], ["--report", "cache/ml_training_new.json", "cache"],
      ["--dry-run", "--report", "link/ml_training_a.json", "./cache/"],
      ["--report", "cache/../cache/ml_training_a.json", "cache/ml_training_a.json"],
      ["--report", "s.tar", "cache/../s.tar"], ["--report", "hard.tar", "s.tar"],
      ["-o", "copy.tar", "--report", "./copy.tar", "cache"],
    ])
  func reportOverTarget(arguments: [String]) throws {
    try ChildProcess.run("sh", ["-c", "tar -cf s.tar cache && ln s.tar hard.tar && ln -s cache link"], in: folder.path)
    let archive = try folder.bytes("s.tar")
    let names = try folder.listing()
    let run = try uprev.run(["migrate"] + arguments)
    #expect(run.status == 64, "\(run.errorText)")
    #expect(run.errorText.contains("--report '"), "\(run.errorText)")
    #expect(try folder.bytes("cache/ml_training_a.json") == Array(v1.utf8))
    #expect(try folder.bytes("s.tar") == archive)
    #expect(try folder.listing() == names)
  }

  @Test("A report goes to the pipe behind /dev/stdout, and over an older report inside the target")
  func reportToPipe() throws {
    let program = try ChildProcess.built("uprev")
    let piped = try ChildProcess.run(
      "sh", ["-c", "\(program) migrate --dry-run --report /dev/stdout cache | cat"], environment: uprev.environment,
      in: folder.path)
    try #require(!piped.output.isEmpty, "\(piped.errorText)")
    #expect(try ReportFile(Data(piped.output)).count("migrated") == 1)
    for _ in 1...2 {
      let inside = try uprev("migrate", "--report", "cache/report.json", "cache")
      #expect(inside.status == 0, "\(inside.errorText)")
    }
  }

  @Test("A full standard output is not called a closed one")
  func fullStandardOutput() throws {
    let program = try ChildProcess.built("uprev")
    for command in ["migrate --dry-run --report -", "info"] {
      let run = try ChildProcess.run(
        "sh", ["-c", "\(program) \(command) cache > /dev/full"], environment: uprev.environment, in: folder.path)
      #expect(run.status == 1, "\(command)")
      #expect(run.errorText.contains("No space left on device"), "\(command): \(run.errorText)")
    }
  }
}
