import Foundation
import Testing
import UprevArchive
import UprevCore
import UprevReport
import UprevTestSupport

/// A journal in memory.
// @unchecked: guarded by `lock`.
final class MemoryJournal: TargetJournal, @unchecked Sendable {
  private let lock = NSLock()
  private var records: [JournalOriginal] = []
  private let failure: JournalError?

  init(failure: JournalError? = nil) {
    self.failure = failure
  }

  var originals: [JournalOriginal] { lock.withLock { records } }

  func record(_ changes: [JournalChange]) throws(JournalError) {}
  func withdraw(_ paths: [PathName]) throws(JournalError) {}
  func withdrawAll() throws(JournalError) {}
  func record(_ original: JournalOriginal) throws(JournalError) {
    if let failure { throw failure }
    lock.withLock { records.append(original) }
  }
  func withdrawOriginal() throws(JournalError) { lock.withLock { _ = records.popLast() } }
  func finish(_ record: TargetRecord) throws(JournalError) {}
}

@Suite("Originals of archives, kept for undo")
struct OriginalsTests {
  private func made(_ scratch: Scratch) throws -> String {
    let path = scratch.file("x.tar.gz")
    try Tool.python(Refusal.prelude + "\nput(gzip.compress(made(), mtime=0))", [path])
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    return path
  }

  private func harness(_ journal: MemoryJournal) -> Harness {
    var harness = Harness.appending("!")
    harness.journal = journal
    return harness
  }

  private let kept = ".uprev-originals/20260101T000000Z-00000000-1-30d"

