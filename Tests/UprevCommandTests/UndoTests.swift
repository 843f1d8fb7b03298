import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// `uprev undo`, from the command line to the files.
@Suite struct UndoTests {
  private func prepared(count: Int = 40) throws -> (folder: TemporaryTree, uprev: Uprev) {
    let folder = try TemporaryTree()
    try Python.writeTree(in: folder.path, count: count, seed: 3)
    return (folder, Uprev(folder))
  }

  /// Everything that `stat` and `getfattr` would tell, of every file of a folder.
  private func files(_ folder: TemporaryTree, _ name: String) throws -> [String: [String]] {
    var result: [String: [String]] = [:]
    for path in try folder.listing(name) where !path.hasSuffix("/") {
      let full = PathName(folder.path("\(name)/\(path)"))
      let file = try LocalFileSystem().open(full, in: nil, [.readOnly, .noFollow], mode: 0)
      let status = try LocalFileSystem().status(of: file)
      result[path] = [
        try folder.read("\(name)/\(path)"), "\(status.mode) \(status.user) \(status.group)",
        "\(status.modification.seconds).\(status.modification.nanoseconds)",
        "\(try LocalFileSystem().extendedAttributes(of: file).map { "\($0.name)=\($0.value)" })",
      ]
    }
    return result
  }

  private func setNote(_ path: PathName) throws {
    let file = try LocalFileSystem().open(path, in: nil, [.readWrite], mode: 0)
    try LocalFileSystem().setExtendedAttribute(ExtendedAttribute(name: Array("user.note".utf8), value: [1]), of: file)
  }

  private func runID(_ uprev: Uprev) throws -> String {
    let runs = try JSONSerialization.jsonObject(with: Data(try uprev("history", "--json").output)) as? [[String: Any]]
    return try #require(runs?.first?["runId"] as? String)
  }

  @Test("A run is undone and the undo is undone")
  func aRunIsUndoneAndTheUndoIsUndone() throws {
    let (folder, uprev) = try prepared()
    let some = try #require(try folder.listing("before").first { $0.hasSuffix(".json") })
    let full = folder.path("before/\(some)")
    #expect(chmod(full, 0o604) == 0)
    #expect(try ChildProcess.run("touch", ["-d", "2001-02-03T04:05:06.789Z", full]).status == 0)
    try setNote(PathName(full))
    let before = try files(folder, "before")
    #expect(try uprev("migrate", "before").status == 0)
    let after = try files(folder, "before")
    #expect(after != before)
    let undone = try uprev("undo", "last", "--report", "undo.json")
    #expect(undone.status == 0, "\(undone.errorText)")
    #expect(try files(folder, "before") == before)
    let report = try ReportFile(folder.path("undo.json"))
    #expect(report.object["command"] as? String == "undo")
    let line = try #require(report.documents.first)
    #expect(line["from"] as? Int == 2)
    #expect(line["to"] as? Int == 1)
    #expect(line["format"] as? String == "ml-training-data")
    #expect(try uprev("undo", "last").status == 0)
    // Modification times too: those that the migration gave.
    #expect(try files(folder, "before") == after)
  }

  @Test("What was changed since is refused unless forced")
  func whatWasChangedSinceIsRefusedUnlessForced() throws {
    let (folder, uprev) = try prepared()
    let before = try files(folder, "before")
    #expect(try uprev("migrate", "before").status == 0)
    let run = try runID(uprev)
    let changed = try #require(before.keys.sorted().first { before[$0]?[0].contains("\"version\"") == false })
    try folder.write("{\"later\": 1}", to: "before/\(changed)")
    let refused = try uprev("undo", run, "--report", "undo.json")
    #expect(refused.status == 3)
    #expect(
      ReportFile.code(try ReportFile(folder.path("undo.json")).documents.last { $0["error"] as? [String: Any] != nil })
        == "changed-during-run")
    #expect(try folder.read("before/\(changed)") == "{\"later\": 1}")
    let forced = try uprev("undo", run, "--force")
    #expect(forced.status == 0, "\(forced.errorText)")
    #expect(forced.errorText.contains("file-kept"))
    var now = try files(folder, "before")
    let kept = now.keys.filter { $0.contains(".uprev-kept-") }
    #expect(kept.count == 1)
    for name in kept { #expect(now.removeValue(forKey: name)?[0] == "{\"later\": 1}") }
    #expect(now.mapValues { $0[0] } == before.mapValues { $0[0] })
  }

  @Test("A dry run changes nothing and an unknown run is wrong usage")
  func aDryRunChangesNothingAndAnUnknownRunIsWrongUsage() throws {
    let (folder, uprev) = try prepared()
    #expect(try uprev("migrate", "before").status == 0)
    let after = try files(folder, "before")
    let history = try uprev("history", "--json").output
    let dry = try uprev("undo", "last", "--dry-run", "--report", "-")
    #expect(dry.status == 0)
    #expect(try ReportFile(Data(dry.output)).count("migrated") > 20)
    #expect(try files(folder, "before") == after)
    #expect(try uprev("history", "--json").output == history)
    #expect(try uprev("undo", "20260101T000000Z-00000000").status == 64)
    #expect(try uprev("undo", "last", "elsewhere").status == 64)
    #expect(try uprev("undo", "last", "--quiet", "--verbose").status == 64)
  }

  @Test("One target of several is undone")
  func oneTargetOfSeveralIsUndone() throws {
    let (folder, uprev) = try prepared()
    let (before, other) = (try files(folder, "before"), try files(folder, "after"))
    try FileManager.default.copyItem(atPath: folder.path("before"), toPath: folder.path("second"))
    #expect(try uprev("migrate", "before", "second", "after").status == 0)
    let migrated = try files(folder, "before")
    #expect(try uprev("undo", "last", "second").status == 0)
    #expect(try files(folder, "second").mapValues { $0[0] } == before.mapValues { $0[0] })
    #expect(try files(folder, "before") == migrated)
    #expect(try files(folder, "after") == other)
  }

  @Test("Runs that were killed are undone")
  func runsThatWereKilledAreUndone() throws {
    let (folder, uprev) = try prepared(count: 1500)
    let before = try files(folder, "before")
    var (complete, killed) = (0, 0)
    for milliseconds in [40, 70, 100, 130, 160, 200, 250, 300] {
      let script =
        "\(try ChildProcess.built("uprev")) migrate before & sleep 0.\(String(1000 + milliseconds).dropFirst()); kill -9 $!; wait $!"
      let child = try ChildProcess.run("bash", ["-c", script], environment: uprev.environment, in: folder.path)
      if child.status == 0 { complete += 1 } else { killed += 1 }
      guard folder.exists("state/uprev/state.sqlite") else { continue }
      let undone = try uprev("undo", "last")
      // Before it was remembered, there is nothing to undo.
      #expect(undone.status == 0 || undone.status == 64, "after \(milliseconds) ms: \(undone.errorText)")
      #expect(
        try files(folder, "before").mapValues { Array($0.prefix(2)) } == before.mapValues { Array($0.prefix(2)) },
        "after \(milliseconds) ms: \(undone.errorText)")
    }
    print("undo: \(killed) runs killed, \(complete) complete, all undone")
    #expect(killed > 0)
  }
}
