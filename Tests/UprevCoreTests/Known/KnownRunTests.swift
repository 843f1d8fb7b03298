import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A clock that is ahead of the files' by so many seconds.
private struct LaterClock: RunClock {
  var ahead: Int64
  func now() -> Timestamp {
    let now = SystemClock().now()
    return Timestamp(seconds: now.seconds + ahead, nanoseconds: now.nanoseconds)
  }
  func seconds() -> Double { 0 }
}

/// The names of what was opened.
// @unchecked: `names` is guarded by `lock`.
private final class Opened: @unchecked Sendable {
  private let lock = NSLock()
  private var names: Set<String> = []

  func note(_ name: String) { _ = lock.withLock { names.insert(name) } }
  var documents: [String] { lock.withLock { names.filter { $0.hasSuffix(".json") }.sorted() } }
}

@Suite("Runs that know what was current")
struct KnownRunTests {
  private let tree: TemporaryTree
  private let state: StateFixture
  private let documents = ["d/ml_training_b.json", "d/ml_training_c.json", "ml_training_a.json"]

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    state = try StateFixture()
    for (number, name) in documents.enumerated() { try tree.write(Self.text(number), to: name) }
    try tree.write("{}", to: "other")
  }

  private static func text(_ number: Int, version: String = ", \"version\": 2") -> String {
    "{\"n_jobs\": 1, \"chunksize\": \(number + 1)\(version)}"
  }

  private static func pipeline(_ path: String = Uprev.checkout + "/pipelines/amorsize") throws -> Pipeline {
    try PipelineFile.load(PathName(path + "/pipeline.yaml"), fileSystem: LocalFileSystem())
  }

  private enum Uprev {
    static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
  }

  private struct Outcome {
    var result: RunResult
    /// Every line of the report but those of time and chance.
    var report: [String]
    /// Documents that were opened, by name.
    var opened: [String]
    /// System calls, by name.
    var calls: [String: Int]
  }

  /// - Parameters:
  ///   - ahead: how many seconds the run's clock is ahead of the files'.
  ///   - before: called before each system call.
  private func run(
    ahead: Int64 = 10, version: String = "test", stopAfter: Int = .max,
    _ configure: (inout RunOptions) throws -> Void = { _ in }, before: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> Outcome {
    let opened = Opened()
    let fileSystem = FaultyFileSystem(flushes: false) { call, _, name in
      if call == "openat", let name { opened.note("\(name)") }
      before(call)
      return nil
    }
    var options = RunOptions(command: "migrate", targets: [tree.pathName()], pipelines: [try Self.pipeline()])
    options.jobs = 2
    options.batchCount = 2
    try configure(&options)
    let database = try state.open()
    let asked = Asked()
    let run = Run(
      options: options, tool: ("uprev", version), fileSystem: fileSystem, clock: LaterClock(ahead: ahead),
      openers: [TreeOpener(fileSystem)], known: database.makeKnownStore(), shouldStop: { asked.next() > stopAfter })
    var bytes: [UInt8] = []
    let result = run.execute { bytes.append(contentsOf: $0) }
    let chance = ["\"runId\"", "\"startedAt\"", "\"finishedAt\""]
    let report = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { line in !chance.contains { line.contains($0) } }
      .map { $0.replacing(#/"seconds": [0-9.]+/#, with: "") }
    return Outcome(result: result, report: report, opened: opened.documents, calls: fileSystem.record.byCall)
  }

  private var names: [String] { documents.map { ($0 as NSString).lastPathComponent }.sorted() }

  @Test("The second run opens no document, and its report is that of the first")
  func second() throws {
    let first = try run()
    #expect(first.opened == names)
    #expect(first.result.summary.outcomes[.current] == 3)
    let second = try run()
    #expect(second.opened == [])
    #expect(second.report == first.report)
    #expect(second.result.summary == first.result.summary)
    #expect(try run().opened == [])
  }

  @Test(
    "A file that changed in any way is opened, and no other",
    arguments: ["written", "written, its time set back", "renamed over", "mode", "touched", "linked"])
  func changed(how: String) throws {
    _ = try run()
    let path = tree.path("ml_training_a.json")
    let name = PathName(path)
    let before = try tree.status("ml_training_a.json")
    // As long as what was there.
    let text = Self.text(0, version: ", \"version\": 1")
    #expect(text.utf8.count == before.size)
    // A clock of whole ticks must have moved on.
    usleep(50_000)
    try change(how, name, text, before)
    let isOld = ["written", "written, its time set back", "renamed over"].contains(how)
    let second = try run()
    #expect(second.opened == ["ml_training_a.json"])
    #expect(second.result.summary.outcomes[.migrated] == (isOld ? 1 : 0))
    #expect(second.result.summary.outcomes[.current] == (isOld ? 2 : 3))
    #expect(try run().opened == (isOld ? ["ml_training_a.json"] : []))
    #expect(try run().opened == [])
  }

  private func change(_ how: String, _ name: PathName, _ text: String, _ before: FileStatus) throws {
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(name, in: nil, [.readWrite], mode: 0)
    switch how {
    case "written", "written, its time set back":
      try Array(text.utf8).withUnsafeBytes { try fileSystem.write(file, $0) }
      if how != "written" {
        try fileSystem.setTimes(name, in: nil, access: before.access, modification: before.modification)
      }
    case "renamed over":
      try tree.write(text, to: "new")
      try fileSystem.rename(tree.pathName("new"), in: nil, to: name, in: nil, .replacing)
    case "mode": try fileSystem.setMode(file, 0o640)
    case "touched":
      try fileSystem.setTimes(
        name, in: nil, access: before.access, modification: FileTime(seconds: 5, nanoseconds: 0))
    default: try fileSystem.makeHardLink(tree.pathName("x"), in: nil, to: name, in: nil)
    }
  }

  @Test("What the run depends on makes what was known unknown, and is told apart afterwards")
  func contexts() throws {
    let copy = try TemporaryTree(inMemory: true)
    try FileManager.default.copyItem(atPath: Uprev.checkout + "/pipelines/amorsize", toPath: copy.path("p"))
    try copy.write(try copy.read("p/pipeline.yaml") + "\n# Another digest.\n", to: "p/pipeline.yaml")
    let other = try Self.pipeline(copy.path("p"))
    let contexts: [(String, (inout RunOptions) throws -> Void)] = [
      ("plain", { _ in }),
      ("pipeline", { $0.pipelines = [other] }),
      ("depth", { $0.maximumDepth = 5 }),
      ("exclude", { $0.excluded = [try Glob("nothing")] }),
      (
        "to",
        {
          $0.targetVersions = try TargetVersions(
            parsing: ["ml-training-data=2"], formats: $0.pipelines.flatMap(\.formats))
        }
      ),
    ]
    for (name, configure) in contexts {
      #expect(try run(configure).opened == names, "\(name)")
    }
    #expect(try run(version: "another").opened == names)
    for (name, configure) in contexts { #expect(try run(configure).opened == [], "\(name)") }
    let down = try run { options in
      options.targetVersions = try TargetVersions(
        parsing: ["ml-training-data=1"], formats: options.pipelines.flatMap(\.formats))
    }
    #expect(down.opened == names)
    #expect(try run { $0.maximumDocumentSize = 5 }.result.summary.outcomes[.rejected] == 3)
  }

  @Test("Every document is opened where that is asked for, or the report lists it, and is known again afterwards")
  func paranoid() throws {
    _ = try run()
    #expect(try run { $0.readsEverything = true }.opened == names)
    #expect(try run { $0.listsEveryDocument = true }.opened == names)
    #expect(try run().opened == [])
  }

  @Test("Runs that change nothing in place open every document, and leave nothing in the state")
  func dryRuns() throws {
    _ = try run()
    let copies = try TemporaryTree(inMemory: true)
    #expect(try run { $0.isDryRun = true }.opened == names)
    #expect(try run { $0.output = copies.pathName("copy") }.opened == names)
    #expect(try run { $0.job = .validate(violationLimit: 1) }.opened == names)
    #expect(try state.sql("SELECT count(*) FROM known_target") == "1")
  }

  @Test("Young files are not remembered")
  func young() throws {
    #expect(try run(ahead: 0).opened == names)
    #expect(try run(ahead: 0).opened == names)
    #expect(try run(ahead: 10).opened == names)
    #expect(try run(ahead: 10).opened == [])
    // The clock went back: what lies in its future is not believed.
    #expect(try run(ahead: -10).opened == names)
  }

  @Test("A document that stays as it is costs opening, a look and one reading; one that is known a look")
  func calls() throws {
    let first = try run()
    let second = try run()
    #expect(first.calls["read"] == 3)
    #expect(second.calls["read"] == nil)
    for call in ["flistxattr", "fgetxattr", "ioctl", "fcntl"] { #expect(first.calls[call] == nil, "\(call)") }
    // Folders are opened and looked at by both.
    #expect((first.calls["openat"] ?? 0) - (second.calls["openat"] ?? 0) == 3)
    #expect((first.calls["fstat"] ?? 0) - (second.calls["fstat"] ?? 0) == 3)
    #expect((second.calls["fstatat"] ?? 0) - (first.calls["fstatat"] ?? 0) == 3)
  }

  @Test("A name that another format claims is looked at anew")
  func renamed() throws {
    _ = try run()
    try LocalFileSystem().rename(
      tree.pathName("ml_training_a.json"), in: nil, to: tree.pathName("ml_calibration.json"), in: nil, .exclusive)
    let second = try run()
    #expect(second.opened == ["ml_calibration.json"])
    #expect(second.result.summary.outcomes[.rejected] == 1)
  }

  @Test("What a run has migrated is known to the next, if it took a moment to put in place")
  func migrated() throws {
    for (number, name) in documents.enumerated() { try tree.write(Self.text(number, version: ""), to: name) }
    // Between writing the temporaries and exchanging them.
    let first = try run(before: { if $0 == "syncfs" { usleep(150_000) } })
    #expect(first.result.summary.outcomes[.migrated] == 3)
    let second = try run()
    #expect(second.opened == [])
    #expect(second.result.summary.outcomes[.current] == 3)
    // A text as long, written later.
    try tree.write(Self.text(7), to: "ml_training_a.json")
    #expect(try run().opened == ["ml_training_a.json"])
  }

  @Test("What was put in place at once is read by the next run")
  func migratedAtOnce() throws {
    try tree.write(Self.text(0, version: ""), to: "ml_training_a.json")
    _ = try run()
    #expect(try run().opened == ["ml_training_a.json"])
    #expect(try run().opened == [])
  }

  @Test("All or nothing knows what was current")
  func allOrNothing() throws {
    _ = try run()
    #expect(try run { $0.isAllOrNothing = true }.opened == [])
    try tree.write("{", to: "d/ml_training_c.json")
    try tree.write(Self.text(0, version: ""), to: "ml_training_a.json")
    #expect(try run { $0.isAllOrNothing = true }.opened == ["ml_training_a.json", "ml_training_c.json"])
    #expect(try tree.read("ml_training_a.json") == Self.text(0, version: ""))
    #expect(try run { $0.isAllOrNothing = true }.opened == ["ml_training_a.json", "ml_training_c.json"])
  }

  @Test("A run that is stopped forgets nothing", arguments: [0, 1, 2, 3])
  func stopped(after: Int) throws {
    _ = try run()
    #expect(try run(stopAfter: after).result.conclusion.exitStatus == 1)
    #expect(try run().opened == [])
  }

  @Test("One document is no tree to be remembered")
  func single() throws {
    let path = tree.pathName("ml_training_a.json")
    #expect(try run { $0.targets = [path] }.opened.contains("ml_training_a.json"))
    #expect(try run { $0.targets = [path] }.opened.contains("ml_training_a.json"))
  }

  @Test("A state that knows nothing more costs a warning and a reading")
  func damagedStore() throws {
    _ = try run()
    try state.sql("UPDATE known_range SET records = zeroblob(length(records))")
    let second = try run()
    #expect(second.opened == names)
    #expect(second.report == (try run()).report)
    try state.sql("UPDATE known_range SET first = 7")
    let third = try run()
    #expect(third.opened == names)
    #expect(third.report.contains { $0.contains("files-not-remembered") })
    #expect(third.result.conclusion.exitStatus == 0)
  }
}

/// Counts questions.
// @unchecked: `count` is guarded by `lock`.
private final class Asked: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
