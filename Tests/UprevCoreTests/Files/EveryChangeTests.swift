import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Whether every change is told")
struct EveryChangeTests {
  @Test(
    "Only times that are finer than a tick of the kernel say so",
    arguments: [
      (0, 0, 0, 1, true), (0, 0, 0, 499_999, true), (7, 999_999_999, 8, 1, true),
      // The same time; a tick of a millisecond, of four, of ten; before; much later.
      (0, 5, 0, 5, false), (0, 0, 0, 1_000_000, false), (0, 0, 0, 4_000_000, false),
      (1, 995_000_000, 2, 5_000_000, false),
      (0, 5, 0, 4, false), (8, 1, 7, 999_999_999, false), (0, 0, 2, 1, false),
      (.min, 0, .max, 1, false), (.max, 0, .min, 1, false),
    ] as [(Int64, Int64, Int64, Int64, Bool)])
  func withinTick(
    seconds: Int64, nanoseconds: Int64, laterSeconds: Int64, laterNanoseconds: Int64, expected: Bool
  ) {
    let earlier = FileTime(seconds: seconds, nanoseconds: nanoseconds)
    let later = FileTime(seconds: laterSeconds, nanoseconds: laterNanoseconds)
    #expect(EveryChange.isWithinTick(later, after: earlier) == expected)
  }

  @Test("Where it is told, each of a thousand changes has a time of its own")
  func told() throws {
    let tree = try TemporaryTree(inMemory: true)
    try tree.write("probe", to: "a")
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(tree.pathName("a"), in: nil, [.readWrite], mode: 0)
    guard try EveryChange.isTold(of: file, fileSystem) else { return }
    var last = try fileSystem.status(of: file).change
    for number in 1...1000 {
      try fileSystem.setMode(file, number.isMultiple(of: 2) ? 0o600 : 0o640)
      let change = try fileSystem.status(of: file).change
      #expect(change != last, "change \(number)")
      last = change
    }
  }

  @Test("What stands still tells nothing")
  func coarse() throws {
    let tree = try TemporaryTree(inMemory: true)
    try tree.write("probe", to: "a")
    let fileSystem = SimulatedFileSystem()
    let file = try fileSystem.open(PathName("a"), in: nil, [.readWrite, .create], mode: 0o600)
    #expect(try !EveryChange.isTold(of: file, fileSystem))
  }

  // MARK: Attributes of what came out

  /// One document, and a program that changes the mode of what came out of its exchange, before the second look.
  private final class Scene: @unchecked Sendable {
    // Used by one thread at a time: the run is told to use no others.
    let tree: TemporaryTree
    private var isDone = false

    init() throws {
      tree = try TemporaryTree(inMemory: true)
      try tree.write("a.json", "old a", mode: 0o644)
    }

    /// Of the file in the slot, which others can reach through a descriptor of their own only.
    func changeModeOfWhatCameOut(_ mode: mode_t) {
      guard !isDone else { return }
      isDone = true
      let slots = ((try? tree.listing()) ?? []).filter { $0.contains(".uprev-") && $0.hasSuffix("000001") }
      #expect(slots.count == 1 && slots.allSatisfy { chmod(tree.path($0), mode) == 0 })
    }
  }

  @Test(
    "A new mode between the two looks at what came out is seen, whether every change is told or not",
    arguments: [true, false])
  func modeChangedBetweenLooks(mayBeTold: Bool) throws {
    let scene = try Scene()
    let fileSystem = FaultyFileSystem(before: { call, _, _ in
      // Only the probe asks for it.
      if call == "fchmod", !mayBeTold { return EPERM }
      // The folders are flushed between the two looks.
      if call == "fsync" { scene.changeModeOfWhatCameOut(0o640) }
      return nil
    })
    let result = try TreeRun(scene.tree.pathName(), fileSystem, sideThreads: 0)
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.status("a.json").mode == 0o640)
    #expect(try scene.tree.read("a.json") == "NEW a")
    #expect(try scene.tree.listing() == ["a.json"])
  }

  @Test("Where every change is told, attributes are not read a second time")
  func attributesOnce() throws {
    var counts: [Int] = []
    for mayBeTold in [true, false] {
      let scene = try Scene()
      let fileSystem = FaultyFileSystem(before: { call, _, _ in call == "fchmod" && !mayBeTold ? EPERM : nil })
      #expect(try TreeRun(scene.tree.pathName(), fileSystem, sideThreads: 0).lines == ["migrated a.json"])
      counts.append(fileSystem.record.count("flistxattr"))
    }
    #expect(counts[0] == counts[1] - (try isEveryChangeTold(in: Scene().tree) ? 1 : 0))
  }
}
