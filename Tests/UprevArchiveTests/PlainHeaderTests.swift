import CArchive
import Foundation
import Testing
import UprevCore
import UprevReport

@testable import UprevArchive

@Suite("Headers of tars about which nobody needs a second opinion")
struct PlainHeaderTests {
  enum Dialect: String, CaseIterable {
    case posix, gnu

    var magic: String { self == .posix ? "ustar\u{0}00" : "ustar  \u{0}" }
  }

  /// A header as tar writes it.
  private static func header(_ dialect: Dialect, _ name: String, type: String, size: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: TarBlock.size)
    func put(_ text: String, at position: Int) {
      for (index, byte) in text.utf8.enumerated() { block[position + index] = byte }
    }
    let octal = String(size, radix: 8)
    put(name, at: 0)
    put("0000644\0" + "0001750\0" + "0000144\0", at: 100)
    put(String(repeating: "0", count: 11 - octal.utf8.count) + octal + "\0", at: 124)
    put("14524440000\0", at: 136)
    put(type, at: 156)
    put(dialect.magic, at: 257)
    put("someone", at: 265)
    put("users", at: 297)
    return summed(block)
  }

  /// With a checksum of its bytes.
  private static func summed(_ block: [UInt8]) -> [UInt8] {
    var block = block
    let sum = block.withUnsafeBytes { TarBlock.checksums(of: $0).unsigned }
    block.replaceSubrange(TarBlock.checksum, with: Array("0000000\0".utf8))
    block.withUnsafeMutableBytes { bytes in
      _ = TarNumber.replace(UnsafeMutableRawBufferPointer(rebasing: bytes[TarBlock.checksum]), with: sum)
    }
    return block
  }

  private struct Refusal: Error {
    var result: Int32
    var words: String
  }

  private struct Reading: Equatable {
    var name: [UInt8]
    var isFolder: Bool
    var size: Int64
    var format: String
  }

  /// - Returns: nil where the header is not plain, or is refused.
  private static func own(_ block: [UInt8]) throws -> Reading? {
    let window = BlockWindow(OneBlock(block))
    guard case .member(let header) = try? TarHeader.read(window, at: 0, PathName("x.tar")),
      let format = header.plainFormat
    else { return nil }
    if header.kind != (header.isFolder ? .other : .regular) { Issue.record("\(header)") }
    return Reading(name: header.name, isFolder: header.isFolder, size: header.size, format: format)
  }

  /// What libarchive makes of the same member, at the beginning of an archive.
  private static func library(_ block: [UInt8]) throws -> Reading {
    let handle = try #require(archive_read_new())
    defer { archive_read_free(handle) }
    archive_read_support_format_tar(handle)
    _ = archive_read_set_format_option(handle, "tar", "mac-ext", nil)
    return try block.withUnsafeBytes { bytes in
      try #require(archive_read_open_memory(handle, bytes.baseAddress, bytes.count) == ARCHIVE_OK)
      var entry: OpaquePointer?
      let result = archive_read_next_header(handle, &entry)
      let words = archive_error_string(handle).map { String(cString: $0) } ?? ""
      let type = archive_entry_filetype(entry)
      guard result == ARCHIVE_OK || result == ARCHIVE_WARN && words.contains("can't be converted"),
        type == uprev_ae_regular || type == uprev_ae_directory, let name = archive_entry_pathname(entry)
      else { throw Refusal(result: result, words: words) }
      let format =
        switch archive_format(handle) {
        case ARCHIVE_FORMAT_TAR_USTAR: "ustar"
        case ARCHIVE_FORMAT_TAR_GNUTAR: "gnutar"
        default: "other"
        }
      return Reading(
        name: Array(UnsafeBufferPointer(start: name, count: strlen(name))).map { UInt8(bitPattern: $0) },
        isFolder: type == uprev_ae_directory, size: archive_entry_size(entry), format: format)
    }
  }

  @Test(
    "Whatever single byte is changed, a header that still is plain is to libarchive what it is here",
    arguments: Dialect.allCases, ["0", "5"])
  func mutations(_ dialect: Dialect, _ type: String) throws {
    let name = type == "5" ? "cache/models/" : "cache/ml_training_a.json"
    let header = Self.header(dialect, name, type: type, size: type == "5" ? 0 : 750)
    #expect(try Self.own(header) != nil)
    let values: [UInt8] = Array("\u{0}\t\n !/012578 9AKLSVgx~".utf8) + [0x7f, 0x80, 0xc3, 0xff]
    var plain = 0
    var others = 0
    var different: [String] = []
    for position in header.indices where !TarBlock.checksum.contains(position) {
      for value in values where value != header[position] {
        var mutated = header
        mutated[position] = value
        mutated = Self.summed(mutated)
        guard let own = try Self.own(mutated) else {
          others += 1
          continue
        }
        plain += 1
        let library = Result { try Self.library(mutated) }
        if (try? library.get()) != own { different.append("byte \(position) is \(value): \(own), \(library)") }
      }
    }
    #expect(different == [])
    #expect(plain > 3000 && others > 500, "\(plain) plain, \(others) others")
  }

  @Test("A long name in two fields is one name")
  func prefix() throws {
    let name = String(repeating: "n", count: 100)
    var header = Self.header(.posix, name, type: "0", size: 1)
    for (index, byte) in "some/folders/above".utf8.enumerated() { header[345 + index] = byte }
    header = Self.summed(header)
    let own = try #require(try Self.own(header))
    #expect(own.name == Array("some/folders/above/\(name)".utf8))
    #expect(try Self.library(header) == own)
    // GNU has other things there.
    var gnu = header
    gnu.replaceSubrange(257..<265, with: Array(Dialect.gnu.magic.utf8))
    #expect(try Self.own(Self.summed(gnu)) == nil)
  }

  @Test(
    "Nothing behind an extended header is plain", arguments: [TarHeader.paxMember, 0x67, 0x4c, 0x4b, 0x56] as [UInt8])
  func extended(_ typeflag: UInt8) throws {
    let isLabel = typeflag == 0x56
    let text = typeflag == 0x4c || typeflag == 0x4b ? Array("name\u{0}".utf8) : PaxRecords.encoded(key: "a", value: "b")
    var first = Self.header(.posix, "above", type: "0", size: isLabel ? 0 : text.count)
    first[TarBlock.typeflag] = typeflag
    var archive = Self.summed(first)
    if !isLabel { archive += text + [UInt8](repeating: 0, count: TarBlock.size - text.count) }
    archive += Self.header(.posix, "a.json", type: "0", size: 1)
    let window = BlockWindow(OneBlock(archive))
    guard case .member(let header) = try TarHeader.read(window, at: 0, PathName("x.tar")) else {
      Issue.record("no member")
      return
    }
    #expect(header.plainFormat == nil)
  }
}

private final class OneBlock: BlockSource {
  private var bytes: [UInt8]?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func nextBlock() throws(TargetError) -> Block? {
    guard let bytes else { return nil }
    self.bytes = nil
    let block = Block(capacity: bytes.count)
    bytes.withBytes { block.append($0) }
    return block
  }
}
