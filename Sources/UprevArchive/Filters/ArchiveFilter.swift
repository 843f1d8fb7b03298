import UprevReport

/// A compression that an archive may lie in, by the name that libarchive and the report give it.
enum ArchiveFilter: String, CaseIterable, Sendable {
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4

  /// How many bytes `init(magicOf:)` looks at.
  static let magicCount = 10

  /// The filter whose frame begins `bytes`; nil where there is none.
  ///
  /// Sources: RFC 1952 2.3.1, RFC 8878 3.1.1, the .xz file format 2.1.1.1, bzip2's block header, lz4_Frame_format.md (and
  /// its legacy frame).
  init?(magicOf bytes: UnsafeRawBufferPointer) {
    func begins(_ magic: [UInt8], at offset: Int = 0) -> Bool {
      guard bytes.count >= offset + magic.count else { return false }
      return magic.indices.allSatisfy { bytes[offset + $0] == magic[$0] }
    }
    if begins([0x1f, 0x8b, 8]) {
      self = .gzip
    } else if begins([0x28, 0xb5, 0x2f, 0xfd]) {
      self = .zstd
    } else if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) {
      self = .xz
    } else if begins(Array("BZh".utf8)), bytes.count >= 10, (0x31...0x39).contains(bytes[3]),
      begins([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4) || begins([0x17, 0x72, 0x45, 0x38, 0x50, 0x90], at: 4)
    {
      self = .bzip2
    } else if begins([0x04, 0x22, 0x4d, 0x18]) || begins([0x02, 0x21, 0x4c, 0x18]) {
      self = .lz4
    } else {
      return nil
    }
  }
}

/// What a path's last component says of an archive: that it is one, and how it is compressed.
struct ArchiveName: Equatable {
  enum Kind: Equatable {
    case tar
    case cpio
    case zip
    case sevenZip
  }
  var kind: Kind
  var filter: ArchiveFilter?

  private static let suffixes: [(suffix: String, name: ArchiveName)] = {
    let filters: [(String, ArchiveFilter?)] = [
      ("", nil), (".gz", .gzip), (".zst", .zstd), (".xz", .xz), (".bz2", .bzip2), (".lz4", .lz4),
    ]
    var result = filters.map { (".tar" + $0.0, ArchiveName(kind: .tar, filter: $0.1)) }
    result += filters.map { (".cpio" + $0.0, ArchiveName(kind: .cpio, filter: $0.1)) }
    result += [
      (".tgz", ArchiveName(kind: .tar, filter: .gzip)), (".tzst", ArchiveName(kind: .tar, filter: .zstd)),
      (".txz", ArchiveName(kind: .tar, filter: .xz)), (".tbz2", ArchiveName(kind: .tar, filter: .bzip2)),
      (".zip", ArchiveName(kind: .zip)), (".7z", ArchiveName(kind: .sevenZip)),
    ]
    return result
  }()

  init(kind: Kind, filter: ArchiveFilter? = nil) {
    self.kind = kind
    self.filter = filter
  }

  /// Nil where the name does not end like an archive's. ASCII letters are compared without their case.
  init?(of path: PathName) {
    let last = path.bytes.split(separator: 0x2f, omittingEmptySubsequences: false).last ?? []
    let name = last.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    for entry in Self.suffixes where name.count > entry.suffix.utf8.count {
      if name.suffix(entry.suffix.utf8.count).elementsEqual(entry.suffix.utf8) {
        self = entry.name
        return
      }
    }
    return nil
  }

  /// Compressions of a tar that no reader here knows.
  private static let otherCompressions = ["Z", "br", "lrz", "lz", "lzma", "lzo", "zstd"]

  /// Whether the name promises an archive, be it one that no reader here knows.
  static func promisesArchive(_ path: PathName) -> Bool {
    if ArchiveName(of: path) != nil { return true }
    return otherCompressions.contains { path.bytes.suffix(5 + $0.utf8.count).elementsEqual(".tar.\($0)".utf8) }
  }
}
