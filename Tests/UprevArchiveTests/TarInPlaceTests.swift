import Foundation
import LosslessJSON
import Testing
import UprevCore
import UprevReport

@Suite("Tar in place")
struct TarInPlaceTests {
  static let filters = ["tar", "tar.gz", "tar.zst", "tar.xz", "tar.bz2", "tar.lz4"]
  static let formats = ["ustar", "gnu", "pax"]

  /// Makes `name` in `scratch` from a plain tar.
  static func compress(_ plain: String, _ suffix: String, _ scratch: Scratch) throws -> String {
    let name = plain + suffix.dropFirst(3)
    switch suffix {
    case "tar.gz": try Tool.run(["sh", "-c", "gzip -c \(plain) > \(name)"])
    case "tar.zst": try Tool.run(["zstd", "-q", plain, "-o", name])
    case "tar.xz": try Tool.run(["xz", "-k", plain])
    case "tar.bz2": try Tool.run(["bzip2", "-k", plain])
    case "tar.lz4": try Tool.run(["lz4", "-q", plain, name])
    default: break
    }
    return name
  }

  @Test(
    "Members keep metadata, data and raw headers, changed documents but for size and checksum",
    arguments: filters, formats)
  func rewritten(_ suffix: String, _ format: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", format])
    let path = try Self.compress(plain, suffix, scratch)
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    // The suffix takes sizes across 512 and 1,024, and 99 to three digits.
    let result = Harness.appending("!!").run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.description?.archiveFormat == ["ustar": "ustar", "gnu": "gnutar", "pax": "pax"][format])
    #expect(result.outcome(of: "cache/doc_2_511.json") == .migrated)
    #expect(result.outcome(of: "schön 日本.json") == .migrated)
    // As in a tree, a folder is nothing that a document could be.
    #expect(result.outcome(of: "cache") == nil && result.outcome(of: "cache/") == nil)
    #expect(result.outcome(of: "hard.json") == .skipped)
    #expect(result.outcome(of: "fifo.json") == .skipped)
    #expect(result.outcome(of: "binary") == .unmatched)
    #expect(try Tool.python(Oracle.compare, [before, path, "!!", "raw"]) == "")
    let files = try scratch.names().filter { $0.hasPrefix(".uprev") }
    #expect(files.isEmpty)
    // GNU tar 1.34 does not know lz4 by itself.
    let tar = suffix == "tar.lz4" ? ["tar", "-I", "lz4", "-tf"] : ["tar", "-tf"]
    #expect(try Tool.run(tar + [path]) == Tool.run(tar + [before]))
    #expect(try Tool.run(["bsdtar", "-tf", path]) == Tool.run(["bsdtar", "-tf", before]))
  }

  @Test("An archive in which nothing changes keeps its inode and its bytes", arguments: filters)
  func unchanged(_ suffix: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", "pax"])
    let path = try Self.compress(plain, suffix, scratch)
    let before = try bytes(of: path)
    let number = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    let result = Harness.unchanging.run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(try bytes(of: path) == before)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == number)
  }

  @Test("Documents larger than the blocks that are read, and across their borders", arguments: ["tar", "tar.zst"])
  func largeDocuments(_ suffix: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    let block = 256 << 10
    let sizes = [block - 700_512 % block, block, block - 1, 3 * block + 5, 0, 600_000, 511, block - 512, 2 * block]
    try Tool.python(Oracle.make, [plain, "w", "gnu"] + sizes.map { "\($0)" })
    let path = try Self.compress(plain, suffix, scratch)
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    #expect(Harness.appending("!!").run(path).committed)
    #expect(try Tool.python(Oracle.compare, [before, path, "!!", "raw"]) == "")
  }

  @Test("Only some documents change, the first, the last or one between", arguments: [0, 4, 8])
  func someDocuments(_ which: Int) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", "pax"])
    for suffix in ["tar", "tar.gz"] {
      let path = try Self.compress(plain, suffix, scratch)
      let before = try bytes(of: path)
      let result = Harness { name, text in
        name.description.contains("doc_\(which)_") ? JSONText(Array(text.bytes) + Array("!".utf8)) : nil
      }.run(path)
      #expect(result.committed)
      #expect(result.count(.migrated) == 1)
      let back = Harness { name, text in
        name.description.contains("doc_\(which)_") ? JSONText(Array(text.bytes.dropLast())) : nil
      }.run(path)
      #expect(back.committed)
      // The way back gives what was there: all else was kept byte for byte.
      if suffix == "tar" { #expect(try bytes(of: path) == before) }
    }
  }

  @Test("Names in the C locale and in UTF-8 are the same bytes", arguments: ["C", "C.UTF-8"])
  func locales(_ locale: String) throws {
    #expect(setlocale(LC_CTYPE, locale) != nil)
    defer { setlocale(LC_CTYPE, "C") }
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(Oracle.make, [path, "w", "pax"])
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    let result = Harness.appending("!!").run(path)
    #expect(result.error == nil)
    #expect(result.outcome(of: "sch\u{f6}n \u{65e5}\u{672c}.json") == .migrated)
    #expect(try Tool.python(Oracle.compare, [before, path, "!!", "raw"]) == "")
  }
}
