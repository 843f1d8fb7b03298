import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// A crash after every call of a run over a tree, and every state that it may leave.
@Suite("Crashes at every call, in every state that they may leave")
struct CrashPointTests {
  /// What is found wrong, and how much was looked at.
  struct Findings {
    var calls = 0
    var states = 0
    var faults: [String] = []
  }

  static let documents = ["/t/a.json", "/t/b.json", "/t/c.json", "/t/d/e.json", "/t/d/f.json"]
  static let seed: UInt64 = 7
  static let nextRun = "20260201T000000Z-00000002"

  private static func tree() throws -> SimulatedVolume {
    let fileSystem = SimulatedFileSystem()
    for folder in ["/t", "/t/d"] { try fileSystem.makeDirectory(PathName(folder), in: nil, mode: 0o755) }
    for path in documents {
      let file = try fileSystem.open(PathName(path), in: nil, [.writeOnly, .create], mode: 0o640)
      try Array("old text of \(path)".utf8).withUnsafeBytes { try fileSystem.write(file, $0) }
    }
    let root = try fileSystem.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0)
    try fileSystem.synchronizeFileSystem(of: root)
    return fileSystem.volume
  }

  /// - Parameter flushes: false for a writer that puts in place before anything is flushed.
  private static func findings(_ durability: Durability, flushes: Bool, stopsAt limit: Int = .max) throws -> Findings {
    let volume = try tree()
    let journal = RecordingJournal()
    let fileSystem = SimulatedFileSystem(volume)
    var points: [(call: String, volume: SimulatedVolume, recorded: Set<String>)] = []
    fileSystem.setHook { call, number, name in
      points.append(("before call \(number), \(call) \(name?.description ?? "")", fileSystem.volume, journal.recorded))
      return nil
    }
    let run = try TreeRun(
      PathName("/t"), FaultyFileSystem(fileSystem, flushes: flushes), durability: durability, batchCount: 3,
      sideThreads: 0, claims: true, journal: journal)
    fileSystem.setHook(nil)
    points.append(("after the run", fileSystem.volume, journal.recorded))
    #expect(run.finished && run.error == nil)
    #expect(run.lines.filter { $0.hasPrefix("migrated") }.count == documents.count)

    var findings = Findings(calls: points.count)
    var generator = SeededGenerator(seed: seed)
    var seen: Set<State> = []
    for point in points {
      for state in point.volume.crashStates(limit: 256, samples: 24, using: &generator) {
        let listing = state.listing
        guard seen.insert(State(listing: listing, recorded: point.recorded)).inserted else { continue }
        findings.states += 1
        if let fault = try fault(in: state, listing, point.recorded) {
          findings.faults.append("\(point.call): \(fault)")
          if findings.faults.count >= limit { return findings }
        }
      }
    }
    return findings
  }

  private struct State: Hashable {
    var listing: [SimulatedEntry]
    var recorded: Set<String>
  }

  private static func fault(
    in state: SimulatedVolume, _ listing: [SimulatedEntry], _ recorded: Set<String>
  ) throws -> String? {
    if let fault = documentFault(listing, isDone: false) { return fault }
    for entry in listing where entry.text.hasPrefix("NEW") && documents.contains(entry.path) {
      let path = String(entry.path.dropFirst("/t/".count))
      if !recorded.contains(path) { return "\(path) is new and was not recorded" }
    }
    // The next run recovers first, and then does what is left.
    let fileSystem = SimulatedFileSystem(state)
    let run = try TreeRun(
      PathName("/t"), fileSystem, sideThreads: 0, runID: nextRun, claims: true, recovers: true)
    if let error = run.error { return "the next run failed: \(error)" }
    let after = fileSystem.volume.listing
    if let fault = documentFault(after, isDone: true) {
      return "after the next run: \(fault)\n\(after.map(\.path)) \(run.warnings)"
    }
    let rest = after.map(\.path).filter { !documents.contains($0) && $0 != "/t" && $0 != "/t/d" }
    return rest.isEmpty ? nil : "after the next run: left over \(rest) \(run.warnings.map(\.message))"
  }

  /// Each document is whole, in its old or its new form, under its name.
  private static func documentFault(_ listing: [SimulatedEntry], isDone: Bool) -> String? {
    for path in documents {
      guard let entry = listing.first(where: { $0.path == path }) else { return "\(path) is gone" }
      let isNew = entry.text == "NEW text of \(path)"
      guard isNew || entry.text == "old text of \(path)" else {
        return "\(path) is torn: \(entry.text.debugDescription)"
      }
      if isDone, !isNew { return "\(path) is old" }
      if entry.mode != 0o640 { return "\(path) has mode \(String(entry.mode, radix: 8))" }
    }
    return nil
  }

  @Test("Every document is whole, recovery completes, and the next run finishes", arguments: [Durability.batch, .file])
  func everyState(durability: Durability) throws {
    let began = ContinuousClock.now
    let findings = try Self.findings(durability, flushes: true, stopsAt: 5)
    print(
      "crashes, \(durability): \(findings.calls) points, \(findings.states) states, seed \(Self.seed); "
        + "\(ContinuousClock.now - began)")
    #expect(findings.faults.isEmpty, "\(findings.faults.joined(separator: "\n"))")
    #expect(findings.calls > 100 && findings.states > 1000)
  }

  @Test("A writer that puts in place before it flushes is caught")
  func renameBeforeFlush() throws {
    let findings = try Self.findings(.batch, flushes: false, stopsAt: 20)
    #expect(findings.faults.contains { $0.contains("torn") }, "\(findings)")
  }
}
