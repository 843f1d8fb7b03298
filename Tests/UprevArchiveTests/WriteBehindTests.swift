import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@testable import UprevArchive

@Suite("Writing behind the run")
struct WriteBehindTests {
  static let filters: [ArchiveFilter?] = [nil, .gzip, .zstd, .xz]

  private func noise(_ count: Int) -> [UInt8] {
    var random = Seeded(20_260_101)
    return (0..<count / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
  }

  @Test(
    "A failed write is what every later call says, and nothing is written after it", arguments: filters, [0, 1, 3])
  func stays(_ filter: ArchiveFilter?, _ sideThreads: Int) throws {
    let scratch = try Scratch()
    let content = noise(6 << 20)
    for (number, code) in [(ENOSPC, "no space"), (EIO, "error")] {
      for occurrence in [1, 2, 3] {
        let fileSystem = FaultyFileSystem(faults: [.init("write", occurrence: occurrence, number: number)])
        let path = PathName(scratch.file("\(number)-\(occurrence)"))
        let file = try fileSystem.open(path, in: nil, [.readWrite, .create], mode: 0o600)
        var options = ContainerWriteOptions(runID: "test", durability: .none, sideThreads: sideThreads)
        // Its blocks are the smallest there are, so that something is written before the end.
        if filter == .xz { options.compression.level = 0 }
        let progress = Progress()
        let writer = try makeStreamWriter(
          fileSystem, file, path: path, filter: filter, options, progress: progress)
        var errors: [TargetError] = []
        // The caller goes on, as none should.
        for _ in 0..<3 {
          do throws(TargetError) {
            try content.withBytes { (bytes) throws(TargetError) in try writer.write(bytes) }
          } catch {
            errors.append(error)
          }
        }
        let writes = fileSystem.record.count("write")
        do throws(TargetError) {
          try writer.close()
          Issue.record("the end of a stream that has a hole was written")
        } catch {
          errors.append(error)
        }
        let expected = ArchiveWords.writeFailed(FileSystemError(call: "write", path: nil, number: number), path)
        #expect(
          errors.count > 1 && errors.allSatisfy { $0.report.message == expected.report.message }, "\(code): \(errors)")
        #expect(fileSystem.record.failures == ["write"])
        #expect(writes == occurrence && fileSystem.record.count("write") == occurrence, "\(code)")
      }
    }
  }

  /// A tar of noise and documents, more than the pieces in which it is written.
  private func made(_ scratch: Scratch, _ suffix: String) throws -> String {
    let plain = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nimport random\nr = random.Random(1)\nput(made(members=["
        + "m for n in range(6) for m in (('n%d' % n, r.randbytes(900000), {}), ('%d.json' % n, b'{}', {}))]))", [plain])
    let path = try TarInPlaceTests.compress(plain, suffix, scratch)
    if path != plain, FileManager.default.fileExists(atPath: plain) {
      try FileManager.default.removeItem(atPath: plain)
    }
    return path
  }

  @Test(
    "Whichever write fails, the run ends with its error and without a temporary",
    arguments: ["tar", "tar.gz", "tar.zst"],
    [0, 1, 4])
  func everyWriteFails(_ suffix: String, _ sideThreads: Int) throws {
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    let before = try bytes(of: path)
    let names = try scratch.names()
    var harness = Harness.appending("!!")
    harness.sideThreads = sideThreads
    let counting = FaultyFileSystem()
    harness.fileSystem = counting
    #expect(harness.run(path).committed)
    let after = try bytes(of: path)
    let count = counting.record.count("write")
    #expect(count > 3)
    for occurrence in Set([1, 2, count / 2, count - 1, count]).sorted() {
      for number in [ENOSPC, EIO] {
        for isShort in [false, true] {
          try Data(before).write(to: URL(fileURLWithPath: path))
          let fileSystem = FaultyFileSystem(
            faults: [.init("write", occurrence: occurrence, number: number, isPermanent: true, isShort: isShort)])
          harness.fileSystem = fileSystem
          let result = harness.run(path)
          let expected = ArchiveWords.writeFailed(
            FileSystemError(call: "write", path: nil, number: number), PathName(path))
          #expect(!result.committed && result.error?.code == expected.code, "write \(occurrence) of \(count)")
          #expect(result.error?.report.message == expected.report.message)
          #expect(result.warnings.isEmpty)
          #expect(try bytes(of: path) == before && scratch.names() == names)
        }
      }
    }
    // No thread of a failed run hinders the next.
    try Data(before).write(to: URL(fileURLWithPath: path))
    harness.fileSystem = LocalFileSystem()
    #expect(harness.run(path).committed)
    #expect(try bytes(of: path) == after)
  }

  @Test(
    "A run that is abandoned after any element leaves the archive, and nothing else",
    arguments: ["tar", "tar.gz", "tar.zst"], [false, true])
  func abandoned(_ suffix: String, _ isDropped: Bool) throws {
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    let before = try bytes(of: path)
    let names = try scratch.names()
    var rounds = 0
    var isWhole = false
    while !isWhole {
      rounds += 1
      let opener = ArchiveContainerOpener(LocalFileSystem())
      let container = try #require(try opener.open(PathName(path)))
      let claims = Claims(formats: [[try Glob("*.json")]], excluded: [])
      let reader = try container.makeReader(
        ContainerReadOptions(claims: claims, maximumDocumentSize: 1000, yieldsPassthrough: true))
      let writer = try container.makeWriter(
        ContainerWriteOptions(runID: "20260101T000000Z-00000000", durability: .none, sideThreads: 2), sink: { _ in },
        warn: { Issue.record("\($0)") })
      var elements = 0
      isWhole = true
      while let element = try reader.next() {
        if elements == rounds {
          isWhole = false
          break
        }
        elements += 1
        switch element {
        case .decision(let decision): try writer.write(.decision(decision))
        case .passthrough(let chunk): try writer.write(.passthrough(chunk))
        case .document(let document):
          var decision = Decision(reference: document.reference, outcome: .migrated)
          decision.replacement = document.text
          try writer.write(.document(document, decision))
        }
      }
      if !isDropped { writer.abandon() }
    }
    #expect(rounds > 20)
    #expect(try bytes(of: path) == before && scratch.names() == names)
  }

  @Test("Without an end of the archive nothing is put in place", arguments: ["tar", "tar.gz"])
  func endless(_ suffix: String) throws {
    let scratch = try Scratch()
    let path = try made(scratch, suffix)
    var damaged = try bytes(of: path)
    damaged.removeLast(damaged.count / 3)
    try Data(damaged).write(to: URL(fileURLWithPath: path))
    let names = try scratch.names()
    let result = Harness.appending("!!").run(path)
    #expect(!result.committed && result.error?.code == .archiveDamaged)
    #expect(try bytes(of: path) == damaged && scratch.names() == names)
  }
}
