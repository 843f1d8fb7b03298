import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Opens trees whose documents somebody saves anew as soon as they were read.
private struct LiveOpener: ContainerOpener {
  /// Is told the path of each document that was read, inside the target.
  let onRead: @Sendable (PathName) -> Void

  func open(_ path: PathName) throws -> (any Container)? {
    try TreeOpener().open(path).map { LiveContainer($0, onRead: onRead) }
  }

  func canCopy(_ kind: TargetKind, to output: PathName) -> Bool { false }

  func makeCopyWriter(
    of container: any Container, to output: PathName, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) throws -> any ContainerWriter { throw TargetError.unknownKind }
}

private final class LiveContainer: Container {
  private let inner: any Container
  private let onRead: @Sendable (PathName) -> Void

  init(_ inner: any Container, onRead: @escaping @Sendable (PathName) -> Void) {
    self.inner = inner
    self.onRead = onRead
  }

  var kind: TargetKind { inner.kind }
  var rewritesWhole: Bool { inner.rewritesWhole }
  var refusalToChange: TargetError? { inner.refusalToChange }
  func journalTarget() throws -> JournalTarget { try inner.journalTarget() }
  func claim(_ options: ContainerClaimOptions, warn: WarningSink) throws { try inner.claim(options, warn: warn) }
  func release() { inner.release() }

  func makeReader(_ options: ContainerReadOptions) throws -> any ContainerReader {
    LiveReader(try inner.makeReader(options), onRead: onRead)
  }

  func makeWriter(
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> any ContainerWriter { try inner.makeWriter(options, sink: sink, warn: warn) }
}

private final class LiveReader: ContainerReader {
  private let inner: any ContainerReader
  private let onRead: (PathName) -> Void

  init(_ inner: any ContainerReader, onRead: @escaping (PathName) -> Void) {
    self.inner = inner
    self.onRead = onRead
  }

  var description: ContainerDescription { inner.description }
  var discoverSeconds: Double { inner.discoverSeconds }
  var readSeconds: Double { inner.readSeconds }
  var warnings: [WarningRecord] { inner.warnings }

  func next() throws -> ContainerElement? {
    let element = try inner.next()
    if case .document(let document)? = element { onRead(document.reference.path) }
    return element
  }
}

private final class Collector: RunObserver {
  private(set) var lines: [String] = []

  func decided(_ decision: Decision, format: String?, in target: PathName) {
    lines.append(
      ["\(decision.reference.path)", decision.outcome.rawValue, decision.error?.code.rawValue].compactMap { $0 }
        .joined(separator: " "))
  }

  func warned(_ warning: WarningRecord, in target: PathName) {}
  func ended(_ target: TargetRecord) {}
}

@Suite("A run by a plan")
struct PlanRunTests {
  @Test("What another program saves meanwhile is kept, and migrated only if it is what was planned")
  func live() throws {
    let pipeline = try TestPipeline.format(
      "version: {at: /v, type: integer, missing: 1}\ncurrent: 2\nmigrations: [{from: 1, to: 2}]"
    ).load()
    let tree = try TemporaryTree()
    for name in ["a", "b", "c", "d"] { try tree.write("{\"x\":1}", to: "t/\(name).json") }
    var options = RunOptions(command: "plan", targets: [tree.pathName("t")], pipelines: [pipeline])
    options.isDryRun = true
    var bytes: [UInt8] = []
    let header = PlanHeader(
      toolVersion: "test", runID: "r", createdAt: "c",
      pipelines: [PlannedPipeline(name: pipeline.name, source: "p", digest: pipeline.digest)],
      options: PlanOptions(
        targetVersions: [], excluded: [], maximumDocumentSize: 1, maximumDepth: 1, maximumPathLength: 1,
        maximumExpandedSize: 1, maximumExpansionRatio: 1, maximumEntries: 1))
    let recorder = PlanRecorder(pipelines: [pipeline], plan: (header, { bytes.append(contentsOf: $0) }))
    let planned = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()]
    ).execute(recorder: recorder)
    recorder.finish()
    #expect(recorder.error == nil && planned.summary.outcomes[.migrated] == 4)
    #expect(recorder.changes.groups.map(\.count) == [4])
    try tree.write(bytes, to: "plan")
    let plan = try Plan.read(tree.pathName("plan"), fileSystem: LocalFileSystem())
    try plan.check([pipeline])

    // One save is another text, one needs no migration, and one is the same text in a new file.
    let saves = ["a.json": "{\"x\":2}", "b.json": "{\"x\":3,\"v\":2}", "c.json": "{\"x\":1}"]
    let folder = tree.path("t")
    options = RunOptions(command: "apply", targets: [tree.pathName("t")], pipelines: [pipeline])
    options.durability = .none
    let collector = Collector()
    let opener = LiveOpener { path in
      guard let text = saves["\(path)"] else { return }
      try? Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(path)"), options: .atomic)
    }
    let result = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [opener], plan: plan, observer: collector
    ).execute()
    #expect(result.conclusion.exitStatus == 3)
    #expect(
      collector.lines == [
        "a.json rejected changed-since-plan", "b.json current", "c.json migrated", "d.json migrated",
      ])
    let texts = try ["a", "b", "c", "d"].map { try tree.read("t/\($0).json") }
    #expect(texts == ["{\"x\":2}", "{\"x\":3,\"v\":2}", "{\"x\":1,\"v\":2}", "{\"x\":1,\"v\":2}"])
    #expect(try tree.listing("t").count == 4)
  }
}
