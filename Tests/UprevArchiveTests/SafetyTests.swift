import Foundation
import LosslessJSON
import Testing
import UprevArchive
import UprevCore
import UprevReport
import UprevTestSupport

@Suite("Archives are safe from failures and from other programs")
struct SafetyTests {
  private func made(_ scratch: Scratch, _ suffix: String) throws -> String {
    let plain = scratch.file("plain.tar")
    try Tool.python(
      Refusal.prelude + "\nimport random\nput(made(members=[('big', random.Random(1).randbytes(600000), {}), "
        + "('a.json', b'{\"a\": 1}', {}), ('z', b'zz', {}), ('b.json', b'{\"b\": 1}', {})]))", [plain])
    let path = scratch.file("x." + suffix)
    switch suffix {
    case "tar": try FileManager.default.moveItem(atPath: plain, toPath: path)
    default:
      try FileManager.default.moveItem(
        atPath: try TarInPlaceTests.compress(plain, suffix, scratch), toPath: path + "~")
      try FileManager.default.moveItem(atPath: path + "~", toPath: path)
      if FileManager.default.fileExists(atPath: plain) { try FileManager.default.removeItem(atPath: plain) }
    }
    return path
  }

  @Test(
    "Whichever system call fails, the archive is whole, old or new, and no temporary is left",
    arguments: [("tar", 0), ("tar.zst", 0), ("tar.gz", 0), ("tar", 10)] as [(String, Int64)], [true, false])
  func everyCallFails(_ archive: (suffix: String, age: Int64), _ isJournaled: Bool) throws {
    let (suffix, age) = archive
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    let before = try bytes(of: path)
    let counting = try FaultTable.undisturbed { () throws -> FaultyFileSystem in
      try putBack(before, at: path, scratch)
      let counting = FaultyFileSystem(flushes: false, age: age)
      #expect(try faulty(counting, isJournaled).run(path).committed)
      return counting
    }
    let after = try bytes(of: path)
    #expect(before != after)
    let calls = counting.record.byCall
    #expect(counting.record.count() > 20 && FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, turn: suffix.count)
    print(FaultTable.summary("\(suffix) in place\(isJournaled ? ", journaled" : "")", calls, cases))
    var recoveries = 0
    for fault in cases {
      try putBack(before, at: path, scratch)
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false, age: age)
      let result = try faulty(fileSystem, isJournaled).run(path)
      let what = "\(fault): \(String(describing: result.error))"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      let now = try bytes(of: path)
      #expect(now == before || now == after, "\(what)")
      #expect(result.committed == (result.error == nil), "\(what)")
      if result.committed { #expect(now == after, "\(what)") }
      // The original is there as long as the new archive may be in its place.
      let originals = scratch.file(".uprev-originals")
      let kept = ((try? FileManager.default.contentsOfDirectory(atPath: originals)) ?? []).map { originals + "/" + $0 }
      if isJournaled, now == after { #expect(try kept.contains { try bytes(of: $0) == before }, "\(what)") }
      let names = [["x." + suffix], [".uprev-originals", "x." + suffix]]
      // What is locked where the archive itself cannot be stays by design.
      if fault.call == "flock" { try? FileManager.default.removeItem(atPath: scratch.file(".uprev-lock-x." + suffix)) }
      if try !names.contains(scratch.names()) {
        // Between exchange and settlement: what is left is for recovery, which the next run does first.
        let codes = Harness.unchanging.run(path).warnings.map(\.code)
        #expect(codes == [.recovered] || fault.saysGone, "\(what)")
        let recovered = try bytes(of: path)
        #expect(recovered == before || recovered == after, "\(what)")
        recoveries += 1
      }
      let left = try scratch.names()
      #expect(names.contains(left), "\(what): \(left)")
    }
    #expect(recoveries > 2)
  }

  /// The archive as it was, without what earlier runs kept of it.
  private func putBack(_ archive: [UInt8], at path: String, _ scratch: Scratch) throws {
    try Data(archive).write(to: URL(fileURLWithPath: path))
    try? FileManager.default.removeItem(atPath: scratch.file(".uprev-originals"))
  }

  @Test("Calls that a run made by chance are not counted")
  func callsByChance() throws {
    let scratch = try Scratch()
    let path = PathName(scratch.file(""))
    var runs = 0
    // The second one looks twice.
    let counted = try FaultTable.undisturbed { () throws -> FaultyFileSystem in
      let fileSystem = FaultyFileSystem(flushes: false)
      runs += 1
      for _ in 0..<(runs == 2 ? 2 : 1) { _ = try fileSystem.status(of: path, in: nil, followingLinks: true) }
      return fileSystem
    }
    #expect(counted.record.count() == 1)
    #expect(runs == 4)
  }

  private func faulty(_ fileSystem: FaultyFileSystem, _ isJournaled: Bool) throws -> Harness {
    var harness = Harness.appending("!!")
    harness.fileSystem = fileSystem
    harness.durability = .batch
    // How often a file is read back while it is written would depend on who is faster.
    harness.sideThreads = 0
    if isJournaled { harness.journal = MemoryJournal() }
    return harness
  }

  @Test(
    "Whichever system call fails, the source of a copy is untouched, and the copy is whole or not there",
    arguments: ["y.tar", "y.tar.gz", "y.tar.zst"])
  func everyCallOfACopyFails(_ output: String) throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar.gz")
    let place = try Scratch()
    let before = try bytes(of: path)
    let counting = try FaultTable.undisturbed { () throws -> FaultyFileSystem in
      try? FileManager.default.removeItem(atPath: place.file(output))
      let counting = FaultyFileSystem(flushes: false)
      #expect(try faulty(counting, false).run(path, to: place.file(output)).committed)
      return counting
    }
    let whole = try bytes(of: place.file(output))
    let calls = counting.record.byCall
    #expect(counting.record.count() > 15 && FaultTable.unknown(calls).isEmpty)
    let cases = FaultTable.cases(calls, share: 4)
    print(FaultTable.summary("copy to \(output)", calls, cases))
    for fault in cases {
      try? FileManager.default.removeItem(atPath: place.file(output))
      let fileSystem = FaultyFileSystem(faults: [fault.fault], flushes: false)
      let result = try faulty(fileSystem, false).run(path, to: place.file(output))
      let what = "\(fault): \(String(describing: result.error))"
      #expect(fileSystem.record.failures == [fault.call], "\(what)")
      #expect(try bytes(of: path) == before && scratch.names() == ["x.tar.gz"], "\(what)")
      #expect(result.committed == (result.error == nil), "\(what)")
      let names = try place.names()
      // The last flush comes when the copy has its name.
      if result.committed || (fault.call == "fsync" && names == [output]) {
        #expect(try names == [output] && bytes(of: place.file(output)) == whole, "\(what)")
      } else if fault.saysGone && fault.call == "unlinkat" {
        DeadTemporaries(LocalFileSystem()).sweep(
          try LocalFileSystem().open(PathName(place.path), in: nil, [.directory], mode: 0))
        #expect(try place.names() == [], "\(what)")
      } else {
        #expect(names == [], "\(what)")
      }
    }
  }

