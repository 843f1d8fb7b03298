import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("What becomes of documents by a plan")
struct PlanComparisonTests {
  private let folder: TemporaryTree

  init() throws { folder = try TemporaryTree(inMemory: true) }

  private static func hash(_ text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { SHA256.hash($0) } }

  /// - Parameter documents: `path before after`, in order.
  private func plan(_ documents: [String]) throws -> Plan {
    var bytes: [UInt8] = []
    let header = PlanHeader(
      toolVersion: "1", runID: "r", createdAt: "c", pipelines: [],
      options: PlanOptions(
        targetVersions: [], excluded: [], maximumDocumentSize: 1, maximumDepth: 1, maximumPathLength: 1,
        maximumExpandedSize: 1, maximumExpansionRatio: 1, maximumEntries: 1))
    let writer = try PlanWriter(header, sink: { bytes.append(contentsOf: $0) })
    try writer.begin(PlannedTarget(path: PathName("t"), resolvedPath: PathName("/t"), kind: .archive, identity: nil))
    for document in documents {
      let words = document.split(separator: " ").map(String.init)
      try writer.write(
        PlannedDocument(
          path: PathName(words[0]), format: "f", from: nil, to: nil, sha256Before: Self.hash(words[1]),
          sha256After: Self.hash(words[2])))
    }
    try writer.finish()
    try folder.write(bytes, to: "p")
    return try Plan.read(folder.pathName("p"), fileSystem: LocalFileSystem())
  }

  /// - Parameter document: `path before after`; without `after` it is current.
  private static func decision(_ document: String) -> Decision {
    let words = document.split(separator: " ").map(String.init)
    var decision = Decision(
      reference: DocumentReference(path: PathName(words[0]), format: 0),
      outcome: words.count == 3 ? .migrated : .current)
    decision.sha256Before = hash(words[1])
    if words.count == 3 {
      decision.sha256After = hash(words[2])
      decision.replacement = .init(words[2])
      decision.to = FormatVersion(2)
    }
    return decision
  }

  private static func words(_ decision: Decision) -> String {
    let codes = [decision.error?.code.rawValue].compactMap { $0 } + decision.warnings.map(\.code.rawValue)
    return "\(decision.reference.path) \(decision.outcome.rawValue)" + codes.map { " \($0)" }.joined()
  }

  @Test(
    "Every way in which documents differ from a plan",
    arguments: [
      // What is planned, what there is, what becomes of it, what is gone.
      (["a 1 2"], ["a 1 2"], ["a migrated"], []),
      (["a 1 2"], ["a 9 2"], ["a rejected changed-since-plan"], []),
      (["a 1 2"], ["a 9 8"], ["a rejected changed-since-plan"], []),
      (["a 1 2"], ["a 1 8"], ["a rejected differs-from-plan"], []),
      (["a 1 2"], ["a 2"], ["a current"], []),
      (["a 1 2"], [], [], ["a"]),
      ([], ["a 1 2"], ["a skipped not-planned"], []),
      (["a 1 2", "c 1 2"], ["a 1 2", "b 1 2", "c 1 2"], ["a migrated", "b skipped not-planned", "c migrated"], []),
      (["a 1 2", "b 3 4", "c 1 2"], ["b 3 4"], ["b migrated"], ["a", "c"]),
      // In another order than planned.
      (["a 1 2", "b 3 4"], ["b 3 4", "a 1 2"], ["b migrated", "a migrated"], []),
      // Texts that have changed places are not the texts of their paths.
      (
        ["a 1 2", "b 3 4"], ["a 3 4", "b 1 2"],
        ["a rejected changed-since-plan", "b rejected changed-since-plan"], []
      ),
      // Several of one path, in order.
      (["a 1 2", "a 3 4"], ["a 1 2", "a 3 4"], ["a migrated", "a migrated"], []),
      (
        ["a 1 2", "a 3 4"], ["a 3 4", "a 1 2"],
        ["a rejected changed-since-plan", "a rejected changed-since-plan"], []
      ),
      (["a 1 2"], ["a 1 2", "a 1 2"], ["a migrated", "a skipped not-planned"], []),
      (["a 1 2", "a 1 2"], ["a 1 2"], ["a migrated"], ["a"]),
      (
        ["a 1 2", "a 3 4", "a 5 6"], ["a 1 2", "a 3 4", "a 5 6", "a 7 8"],
        ["a migrated", "a migrated", "a migrated", "a skipped not-planned"], []
      ),
      (["a 1 2"], ["a 5", "a 1 2"], ["a current", "a migrated"], []),
      (["a 1 2", "a 3 4"], ["a 2", "a 4"], ["a current", "a current"], []),
    ])
  func table(planned: [String], documents: [String], expected: [String], gone: [String]) throws {
    let comparison = PlanComparison(try plan(planned), target: 0)
    let decisions = documents.map { comparison.compare(Self.decision($0)) }
    #expect(decisions.map(Self.words) == expected)
    for decision in decisions where decision.outcome != .migrated {
      #expect(decision.replacement == nil && decision.sha256After == nil)
      #expect(decision.outcome == .current || decision.to == nil)
    }
    var missing: [String] = []
    try comparison.forEachGone { missing.append("\($0)") }
    #expect(missing == gone)
  }

  @Test("What was changed while it was written is written only if it is what was planned after all")
  func again() throws {
    let plan = try plan(["a 1 2", "a 3 4"])
    func again(_ document: String) -> String {
      Self.words(PlanComparison.compareAgain(Self.decision(document), plan, target: 0))
    }
    #expect(again("a 1 2") == "a migrated")
    #expect(again("a 3 4") == "a migrated")
    #expect(again("a 5 6") == "a rejected changed-since-plan")
    #expect(again("a 1 4") == "a rejected changed-since-plan")
    #expect(again("b 1 2") == "b rejected changed-since-plan")
    #expect(again("a 7") == "a current")
  }

  @Test("Many documents, and many of one path, are found as a dictionary finds them")
  func many() throws {
    var random = SeededGenerator(seed: 6)
    let paths = (0..<3000).map { _ in "p\(Int.random(in: 0..<700, using: &random))" }
    var index = PlanIndex()
    for (number, path) in paths.enumerated() {
      index.append(
        PathName(path), target: number % 3, sha256Before: Self.hash("\(number)"), sha256After: Self.hash("-\(number)"))
    }
    index.finish()
    let expected = Dictionary(grouping: paths.indices, by: { "\($0 % 3) \(paths[$0])" })
    #expect(expected.values.contains { $0.count > 3 })
    for target in 0..<3 {
      for name in 0..<800 {
        var found: [Int] = []
        var next = index.first(PathName("p\(name)"), target: target)
        while let number = next {
          found.append(Int(number))
          next = index.next(number)
        }
        #expect(found == expected["\(target) p\(name)"] ?? [])
      }
    }
  }
}