  @Test("The original is kept by another name of the same file, and recorded with both hashes")
  func link() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let status = try LocalFileSystem().status(of: PathName(path), in: nil, followingLinks: true)
    let journal = MemoryJournal()
    let result = harness(journal).run(path)
    #expect(result.error == nil)
    #expect(result.warnings.isEmpty, "\(result.warnings)")
    #expect(result.committed)
    let record = try #require(journal.originals.first)
    #expect(journal.originals.count == 1)
    #expect(record.keptPath == PathName(scratch.file(kept)))
    #expect(try bytes(of: scratch.file(kept)) == before)
    #expect(record.before.file == status.identity)
    #expect(record.before.sha256 == before.withUnsafeBytes { SHA256.hash($0) })
    #expect(record.before.size == before.count)
    #expect(record.before.attributes.mode == 0o640)
    #expect(record.before.modification == status.modification)
    let after = try bytes(of: path)
    #expect(after != before)
    #expect(record.after.sha256 == after.withUnsafeBytes { SHA256.hash($0) })
    #expect(record.after.size == after.count)
    let now = try LocalFileSystem().status(of: PathName(path), in: nil, followingLinks: true)
    #expect(record.after.file == now.identity)
    #expect(record.after.modification == now.modification)
    let folder = try LocalFileSystem().status(
      of: PathName(scratch.file(".uprev-originals")), in: nil, followingLinks: false)
    #expect(folder.mode == 0o700)
    #expect(try scratch.names() == [".uprev-originals", "x.tar.gz"])
  }

  @Test("Where the kernel forbids the name it is a copy, with mode and times", arguments: [EPERM, EMLINK, EOPNOTSUPP])
  func copy(_ number: Int32) throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let status = try LocalFileSystem().status(of: PathName(path), in: nil, followingLinks: true)
    let journal = MemoryJournal()
    var harness = harness(journal)
    harness.fileSystem = FaultyFileSystem(faults: [.init("linkat", number: number, isPermanent: true)])
    let result = harness.run(path)
    #expect(result.error == nil, "\(String(describing: result.error))")
    let now = try LocalFileSystem().status(of: PathName(scratch.file(kept)), in: nil, followingLinks: true)
    #expect(now.inode != status.inode)
    #expect(now.mode == status.mode)
    #expect(now.modification == status.modification)
    #expect(try bytes(of: scratch.file(kept)) == before)
    #expect(journal.originals.first?.before.file == now.identity)
  }

  @Test("Without a journal, or where nothing changes, nothing is kept")
  func nothing() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    #expect(Harness.appending("!").run(path).committed)
    var unchanging = Harness.unchanging
    unchanging.journal = MemoryJournal()
    #expect(unchanging.run(path).committed)
    #expect(try scratch.names() == ["x.tar.gz"])
  }

  @Test("A change that cannot be written down is not made, and nothing is left")
  func notJournaled() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let result = harness(MemoryJournal(failure: JournalError(message: "no room"))).run(path)
    #expect(result.error?.code == .writeFailed)
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == ["x.tar.gz"])
  }

  @Test("An archive that is gone at the exchange is not put back, its original and record are withdrawn")
  func withdrawn() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let journal = MemoryJournal()
    var harness = harness(journal)
    harness.fileSystem = FaultyFileSystem(faults: [.init("renameat2", occurrence: 2, number: EIO)])
    let result = harness.run(path)
    #expect(result.error != nil)
    #expect(journal.originals.isEmpty)
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == ["x.tar.gz"])
  }

  @Test(
    "A folder of originals that others may enter, or that is a link, is refused", arguments: ["mode", "link", "file"])
  func foreign(_ kind: String) throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let folder = scratch.file(".uprev-originals")
    switch kind {
    case "mode":
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    case "link": try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: "/tmp")
    default: _ = try scratch.write(".uprev-originals", [1])
    }
    let result = harness(MemoryJournal()).run(path)
    #expect(result.error?.code == .permissionDenied)
    #expect(result.error?.report.message.contains(".uprev-originals") == true)
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == [".uprev-originals", "x.tar.gz"])
  }

  @Test("An archive that is gone when its original is to be kept was changed by another program")
  func goneAtTheLink() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    var harness = harness(MemoryJournal())
    harness.fileSystem = FaultyFileSystem(faults: [.init("linkat", number: ENOENT)])
    let result = harness.run(path)
    #expect(result.error?.code == .changedDuringRun)
  }

  @Test(
    "An original stays as long as the run promised that kept it, whatever this run keeps", arguments: [0, 1, 30, 4000])
  func expiry(_ days: Int) throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let folder = scratch.file(".uprev-originals")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let expired = [
      "20251130T000000Z-00000000-1-30d", "20251231T000000Z-00000000-12-0d", "20251130T000000Z-00000000-2-30d",
    ]
    let kept = [
      "20251203T000000Z-00000000-12-30d", "20251201T000000Z-00000000-1-3650d", "20251201T000000Z-mine",
      "20251130T000000Z-00000000-1", "20251130T000000Z-00000000-1-30", "20251130T000000Z-00000000-1-d", "other",
      "20251130T000000Z-00000000-1-99999999999999999999d", "20251130T000000Z-00000000-1-9223372036854775807d",
      "20251130T000000Z-00000000--30d", "20251130T000000Z-abc-1-1d", "20251130T000000Z-abcd-1-1d",
      "20251130T000000Z-00000000-1-30d-2", "20251330T000000Z-00000000-1-30d",
    ]
    for name in expired + kept { _ = try scratch.write(".uprev-originals/" + name, [1]) }
    var harness = Harness.unchanging
    harness.keepOriginalsDays = days
    #expect(harness.run(path).warnings.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == kept.sorted())
  }

  @Test("Originals do not expire before the run has committed, nor when it fails", arguments: [EIO, ENOSPC])
  func expiryAfterCommit(_ number: Int32) throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let folder = scratch.file(".uprev-originals")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let expired = "20251130T000000Z-00000000-1-30d"
    _ = try scratch.write(".uprev-originals/" + expired, [1])
    var failing = harness(MemoryJournal())
    // The second exchange: the first one tries with two files of our own.
    failing.fileSystem = FaultyFileSystem(faults: [.init("renameat2", occurrence: 2, number: number)])
    #expect(failing.run(path).error != nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [expired])
    let order = FaultyFileSystem(before: { call, count, name in
      if call == "renameat2", count <= 2, access(folder + "/" + expired, F_OK) != 0 {
        Issue.record("removed too early")
      }
      return nil
    })
    var harness = harness(MemoryJournal())
    harness.fileSystem = order
    #expect(harness.run(path).committed)
    #expect(order.record.count("renameat2") == 2)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder) == ["20260101T000000Z-00000000-1-30d"])
  }

  @Test("A checksum or signature beside an archive that was replaced is warned of")
  func sidecars() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    _ = try scratch.write("x.tar.gz.sha256", [1])
    _ = try scratch.write("x.tar.gz.asc", [1])
    #expect(Harness.unchanging.run(path).warnings.isEmpty)
    let result = Harness.appending("!").run(path)
    #expect(result.warnings.map(\.code) == [.checksumStale, .checksumStale])
  }
}

@Suite("One run an archive")
struct ArchiveClaimTests {
  private func made(_ scratch: Scratch) throws -> String {
    let path = scratch.file("x.tar")
    try Tool.python(Refusal.prelude + "\nput(made())", [path])
    return path
  }

  private func claimed(_ path: String, _ fileSystem: any FileSystem = LocalFileSystem()) throws -> any Container {
    let container = try #require(try ArchiveContainerOpener(fileSystem).open(PathName(path)))
    try container.claim(ContainerClaimOptions(runID: "20260101T000000Z-00000001")) { _ in }
    return container
  }

