import Foundation
import Testing
import UprevTestSupport

/// The pipelines under `pipelines/examples`, one for each reason for a new version.
@Suite("The example pipelines")
struct ExampleTests {
  static let names = ["knn-to-vector", "new-features", "recluster", "renormalise"]

  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
  }

  private static func path(_ name: String) -> String { "\(Uprev.checkout)/pipelines/examples/\(name)" }

  @Test("They are all of those that are shipped, and each has a page whose links lead somewhere")
  func pages() throws {
    #expect(try FileManager.default.contentsOfDirectory(atPath: Self.path("")).sorted() == Self.names)
    let pages = Uprev.checkout + "/docs/pipelines"
    var links = 0
    for page in Self.names + ["README"] {
      let text = try String(contentsOfFile: "\(pages)/\(page).md", encoding: .utf8)
      for match in text.matches(of: /\]\(([\w.\/-]+)\)/) {
        links += 1
        #expect(FileManager.default.fileExists(atPath: "\(pages)/\(match.1)"), "\(page): \(match.1)")
      }
    }
    #expect(links > 8)
  }

  @Test("Each passes lint and test without a word, and has a schema and a fixture for every version", arguments: names)
  func checked(name: String) throws {
    let lint = try uprev("pipeline", "lint", "--strict", "--json", "--allow-exec", Self.path(name))
    #expect(lint.status == 0)
    #expect(lint.outputText == "[]\n")
    let test = try uprev("pipeline", "test", "--allow-exec", Self.path(name))
    #expect(test.status == 0, "\(test.outputText)")
    let schemas = try FileManager.default.contentsOfDirectory(atPath: Self.path(name) + "/schemas")
    let fixtures = try FileManager.default.contentsOfDirectory(
      atPath: Self.path(name) + "/fixtures/ml-training-data")
    for schema in schemas { #expect(fixtures.contains("batch.\(schema)"), "\(schema)") }
  }

  @Test("Each finds its name in the folder of the examples")
  func byName() throws {
    let child = try uprev.run(
      ["pipeline", "list"], environment: ["UPREV_PIPELINES": Uprev.checkout + "/pipelines/examples"])
    for name in Self.names { #expect(child.outputText.contains("\(name) "), "\(child.outputText)") }
  }

  @Test(
    "Each makes of a cache what an independent program computes, for any number of workers, and back", arguments: names)
  func results(name: String) throws {
    let tests = Uprev.checkout + "/Tests/Examples"
    let generated = try ChildProcess.run(
      "python3", [tests + "/generate.py", "--documents", "120", "--seed", "20", folder.path("caches")])
    try #require(generated.status == 0, "\(generated.errorText)")
    let original = folder.path("caches/\(name)")
    for jobs in ["1", "4"] {
      let cache = folder.path("jobs-\(jobs)")
      try FileManager.default.copyItem(atPath: original, toPath: cache)
      let child = try uprev(
        "migrate", "--allow-exec", "--jobs", jobs, "--pipeline", Self.path(name), "--report", "report-\(jobs).json",
        cache)
      #expect(child.status == 0, "\(child.errorText)")
      #expect(try ReportFile(folder.path("report-\(jobs).json")).count("migrated") == 119)
      let check = try ChildProcess.run("python3", ["-B", tests + "/check.py", name, original, cache])
      #expect(check.status == 0, "\(check.errorText)")
    }
    #expect(try ChildProcess.run("diff", ["-r", folder.path("jobs-1"), folder.path("jobs-4")]).status == 0)

    #expect(try uprev("undo", "last").status == 0)
    #expect(try ChildProcess.run("diff", ["-r", original, folder.path("jobs-4")]).status == 0)
  }

  @Test(
    "A plan and its apply come to what an independent program computes, and a later plan takes the values recorded then",
    arguments: ["recluster", "renormalise"])
  func planned(name: String) throws {
    let tests = Uprev.checkout + "/Tests/Examples"
    let generated = try ChildProcess.run(
      "python3", [tests + "/generate.py", "--documents", "60", "--seed", "21", folder.path("caches")])
    try #require(generated.status == 0, "\(generated.errorText)")
    let original = folder.path("caches/\(name)")
    let cache = folder.path("cache")
    try FileManager.default.copyItem(atPath: original, toPath: cache)
    func plan(_ file: String) throws -> Int32 {
      try uprev("plan", "--allow-exec", "--pipeline", Self.path(name), "--out", file, cache).status
    }
    #expect(try plan("first") == 0)
    #expect(try ChildProcess.run("diff", ["-r", original, cache]).status == 0)
    if name == "recluster" {
      #expect(try uprev("apply", "first").status == 1)
      #expect(try ChildProcess.run("diff", ["-r", original, cache]).status == 0)
    }
    #expect(try uprev("apply", "--allow-exec", "first").status == 0)
    let check = try ChildProcess.run("python3", ["-B", tests + "/check.py", name, original, cache])
    #expect(check.status == 0, "\(check.errorText)")
    if name == "recluster" { return }

    let names = try FileManager.default.contentsOfDirectory(atPath: original + "/ml_training").sorted()
    let late = try #require(names.first { $0.hasPrefix("ml_training_") })
    try FileManager.default.copyItem(
      atPath: "\(original)/ml_training/\(late)", toPath: "\(cache)/ml_training/ml_training_late_1.json")
    #expect(try plan("second") == 0)
    #expect(try uprev("apply", "second").status == 0)
    // The same document at the same scale, though it was alone this time.
    let first = try Data(contentsOf: URL(fileURLWithPath: "\(cache)/ml_training/\(late)"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(cache)/ml_training/ml_training_late_1.json")) == first)
  }
}
