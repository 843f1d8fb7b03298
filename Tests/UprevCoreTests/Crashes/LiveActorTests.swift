import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// The real reader and writer of trees, with another program's steps before each of their calls: the checks of the
/// enumerated model over the code that makes the calls.
@Suite("Another program's steps before each call of a replacement")
struct LiveActorTests {
  private static let path = "/t/a.json"
  private static let text = "old text"

  private static func tree() throws -> SimulatedVolume {
    let fileSystem = SimulatedFileSystem()
    try fileSystem.makeDirectory(PathName("/t"), in: nil, mode: 0o755)
    let file = try fileSystem.open(PathName(path), in: nil, [.writeOnly, .create], mode: 0o640)
    try Array(text.utf8).withUnsafeBytes { try fileSystem.write(file, $0) }
    return fileSystem.volume
  }

  /// - Returns: how many calls the run made, and what is wrong.
  private static func run(
    _ volume: SimulatedVolume, _ actions: [(call: Int, action: LiveActor.Action)], length: Int,
    killedAt kill: Int = .max
  ) throws -> (calls: Int, fault: String?) {
    let fileSystem = SimulatedFileSystem(volume)
    let actor = LiveActor(on: fileSystem, PathName(path), text: text, actions, length: length)
    var failure: (any Error)?
    fileSystem.setHook { _, number, _ in
      do { try actor.act(before: number) } catch { failure = error }
      // A process that is killed makes no further call.
      return number >= kill ? EIO : nil
    }
    let run = try TreeRun(PathName("/t"), fileSystem, sideThreads: 0, writerPatience: 0.02, claims: true)
    let calls = fileSystem.callCount
    fileSystem.setHook(nil)
    if kill != .max {
      try actor.finish()
      _ = try TreeRun(
        PathName("/t"), fileSystem, globs: ["none"], sideThreads: 0, writerPatience: 0.02,
        runID: CrashPointTests.nextRun,
        claims: true, recovers: true)
    }
    try actor.finish()
    if let failure { return (calls, "the other program failed: \(failure)") }
    return (calls, fault(fileSystem.volume.listing, actor, run, isKilled: kill != .max))
  }

  private static func fault(_ listing: [SimulatedEntry], _ actor: LiveActor, _ run: TreeRun, isKilled: Bool) -> String?
  {
    let shown = listing.map { "\($0.path)=\($0.text)" }.joined(separator: " ") + " " + run.lines.joined(separator: " ")
    let document = listing.first { $0.path == path }
    let kept = listing.filter { $0.path.contains(".uprev-kept-") }
    func carries(_ entry: SimulatedEntry?, _ text: String) -> Bool {
      entry?.text == text || entry?.text == "NEW" + text.dropFirst(3)
    }
    if let needed = actor.needed {
      guard let document else { return "gone: \(shown)" }
      if !carries(document, needed) { return "not in place: \(needed): \(shown)" }
    } else if document != nil {
      return "came back: \(shown)"
    }
    if let moved = actor.neededMoved {
      let place = listing.first { $0.path == LiveActor.moved.description }
      if !carries(place, moved), !kept.contains(where: { carries($0, moved) }) { return "lost: \(moved): \(shown)" }
    }
    if !actor.hasActed, !isKilled, document?.text != "NEW text" { return "not done: \(shown)" }
    let known: Set<String> = ["/t", path, LiveActor.moved.description]
    let stray = listing.filter { !known.contains($0.path) && !$0.path.contains(".uprev-kept-") }
    return stray.isEmpty ? nil : "left over: \(shown)"
  }

  @Test("One action before every call, and every pair, lose nothing")
  func actions() throws {
    let volume = try Self.tree()
    let calls = try Self.run(volume, [], length: 0).calls
    var runs = 0
    var faults: [String] = []
    let began = ContinuousClock.now
    func check(_ actions: [(call: Int, action: LiveActor.Action)], length: Int, killedAt kill: Int = .max) throws {
      runs += 1
      if let fault = try Self.run(volume, actions, length: length, killedAt: kill).fault, faults.count < 10 {
        faults.append("\(actions) \(length) killed at \(kill): \(fault)")
      }
    }
    for action in LiveActor.Action.allCases {
      for call in 1...calls {
        try check([(call, action)], length: 1)
        if action == .saveInPlace { for length in [3, 9, 30] { try check([(call, action)], length: length) } }
      }
    }
    // Pairs, and kills: a seeded sample, most of it about the exchange.
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    for number in 0..<4000 {
      let first = Int.random(in: 1...calls, using: &generator)
      let second = min(calls + 20, first + Int.random(in: 0...12, using: &generator))
      let actions = LiveActor.Action.allCases
      let pair = [
        (first, actions[Int.random(in: 0..<4, using: &generator)]),
        (second, actions[Int.random(in: 0..<4, using: &generator)]),
      ]
      let kill = number % 2 == 0 ? Int.max : first + Int.random(in: 0...20, using: &generator)
      try check(pair, length: 0, killedAt: kill)
    }
    print("actions at calls: \(calls) calls, \(runs) runs, seed \(seed); \(ContinuousClock.now - began)")
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    #expect(calls > 40)
  }
}
