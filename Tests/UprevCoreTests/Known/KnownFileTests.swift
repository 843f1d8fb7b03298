import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("A file that is known")
struct KnownFileTests {
  static func status(
    inode: UInt64 = 7, size: Int64 = 100, modification: FileTime = FileTime(seconds: 1000, nanoseconds: 5),
    change: FileTime = FileTime(seconds: 1001, nanoseconds: 6), kind: FileKind = .regular, device: UInt64 = 1
  ) -> FileStatus {
    FileStatus(
      kind: kind, device: device, inode: inode, mode: 0o644, linkCount: 1, user: 0, group: 0, representedDevice: 0,
      size: size, access: FileTime(seconds: 0, nanoseconds: 0), modification: modification, change: change)
  }

  @Test("Whatever is another file, another text or another time is another value")
  func equality() throws {
    let file = try #require(KnownFile(Self.status(), format: 3))
    #expect(KnownFile(Self.status(), format: 3) == file)
    let others = [
      KnownFile(Self.status(), format: 4),
      KnownFile(Self.status(inode: 8), format: 3),
      KnownFile(Self.status(size: 101), format: 3),
      KnownFile(Self.status(modification: FileTime(seconds: 1001, nanoseconds: 5)), format: 3),
      KnownFile(Self.status(modification: FileTime(seconds: 1000, nanoseconds: 6)), format: 3),
      KnownFile(Self.status(change: FileTime(seconds: 1000, nanoseconds: 6)), format: 3),
      KnownFile(Self.status(change: FileTime(seconds: 1001, nanoseconds: 5)), format: 3),
    ]
    for other in others { #expect(other != nil && other != file) }
    #expect(Set(others).count == others.count)
  }

  @Test("What has no room, or is no regular file, is not remembered")
  func room() {
    #expect(KnownFile(Self.status(size: 1 << 48), format: 0) == nil)
    #expect(KnownFile(Self.status(size: -1), format: 0) == nil)
    #expect(KnownFile(Self.status(), format: 1 << 16) == nil)
    #expect(KnownFile(Self.status(), format: -1) == nil)
    #expect(KnownFile(Self.status(kind: .symbolicLink), format: 0) == nil)
    #expect(KnownFile(Self.status(change: FileTime(seconds: 0, nanoseconds: -1)), format: 0) == nil)
  }

  @Test("Records come back as they were, and half a record is none")
  func coding() throws {
    var random = SeededGenerator(seed: 7)
    var bytes: [UInt8] = []
    let files = try (0..<100).map { _ in
      try #require(
        KnownFile(
          Self.status(
            inode: .random(in: 0 ... .max, using: &random), size: .random(in: 0..<(1 << 48), using: &random),
            modification: FileTime(
              seconds: .random(in: .min ... .max, using: &random),
              nanoseconds: .random(in: 0..<1_000_000_000, using: &random)),
            change: FileTime(
              seconds: .random(in: .min ... .max, using: &random),
              nanoseconds: .random(in: 0..<1_000_000_000, using: &random))),
          format: .random(in: 0..<(1 << 16), using: &random)))
    }
    for file in files { file.encode(to: &bytes) }
    #expect(bytes.count == 100 * KnownFile.storedSize)
    #expect(bytes.withUnsafeBytes { KnownFile.decode($0) } == files)
    #expect(bytes.dropLast().withUnsafeBytes { KnownFile.decode($0) } == files.dropLast())
  }

  @Test("Two seconds must have passed since both times", arguments: ["modification", "change"])
  func rest(which: String) throws {
    let old = FileTime(seconds: 0, nanoseconds: 0)
    func wasAtRest(_ time: FileTime, _ seconds: Int64, _ nanoseconds: Int64) throws -> Bool {
      let status = Self.status(
        modification: which == "modification" ? time : old, change: which == "change" ? time : old)
      return try #require(KnownFile(status, format: 0))
        .wasAtRest(before: Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }
    let time = FileTime(seconds: 1000, nanoseconds: 500)
    #expect(try wasAtRest(time, 1002, 501))
    #expect(try !wasAtRest(time, 1002, 500))
    #expect(try !wasAtRest(time, 1000, 500))
    #expect(try !wasAtRest(time, 900, 0), "in the future")
    #expect(try !wasAtRest(FileTime(seconds: .max, nanoseconds: 0), 1_000_000, 0))
    #expect(try wasAtRest(FileTime(seconds: .min, nanoseconds: 0), 10, 0))
  }

  @Test("A file that was put in place is remembered if nobody can have written to it unseen")
  func placed() {
    let staged = FileTime(seconds: 1000, nanoseconds: 1)
    let change = FileTime(seconds: 1000, nanoseconds: 400_000_000)
    func placed(
      _ modification: FileTime = staged, change: FileTime = change, exposed: Int64 = 200_000_000
    ) -> KnownFile? {
      KnownFile.placed(
        Self.status(modification: modification, change: change), format: 0, staged: staged,
        exposed: Timestamp(seconds: 1000, nanoseconds: exposed))
    }
    #expect(placed() == KnownFile(Self.status(modification: staged, change: change), format: 0))
    #expect(placed(FileTime(seconds: 1000, nanoseconds: 2)) == nil, "somebody wrote to it")
    #expect(placed(exposed: 50_000_000) == nil, "a write may have had the same time")
    #expect(placed(exposed: 0) == nil, "the clock went back")
    #expect(placed(change: FileTime(seconds: 1000, nanoseconds: 0)) == nil, "times may be whole seconds")
    let whole = FileTime(seconds: 999, nanoseconds: 0)
    #expect(
      KnownFile.placed(
        Self.status(modification: whole, change: change), format: 0, staged: whole,
        exposed: Timestamp(seconds: 1000, nanoseconds: 0)) == nil, "times may be whole seconds")
  }
}
