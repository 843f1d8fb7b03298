import Foundation
import Synchronization
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@testable import UprevArchive

@Suite("What was written is read again before it replaces anything")
struct TarVerificationTests {
  /// A tar of known shape: 9 members, the end at `end`.
  private func made(_ scratch: Scratch, _ filter: ArchiveFilter?) throws -> (path: String, end: Int64, total: Int64) {
    let plain = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nimport random\nr = random.Random(1)\n"
        + "put(made(members=[('m%d' % n, r.randbytes(n * 40000), {}) for n in range(9)]))", [plain])
    let total = Int64(try bytes(of: plain).count)
    var end: Int64 = 0
    for number in Int64(0)..<9 { end += 512 + (number * 40_000 + 511) / 512 * 512 }
    let suffix = filter == nil ? "tar" : filter == .gzip ? "tar.gz" : "tar.zst"
    return (try TarInPlaceTests.compress(plain, suffix, scratch), end, total)
  }

  /// - Returns: the message; nil where all is well.
  private func verify(
    _ path: String, _ filter: ArchiveFilter?, isBehind: Bool, members: Int = 9, end: Int64, total: Int64,
    fileSystem: any FileSystem = LocalFileSystem()
  ) throws -> String? {
    let file = try fileSystem.open(PathName(path), in: nil, [.readOnly], mode: 0)
    let hash = ReadHash()
    let verification = TarVerification(
      fileSystem, file, PathName(path), filter: filter, hash: hash, isBehind: isBehind)
    let size = try fileSystem.status(of: file).size
    // The writer, in steps.
    for position in stride(from: Int64(0), through: size, by: 7_777) { verification.progress.reach(position) }
    verification.progress.reach(size)
    do throws(TargetError) {
      try verification.finish(memberCount: members, end: end, total: total)
    } catch {
      #expect(error.code == .writeFailed && error.report.message.contains("the old one was kept"))
      return error.report.message
    }
    let content = try bytes(of: path)
    #expect(hash.finish(size: size) == content.withUnsafeBytes { SHA256.hash($0) })
    return nil
  }

  @Test(
    "It is sound as it was written, and its hash is the file's", arguments: [nil, .gzip, .zstd] as [ArchiveFilter?],
    [false, true])
  func sound(_ filter: ArchiveFilter?, _ isBehind: Bool) throws {
    let scratch = try Scratch()
    let (path, end, total) = try made(scratch, filter)
    #expect(try verify(path, filter, isBehind: isBehind, end: end, total: total) == nil)
    #expect(try verify(path, filter, isBehind: isBehind, members: 8, end: end, total: total) != nil)
    #expect(try verify(path, filter, isBehind: isBehind, end: end + 512, total: total) != nil)
    #expect(try verify(path, filter, isBehind: isBehind, end: end, total: total - 1) != nil)
  }

  @Test(
    "A changed byte is noticed: in the data of a gzip, in a header or behind the end of a plain tar",
    arguments: [false, true])
  func changed(_ isBehind: Bool) throws {
    for filter in [nil, .gzip] as [ArchiveFilter?] {
      let scratch = try Scratch()
      let (path, end, total) = try made(scratch, filter)
      let original = try bytes(of: path)
      let last = original.count - 1
      let places =
        filter == nil
        ? [0, 100, 124, 130, 148, 156, 257, 511, 512, 640, Int(end), Int(end) + 700, last]
        : [0, 2, 50, 5000, original.count / 2, last - 5000, last - 7, last - 4, last - 3, last]
      for place in places {
        var damaged = original
        damaged[place] ^= 0x01
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        #expect(
          try verify(path, filter, isBehind: isBehind, end: end, total: total) != nil,
          "\(filter?.rawValue ?? "plain"), byte \(place)")
      }
      for count in [0, 1, 511, 512, 40_000, original.count / 2, last] {
        try Data(original[..<count]).write(to: URL(fileURLWithPath: path))
        #expect(
          try verify(path, filter, isBehind: isBehind, end: end, total: total) != nil,
          "\(filter?.rawValue ?? "plain"), \(count) bytes")
      }
    }
  }

  @Test("It waits for its writer, and one that goes no further ends it", arguments: [false, true])
  func unfinished(_ isStopped: Bool) throws {
    let scratch = try Scratch()
    let (path, end, total) = try made(scratch, .gzip)
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(PathName(path), in: nil, [.readOnly], mode: 0)
    let verification = TarVerification(
      fileSystem, file, PathName(path), filter: .gzip, hash: nil, isBehind: true)
    verification.progress.reach(30_000)
    if isStopped {
      verification.stop()
    } else {
      // What lies beyond is not read, though it is there.
      #expect(throws: TargetError.self) {
        try verification.finish(memberCount: 9, end: end, total: total)
      }
    }
  }

  @Test("What cannot be read is no sound form", arguments: [1, 2])
  func unreadable(_ occurrence: Int) throws {
    let scratch = try Scratch()
    let (path, end, total) = try made(scratch, nil)
    for isBehind in [false, true] {
      let fileSystem = FaultyFileSystem(faults: [.init("pread", occurrence: occurrence, number: EIO)])
      #expect(try verify(path, nil, isBehind: isBehind, end: end, total: total, fileSystem: fileSystem) != nil)
    }
  }

  @Test(
    "A byte that changes on its way to the disk keeps the old archive", arguments: ["tar", "tar.gz", "tar.zst"], [0, 2])
  func changedOnTheWay(_ suffix: String, _ sideThreads: Int) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Refusal.prelude + "\nput(made(members=[('a.json', b'{}', {}), ('b', bytes(9), {})]))", [plain])
    let path = try TarInPlaceTests.compress(plain, suffix, scratch)
    if path != plain, FileManager.default.fileExists(atPath: plain) {
      try FileManager.default.removeItem(atPath: plain)
    }
    let before = try bytes(of: path)
    let names = try scratch.names()
    let folder = scratch.path
    // Before the first byte is read back, another is in its place.
    let isDone = Atomic(false)
    var harness = Harness.appending("!!")
    harness.sideThreads = sideThreads
    harness.fileSystem = FaultyFileSystem { call, _, _ in
      guard call == "pread" else { return nil }
      for name in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(".uprev-") {
        guard let handle = FileHandle(forUpdatingAtPath: folder + "/" + name) else { continue }
        defer { try? handle.close() }
        guard let end = try? handle.seekToEnd(), end > 20, !isDone.exchange(true, ordering: .relaxed) else { continue }
        let place = suffix == "tar" ? 100 : end - 3
        guard (try? handle.seek(toOffset: place)) != nil, let old = try? handle.read(upToCount: 1)?.first else {
          continue
        }
        try? handle.seek(toOffset: place)
        try? handle.write(contentsOf: [old ^ 1])
      }
      return nil
    }
    let result = harness.run(path)
    let wasDone = isDone.load(ordering: .relaxed)
    #expect(wasDone)
    #expect(!result.committed && result.error?.code == .writeFailed, "\(result.error?.report.message ?? "")")
    #expect(result.error?.report.message.contains("did not read back") == true)
    #expect(try bytes(of: path) == before && scratch.names() == names)
  }
}