  /// What another program does to the archive while it is read.
  enum Interference: String, CaseIterable, Sendable {
    case appends
    case replaces
    case removes
    case touches
    case truncates
  }

  @Test(
    "What another program does to an archive during the run stays", arguments: Interference.allCases, ["tar", "tar.gz"])
  func changedDuringRun(_ interference: Interference, _ suffix: String) throws {
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    let folder = scratch.path
    let harness = Harness { name, text in
      if name == PathName("b.json") {
        do {
          switch interference {
          case .appends:
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("more".utf8))
            try handle.close()
          case .replaces:
            try Data("other".utf8).write(to: URL(fileURLWithPath: folder + "/new"))
            #expect(rename(folder + "/new", path) == 0)
          case .removes: try FileManager.default.removeItem(atPath: path)
          case .touches:
            try FileManager.default.setAttributes(
              [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
          case .truncates: #expect(truncate(path, 100) == 0)
          }
        } catch {
          Issue.record("\(error)")
        }
      }
      return JSONText(Array(text.bytes) + [0x20])
    }
    let before = try bytes(of: path)
    let result = harness.run(path)
    #expect(!result.committed)
    #expect(result.error?.code == .changedDuringRun, "\(result.error?.report.message ?? "")")
    switch interference {
    case .appends: #expect(try bytes(of: path) == before + Array("more".utf8))
    case .replaces: #expect(try bytes(of: path) == Array("other".utf8))
    case .removes: #expect(try scratch.names() == [])
    case .touches: #expect(try bytes(of: path) == before)
    case .truncates: #expect(try bytes(of: path) == Array(before[..<100]))
    }
    if interference != .removes { #expect(try scratch.names() == ["x." + suffix]) }
  }

  @Test("An archive that another program has open for writing is left alone")
  func openForWriting() throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar")
    let before = try bytes(of: path)
    let writer = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let result = Harness.appending("!").run(path)
    #expect(result.error?.code == .changedDuringRun)
    #expect(result.error?.report.message.contains("open for writing") == true)
    #expect(try bytes(of: path) == before)
    try writer.close()
    #expect(Harness.appending("!").run(path).committed)
    #expect(try scratch.names() == ["x.tar"])
  }

  @Test("Mode, owner and extended attributes stay; a link that leads to the archive too")
  func attributes() throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar.gz")
    try Tool.python(
      """
      import os, sys
      if os.geteuid() == 0: os.chown(sys.argv[1], 1234, 4321)
      os.setxattr(sys.argv[1], 'user.note', b'kept'); os.chmod(sys.argv[1], 0o4640)
      """, [path])
    let link = scratch.file("latest")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let look = """
      import os, sys
      s = os.lstat(sys.argv[1]); print(oct(s.st_mode), s.st_uid, s.st_gid, os.listxattr(sys.argv[1]), os.getxattr(sys.argv[1], 'user.note'))
      """
    let before = try Tool.python(look, [path])
    let old = try bytes(of: path)
    #expect(Harness.appending("!").run(link).committed)
    #expect(try Tool.python(look, [path]) == before)
    #expect(try bytes(of: path) != old)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
  }

