import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("How many documents may be rejected")
struct RejectionLimitTests {
  @Test(
    "A number or a share is read, anything else is not",
    arguments: [
      ("0", RejectionLimit.documents(0)), ("10", .documents(10)), ("9223372036854775807", .documents(.max)),
      ("0%", .percent(0)), ("5%", .percent(5)), ("100%", .percent(100)), ("", nil), ("%", nil), ("-1", nil),
      ("+1", nil), ("101%", nil), ("1.5%", nil), ("5 %", nil), ("5%%", nil), ("9223372036854775808", nil), ("٣", nil),
    ])
  func parsing(argument: String, limit: RejectionLimit?) {
    #expect(RejectionLimit(argument: argument) == limit)
    if let limit { #expect(limit.description == argument) }
  }

  @Test(
    "More than the number, or more than the share once a hundred are decided",
    arguments: [
      (RejectionLimit.documents(0), 0, 1, false), (.documents(0), 1, 1, true), (.documents(10), 10, 10, false),
      (.documents(10), 11, 1_000_000, true), (.percent(0), 99, 99, false), (.percent(0), 1, 100, true),
      (.percent(0), 0, 1000, false), (.percent(5), 5, 100, false), (.percent(5), 6, 100, true),
      (.percent(5), 5, 99, false), (.percent(5), 50, 1000, false), (.percent(5), 51, 1000, true),
      (.percent(100), 1000, 1000, false), (.percent(99), .max, .max, true), (.percent(100), .max, .max, false),
    ])
  func rule(limit: RejectionLimit, rejected: Int, decided: Int, isExceeded: Bool) {
    #expect(limit.isExceeded(rejected: rejected, decided: decided) == isExceeded)
  }

  private func decision(_ outcome: Outcome) -> Decision {
    Decision(reference: DocumentReference(path: PathName("a"), format: 0), outcome: outcome)
  }

  @Test("A tally counts what is decided once, and what a writer rejects afterwards, in whatever rhythm it comes back")
  func tally() {
    let given: [Outcome] = [
      .migrated, .rejected, .unmatched, .migrated, .skipped, .rejected, .current, .newer, .migrated,
    ]
    // What the writer makes of them: the first and the last fail.
    let final: [Outcome] = [
      .rejected, .rejected, .unmatched, .migrated, .skipped, .rejected, .current, .newer, .rejected,
    ]
    for rhythm in 1...given.count {
      var tally = RejectionTally(limit: .documents(3))
      for start in stride(from: 0, to: given.count, by: rhythm) {
        let part = start..<min(start + rhythm, given.count)
        for index in part { tally.decide(decision(given[index])) }
        for index in part { tally.settle(decision(final[index])) }
      }
      #expect(tally.rejected == 4, "\(rhythm) at a time")
      #expect(tally.decided == 7)
      #expect(tally.isExceeded)
    }
    var unlimited = RejectionTally(limit: nil)
    for _ in 0..<1000 { unlimited.decide(decision(.rejected)) }
    #expect(!unlimited.isExceeded)
  }

  /// Twelve folders of ten documents; of each ten the first is no JSON.
  private func tree() throws -> TemporaryTree {
    let tree = try TemporaryTree(inMemory: true)
    for folder in 10..<22 {
      for number in 0..<10 {
        try tree.write(
          number == 0 ? "{" : "{\"n_jobs\": 1, \"chunksize\": 1}", to: "one/\(folder)/ml_training_\(number).json")
      }
    }
    try tree.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "two/ml_training_0.json")
    return tree
  }

  private func run(
    _ limit: RejectionLimit?, jobs: Int = 2, batchCount: Int = 64,
    _ configure: (inout RunOptions, TemporaryTree) -> Void = { _, _ in }
  ) throws -> (result: RunResult, migrated: Int, tree: TemporaryTree) {
    let tree = try tree()
    var options = RunOptions(
      command: "migrate", targets: [tree.pathName("one"), tree.pathName("two")],
      pipelines: [try TestPipeline.amorsize()])
    options.rejectionLimit = limit
    options.jobs = jobs
    options.batchCount = batchCount
    options.durability = .none
    configure(&options, tree)
    let run = Run(
      options: options, tool: ("uprev", "test"), fileSystem: LocalFileSystem(), clock: SystemClock(),
      openers: [TreeOpener()])
    let result = run.execute()
    let migrated = try tree.listing().count { name in
      try name.hasSuffix(".json") && tree.read(name).contains("\"version\": 2")
    }
    return (result, migrated, tree)
  }

  @Test(
    "A run stops at the same document whatever the workers and batches, keeps what it did, and begins no further target",
    arguments: [
      (RejectionLimit.documents(0), 0, 1), (.documents(1), 9, 2), (.documents(4), 36, 5), (.percent(9), 90, 10),
    ])
  func stopsEarly(limit: RejectionLimit, migrated: Int, rejected: Int) throws {
    for (jobs, batchCount) in [(1, 1), (1, 64), (3, 7), (5, 1000)] {
      let (result, changed, tree) = try run(limit, jobs: jobs, batchCount: batchCount)
      #expect(result.conclusion.exitStatus == 1)
      #expect(result.conclusion.status == .failed)
      #expect(result.targets.map(\.error?.code) == [.limitExceeded, .limitExceeded])
      #expect(result.targets.map(\.committed) == [true, false])
      #expect(result.targets[0].error?.message.contains("--max-rejected \(limit)") ?? false)
      #expect(changed == migrated, "\(jobs) workers, batches of \(batchCount)")
      #expect(result.summary.outcomes[.migrated] == migrated)
      #expect(result.summary.outcomes[.rejected] == rejected)
      #expect(!(try tree.listing().contains { $0.contains(".uprev-") }))
    }
  }

  @Test("A limit that is not exceeded changes nothing", arguments: [RejectionLimit.documents(12), .percent(11), nil])
  func notExceeded(limit: RejectionLimit?) throws {
    let (result, changed, _) = try run(limit)
    #expect(result.conclusion.exitStatus == 3)
    #expect(result.targets.allSatisfy { $0.error == nil })
    #expect(changed == 109)
  }

  @Test("A copy is not made, and a dry run says the same")
  func copyAndDryRun() throws {
    let (copied, changed, tree) = try run(.documents(3)) { options, tree in
      options.targets = [tree.pathName("one")]
      options.output = tree.pathName("copy")
    }
    #expect(copied.targets.map(\.error?.code) == [.limitExceeded])
    #expect(changed == 0)
    #expect(try tree.listing().filter { !$0.dropLast().contains("/") } == ["one/", "two/"])
    let (dry, untouched, _) = try run(.documents(3)) { options, _ in options.isDryRun = true }
    #expect(dry.targets.map(\.error?.code) == [.limitExceeded, .limitExceeded])
    #expect(untouched == 0)
  }
}
