import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Time that moves a second at each look, so that reports can be compared.
private final class SteppingClock: RunClock {
  func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
  func seconds() -> Double { 0 }
}

@Suite("A run")
struct RunTests {
  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private func pipeline() throws -> Pipeline {
    try PipelineFile.load(
      PathName(Self.checkout + "/pipelines/amorsize/pipeline.yaml"), fileSystem: LocalFileSystem())
  }

  /// Runs over a fresh copy of the samples.
  /// - Returns: every line of the report but those of time and chance, and every file afterwards.
  private func run(
    batchCount: Int, jobs: Int, stopAfter: Int = .max, configure: (inout RunOptions) -> Void = { _ in }
  ) throws -> (result: RunResult, report: [Substring], tree: TemporaryTree) {
    let tree = try TemporaryTree()
    try FileManager.default.copyItem(atPath: Self.checkout + "/samples/cache", toPath: tree.path("cache"))
    var options = RunOptions(
      command: "migrate", targets: [PathName(tree.path("cache"))], pipelines: [try pipeline()])
    options.batchCount = batchCount
    options.jobs = jobs
    options.durability = .none
    options.listsEveryDocument = true
    configure(&options)
    let asked = Counter()
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SteppingClock(),
      openers: [TreeOpener()], shouldStop: { asked.next() > stopAfter })
    var bytes: [UInt8] = []
    let result = run.execute { bytes.append(contentsOf: $0) }
    let lines = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: tree.path, with: "")
      .split(separator: "\n").filter { line in
        !line.contains("\"runId\"") && !line.contains("\"jobs\"") && !line.contains("\"stages\"")
      }
    return (result, lines, tree)
  }

  @Test("Any size of batches and any number of workers give the same report and the same bytes")
  func anyBatch() throws {
    let (_, expected, first) = try run(batchCount: 64, jobs: 1)
    let texts = try texts(of: first)
    #expect(expected.count > 80)
    for batchCount in [1, 2, 3, 7, 1000] {
      for jobs in [1, 2, 5] {
        let (_, report, tree) = try run(batchCount: batchCount, jobs: jobs)
        #expect(report == expected, "batches of \(batchCount), \(jobs) workers")
        #expect(try self.texts(of: tree) == texts)
      }
    }
  }

  private func texts(of tree: TemporaryTree) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for name in try tree.listing() where !name.hasSuffix("/") { result[name] = try tree.bytes(name) }
    return result
  }

  @Test("The counts of the stages are those of the documents that came out of them")
  func stages() throws {
    let tree = try TemporaryTree()
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_a.json")
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 2}", to: "ml_training_b.json")
    try tree.write("{", to: "ml_training_c.json")
    try tree.write("", to: "other")
    var options = RunOptions(command: "migrate", targets: [PathName(tree.path(""))], pipelines: [try pipeline()])
    options.durability = .none
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()])
    var bytes: [UInt8] = []
    let result = run.execute { bytes.append(contentsOf: $0) }
    #expect(result.conclusion.exitStatus == 3)
    let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let stages = try #require(object["stages"] as? [String: [String: Any]])
    let items = stages.mapValues { $0["items"] as? Int }
    #expect(items == ["discover": 4, "read": 3, "detect": 2, "migrate": 1, "validate": 1, "write": 1])
  }

  @Test("A run that is asked to stop ends cleanly, says so, and what it migrated is in place", arguments: [0, 1, 2, 5])
  func stopped(after: Int) throws {
    let (result, report, tree) = try run(batchCount: 4, jobs: 2, stopAfter: after)
    #expect(result.conclusion.status == .failed)
    #expect(result.conclusion.exitStatus == 1)
    #expect(result.error?.code == .interrupted)
    let original = Self.checkout + "/samples/cache/"
    var changed: [String] = []
    for name in try tree.listing() where try tree.status(name).kind == .regular {
      let before = try Data(contentsOf: URL(fileURLWithPath: original + name.dropFirst("cache/".count)))
      if try tree.bytes(name) != [UInt8](before) { changed.append(name) }
    }
    let migrated = report.filter { $0.contains("\"outcome\": \"migrated\"") }
    #expect(migrated.count == result.summary.outcomes[.migrated])
    #expect(changed.count == migrated.count, "\(changed) \(migrated)")
    #expect(!(try tree.listing().contains { $0.contains(".uprev-") }))
  }

  @Test("A request to stop that comes when everything is done stops nothing", arguments: [false, true])
  func stoppedLate(isAllOrNothing: Bool) throws {
    let tree = try TemporaryTree()
    let path = try tree.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_a.json")
    var options = RunOptions(command: "migrate", targets: [tree.pathName()], pipelines: [try pipeline()])
    options.durability = .none
    options.isAllOrNothing = isAllOrNothing
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()],
      shouldStop: { (try? String(contentsOfFile: path, encoding: .utf8))?.contains("version") ?? true })
    let result = run.execute()
    #expect(result.error == nil)
    #expect(result.conclusion.exitStatus == 0)
    #expect(result.targets.map(\.committed) == [true])
    #expect(result.summary.outcomes[.migrated] == 1)
  }

  @Test("All or nothing: a request to stop before the first change is told, and nothing is changed")
  func stoppedBeforeCommit() throws {
    let tree = try TemporaryTree()
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_a.json")
    var options = RunOptions(command: "migrate", targets: [tree.pathName()], pipelines: [try pipeline()])
    options.durability = .none
    options.isAllOrNothing = true
    options.jobs = 1
    /// - Returns: how the run ended, and how often it asked whether to stop.
    func run(stopAfter: Int) -> (result: RunResult, asked: Int) {
      let asked = Counter()
      let run = Run(
        options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
        openers: [TreeOpener()], shouldStop: { asked.next() > stopAfter })
      return (run.execute(), asked.next() - 1)
    }
    // Each run goes on for one question more than the one before it, until none is left that stops it.
    var stopAfter = 0
    while true {
      let (result, asked) = run(stopAfter: stopAfter)
      if asked <= stopAfter { break }
      #expect(result.error?.code == .interrupted, "after \(stopAfter)")
      #expect(result.conclusion.exitStatus == 1)
      #expect(try tree.read("ml_training_a.json") == "{\"n_jobs\": 1, \"chunksize\": 1}")
      stopAfter += 1
    }
    #expect(stopAfter > 2)
    #expect(try tree.read("ml_training_a.json").contains("version"))
  }

  @Test("All or nothing: one rejected document of one target keeps every target as it is", arguments: [false, true])
  func allOrNothing(isSound: Bool) throws {
    let first = try TemporaryTree()
    let second = try TemporaryTree()
    try first.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_a.json")
    try second.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "d/ml_training_b.json")
    try second.write(isSound ? "{\"n_jobs\": 2, \"chunksize\": 1}" : "{", to: "ml_training_c.json")
    var options = RunOptions(
      command: "migrate", targets: [first.pathName(), second.pathName()], pipelines: [try pipeline()])
    options.durability = .none
    options.isAllOrNothing = true
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()])
    let result = run.execute()
    #expect(result.conclusion.exitStatus == (isSound ? 0 : 3))
    #expect(result.targets.map(\.committed) == [isSound, isSound])
    #expect(result.summary.outcomes[.migrated] == (isSound ? 3 : 2))
    for (tree, name) in [(first, "ml_training_a.json"), (second, "d/ml_training_b.json")] {
      #expect(try tree.read(name).contains("version") == isSound)
      #expect(!(try tree.listing().contains { $0.contains(".uprev-") }))
    }
  }

  @Test("A sink that fails ends the report, not the run, and the result says so")
  func failingReport() throws {
    struct Full: Error {}
    let tree = try TemporaryTree()
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "ml_training_a.json")
    var options = RunOptions(command: "migrate", targets: [PathName(tree.path(""))], pipelines: [try pipeline()])
    options.durability = .none
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()])
    let result = run.execute { _ in throw Full() }
    #expect(result.reportError is Full)
    #expect(result.summary.outcomes[.migrated] == 1)
    #expect(try tree.read("ml_training_a.json").hasSuffix(", \"version\": 2}"))
  }

  @Test("A version of a million digits is newer, and the report does not repeat it")
  func longVersion() throws {
    let tree = try TemporaryTree()
    let digits = String(repeating: "9", count: 1_000_000)
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": \(digits)}", to: "ml_training_a.json")
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 12345678901234567890}", to: "ml_training_b.json")
    let options = RunOptions(command: "migrate", targets: [PathName(tree.path(""))], pipelines: [try pipeline()])
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()])
    var bytes: [UInt8] = []
    let result = run.execute { bytes.append(contentsOf: $0) }
    #expect(result.summary.outcomes[.newer] == 2)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.utf8.count < 10_000)
    #expect(text.contains("\"from\": null"))
    #expect(text.contains("\"from\": 12345678901234567890"))
  }

  @Test("A run's id is made of its start and eight hexadecimal digits")
  func runID() {
    let start = Timestamp(seconds: 1_769_903_999, nanoseconds: 5)
    #expect(RunID(startedAt: start, random: 0x9f8).description == "20260131T235959Z-000009f8")
    #expect(RunID(startedAt: start, random: .max).description == "20260131T235959Z-ffffffff")
  }
}

/// Counts questions.
// @unchecked: `count` is guarded by `lock`.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