  @Test("Other names of an archive are warned of, and keep its old form")
  func hardLinked() throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar")
    let before = try bytes(of: path)
    try FileManager.default.linkItem(atPath: path, toPath: scratch.file("other"))
    let result = Harness.appending("!").run(path)
    #expect(result.committed)
    #expect(result.warnings.map(\.code) == [.hardLinked])
    #expect(try bytes(of: scratch.file("other")) == before)
  }

  @Test("What is flushed follows the durability", arguments: Durability.allCases)
  func durability(_ durability: Durability) throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar")
    let fileSystem = FaultyFileSystem()
    var harness = Harness.appending("!")
    harness.fileSystem = fileSystem
    harness.durability = durability
    #expect(harness.run(path).committed)
    // Before the exchange the temporary, the manifest and the two folders; after it the two folders.
    #expect(fileSystem.record.count("fsync") == (durability == .none ? 0 : 6))
  }

  @Test("A temporary of another archive in the same folder is not touched")
  func temporaries() throws {
    let scratch = try Scratch()
    let path = try made(scratch, "tar")
    let other = try scratch.write(".uprev-test-archive-0", [7])
    #expect(Harness.appending("!").run(path).committed)
    #expect(try bytes(of: other) == [7])
    #expect(try scratch.names() == [".uprev-test-archive-0", "x.tar"])
  }

  @Test("The same input gives the same output", arguments: TarInPlaceTests.filters)
  func deterministic(_ suffix: String) throws {
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    let before = try bytes(of: path)
    #expect(Harness.appending("!").run(path).committed)
    let first = try bytes(of: path)
    try Data(before).write(to: URL(fileURLWithPath: path))
    #expect(Harness.appending("!").run(path).committed)
    #expect(try bytes(of: path) == first)
  }

  @Test("A member of more than 8 GiB passes, its size in base-256 or in pax", arguments: ["base256", "pax"])
  func huge(_ kind: String) throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + """

        n = 8 * 2 ** 30 + 5
        i = tarfile.TarInfo('huge'); i.size = n
        h = i.tobuf(tarfile.GNU_FORMAT if sys.argv[2] == 'base256' else tarfile.PAX_FORMAT)
        f = open(sys.argv[1], 'wb'); f.write(h); f.seek((n + 511) // 512 * 512, 1)
        f.write(made()); f.close()
        """, [path, kind])
    let result = Harness.unchanging.run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.count(.current) == 2)
    #expect(result.outcome(of: "huge") == .unmatched)
  }

  @Test("Nothing that passes through comes in pieces of more than a block")
  func pieces() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nput(made(members=[('big', bytes(5000000), {}), ('a.json', b'{}', {})] * 3))", [path])
    let container = try #require(try ArchiveContainerOpener(LocalFileSystem()).open(PathName(path)))
    let claims = Claims(formats: [[try Glob("*.json")]], excluded: [])
    let reader = try container.makeReader(
      ContainerReadOptions(claims: claims, maximumDocumentSize: 1000, yieldsPassthrough: true))
    var total = 0
    while let element = try reader.next() {
      if case .passthrough(let chunk) = element {
        #expect(chunk.byteCount <= 256 << 10)
        total += chunk.byteCount
      }
    }
    #expect(total >= 15_000_000)
  }
}
