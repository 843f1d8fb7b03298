import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Known files in the state database")
struct StateKnownFilesTests {
  private let state: StateFixture
  private let context = [UInt8](repeating: 1, count: 32)
  private static let day: Int64 = 86_400

  init() throws {
    state = try StateFixture()
    try state.tree.makeFolder("target")
  }

  private func records(_ first: String, _ count: Int) throws -> KnownRecords {
    var records = KnownRecords(first: PathName(first), device: .max)
    for number in 0..<count {
      try #require(KnownFile(KnownFileTests.status(inode: UInt64(number)), format: 0)).encode(to: &records.bytes)
    }
    return records
  }

  private func target(
    _ database: StateDatabase, _ path: PathName? = nil, _ context: [UInt8]? = nil, days: Int64 = 0
  ) throws -> any KnownTarget {
    let time = Timestamp(seconds: StateFixture.noon.seconds + days * Self.day, nanoseconds: 0)
    return try database.makeKnownStore()
      .target(path ?? state.tree.pathName("target"), context: context ?? self.context, at: time)
  }

  @Test("Ranges come back in the order of their paths, for their target and context alone")
  func ranges() throws {
    let database = try state.open()
    let first = try target(database)
    #expect(first.ranges.isEmpty)
    let kept = [try records("b", 2), try records("a/x", 1), try records("a", 3)]
    try first.replace([], by: kept)
    let again = try target(database)
    #expect(again.ranges.map(\.first) == ["a", "a/x", "b"].map { PathName($0) })
    #expect(again.ranges.map(\.count) == [3, 1, 2])
    #expect(again.ranges.allSatisfy { $0.device == .max })
    #expect(try again.records(of: again.ranges[2]) == kept[0].bytes)
    #expect(try target(database, nil, [UInt8](repeating: 2, count: 32)).ranges.isEmpty)
    #expect(try target(database, PathName("/elsewhere")).ranges.isEmpty)
    try again.replace([again.ranges[0], again.ranges[1]], by: [try records("0", 5)])
    #expect(try target(database).ranges.map(\.count) == [5, 2])
    #expect(try again.records(of: again.ranges[0]) == nil)
  }

  @Test(
    "A range that is not as it was left is none",
    arguments: [
      "records = zeroblob(80)", "records = zeroblob(0)", "count = 1", "device = 7", "first = x'00'",
      "digest = zeroblob(32)",
    ])
  func damage(change: String) throws {
    let database = try state.open()
    try target(database).replace([], by: [try records("a", 2)])
    try state.sql("UPDATE known_range SET \(change)")
    let again = try target(database)
    let range = try #require(again.ranges.first)
    #expect(try again.records(of: range) == nil)
  }

  @Test("What is known of targets that are gone, or were not asked about, is forgotten with the runs")
  func pruning() throws {
    let database = try state.open()
    for (number, name) in ["target", "gone", "unused"].enumerated() {
      if name == "unused" { try state.tree.makeFolder(name) }
      try target(database, state.tree.pathName(name), days: number == 2 ? -91 : 0)
        .replace([], by: [try records("a", 2)])
    }
    _ = try database.prune(PruningRule(), at: StateFixture.noon)
    #expect(try state.sql("SELECT count(*) FROM known_target") == "1")
    #expect(try state.sql("SELECT count(*) FROM known_range") == "1")
    #expect(try target(database).ranges.count == 1)
    _ = try database.prune(
      PruningRule(keep: 5, olderThan: Self.day),
      at: Timestamp(seconds: StateFixture.noon.seconds + 2 * Self.day, nanoseconds: 0))
    #expect(try state.sql("SELECT count(*) FROM known_range") == "0")
  }

  @Test("Being asked about keeps it, and a great number of contexts of one target does not")
  func use() throws {
    let database = try state.open()
    try target(database).replace([], by: [try records("a", 2)])
    #expect(try target(database, days: 80).ranges.count == 1)
    _ = try database.prune(
      PruningRule(), at: Timestamp(seconds: StateFixture.noon.seconds + 160 * Self.day, nanoseconds: 0))
    #expect(try target(database, days: 160).ranges.count == 1)
    for number in 2..<10 {
      try target(database, nil, [UInt8](repeating: UInt8(number), count: 32), days: 170)
        .replace([], by: [try records("a", 1)])
    }
    _ = try database.prune(
      PruningRule(), at: Timestamp(seconds: StateFixture.noon.seconds + 170 * Self.day, nanoseconds: 0))
    #expect(try state.sql("SELECT count(*) FROM known_target") == "8")
    #expect(try target(database, days: 170).ranges.isEmpty)
  }

  @Test("Nothing is kept of a target of which nothing is known, and one that was forgotten meanwhile is known again")
  func rows() throws {
    let database = try state.open()
    let known = try target(database)
    try known.replace([], by: [])
    #expect(try state.sql("SELECT count(*) FROM known_target") == "0")
    try known.replace([], by: [try records("a", 2)])
    let again = try target(database)
    try state.sql("DELETE FROM known_range; DELETE FROM known_target")
    try again.replace(again.ranges, by: [try records("b", 3)])
    #expect(try target(database).ranges.map(\.count) == [3])
  }
}
