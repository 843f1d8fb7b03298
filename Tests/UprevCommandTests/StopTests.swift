import Foundation
import Testing
import UprevTestSupport

@Suite("Stopping the program")
struct StopTests {
  @Test(
    "A signal ends a run over a tree cleanly: exit 1, a report, every document whole, and the next run does the rest",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func tree(signal: Int32) throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 20_000, seed: 11)
    let before = try TreeState(folder.path + "/before").texts
    let after = try TreeState(folder.path + "/after").texts

    // A flush a file makes the run long enough to be met.
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"),
      ["migrate", "--durability", "file", "--report", "report.json", "before"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForFirstChange(in: folder.path + "/before", before: before)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 1)

    let report = try ReportFile(folder.path + "/report.json")
    #expect(report.status == "failed")
    #expect(ReportFile.code(report.object) == "interrupted")
    #expect(ReportFile.code(report.targets.first) == "interrupted")
    let now = try TreeState(folder.path + "/before").texts
    #expect(Set(now.keys) == Set(before.keys))
    var changed: Set<String> = []
    for (name, text) in now where text != before[name] {
      #expect(text == after[name])
      changed.insert(name)
    }
    #expect(!changed.isEmpty && changed.count < after.count)
    let migrated = report.documents.filter { $0["outcome"] as? String == "migrated" }.compactMap {
      $0["path"] as? String
    }
    #expect(Set(migrated) == changed)

    #expect(try uprev("migrate", "--no-state", "--durability", "none", "before").status == 0)
    #expect(try TreeState(folder.path + "/before").texts == after)
  }

  @Test("A signal during the rewriting of an archive leaves it as it was, with no temporary")
  func archive() throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 3000, seed: 12)
    // Much that does not compress, so that the rewriting lasts.
    try Python.run(
      "import os,sys; open(sys.argv[1], 'wb').write(os.urandom(96 << 20))", folder.path + "/before/zzz.bin")
    try ChildProcess.run("tar", ["-czf", "snapshot.tar.gz", "-C", "before", "."], in: folder.path)
    let bytes = try folder.bytes("snapshot.tar.gz")
    let process = try ChildProcess.prepare(
      try ChildProcess.built("uprev"), ["migrate", "--report", "report.json", "snapshot.tar.gz"],
      environment: uprev.environment, in: folder.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForTemporary(in: folder.path)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(try folder.bytes("snapshot.tar.gz") == bytes)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasPrefix(".uprev-") })
    let report = try ReportFile(folder.path + "/report.json")
    #expect(ReportFile.code(report.targets.first) == "interrupted")
    #expect(report.targets.first?["committed"] as? Bool == false)
  }

  private func waitForFirstChange(in path: String, before: [String: [UInt8]]) throws {
    let first = try #require(before.keys.sorted().first { before[$0].map { !$0.isEmpty } ?? false })
    let deadline = Date.now + 60
    while Date.now < deadline {
      if try TreeProbe.differs(path + "/" + first, before[first]) { return }
      usleep(500)
    }
    Issue.record("nothing changed within a minute")
  }

  private func waitForTemporary(in path: String) throws {
    let deadline = Date.now + 60
    while Date.now < deadline {
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      if names.contains(where: { $0.hasPrefix(".uprev-") && !$0.hasSuffix("-report") }) { return }
      usleep(500)
    }
    Issue.record("no temporary appeared within a minute")
  }
}

private enum TreeProbe {
  static func differs(_ path: String, _ bytes: [UInt8]?) throws -> Bool {
    guard let bytes else { return false }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) != bytes
  }
}
