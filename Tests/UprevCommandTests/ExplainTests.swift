import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"

@Suite("uprev explain")
struct ExplainTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
    try folder.write(v1, to: "cache/ml_training_a.json")
  }

  private func lines(_ child: ChildProcess) -> [String] { child.outputText.split(separator: "\n").map(String.init) }

  @Test("A document is shown stage by stage, and nothing is written")
  func stages() throws {
    let before = try TreeState(folder.path)
    let child = try uprev("explain", "cache/ml_training_a.json")
    #expect(child.status == 0, "\(child.errorText)")
    let lines = lines(child)
    #expect(lines.first == "document  cache/ml_training_a.json, \(v1.utf8.count) bytes")
    #expect(lines[1] == "claimed   by ml-training-data of amorsize (ml_training_*.json)")
    #expect(lines[2].hasPrefix("detected  ") && lines[2].contains("1"), "\(lines[2])")
    #expect(lines.contains { $0.hasPrefix("migrated  1 → 2") })
    #expect(lines.contains("+  \"version\": 2") && lines.contains("+  \"chunksize\": 10,"), "\(child.outputText)")
    #expect(lines.last == "decided   migrated v1 → v2, \(v1.utf8.count) → \(v1.utf8.count + 16) bytes")
    #expect(!child.output.contains(0x1B))
    #expect(try TreeState(folder.path) == before)
  }

  @Test("An entry of an archive is shown, whatever colons are in names", arguments: ["snap.tar.gz", "snap.zip"])
  func entries(archive: String) throws {
    try folder.write("{\"cache_version\": 1}", to: "cache/optimization_cache/func:a_size:b_time:c_v:1.json")
    try ChildProcess.run("bsdtar", ["-acf", archive, "./cache"], in: folder.path)
    for prefix in ["", "./"] {
      let child = try uprev("explain", "\(archive):\(prefix)cache/ml_training_a.json")
      #expect(child.status == 0, "\(child.errorText)")
      #expect(lines(child).last?.hasPrefix("decided   migrated v1 → v2") == true, "\(child.outputText)")
    }
    let colons = try uprev("explain", "\(archive):cache/optimization_cache/func:a_size:b_time:c_v:1.json")
    #expect(colons.outputText.contains("by optimization-cache"), "\(colons.outputText)\(colons.errorText)")
    let unclaimed = try uprev("explain", "\(archive):cache/other.json")
    #expect(unclaimed.status == 1 && unclaimed.errorText.contains("no entry"), "\(unclaimed.errorText)")
    let alone = try uprev("explain", archive)
    #expect(alone.status == 1 && alone.errorText.contains("\(archive):ENTRY"), "\(alone.errorText)")
  }

  @Test("A file whose name has colons is that file, also where its beginning names another")
  func colons() throws {
    try folder.write("{\"cache_version\": 1}", to: "func:a_size:b_time:c_v:1.json")
    try folder.write("other", to: "func")
    let child = try uprev("explain", "func:a_size:b_time:c_v:1.json")
    #expect(child.status == 0 && child.outputText.contains("by optimization-cache"), "\(child.outputText)")
    let entry = try uprev("explain", "func:a")
    #expect(entry.status == 1 && entry.errorText.contains("no archive"), "\(entry.errorText)")
  }

  @Test("A symbolic link is claimed by the name that it leads to, as migrate claims it")
  func link() throws {
    try ChildProcess.run("ln", ["-s", "cache/ml_training_a.json", "alias"], in: folder.path)
    let child = try uprev("explain", "alias")
    #expect(child.status == 0 && child.outputText.contains("by ml-training-data"), "\(child.outputText)")
  }

  @Test("What nobody claims is told with the globs that were tried; --as says where the file would lie")
  func unclaimed() throws {
    try folder.write("{\"cache_version\": 1}", to: "x.json")
    let child = try uprev("explain", "x.json")
    #expect(child.status == 0)
    #expect(child.outputText.contains("by no format") && child.outputText.contains("ml_training_*.json"))
    #expect(child.outputText.contains("--as"))
    #expect(lines(child).last == "decided   unmatched")
    let placed = try uprev("explain", "--as", "optimization_cache/x.json", "x.json")
    #expect(placed.outputText.contains("by optimization-cache of amorsize (**/optimization_cache/*.json)"))
    #expect(lines(placed).last == "decided   current v1")
    let elsewhere = try uprev("explain", "--as", "/optimization_cache/x.json", "x.json")
    #expect(elsewhere.outputText.contains("by no format") && !elsewhere.outputText.contains("--as"))
  }

  @Test("What a run would reject exits 3 with the reason; all violations are told with their places")
  func rejected() throws {
    try folder.write("{\n  \"version\": \"2\"\n}", to: "ml_training_a.json")
    let version = try uprev("explain", "ml_training_a.json")
    #expect(version.status == 3 && lines(version).last?.contains("line 2, column 14") == true, "\(version.outputText)")
    #expect(version.outputText.contains("[invalid-version]"))
    try folder.write("{", to: "ml_training_b.json")
    #expect(try uprev("explain", "ml_training_b.json").outputText.contains("[invalid-json]"))
    try folder.write("{}", to: "ml_training_c.json")
    let violations = try uprev("explain", "ml_training_c.json")
    #expect(violations.outputText.contains("does not satisfy the schema of version 1"), "\(violations.outputText)")
    #expect(violations.outputText.contains("line 1, column 1"))
    let large = try uprev("explain", "--max-document-size", "1", "ml_training_c.json")
    #expect(large.status == 3 && large.outputText.contains("[too-large]"), "\(large.outputText)")
  }

  @Test("Another version than the current one is asked for with --to")
  func otherVersion() throws {
    try folder.write("{\"version\": 2, \"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_b.json")
    let child = try uprev("explain", "--to", "ml-training-data=1", "ml_training_b.json")
    #expect(child.status == 3 && child.outputText.contains("[no-migration-path]"), "\(child.outputText)")
    let other = try uprev("explain", "--to", "calibration=1.0", "ml_training_b.json")
    #expect(other.status == 0 && other.outputText.contains("left alone"), "\(other.outputText)")
    let unknown = try uprev("explain", "--to", "ml-training-data=9", "ml_training_b.json")
    #expect(unknown.status == 64 && unknown.errorText.contains("1, 2"), "\(unknown.errorText)")
  }

  @Test("What is no document exits 1 and says why")
  func noDocument() throws {
    let missing = try uprev("explain", "nowhere.json")
    #expect(missing.status == 1 && missing.errorText.contains("nowhere.json"))
    let tree = try uprev("explain", "cache")
    #expect(tree.status == 1 && tree.errorText.contains("folder"), "\(tree.errorText)")
    #expect(try uprev("explain", "-p", "no-such", "cache/ml_training_a.json").status == 4)
    #expect(try uprev("explain", "").status == 64)
  }

  @Test("Control characters of a document do not reach the terminal")
  func controlCharacters() throws {
    try folder.write(
      "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10,\n  \"x\": \"\u{9B}2J\u{7F}\"\n}", to: "ml_training_\u{9B}.json")
    let child = try uprev("explain", "ml_training_\u{9B}.json")
    #expect(child.status == 0, "\(child.errorText)")
    #expect(child.outputText.contains("\\xc2\\x9b2J\\x7f") && !child.outputText.unicodeScalars.contains("\u{9B}"))
  }
}
