import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A tree of training documents, a journal, and runs over them.
struct UndoHarness {
  static let documents = ["ml_training_a.json", "ml_training_b.json", "d/ml_training_c.json", "d/e/ml_training_d.json"]

  let tree: TemporaryTree
  let journal = InMemoryJournal()

  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    for (number, name) in Self.documents.enumerated() {
      try tree.write(name, Self.old(number), mode: 0o640)
      try Self.setTime(tree.pathName(name), seconds: 1_600_000_000 + Int64(number))
    }
    try tree.write("notes.txt", "notes")
  }

  static func old(_ number: Int) -> String { "{\"n_jobs\": \(number + 1), \"chunksize\": 1.0}\n" }

  static func setTime(_ path: PathName, seconds: Int64) throws {
    let time = FileTime(seconds: seconds, nanoseconds: 123_456_789)
    try LocalFileSystem().setTimes(path, in: nil, access: time, modification: time)
  }

  /// Everything about every file that undoing promises to put back.
  struct State: Hashable {
    var bytes: [UInt8]
    var attributes: FileAttributes
    var modification: FileTime
  }

  /// By path; nothing of Uprev's own may be left.
  func state() throws -> [String: State] {
    var states: [String: State] = [:]
    for name in try tree.listing() where !name.hasSuffix("/") {
      let file = try LocalFileSystem().open(tree.pathName(name), in: nil, [.readOnly, .noFollow], mode: 0)
      let status = try LocalFileSystem().status(of: file)
      states[name] = State(
        bytes: try tree.bytes(name),
        attributes: FileAttributes(
          status, try LocalFileSystem().extendedAttributes(of: file), flags: try LocalFileSystem().flags(of: file)),
        modification: status.modification)
    }
    return states
  }

  /// Migrates the tree, or one file of it.
  @discardableResult func migrate(_ name: String = "") throws -> RunResult {
    var options = RunOptions(
      command: "migrate", targets: [tree.pathName(name)],
      pipelines: [
        try PipelineFile.load(
          PathName(Self.checkout + "/pipelines/amorsize/pipeline.yaml"), fileSystem: LocalFileSystem())
      ])
    options.durability = .none
    return Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()], journal: journal
    ).execute()
  }

  /// What an undo came to.
  struct Undone {
    var result: RunResult
    var decisions: [String: Decision]
    var warnings: [WarningRecord]

    func outcome(_ name: String) -> Outcome? { decisions[name]?.outcome }
    func code(_ name: String) -> ErrorCode? { decisions[name]?.error?.code }
  }

  func undo(
    _ id: String = "last", fileSystem: any FileSystem = LocalFileSystem(), isForced: Bool = false,
    isDryRun: Bool = false, durability: Durability = .none, shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Undone {
    let run = try #require(try journal.run(id))
    var options = RunOptions(command: "undo", targets: [], pipelines: [])
    options.durability = durability
    options.isDryRun = isDryRun
    let observer = Observer()
    let undo = Undo(
      run, in: journal, options: options, isForced: isForced, tool: ("uprev", "test"), fileSystem: fileSystem,
      clock: SystemClock(), openers: [TreeOpener(fileSystem)], journal: journal, shouldStop: shouldStop,
      observer: observer)
    let result = undo.execute()
    return Undone(result: result, decisions: observer.decisions, warnings: observer.warnings)
  }

  private final class Observer: RunObserver {
    var decisions: [String: Decision] = [:]
    var warnings: [WarningRecord] = []

    func decided(_ decision: Decision, format: String?, in target: PathName) {
      decisions[decision.reference.path.description] = decision
    }
    func warned(_ warning: WarningRecord, in target: PathName) { warnings.append(warning) }
    func ended(_ target: TargetRecord) {}
  }
}
