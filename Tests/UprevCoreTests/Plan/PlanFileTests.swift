import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("A plan's file")
struct PlanFileTests {
  private static let header = PlanHeader(
    toolVersion: "1.2", runID: "20260131T235959Z-9f86d081", createdAt: "2026-01-31T23:59:59.000Z",
    pipelines: [PlannedPipeline(name: "é \"x\"", source: "/p/pipeline.yaml", digest: Array(0..<32))],
    gathered: ["b": Array(repeating: 7, count: 32), "a": Array(repeating: 9, count: 32)],
    options: PlanOptions(
      targetVersions: ["f=1", "2"], excluded: ["*.bak"], maximumDocumentSize: 1, maximumDepth: 2, maximumPathLength: 3,
      maximumExpandedSize: 4, maximumExpansionRatio: 5, maximumEntries: 0))

  private static func hash(_ number: Int) -> [UInt8] { Array("\(number)".utf8).withUnsafeBytes { SHA256.hash($0) } }

  private static func document(_ path: PathName, _ number: Int) -> PlannedDocument {
    PlannedDocument(
      path: path, format: "f", from: .number("1"), to: .string("2"), sha256Before: hash(2 * number),
      sha256After: hash(2 * number + 1))
  }

  private static let targets = [
    PlannedTarget(
      path: PathName("t"), resolvedPath: PathName("/x/t"), kind: .tree,
      identity: FileIdentity(device: .max, inode: 3)),
    PlannedTarget(path: PathName("none"), resolvedPath: PathName("/none"), kind: .tree, identity: nil),
    PlannedTarget(
      path: PathName([0x2F, 0xFF]), resolvedPath: PathName([0x2F, 0xFF]), kind: .archive, identity: nil),
  ]

  /// Names that are no UTF-8, that need escapes, and that come twice.
  private static let paths = [
    [PathName("a.json"), PathName("b\n\u{7F}\"\\.json"), PathName([0x61, 0xFF])], [],
    [PathName("a.json"), PathName("a.json"), PathName("c")],
  ]

  private static func plan() throws -> [UInt8] {
    var bytes: [UInt8] = []
    let writer = try PlanWriter(header, sink: { bytes.append(contentsOf: $0) })
    var number = 0
    for (target, paths) in zip(targets, paths) {
      try writer.begin(target)
      for path in paths {
        try writer.write(document(path, number))
        number += 1
      }
    }
    try writer.finish()
    return bytes
  }

  private let folder: TemporaryTree

  init() throws { folder = try TemporaryTree(inMemory: true) }

  private func read(_ bytes: some Sequence<UInt8>) throws -> Plan {
    try folder.write(bytes, to: "p")
    return try Plan.read(folder.pathName("p"), fileSystem: LocalFileSystem())
  }

