import Foundation
import Testing
import UprevCore
import UprevReport

@testable import UprevArchive

@Suite("The parts of a tar's headers")
struct TarPartsTests {
  private func value(_ field: [UInt8]) -> Int64? { field.withUnsafeBytes { TarNumber.value(of: $0) } }

  @Test(
    "Numbers are read in every style, and nothing else is one",
    arguments: [
      ("00000000012\0", 10), ("         12 ", 10), ("12\0\0\0\0\0\0\0\0\0\0", 10), ("000000000012", 10),
      ("\0\0\0\0\0\0\0\0\0\0\0\0", 0), ("            ", 0), ("77777777777\0", 8_589_934_591), ("0000000012 \0", 10),
      ("00000000018\0", nil), ("-0000000012\0", nil), ("0000 000012\0", nil), ("12x\0", nil), ("", nil),
      ("777777777777777777777777", nil),
    ] as [(String, Int64?)])
  func numbers(_ text: String, _ expected: Int64?) {
    #expect(value(Array(text.utf8)) == expected)
  }

  @Test("Base-256 numbers are read up to what 63 bits hold")
  func base256() {
    #expect(value([0x80] + [UInt8](repeating: 0, count: 10) + [9]) == 9)
    #expect(value([0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7)) == .max)
    #expect(value([0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7)) == nil)
    #expect(value([UInt8](repeating: 0xff, count: 12)) == nil)
  }

  @Test("A replaced number is read back, in the width and style that was there", arguments: [UInt64](1...20))
  func replaced(_ seed: UInt64) {
    var random = Seeded(seed)
    let styles = [
      "00000000012\0", "         12 ", "12\0\0\0\0\0\0\0\0\0\0", "000000000012", "\0\0\0\0\0\0\0\0\0\0\0\0",
    ]
    for style in styles {
      let number = Int64.random(in: 0..<1 << Int64.random(in: 1...33, using: &random), using: &random)
      var field = Array(style.utf8)
      let fits = field.withUnsafeMutableBytes { TarNumber.replace($0, with: number) }
      #expect(fits, "seed \(seed)")
      #expect(value(field) == number, "seed \(seed), \(style) \(number)")
    }
    var small = Array("0000012\0".utf8)
    #expect(!small.withUnsafeMutableBytes { TarNumber.replace($0, with: 1 << 40) })
    #expect(small == Array("0000012\0".utf8))
  }

  @Test("A pax record counts itself, across every number of digits")
  func paxRecords() {
    for count in 1...2100 {
      let value = String(repeating: "v", count: count)
      let record = PaxRecords.encoded(key: "k", value: value)
      var found: [String] = []
      let isWellFormed = record.withUnsafeBytes { bytes in
        PaxRecords.forEach(bytes) { found.append(String(decoding: $0.value, as: UTF8.self)) }
      }
      #expect(isWellFormed && found == [value], "\(count)")
    }
  }

  @Test(
    "Malformed pax records are refused",
    arguments: [
      "x", "5 a=b", "6 a=b", "7 a=b\n", "0 a=b\n", "6 =b\n\n", "6a=b\n\n", " 6 a=b\n", "-6 a=b\n", "6 ab\n\n", "3 \n",
      "99999999999999999999 a=b\n", "6 a=b\nrest",
    ])
  func malformed(_ text: String) {
    #expect(!Array(text.utf8).withUnsafeBytes { PaxRecords.forEach($0) { _ in } })
  }

  @Test("Sums of a block are those of its bytes, unsigned and signed", arguments: [UInt64](1...20))
  func checksums(_ seed: UInt64) {
    var random = Seeded(seed)
    let block = (0..<512).map { _ in UInt8.random(in: 0...255, using: &random) }
    var unsigned: Int64 = 0
    var signed: Int64 = 0
    for (index, byte) in block.enumerated() {
      let counted = (148..<156).contains(index) ? 0x20 : byte
      unsigned += Int64(counted)
      signed += Int64(Int8(bitPattern: counted))
    }
    let sums = block.withUnsafeBytes { TarBlock.checksums(of: $0) }
    #expect(sums.unsigned == unsigned && sums.signed == signed, "seed \(seed)")
  }

