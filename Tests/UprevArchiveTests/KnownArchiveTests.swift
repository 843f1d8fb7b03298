import Foundation
import Testing
import UprevArchive
import UprevCore
import UprevReport
import UprevTestSupport

/// A clock that is ahead of the files'.
private struct LaterClock: RunClock {
  var ahead: Int64 = 10
  func now() -> Timestamp {
    let now = SystemClock().now()
    return Timestamp(seconds: now.seconds + ahead, nanoseconds: now.nanoseconds)
  }
  func seconds() -> Double { 0 }
}

/// Counts decisions.
private final class Listener: RunObserver {
  let hearsEveryDecision: Bool
  private(set) var count = 0

  init(hearsEveryDecision: Bool) { self.hearsEveryDecision = hearsEveryDecision }

  func decided(_ decision: Decision, format: String?, in target: PathName) { count += 1 }
  func warned(_ warning: WarningRecord, in target: PathName) {}
  func ended(_ target: TargetRecord) {}
}

@Suite("Archives that are known to be current")
struct KnownArchiveTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    try write(version: 2)
  }

  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// 100 documents, files that are none, and 4 MB of something else.
  private func write(version: Int, last: String = "", name: String = "a.tar") throws {
    let script = """
      import io, random, sys, tarfile
      name, version, last = sys.argv[1], int(sys.argv[2]), sys.argv[3]
      with tarfile.open(name, 'w:gz' if name.endswith('gz') else 'w') as tar:
          def add(path, text):
              info = tarfile.TarInfo(path)
              info.size = len(text)
              tar.addfile(info, io.BytesIO(text))
          for number in range(100):
              add(f'd/ml_training_{number:03}.json', b'{"n_jobs": 1, "chunksize": 1, "version": %d}' % version)
          add('other', b'')
          add('big', random.Random(1).randbytes(4 << 20))
          if last: add('ml_training_last.json', last.encode())
      """
    let child = try ChildProcess.run("python3", ["-c", script, tree.path(name), "\(version)", last])
    #expect(child.status == 0, "\(child.errorText)")
  }

  private func run(
    _ name: String = "a.tar", ahead: Int64 = 10, limits: ArchiveLimits = ArchiveLimits(),
    observer: (any RunObserver)? = nil, _ configure: (inout RunOptions) -> Void = { _ in }
  ) throws -> (result: RunResult, report: [String], reads: Int) {
    let fileSystem = FaultyFileSystem(flushes: false)
    let pipeline = try PipelineFile.load(
      PathName(Self.checkout + "/pipelines/amorsize/pipeline.yaml"), fileSystem: LocalFileSystem())
    var options = RunOptions(command: "migrate", targets: [tree.pathName(name)], pipelines: [pipeline])
    configure(&options)
    let directory = StateDirectory(path: tree.pathName("state"), fileSystem: LocalFileSystem())
    let database = try StateDatabase.open(directory, at: SystemClock().now()).database
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: fileSystem, clock: LaterClock(ahead: ahead),
      openers: [ArchiveContainerOpener(fileSystem, limits: limits), TreeOpener(fileSystem)],
      known: database.makeKnownStore(), observer: observer)
    var bytes: [UInt8] = []
    let result = run.execute { bytes.append(contentsOf: $0) }
    let chance = ["\"runId\"", "\"startedAt\"", "\"finishedAt\""]
    let report = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { line in !chance.contains { line.contains($0) } }
      .map { $0.replacing(#/"seconds": [0-9.]+/#, with: "") }
    return (result, report, fileSystem.record.count("read") + fileSystem.record.count("pread"))
  }

  /// Whether a run read no more than what tells the format.
  private static let few = 8

  @Test("It is not read again, and the report is that of the first run", arguments: ["a.tar", "a.tar.gz"])
  func second(name: String) throws {
    try write(version: 2, name: name)
    let first = try run(name)
    #expect(first.reads > Self.few)
    #expect(first.result.summary.outcomes[.current] == 100)
    #expect(first.result.summary.outcomes[.unmatched] == 2)
    let second = try run(name)
    #expect(second.reads <= Self.few)
    #expect(second.report == first.report)
    #expect(second.result.summary == first.result.summary)
    #expect(second.result.targets.map(\.committed) == first.result.targets.map(\.committed))
    #expect(second.result.targets.first?.filters == (name == "a.tar" ? [] : ["gzip"]))
  }

  @Test("It is read where everything is to be read, listed or said, and where a limit is another one")
  func asked() throws {
    _ = try run()
    #expect(try run { $0.readsEverything = true }.reads > Self.few)
    #expect(try run { $0.listsEveryDocument = true }.reads > Self.few)
    let listener = Listener(hearsEveryDecision: true)
    #expect(try run(observer: listener).reads > Self.few)
    #expect(listener.count == 102)
    #expect(try run { $0.isDryRun = true }.reads > Self.few)
    #expect(try run(observer: Listener(hearsEveryDecision: false)).reads <= Self.few)
    var limits = ArchiveLimits()
    limits.maximumEntries = 50
    #expect(try run(limits: limits).result.targets.first?.error?.code == .limitExceeded)
    #expect(try run { $0.maximumDocumentSize = 10 }.result.summary.outcomes[.rejected] == 100)
  }

  @Test("One that changed is read, and so is one that is young")
  func changed() throws {
    _ = try run()
    usleep(20_000)
    try write(version: 2, last: "{\"n_jobs\": 1, \"chunksize\": 1}")
    #expect(try run().result.summary.outcomes[.migrated] == 1)
    #expect(try run().reads > Self.few)
    #expect(try run().reads <= Self.few)
    try write(version: 2)
    _ = try run(ahead: 0)
    #expect(try run(ahead: 0).reads > Self.few)
  }

  @Test(
    "Whatever the report must say each time is found each time",
    arguments: ["{", "{\"n_jobs\": 1, \"chunksize\": 1, \"version\": 3}"])
  func loud(last: String) throws {
    try write(version: 2, last: last)
    let first = try run()
    #expect(first.result.summary.outcomes[.rejected] + first.result.summary.outcomes[.newer] == 1)
    let second = try run()
    #expect(second.reads > Self.few)
    #expect(second.report == first.report)
  }

  @Test("Damaged records are none")
  func damaged() throws {
    _ = try run()
    let script =
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('UPDATE known_target SET archive = zeroblob(length(archive))'); c.commit()"
    let child = try ChildProcess.run("python3", ["-c", script, tree.path("state/state.sqlite")])
    #expect(child.status == 0, "\(child.errorText)")
    #expect(try run().reads > Self.few)
    #expect(try run().reads <= Self.few)
  }
}