  @Test("What is written is read back: header, targets, and every document by its path")
  func readBack() throws {
    let plan = try read(Self.plan())
    #expect(plan.header == Self.header)
    #expect(plan.targets == Self.targets)
    #expect(plan.count == 6)
    #expect((0..<4).map { plan.numbers(ofTarget: $0) } == [0..<3, 3..<3, 3..<6, 0..<0])
    var number = 0
    for (target, paths) in Self.paths.enumerated() {
      var found: [PathName] = []
      try plan.forEachPath(ofTarget: target, where: { _ in true }, { found.append($0) })
      #expect(found == paths)
      for path in paths {
        var planned = plan.index.first(path, target: target)
        // The second of a path stands behind the first.
        if number == 4 { planned = plan.index.next(try #require(planned)) }
        #expect(planned == PlanIndex.Number(number))
        #expect(
          plan.index.compare(
            PlanIndex.Number(number), sha256Before: Self.hash(2 * number), sha256After: Self.hash(2 * number + 1))
            == .same)
        #expect(
          plan.index.compare(
            PlanIndex.Number(number), sha256Before: Self.hash(2 * number), sha256After: Self.hash(0)) == .otherResult)
        #expect(
          plan.index.compare(
            PlanIndex.Number(number), sha256Before: Self.hash(99), sha256After: Self.hash(2 * number + 1))
            == .otherSource)
        number += 1
      }
    }
    #expect(plan.index.first(PathName("c"), target: 0) == nil)
    #expect(plan.index.next(4) == nil)
  }

  @Test("Each line is one JSON text, and no document's text is in it")
  func lines() throws {
    let text = String(decoding: try Self.plan(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 1 + 3 + 6 + 1)
    for line in lines { _ = try IndexedJSON(scanning: JSONText(String(line))) }
    #expect(lines.last?.hasPrefix("{\"end\": 6, \"sha256\": \"") == true)
  }

  @Test("A plan that is cut short at any byte is refused")
  func truncated() throws {
    let plan = try Self.plan()
    for length in plan.indices {
      #expect(throws: PlanError.self, "\(length) of \(plan.count) bytes") { try read(plan[..<length]) }
    }
    #expect(try read(plan).count == 6)
  }

  @Test("A plan with any bit flipped is refused")
  func flipped() throws {
    let plan = try Self.plan()
    var changed = plan
    for position in plan.indices {
      // The line feeds and structure with every bit, the rest with one that turns with the place.
      let isLetter = plan[position] | 0x20 >= 0x61 || (0x30...0x39).contains(plan[position])
      for bit in 0..<8 where !isLetter || bit == position % 8 {
        changed[position] ^= 1 << UInt8(bit)
        #expect(throws: PlanError.self, "bit \(bit) of byte \(position)") { try read(changed) }
        changed[position] = plan[position]
      }
    }
  }

  @Test("A line that is lost, repeated, put elsewhere or added is missed, and so is anything after the end")
  func lineEdits() throws {
    let lines = try Self.plan().split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
    for index in lines.indices {
      var lost = lines
      lost.remove(at: index)
      #expect(throws: PlanError.self) { try read(lost.joined()) }
      var doubled = lines
      doubled.insert(lines[index], at: index)
      #expect(throws: PlanError.self) { try read(doubled.joined()) }
      var moved = lines
      moved.append(moved.remove(at: index))
      if moved != lines { #expect(throws: PlanError.self) { try read(moved.joined()) } }
    }
    for rest in ["\n", " ", "{}", "\0"] {
      #expect(throws: PlanError.damaged) { try read(Array(lines.joined()) + Array(rest.utf8)) }
    }
  }

  @Test("A plan of a newer version is refused as such, and what is no plan as that")
  func versions() throws {
    let text = String(decoding: try Self.plan(), as: UTF8.self)
    for (version, expected) in [("2", 2), ("99999999999999999999999", UInt64.max)] {
      let newer = text.replacing("\"planVersion\": 1,", with: "\"planVersion\": \(version),")
      #expect(throws: PlanError.newer(version: expected)) { try read(newer.utf8) }
    }
    for nothing in ["", "\n", "{}", "[]", "{\"reportVersion\": 1}", "\u{FEFF}" + text] {
      #expect(throws: PlanError.noPlan) { try read(nothing.utf8) }
    }
    #expect(throws: PlanError.noFile) { try Plan.read(folder.pathName(), fileSystem: LocalFileSystem()) }
    #expect(throws: PlanError.self) { try Plan.read(folder.pathName("none"), fileSystem: LocalFileSystem()) }
    #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(throws: PlanError.noFile) { try Plan.read(folder.pathName("fifo"), fileSystem: LocalFileSystem()) }
  }

  /// A plan that says what nobody would write, and has the right digest.
  private func sealed(_ lines: [String], documents: Int) -> [UInt8] {
    let start = Array((lines.joined(separator: "\n") + "\n").utf8)
    return start + PlanWriter.end(documents: documents, sha256: start.withUnsafeBytes { SHA256.hash($0) })
  }

  @Test("A plan with the right digest that says nonsense is refused too")
  func hostile() throws {
    let text = String(decoding: try Self.plan(), as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    let (header, target, document) = (lines[0], lines[1], lines[2])
    #expect(try read(sealed([header, target, document], documents: 1)).count == 1)
    let nonsense: [([String], Int)] = [
      ([header, document], 1), ([header, target, document], 2), ([header, header], 0),
      ([header, target, document.replacing("\"f\"", with: "5")], 1),
      ([header, target, document.replacing("\"a.json\"", with: "\"a\\u0000\"")], 1),
      ([header, target, document.replacing("\"a.json\"", with: "{\"base64\": \"!\"}")], 1),
      ([header, target, document.replacing("{", with: "{\"more\": 1, ")], 1),
      ([header, target, document.replacing("sha256After", with: "sha256Afters")], 1),
      ([header, target, document.replacing("\"from\": 1", with: "\"from\": [1]")], 1),
      ([header, target.replacing("/x/t", with: "x/t")], 0), ([header, target.replacing("tree", with: "bush")], 0),
      ([header, target.replacing("\"inode\": 3", with: "\"inode\": null")], 0),
      ([header.replacing("\"maxDepth\": 2", with: "\"maxDepth\": 0"), target], 0),
      ([header.replacing("\"maxDepth\": 2", with: "\"maxDepth\": 10000001"), target], 0),
      ([header.replacing("\"maxDepth\": 2", with: "\"maxDepth\": -1"), target], 0),
      ([header.replacing("\"maxDocumentSize\": 1", with: "\"maxDocumentSize\": 99999999999999999999"), target], 0),
      ([header.replacing("\"*.bak\"", with: "1"), target], 0),
      ([header.replacing("\"gathered\": {", with: "\"gathered\": {\"c\": 1, "), target], 0),
    ]
    for (lines, documents) in nonsense {
      #expect(throws: PlanError.damaged, "\(lines)") { try read(sealed(lines, documents: documents)) }
    }
    // A line without an end, of more bytes than memory should hold.
    var long = Array(header.utf8) + [UInt8(ascii: "\n")]
    long += Array(repeating: UInt8(ascii: " "), count: PlanLines.maximumLength + (1 << 20))
    #expect(throws: PlanError.damaged) { try read(long) }
  }

  @Test("A plan is applied by the pipelines that it was made with alone, in their order")
  func rules() throws {
    let pipeline = try TestPipeline.format(
      "version: {at: /v, type: integer, missing: 1}\ncurrent: 2\nmigrations: [{from: 1, to: 2}]"
    ).load()
    var header = Self.header
    header.gathered = [:]
    func check(_ change: (inout PlannedPipeline) -> Void, _ pipelines: [Pipeline]) throws {
      var planned = PlannedPipeline(name: pipeline.name, source: "x", digest: pipeline.digest)
      change(&planned)
      header.pipelines = [planned]
      var bytes: [UInt8] = []
      try PlanWriter(header, sink: { bytes.append(contentsOf: $0) }).finish()
      try read(bytes).check(pipelines)
    }
    try check({ _ in }, [pipeline])
    #expect(throws: PlanError.otherRules("test")) { try check({ $0.digest[31] ^= 1 }, [pipeline]) }
    #expect(throws: PlanError.otherPipelines(["other"])) { try check({ $0.name = "other" }, [pipeline]) }
    #expect(throws: PlanError.otherPipelines(["test"])) { try check({ _ in }, [pipeline, pipeline]) }
    #expect(throws: PlanError.otherPipelines(["test"])) { try check({ _ in }, []) }
    header.gathered = ["mean": Array(repeating: 1, count: 32)]
    #expect(throws: PlanError.otherValues("mean")) { try check({ _ in }, [pipeline]) }
  }

  @Test("What goes wrong in writing or reading is told, and nothing is made of it")
  func failures() throws {
    struct Full: Error {}
    let writer = try PlanWriter(Self.header, sink: { _ in throw Full() })
    #expect(throws: Full.self) { try writer.finish() }
    let bytes = try Self.plan()
    try folder.write(bytes, to: "p")
    let plan = try Plan.read(folder.pathName("p"), fileSystem: LocalFileSystem())
    // The file is overwritten while the plan is applied: its names are read again, and are not these.
    let changed = String(decoding: bytes, as: UTF8.self).replacing("a.json", with: "x.json")
    let handle = try LocalFileSystem().open(folder.pathName("p"), in: nil, [.writeOnly], mode: 0)
    try Array(changed.utf8).withUnsafeBytes { try LocalFileSystem().write(handle, $0) }
    #expect(throws: PlanError.damaged) {
      try plan.forEachPath(ofTarget: 0, where: { _ in true }, { _ in })
    }
    try LocalFileSystem().truncate(handle, to: 10)
    #expect(throws: PlanError.damaged) {
      try plan.forEachPath(ofTarget: 0, where: { _ in true }, { _ in })
    }
  }
}
