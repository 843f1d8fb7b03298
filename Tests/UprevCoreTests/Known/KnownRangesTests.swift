import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// What is known, in memory.
// @unchecked: used by one thread.
private final class MemoryTarget: KnownTarget, @unchecked Sendable {
  struct Failed: Error {}

  private(set) var kept: [Int64: (range: KnownRange, bytes: [UInt8])] = [:]
  private var last: Int64 = 0
  var fails = false
  private(set) var writes = 0
  private(set) var reads = 0
  private(set) var greatestWrite = 0

  var ranges: [KnownRange] { kept.values.map(\.range).sorted { ($0.first, $0.id) < ($1.first, $1.id) } }

  func records(of range: KnownRange) throws(JournalError) -> [UInt8]? {
    reads += 1
    if fails { throw JournalError(message: "no") }
    return kept[range.id]?.bytes
  }

  func archive(_ conditions: String) -> [UInt8]? { nil }

  func keep(archive: [UInt8], _ conditions: String) throws(JournalError) {}

  func replace(_ removed: [KnownRange], by added: [KnownRecords]) throws(JournalError) {
    writes += 1
    if fails { throw JournalError(message: "no") }
    greatestWrite = max(greatestWrite, added.reduce(0) { $0 + $1.bytes.count })
    for range in removed { #expect(kept.removeValue(forKey: range.id) != nil) }
    for records in added {
      last += 1
      #expect(records.count > 0 && records.count <= KnownRecorder.maximumCount)
      kept[last] = (
        KnownRange(id: last, first: records.first, device: records.device, count: records.count), records.bytes
      )
    }
  }
}

private struct FixedClock: RunClock {
  var time = Timestamp(seconds: 1_000_000, nanoseconds: 0)
  func now() -> Timestamp { time }
  func seconds() -> Double { 0 }
}

@Suite("What is known of a tree")
struct KnownRangesTests {
  private static let goal = FormatVersion(2)

  /// A document: its path, and its file.
  private struct Place {
    var path: String
    var status: FileStatus

    static func precedes(_ left: Place, _ right: Place) -> Bool { PathName(left.path) < PathName(right.path) }
  }

  /// One run over documents that are all current, in byte order of their paths.
  /// - Returns: the paths of those that had to be opened.
  private func run(
    over places: [Place], _ target: MemoryTarget, clock: FixedClock = FixedClock(), isComplete: Bool = true,
    begun: Timestamp = FixedClock().time
  ) -> [String] {
    let lookup = KnownLookup(target, goals: [Self.goal], maximumSize: 1 << 30, begun: begun)
    let recorder = KnownRecorder(target, goals: [Self.goal], begun: begun, clock: clock)
    var opened: [String] = []
    var decisions: [Decision] = []
    for place in places {
      let reference = DocumentReference(path: PathName(place.path), format: 0)
      if lookup.knowsAnything(around: reference.path), let decision = lookup.decision(reference, place.status) {
        decisions.append(decision)
      } else {
        opened.append(place.path)
        var decision = Decision(reference: reference, outcome: .current)
        decision.from = Self.goal
        decision.to = Self.goal
        decision.remembered = KnownFile(place.status, format: 0).map {
          RememberedFile(file: $0, device: place.status.device, wasKnown: false)
        }
        decisions.append(decision)
      }
      // Decisions become final a batch later.
      if decisions.count == 100 {
        for decision in decisions { recorder.note(decision) }
        decisions = []
      }
    }
    for decision in decisions { recorder.note(decision) }
    recorder.finish(isComplete: isComplete)
    return opened
  }

  private func places(_ count: Int, device: (Int) -> UInt64 = { _ in 1 }) -> [Place] {
    (0..<count).map {
      Place(path: "d/f\(1_000_000 + $0)", status: KnownFileTests.status(inode: UInt64($0), device: device($0)))
    }
  }

  @Test("The second run opens nothing and writes nothing", arguments: [0, 1, 4096, 4097, 30_000])
  func second(count: Int) {
    let target = MemoryTarget()
    let places = places(count)
    #expect(run(over: places, target).count == count)
    let writes = target.writes
    #expect(target.ranges.map(\.count).reduce(0, +) == count)
    #expect(run(over: places, target) == [])
    #expect(target.writes == writes)
    #expect(target.greatestWrite < 3 << 20)
  }

  @Test("Only what changed is opened, whatever comes and goes, and what is kept is what is there")
  func evolution() {
    let seed: UInt64 = .random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let target = MemoryTarget()
    var places = places(9000) { $0 % 5000 < 300 ? 2 : 1 }
    var next: UInt64 = 1_000_000
    _ = run(over: places, target)
    for round in 0..<12 {
      var expected: Set<String> = []
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        next += 1
        let index = Int.random(in: 0..<places.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: places[index].status.change.nanoseconds = Int64(next % 1_000_000_000)
        case 1: places[index].status.inode = next
        case 2:
          let count = Bool.random(using: &random) ? 1 : 700
          for number in 0..<count {
            places.append(
              Place(
                path: places[index].path + "+\(next)-\(number)",
                status: KnownFileTests.status(inode: next << 20 + UInt64(number))))
            expected.insert(places[places.count - 1].path)
          }
          continue
        default:
          let first = min(index, places.count - 1)
          let count = min(Bool.random(using: &random) ? 1 : 500, places.count - 1 - first)
          for place in places[first..<first + count] { expected.remove(place.path) }
          places.removeSubrange(first..<first + count)
          continue
        }
        expected.insert(places[index].path)
      }
      places.sort(by: Place.precedes)
      let opened = run(over: places, target)
      #expect(Set(opened) == expected, "seed \(seed), round \(round)")
      #expect(target.ranges.map(\.count).reduce(0, +) == places.count, "seed \(seed), round \(round)")
      let writes = target.writes
      #expect(run(over: places, target) == [], "seed \(seed), round \(round)")
      #expect(target.writes == writes)
    }
    // Two devices, and no more than twice as many ranges as there must be.
    #expect(target.ranges.count <= 2 * (places.count / KnownRecorder.maximumCount + 1) + 12, "seed \(seed)")
  }

