import Foundation
import Testing
import UprevArchive
import UprevCore
import UprevTestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("An archive that nobody writes to is read once, and whatever is written to it stays")
struct WriteWatchTests {
  /// How the original is kept for undo.
  enum Kept: CaseIterable, Sendable {
    case not
    case linked
    case copied
  }

  /// Seconds that lie between the last change and the run: long enough, and not.
  private static let ages: [Int64] = [10, 0]
  private static let place = 5000

  /// A member that stays as it is, over `place`, and one that changes behind it.
  private func made(_ scratch: Scratch) throws -> (path: String, bytes: [UInt8]) {
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nput(made(members=[('big', b'x' * 2000000, {}), ('b.json', b'{\"b\": 1}', {})]))", [path])
    return (path, try bytes(of: path))
  }

  private func harness(_ fileSystem: FaultyFileSystem, isJournaled: Bool = false) -> Harness {
    var harness = Harness.appending("!!")
    harness.fileSystem = fileSystem
    harness.sideThreads = 0
    if isJournaled { harness.journal = MemoryJournal() }
    return harness
  }

  @Test("One at rest is not read again after the exchange", arguments: [true, false])
  func readOnce(_ isJournaled: Bool) throws {
    var reads: [Int64: Int] = [:]
    for age in Self.ages {
      let scratch = try Scratch()
      let (path, _) = try made(scratch)
      let fileSystem = FaultyFileSystem(flushes: false, age: age)
      #expect(harness(fileSystem, isJournaled: isJournaled).run(path).committed)
      reads[age] = fileSystem.record.count("read")
    }
    #expect(reads[10] == 0)
    // In pieces of 64 KiB.
    #expect(try #require(reads[0]) > 2_000_000 / (64 << 10))
  }

  @Test("Where the original is copied nobody waits for the copy, and it is not read again after the exchange either")
  func copied() throws {
    let scratch = try Scratch()
    let (path, original) = try made(scratch)
    let opened = Saved()
    let fileSystem = FaultyFileSystem(
      faults: [.init("linkat", number: EPERM, isPermanent: true)], flushes: false, age: 10,
      before: { call, _, _ in
        if call == "linkat" { opened.isLinkTried = true }
        // The first try is to share blocks.
        if opened.isLinkTried, opened.save == nil, call == "ioctl" || call == "copy_file_range" {
          let descriptor = open(path, O_WRONLY | O_NONBLOCK)
          opened.save = descriptor >= 0 ? .done : .refused
          if descriptor >= 0 { close(descriptor) }
        }
        return nil
      })
    #expect(harness(fileSystem, isJournaled: true).run(path).committed)
    #expect(opened.save == .done)
    #expect(fileSystem.record.count("read") == 0)
    let originals = scratch.file(".uprev-originals")
    let kept = try FileManager.default.contentsOfDirectory(atPath: originals).map {
      try bytes(of: originals + "/" + $0)
    }
    #expect(kept == [original])
  }

  /// What a program does that writes a byte in place and gives the file its time of modification back.
  private enum Save {
    case done
    /// A lease holds it off.
    case refused
    /// There is no such file.
    case absent
  }

  private static func save(_ path: String) -> Save {
    var status = stat()
    guard stat(path, &status) == 0 else { return .absent }
    let descriptor = open(path, O_WRONLY | O_NONBLOCK)
    guard descriptor >= 0 else { return errno == EWOULDBLOCK ? .refused : .absent }
    defer { close(descriptor) }
    #expect(pwrite(descriptor, "S", 1, off_t(Self.place)) == 1)
    #if canImport(Glibc)
      let times = [status.st_atim, status.st_mtim]
    #else
      let times = [status.st_atimespec, status.st_mtimespec]
    #endif
    #expect(times.withUnsafeBufferPointer { futimens(descriptor, $0.baseAddress) } == 0)
    return .done
  }

  @Test(
    "A byte written in place before any call of a run is in the archive afterwards, the time of modification put back or not",
    arguments: ages, Kept.allCases)
  func savedInPlace(_ age: Int64, _ kept: Kept) throws {
    let isJournaled = kept != .not
    let faults: [FaultyFileSystem.Fault] =
      kept == .copied ? [.init("linkat", number: EPERM, isPermanent: true)] : []
    let scratch = try Scratch()
    let (path, original) = try made(scratch)
    let counting = FaultyFileSystem(faults: faults, flushes: false, age: age)
    #expect(harness(counting, isJournaled: isJournaled).run(path).committed)
    let calls = counting.record.count()
    #expect(calls > 40)
    var ends: [String: Int] = [:]
    for turn in 1...calls {
      try FileManager.default.removeItem(atPath: path)
      try? FileManager.default.removeItem(atPath: scratch.file(".uprev-originals"))
      try Data(original).write(to: URL(fileURLWithPath: path))
      // A tick of the kernel's clock, which change times count in, is over before the run begins.
      usleep(20_000)
      let saved = Saved()
      let fileSystem = FaultyFileSystem(
        faults: faults, flushes: false, age: age,
        before: { _, _, _ in
          if saved.isTurn(turn) { saved.save = Self.save(path) }
          return nil
        })
      let result = harness(fileSystem, isJournaled: isJournaled).run(path)
      let now = try bytes(of: path)
      switch saved.save {
      case .done: #expect(now[Self.place] == UInt8(ascii: "S"), "before call \(turn)")
      case .refused, .absent, nil: #expect(now[Self.place] == UInt8(ascii: "x"), "before call \(turn)")
      }
      let what = "\(saved.save.map { "\($0)" } ?? "never"), \(result.committed ? "committed" : "left alone")"
      ends[what, default: 0] += 1
      #expect(try scratch.names().filter { $0 != ".uprev-originals" } == ["x.tar"], "before call \(turn)")
    }
    print("saves in place, age \(age), original \(kept): \(ends)")
    #expect((ends["done, committed"] ?? 0) > 0 && (ends["done, left alone"] ?? 0) > 10)
  }

  /// Counts the calls of one run.
  private final class Saved: @unchecked Sendable {
    // Used by the run's threads one after the other: it has no side threads.
    private var count = 0
    var save: Save?
    var isLinkTried = false

    func isTurn(_ turn: Int) -> Bool {
      count += 1
      return count == turn
    }
  }
}