  @Test("Names of archives are told by their ends")
  func names() {
    for (name, expected) in [
      ("x.tar", ArchiveName(kind: .tar)), ("a/x.TAR.GZ", ArchiveName(kind: .tar, filter: .gzip)),
      ("x.tzst", ArchiveName(kind: .tar, filter: .zstd)), ("x.cpio.xz", ArchiveName(kind: .cpio, filter: .xz)),
      ("x.zip", ArchiveName(kind: .zip)), ("x.7z", ArchiveName(kind: .sevenZip)), (".tar", nil), ("x.gz", nil),
      ("x.tar/y", nil), ("tar", nil), ("x.json", nil), ("a/.tar", nil),
    ] as [(String, ArchiveName?)] {
      #expect(ArchiveName(of: PathName(name)) == expected, "\(name)")
    }
    #expect(ArchiveName.promisesArchive(PathName("x.tar.lrz")))
    #expect(!ArchiveName.promisesArchive(PathName("x.tar.json")))
  }

  @Test("A name that is no UTF-8 is written whatever error an earlier system call left behind")
  func staleError() throws {
    let scratch = try Scratch()
    let fileSystem = LocalFileSystem()
    let path = PathName(scratch.file("x.tar"))
    let file = try fileSystem.open(path, in: nil, [.readWrite, .create], mode: 0o600)
    let stream = try PaxStream(fileSystem, file, path: path, filter: nil, ContainerWriteOptions(runID: "test"))
    let entry = try #require(ArchiveEntry())
    entry.set(name: PathName([0x63, 0xff, 0x2e]), try fileSystem.status(of: file))
    // Loading a locale the first time leaves an error of its own.
    LocaleScope.run {}
    errno = ENOMEM
    #expect(try stream.begin(entry) == nil)
    try stream.close()
    let names =
      "import tarfile, sys; print([m.name.encode('utf-8', 'surrogateescape') for m in tarfile.open(sys.argv[1])])"
    #expect(try Tool.python(names, [path.description]) == "[b'c\\xff.']\n")
  }

  @Test("A walk counts members and bytes as they are")
  func walk() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(Oracle.make, [path, "w", "pax"])
    let count = try Tool.python("import tarfile, sys; print(len(tarfile.open(sys.argv[1]).getmembers()))", [path])
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(PathName(path), in: nil, [.readOnly], mode: 0)
    let walk = try TarWalk(
      try FilterReader(fileSystem, file, path: PathName(path), filter: nil), PathName(path))
    #expect("\(walk.memberCount)\n" == count)
    #expect(walk.total == Int64(try bytes(of: path).count))
  }

  @Test("Every message names the archive, and says what to do or that it was left as it is")
  func words() {
    let archive = PathName("backup.tar")
    let member = PathName("member.json")
    let errors: [TargetError] = [
      ArchiveWords.truncatedFilter(.gzip, archive, at: 7), ArchiveWords.damagedFilter(.xz, archive, at: 7, "why"),
      ArchiveWords.bytesAfterLastFrame(.lz4, archive, at: 7), ArchiveWords.truncatedHeader(archive, at: 7),
      ArchiveWords.truncatedBody(archive, member, at: 7), ArchiveWords.noEndBlocks(archive, at: 7),
      ArchiveWords.loneZeroBlock(archive, at: 7), ArchiveWords.bytesAfterEnd(archive, at: 7),
      ArchiveWords.badChecksum(archive, at: 7), ArchiveWords.malformedPax(archive, at: 7),
      ArchiveWords.concatenated(archive, at: 7), ArchiveWords.globalKey(archive, "size", at: 7),
      ArchiveWords.multiVolume(archive, at: 7), ArchiveWords.sizesDisagree(archive, header: 1, pax: 2, at: 7),
      ArchiveWords.sizeOfNoRegularFile(archive, member, size: 3, at: 7),
    ]
    for error in errors {
      let message = error.report.message
      #expect(message.hasPrefix("“backup.tar” is "))
      #expect(message.contains("7") && message.contains("left as it is") && message.hasSuffix("."), "\(message)")
      #expect(!message.contains("..") && !message.contains("  "), "\(message)")
    }
    #expect(
      ArchiveWords.noEndBlocks(archive, at: 1024).report.message
        == "“backup.tar” is damaged: it ends at byte 1024 without the two zero blocks that end a tar, so something may be "
        + "missing; it was left as it is. Restore it from a good copy.")
    #expect(
      ArchiveWords.onlyTarInPlace(archive, "zip").report.message
        == "“backup.tar” is left as it is: only tar is rewritten in place, and this is zip; write a migrated copy with "
        + "--output NAME.tar.zst.")
    #expect(
      ArchiveWords.tooLarge(size: 11, maximum: 10).report.message
        == "it has 11 bytes, more than the 10 allowed; raise --max-document-size")
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