  @Test("A second run is told who holds it, and changes nothing")
  func busy() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let before = try bytes(of: path)
    let holder = try claimed(path)
    let result = Harness.appending("!").run(path)
    #expect(result.error?.code == .targetBusy)
    #expect(result.error?.report.message.contains("process \(getpid())") == true, "\(String(describing: result.error))")
    #expect(try bytes(of: path) == before)
    withExtendedLifetime(holder) {}
  }

  @Test("A claim that was given back lets the next run in, although the container lives on")
  func released() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let holder = try claimed(path)
    #expect(Harness.appending("!").run(path).error?.code == .targetBusy)
    holder.release()
    #expect(Harness.appending("!").run(path).committed)
    // Once more, since the file it had locked is another by now.
    holder.release()
    #expect(Harness.appending("!").run(path).committed)
    withExtendedLifetime(holder) {}
  }

  @Test("A claim of a file beside the archive is given back too")
  func lockFileReleased() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let fileSystem = FaultyFileSystem(faults: [.init("flock", number: EBADF, isPermanent: true)])
    let holder = try claimed(path, fileSystem)
    var harness = Harness.appending("!")
    harness.fileSystem = fileSystem
    #expect(harness.run(path).error?.code == .targetBusy)
    holder.release()
    #expect(harness.run(path).committed)
    withExtendedLifetime(holder) {}
  }

  @Test("The claim goes with its container, and holds for the file that replaced the archive meanwhile")
  func replacedMeanwhile() throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let opened = try #require(try ArchiveContainerOpener().open(PathName(path)))
    #expect(Harness.appending("!").run(path).committed)
    // It was opened before: its file is no longer the archive.
    try opened.claim(ContainerClaimOptions(runID: "20260101T000000Z-00000001")) { _ in }
    let result = Harness.appending("!").run(path)
    #expect(result.error?.code == .targetBusy)
  }

  @Test("Where the file itself cannot be locked, a file beside it is", arguments: [EBADF, ENOLCK, EOPNOTSUPP])
  func lockFile(_ number: Int32) throws {
    let scratch = try Scratch()
    let path = try made(scratch)
    let fileSystem = FaultyFileSystem(faults: [.init("flock", number: number, isPermanent: true)])
    let holder = try claimed(path, fileSystem)
    var harness = Harness.appending("!")
    harness.fileSystem = fileSystem
    #expect(harness.run(path).error?.code == .targetBusy)
    withExtendedLifetime(holder) {}
    #expect(try scratch.names() == [".uprev-lock-x.tar", "x.tar"])
  }
}

@Suite("Limits of archives")
struct ArchiveLimitTests {
  /// A small archive that asks for much.
  struct Bomb: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let name: String
    let limits: ArchiveLimits
    let script: String
  }

  static let bombs = [
    Bomb(
      testDescription: "gzip of more than a thousand to one", name: "x.tar.gz", limits: ArchiveLimits(),
      script: "z = zeros(); put(gzip.compress(made(ends=False), 9) + z)"),
    Bomb(
      testDescription: "zstd of more than ten thousand to one", name: "x.tar.zst", limits: ArchiveLimits(),
      script: "put(run('zstd', '-19', '-qc', input=huge()))"),
    Bomb(
      testDescription: "xz of several thousand to one", name: "x.tar.xz", limits: ArchiveLimits(),
      script: "put(run('xz', '-1c', input=huge()))"),
    Bomb(
      testDescription: "bzip2 of more than ten thousand to one", name: "x.tar.bz2", limits: ArchiveLimits(),
      script: "put(run('bzip2', '-c', input=huge()))"),
    Bomb(
      testDescription: "more bytes than allowed", name: "x.tar.gz", limits: ArchiveLimits(maximumExpandedSize: 10_000),
      script: "put(gzip.compress(made()))"),
    Bomb(
      testDescription: "more entries than allowed", name: "x.tar", limits: ArchiveLimits(maximumEntries: 1),
      script: "put(made())"),
    Bomb(
      testDescription: "a path longer than allowed", name: "x.tar", limits: ArchiveLimits(),
      script: "put(made(tarfile.PAX_FORMAT, members=[('d/' * 33000 + 'a.json', b'{}', {})]))"),
    Bomb(
      testDescription: "a zip of a thousand to one", name: "x.zip", limits: ArchiveLimits(),
      script: """
        import zipfile
        z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED, compresslevel=9)
        with z.open('a', 'w', force_zip64=True) as f:
            for _ in range(300): f.write(bytes(1 << 20))
        z.close()
        """),
  ]

  private static let prelude =
    Refusal.prelude + """

      def huge(): return made(ends=False, members=[('zeros', bytes(300 << 20), {})]) + bytes(1024)
      def zeros():
          import zlib
          c = zlib.compressobj(9, zlib.DEFLATED, 31); out = b''
          for _ in range(300): out += c.compress(bytes(1 << 20))
          return out + c.flush()

      """

  @Test("An archive that asks for too much ends in limit-exceeded, untouched", arguments: bombs)
  func bomb(_ bomb: Bomb) throws {
    let scratch = try Scratch()
    let path = scratch.file(bomb.name)
    try Tool.python(Self.prelude + bomb.script, [path])
    let before = try bytes(of: path)
    for var harness in [Harness.appending("!"), .unchanging] {
      harness.limits = bomb.limits
      let result = harness.run(path)
      #expect(result.error?.code == .limitExceeded, "\(String(describing: result.error))")
      #expect(!result.committed)
    }
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == [bomb.name])
  }

  @Test("Just within every limit it passes")
  func within() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar.gz")
    try Tool.python(Refusal.prelude + "\nput(gzip.compress(made()))", [path])
    var harness = Harness.appending("!")
    harness.limits = ArchiveLimits(
      maximumExpandedSize: 10_240, maximumExpansionRatio: 1, maximumEntries: 2, maximumPathLength: 6)
    #expect(harness.run(path).committed)
    harness.limits.maximumPathLength = 5
    #expect(harness.run(path).error?.code == .limitExceeded)
  }
}