  @Test("Nightly additions of one document do not make ever more ranges")
  func additions() {
    let target = MemoryTarget()
    var places = places(8192)
    _ = run(over: places, target)
    for number in 0..<40 {
      places.insert(
        Place(path: "d/f1003000+\(1000 + number)", status: KnownFileTests.status(inode: 100_000 + UInt64(number))),
        at: 3001 + number)
      #expect(run(over: places, target).count == 1)
    }
    #expect(target.ranges.count <= 4)
  }

  @Test("Several names of one file are known, each by itself")
  func hardLinks() {
    let target = MemoryTarget()
    let places = ["a", "b", "c"].map { Place(path: $0, status: KnownFileTests.status(inode: 5)) }
    _ = run(over: places, target)
    #expect(run(over: places, target) == [])
    #expect(target.ranges.map(\.count) == [3])
  }

  @Test("What is not at rest is not kept, and not believed")
  func young() {
    let target = MemoryTarget()
    let begun = Timestamp(seconds: 1002, nanoseconds: 0)
    #expect(run(over: places(10), target, begun: begun).count == 10)
    #expect(target.ranges.isEmpty)
    _ = run(over: places(10), target)
    #expect(run(over: places(10), target, begun: begun).count == 10)
  }

  @Test("Where the clock went back during the run nothing is kept")
  func clock() {
    let target = MemoryTarget()
    _ = run(over: places(10), target, clock: FixedClock(time: Timestamp(seconds: 999_999, nanoseconds: 0)))
    #expect(target.ranges.isEmpty)
  }

  @Test("A run that ends early forgets nothing that lies behind")
  func early() {
    let target = MemoryTarget()
    let places = places(20_000)
    _ = run(over: places, target)
    #expect(run(over: Array(places.prefix(10_000)), target, isComplete: false) == [])
    #expect(run(over: places, target) == [])
  }

  @Test("Documents that are gone are forgotten")
  func gone() {
    let target = MemoryTarget()
    _ = run(over: places(20_000), target)
    _ = run(over: Array(places(20_000).prefix(10)), target)
    #expect(target.ranges.map(\.count) == [10])
    _ = run(over: [], target)
    #expect(target.ranges.isEmpty)
  }

  @Test("Too large for this run, or of another device, is not known")
  func otherwise() {
    let target = MemoryTarget()
    let place = places(1)[0]
    _ = run(over: [place], target)
    let reference = DocumentReference(path: PathName(place.path), format: 0)
    let strict = KnownLookup(target, goals: [Self.goal], maximumSize: 99, begun: FixedClock().time)
    #expect(strict.knowsAnything(around: reference.path))
    #expect(strict.decision(reference, place.status) == nil)
    let lookup = KnownLookup(target, goals: [Self.goal], maximumSize: 100, begun: FixedClock().time)
    #expect(lookup.knowsAnything(around: reference.path))
    var moved = place.status
    moved.device = 9
    #expect(lookup.decision(reference, moved) == nil)
    let decision = lookup.decision(reference, place.status)
    #expect(decision?.outcome == .current && decision?.from == Self.goal && decision?.bytesBefore == 100)
  }

  @Test("Only what the next run would find current too is kept")
  func decisions() throws {
    func kept(_ change: (inout Decision) -> Void) throws -> Bool {
      let target = MemoryTarget()
      let recorder = KnownRecorder(target, goals: [Self.goal], begun: FixedClock().time, clock: FixedClock())
      var decision = Decision(reference: DocumentReference(path: PathName("a"), format: 0), outcome: .current)
      decision.from = Self.goal
      decision.to = Self.goal
      decision.remembered = RememberedFile(
        file: try #require(KnownFile(KnownFileTests.status(), format: 0)), device: 1, wasKnown: false)
      change(&decision)
      recorder.note(decision)
      recorder.finish(isComplete: true)
      return !target.ranges.isEmpty
    }
    #expect(try kept { _ in })
    #expect(
      try kept {
        $0.outcome = .migrated; $0.from = FormatVersion(1)
      })
    for outcome in [Outcome.newer, .rejected, .skipped, .unmatched] { #expect(try !kept { $0.outcome = outcome }) }
    #expect(try !kept { $0.to = FormatVersion(3) })
    #expect(try !kept { $0.from = FormatVersion(1) })
    #expect(try !kept { $0.remembered = nil })
    #expect(
      try !kept { $0.warnings = [WarningRecord(code: .hardLinked, message: "", path: nil)] })
    #expect(try !kept { $0.reference = DocumentReference(path: PathName("a"), format: 1) })
  }

  @Test("A store that fails knows nothing more, keeps nothing more, and says so once")
  func failure() {
    let target = MemoryTarget()
    _ = run(over: places(10_000), target)
    target.fails = true
    #expect(run(over: places(10_000), target).count == 10_000)
    let lookup = KnownLookup(target, goals: [Self.goal], maximumSize: 1 << 30, begun: FixedClock().time)
    let recorder = KnownRecorder(target, goals: [Self.goal], begun: FixedClock().time, clock: FixedClock())
    var warnings: [WarningRecord] = []
    #expect(!lookup.knowsAnything(around: PathName("a")))
    KnownTree(lookup: lookup, recorder: recorder).finish(isComplete: true) { warnings.append($0) }
    #expect(warnings.map(\.code) == [.filesNotRemembered])
  }
}
