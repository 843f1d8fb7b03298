import Foundation
import Testing
import UprevTestSupport

/// Each limit of the command line: an input just beyond it is turned away with its code, and the option raises it.
@Suite("Limits")
struct LimitTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
  }

  private static let head = "{\"n_jobs\": 1, \"chunksize\": 1, \"x\": "

  private func codes(_ arguments: String...) throws -> [String?] {
    let run = try uprev.run(["migrate", "--no-state", "--report", "-"] + arguments)
    let report = try ReportFile(Data(run.output))
    return report.documents.map { ReportFile.code($0) } + report.targets.compactMap { ReportFile.code($0) }
  }

  @Test("--max-document-size: too-large")
  func documentSize() throws {
    try folder.write(Self.head + String(repeating: " ", count: 2100) + "1}", to: "t/ml_training_a.json")
    #expect(try codes("--max-document-size", "1K", "t") == ["too-large"])
    #expect(try codes("--max-document-size", "2K", "t") == ["too-large"])
    #expect(try codes("--max-document-size", "3K", "t") == [nil])
  }

  @Test("--max-depth: too-deep; a document of 200,000 levels can be had")
  func depth() throws {
    for (name, levels) in [("a", 998), ("b", 999), ("c", 1000), ("d", 200_000)] {
      let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
      try folder.write(Self.head + nested + "}", to: "\(name)/ml_training_a.json")
    }
    #expect(try codes("--dry-run", "a", "b", "c", "d") == [nil, nil, "too-deep", "too-deep"])
    #expect(try codes("--dry-run", "--max-depth", "1001", "c", "d") == [nil, "too-deep"])
    #expect(try codes("--max-depth", "200001", "c", "d") == [nil, nil])
    #expect(try folder.read("d/ml_training_a.json").hasSuffix("]]], \"version\": 2}"))
    #expect(try codes("--max-depth", "1", "b") == ["too-deep"])
  }

  @Test("--max-path-length: limit-exceeded")
  func pathLength() throws {
    try folder.write(Self.head + "1}", to: "t/dd/ml_training_a.json")
    #expect(try codes("--max-path-length", "20", "t") == ["limit-exceeded"])
    #expect(try codes("--max-path-length", "21", "t") == [nil])
  }

  @Test("What an archive asks for: limit-exceeded, and the archive stays as it was")
  func archives() throws {
    for number in 1...3 {
      let spaces = String(repeating: " ", count: 20_000)
      try folder.write(Self.head + spaces + "1}", to: "t/ml_training_\(number).json")
    }
    try ChildProcess.run("tar", ["-czf", "s.tar.gz", "t"], in: folder.path)
    let archive = try folder.bytes("s.tar.gz")
    #expect(try codes("--max-expanded-size", "50K", "s.tar.gz").last == "limit-exceeded")
    #expect(try codes("--max-entries", "3", "s.tar.gz").last == "limit-exceeded")
    #expect(try folder.bytes("s.tar.gz") == archive)
    // The ratio counts beyond 256 MiB only; what it does there is tested where archives are.
    #expect(
      try codes("--max-expanded-size", "1M", "--max-entries", "4", "--max-expansion-ratio", "1", "s.tar.gz") == [
        nil, nil, nil,
      ])
    #expect(try folder.bytes("s.tar.gz") != archive)
  }

  @Test("--keep-originals 0 keeps none, and the report says that the archive cannot be undone")
  func noOriginals() throws {
    try folder.write(Self.head + "1}", to: "t/ml_training_1.json")
    try ChildProcess.run("tar", ["-cf", "s.tar", "t"], in: folder.path)
    let run = try uprev("migrate", "--keep-originals", "0", "--report", "report.json", "s.tar")
    #expect(run.status == 0)
    #expect(try folder.read("report.json").contains("\"not-journaled\""))
    #expect(try !folder.listing().contains { $0.contains(".uprev-originals") })
  }

  @Test("--keep-originals 0 leaves the originals of other runs, which can still be undone")
  func originalsOfOthers() throws {
    try folder.write(Self.head + "1}", to: "t/ml_training_1.json")
    for name in ["a.tar", "b.tar"] { try ChildProcess.run("tar", ["-cf", name, "t"], in: folder.path) }
    let before = try folder.bytes("a.tar")
    #expect(try uprev("migrate", "--report", "a.json", "a.tar").status == 0)
    // Expiry goes by whole seconds of the runs' ids.
    try ChildProcess.run("sleep", ["2"])
    #expect(try uprev("migrate", "--keep-originals", "0", "--report", "b.json", "b.tar").status == 0)
    let run = try #require(try ReportFile(folder.path + "/a.json").object["runId"] as? String)
    let undone = try uprev("undo", run)
    #expect(undone.status == 0, "\(undone.errorText)")
    #expect(try folder.bytes("a.tar") == before)
  }

  @Test("--max-rejected: limit-exceeded, exit status 1; an archive stays as it was")
  func rejected() throws {
    for number in 1...5 { try folder.write("{", to: "t/ml_training_\(number).json") }
    try folder.write(Self.head + "1}", to: "t/ml_training_0.json")
    try ChildProcess.run("tar", ["-cf", "s.tar", "t"], in: folder.path)
    let archive = try folder.bytes("s.tar")
    #expect(try codes("--dry-run", "--max-rejected", "5", "t").count == 6)
    #expect(try codes("--max-rejected", "4", "s.tar").last == "limit-exceeded")
    #expect(try folder.bytes("s.tar") == archive)
    #expect(try folder.listing().filter { $0.hasPrefix(".uprev") } == [])
    let run = try uprev("migrate", "--no-state", "--max-rejected", "2", "t", "s.tar")
    #expect(run.status == 1)
    #expect(
      run.errorText.contains("3 of 4 documents were rejected, more than --max-rejected 2 allows"), "\(run.errorText)")
    #expect(try folder.read("t/ml_training_0.json").contains("\"version\": 2"))
    #expect(try folder.bytes("s.tar") == archive)
  }

  /// Folders within folders, each with a document.
  private func writeDeepTree() throws {
    for level in 1...200 {
      try folder.write(
        Self.head + "\(level)}", to: "t/" + String(repeating: "d/", count: level) + "ml_training_a.json")
    }
  }

  @Test("The fewest open files that can be asked for replace thousands of documents", arguments: [true, false])
  func fewestOpenFiles(_ isJournaled: Bool) throws {
    let count = 3000
    for number in 1...count {
      try folder.write(Self.head + "\(number)}", to: "t/ml_training_\(number).json")
    }
    let state = isJournaled ? ["--state", "state"] : ["--no-state"]
    let run = try uprev.run(["migrate", "--max-open-files", "64", "--report", "report.json"] + state + ["t"])
    #expect(run.status == 0, "\(run.errorText)")
    #expect(try ReportFile(Data(folder.bytes("report.json"))).count("migrated") == count)
    #expect(try folder.listing().filter { $0.contains(".uprev") } == [])
  }

  @Test("Few open files are enough, a soft limit is raised, and where there are too few the code is limit-exceeded")
  func openFiles() throws {
    try writeDeepTree()
    let program = try ChildProcess.built("uprev")
    func run(_ limits: String, _ options: String = "") throws -> ReportFile {
      let child = try ChildProcess.run(
        "bash", ["-c", "ulimit \(limits); exec \"$0\" migrate --no-state --dry-run --report - \(options) t", program],
        environment: uprev.environment, in: folder.path)
      try #require(!child.output.isEmpty, "\(child.errorText)")
      return try ReportFile(Data(child.output))
    }
    #expect(try run("-Sn 10").count("migrated") == 200)
    #expect(try run("-Sn 64").count("migrated") == 200)
    #expect(try run("-n 1024", "--max-open-files 64").count("migrated") == 200)
    #expect(try run("-n 24").count("migrated") == 200)
    let starved = try run("-n 4")
    let codes = (starved.targets + starved.documents).compactMap { ReportFile.code($0) }
    #expect(!codes.isEmpty && Set(codes) == ["limit-exceeded"], "\(codes)")
  }
}
