import Foundation
import Testing
import UprevTestSupport

@Suite("Recovering from runs that were killed")
struct RecoverTests {
  @Test("What a killed run leaves is shown, and brought to its end by recover or by the next run", arguments: 0..<4)
  func killed(round: Int) throws {
    let folder = try TemporaryTree(inMemory: true)
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 2000, seed: 21)
    let before = try TreeState(folder.path + "/before").texts
    let after = try TreeState(folder.path + "/after").texts
    try kill(afterMicroseconds: UInt32(round * 4_000), in: folder, uprev)
    expectWhole(try TreeState(folder.path + "/before").texts.filter { !$0.key.contains(".uprev-") }, before, after)

    let left = try TreeState(folder.path + "/before")
    let info = try uprev("info", "before")
    #expect(info.status == 0)
    #expect(info.outputText.contains("  interrupted run: .uprev-"))
    let json = try ReportFile(Data(try uprev("info", "--json", "before").output))
    #expect(Set(codes(json)) == ["not-recovered"])
    #expect(try uprev("migrate", "--dry-run", "before").errorText.contains("[not-recovered]"))
    #expect(try TreeState(folder.path + "/before") == left, "looking changes nothing")

    if round.isMultiple(of: 2) {
      let recover = try uprev("recover", "before")
      #expect(recover.status == 0)
      #expect(recover.output.isEmpty)
      #expect(recover.errorText.contains("[recovered]"))
      try expectNothingLeft(in: folder)
      expectWhole(try TreeState(folder.path + "/before").texts, before, after)
      let again = try uprev("recover", "before")
      #expect(again.status == 0 && again.errorText.isEmpty)
    }
    let migrate = try uprev("migrate", "--durability", "none", "--report", "report.json", "before")
    #expect(migrate.status == 0)
    let report = try ReportFile(folder.path + "/report.json")
    #expect(codes(report).contains("recovered") == !round.isMultiple(of: 2))
    try expectNothingLeft(in: folder)
    #expect(try TreeState(folder.path + "/before").texts == after)
  }

  @Test("Recovery reaches any depth, and a folder of one document")
  func deep() throws {
    let folder = try TemporaryTree(inMemory: true)
    let uprev = Uprev(folder)
    try Python.writeTree(in: folder.path, count: 2000, seed: 22)
    try kill(afterMicroseconds: 2_000, in: folder, uprev)
    try folder.makeFolder("outer/inner")
    try FileManager.default.moveItem(atPath: folder.path("before"), toPath: folder.path("outer/inner/cache"))
    try folder.write("{}", to: "outer/inner/cache/other.json")
    #expect(try uprev("recover", "outer").status == 0)
    #expect(try !folder.listing("outer").contains { $0.contains(".uprev-") })
    let name = ".uprev-20260131T235959Z-9f86d081"
    try folder.makeFolder("outer/inner/cache/\(name)")
    #expect(try uprev("recover", "outer/inner/cache/other.json").status == 0)
    #expect(!folder.exists("outer/inner/cache/\(name)"))
  }

  @Test("What cannot be brought to an end stays, is named, and makes the exit status 1")
  func notRecovered() throws {
    let folder = try TemporaryTree(inMemory: true)
    let uprev = Uprev(folder)
    let name = "cache/.uprev-20260131T235959Z-9f86d081"
    try folder.write("text", to: "\(name)/1")
    chmod(folder.path(name), 0o777)
    let recover = try uprev("recover", "--quiet", "cache", "absent")
    #expect(recover.status == 1)
    #expect(recover.errorText.contains("\(name)") && recover.errorText.contains("[not-recovered]"))
    #expect(recover.errorText.contains("[read-failed]"))
    #expect(folder.exists("\(name)/1"))
    chmod(folder.path(name), 0o700)
    #expect(try uprev("recover", "cache").status == 0)
    #expect(!folder.exists(name))
    #expect(try uprev("recover").status == 64)
    #expect(try uprev("recover", "").status == 64)
  }

  @Test("A target that another run holds is left alone: exit 75")
  func busy() throws {
    let folder = try TemporaryTree(inMemory: true)
    let uprev = Uprev(folder)
    let name = "cache/.uprev-20260131T235959Z-9f86d081"
    try folder.makeFolder(name)
    let descriptor = open(folder.path("cache"), O_RDONLY | O_CLOEXEC)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let recover = try uprev("recover", "cache")
    close(descriptor)
    #expect(recover.status == 75)
    #expect(recover.errorText.contains("[target-busy]"))
    #expect(folder.exists(name))
  }

  @Test("A kept file is shown by info, and is no document")
  func kept() throws {
    let folder = try TemporaryTree(inMemory: true)
    let uprev = Uprev(folder)
    let name = "ml_calibration.json.uprev-kept-20260131T235959Z-9f86d081-1"
    try folder.write("{", to: "cache/\(name)")
    let info = try uprev("info", "cache")
    #expect(info.status == 0)
    #expect(info.outputText.contains("  kept file: \(name)"))
    let json = try ReportFile(Data(try uprev("info", "--json", "cache").output))
    #expect(codes(json) == ["file-kept"])
    #expect(json.count("skipped") == 1)
    #expect(try uprev("migrate", "--no-state", "cache").status == 0)
    #expect(try folder.read("cache/\(name)") == "{")
  }

  // MARK: Steps

  /// Begins a run over `before`, and kills it some time after it wrote its first manifest.
  private func kill(afterMicroseconds delay: UInt32, in folder: TemporaryTree, _ uprev: Uprev) throws {
    // A run may be done before it is killed; then it is begun again on the documents as they were.
    for _ in 0..<50 {
      let process = try ChildProcess.prepare(
        try ChildProcess.built("uprev"), ["migrate", "--no-state", "--durability", "file", "before"],
        environment: uprev.environment, in: folder.path)
      process.standardError = FileHandle.nullDevice
      try process.run()
      let deadline = Date.now + 60
      while process.isRunning, Date.now < deadline, try !hasManifest(folder) { usleep(200) }
      usleep(delay)
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if try hasManifest(folder) { return }
      try FileManager.default.removeItem(atPath: folder.path("before"))
      try Python.writeTree(in: folder.path, count: 2000, seed: 21)
    }
    Issue.record("no run was killed while it had a manifest")
  }

  private func hasManifest(_ folder: TemporaryTree) throws -> Bool {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: folder.path("before")) where name.hasPrefix(".uprev-") {
      let names = (try? manager.contentsOfDirectory(atPath: folder.path("before/\(name)"))) ?? []
      if names.contains(where: { $0.hasPrefix("manifest-") }) { return true }
    }
    return false
  }

  private func expectWhole(_ now: [String: [UInt8]], _ before: [String: [UInt8]], _ after: [String: [UInt8]]) {
    #expect(Set(now.keys) == Set(before.keys))
    for (name, text) in now where text != before[name] { #expect(text == after[name], "\(name)") }
  }

  private func expectNothingLeft(in folder: TemporaryTree) throws {
    #expect(try !folder.listing("before").contains { $0.contains(".uprev-") })
  }

  private func codes(_ report: ReportFile) -> [String] {
    (report.object["warnings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
  }
}
