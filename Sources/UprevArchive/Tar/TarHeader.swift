import UprevCore
import UprevReport

/// The header blocks of one tar member: its extended headers and its own, read and checked without libarchive.
struct TarHeader {
  enum Kind {
    case regular
    /// A regular file of which only the parts that are not zero are stored.
    case sparse
    /// A directory, a link, a device, …
    case other
  }

  static let paxMember: UInt8 = 0x78  // "x"
  private static let paxGlobal: UInt8 = 0x67  // "g"
  private static let gnuLongName: UInt8 = 0x4c  // "L"
  private static let gnuLongLink: UInt8 = 0x4b  // "K"
  /// libarchive takes a volume's label for a part of the member after it; so it is one here.
  private static let volumeLabel: UInt8 = 0x56  // "V"
  /// One extended header holds at most this many bytes (libarchive's limit too), and one member this many of them.
  private static let maximumExtension: Int64 = 1 << 20
  private static let maximumExtensions = 32
  private static let maximumSparseBlocks = 4096

  /// Where the first header block is, and how many bytes of header follow from there.
  private(set) var position: Int64
  private(set) var length: Int64 = 0
  private(set) var kind = Kind.other
  private(set) var isFolder = false
  /// As it stands in the archive: bytes.
  private(set) var name: [UInt8] = []
  /// Bytes of body, without padding.
  private(set) var size: Int64 = 0
  /// As ``PlainTarHeader/format(of:)`` has it; nil also behind extended headers.
  private(set) var plainFormat: String?

  /// Body and padding.
  var storedSize: Int64 { size + TarBlock.padding(of: size) }
  var end: Int64 { position + length + storedSize }

  static func isExtension(_ typeflag: UInt8) -> Bool {
    typeflag == paxMember || typeflag == paxGlobal || typeflag == gnuLongName || typeflag == gnuLongLink
      || typeflag == volumeLabel
  }

  enum Found {
    case member(TarHeader)
    /// A zero block at this position.
    case zeroBlock(at: Int64)
    /// The stream ends at a block boundary where a header or a zero block should be.
    case nothing
  }

  /// Reads the header blocks at `position`.
  /// - Throws: ``TargetError``: `archive-damaged` for what is no header or contradicts itself, `archive-unsupported` for
  ///   what this project does not rewrite, `limit-exceeded` for extended headers without measure.
  static func read(_ window: BlockWindow, at position: Int64, _ archive: PathName) throws(TargetError) -> Found {
    var parser = Parser(window: window, archive: archive, header: TarHeader(position: position))
    return try parser.parse()
  }

  private struct Parser {
    let window: BlockWindow
    let archive: PathName
    var header: TarHeader
    var paxName: [UInt8]?
    var sparseName: [UInt8]?
    var gnuName: [UInt8]?
    var paxSize: Int64?
    var isSparse = false
    var seen: Set<UInt8> = []

    mutating func parse() throws(TargetError) -> Found {
      var extensions = 0
      while true {
        let at = header.position + header.length
        guard try window.load(upTo: at + Int64(TarBlock.size)) else {
          guard window.upperBound == at else { throw ArchiveWords.truncatedHeader(archive, at: window.upperBound) }
          guard seen.isEmpty else { throw ArchiveWords.truncatedHeader(archive, at: at) }
          return .nothing
        }
        guard let slice = window.slice(at: at, count: TarBlock.size) else {
          throw ArchiveWords.truncatedHeader(archive, at: at)
        }
        let typeflag: UInt8? = try slice.withBytes { (block) throws(TargetError) -> UInt8? in
          guard TarBlock.checksumKind(of: block) != nil else {
            if TarBlock.isZero(block) { return nil }
            throw ArchiveWords.badChecksum(archive, at: at)
          }
          return block[TarBlock.typeflag]
        }
        guard let typeflag else {
          // What concerns no single member may stand alone before the end.
          guard seen.isSubset(of: [TarHeader.paxGlobal, TarHeader.volumeLabel]) else {
            throw ArchiveWords.extensionWithoutMember(archive, at: at)
          }
          return .zeroBlock(at: at)
        }
        if TarHeader.isExtension(typeflag) {
          extensions += 1
          guard extensions <= TarHeader.maximumExtensions else { throw ArchiveWords.tooManyExtensions(archive, at: at) }
          try readExtension(slice, typeflag, at: at)
        } else {
          try readMain(slice, typeflag, at: at)
          return .member(header)
        }
      }
    }

    private mutating func readExtension(_ block: BlockSlice, _ typeflag: UInt8, at: Int64) throws(TargetError) {
      if !seen.insert(typeflag).inserted, typeflag != TarHeader.paxGlobal {
        throw ArchiveWords.repeatedExtension(archive, at: at)
      }
      let length = try number(block, TarBlock.sizeField, at: at)
      guard typeflag != TarHeader.volumeLabel || length == 0 else {
        let label = block.withBytes { PathName(TarBlock.text($0, TarBlock.name)) }
        throw ArchiveWords.sizeOfNoRegularFile(archive, label, size: length, at: at)
      }
      guard length <= TarHeader.maximumExtension else { throw ArchiveWords.extensionTooLarge(archive, at: at) }
      let start = at + Int64(TarBlock.size)
      let padded = length + TarBlock.padding(of: length)
      guard try window.load(upTo: start + padded), let body = window.slice(at: start, count: Int(length)) else {
        throw ArchiveWords.truncatedHeader(archive, at: window.upperBound)
      }
      header.length += Int64(TarBlock.size) + padded
      switch typeflag {
      case TarHeader.paxMember, TarHeader.paxGlobal:
        try readRecords(body, isGlobal: typeflag == TarHeader.paxGlobal, at: at)
      case TarHeader.gnuLongName:
        gnuName = body.withBytes { Array($0.prefix { $0 != 0 }) }
      default: break
      }
    }

    private mutating func readRecords(_ body: BlockSlice, isGlobal: Bool, at: Int64) throws(TargetError) {
      var problem: TargetError?
      let isWellFormed = body.withBytes { bytes in
        PaxRecords.forEach(bytes) { record in
          problem = problem ?? (isGlobal ? globalProblem(record, at: at) : take(record, at: at))
        }
      }
      guard isWellFormed else { throw ArchiveWords.malformedPax(archive, at: at) }
      if let problem { throw problem }
    }

    private func globalProblem(_ record: PaxRecords.Record, at: Int64) -> TargetError? {
      if record.hasKey("size") || record.hasKey("path") || record.hasKey("linkpath") {
        return ArchiveWords.globalKey(archive, String(decoding: record.key, as: UTF8.self), at: at)
      }
      if record.keyBegins("GNU.sparse.") {
        return ArchiveWords.globalKey(archive, String(decoding: record.key, as: UTF8.self), at: at)
      }
      if record.keyBegins("GNU.volume."), !record.hasKey("GNU.volume.label") {
        return ArchiveWords.multiVolume(archive, at: at)
      }
      return nil
    }

    private mutating func take(_ record: PaxRecords.Record, at: Int64) -> TargetError? {
      if record.hasKey("path") {
        paxName = Array(record.value)
      } else if record.hasKey("size") {
        guard let value = record.number else { return ArchiveWords.badNumber(archive, at: at) }
        guard paxSize == nil else { return ArchiveWords.repeatedExtension(archive, at: at) }
        paxSize = value
      } else if record.keyBegins("GNU.sparse.") {
        isSparse = true
        if record.hasKey("GNU.sparse.name") { sparseName = Array(record.value) }
      } else if record.hasKey("SCHILY.realsize") {
        isSparse = true
      } else if record.keyBegins("GNU.volume.") {
        return ArchiveWords.multiVolume(archive, at: at)
      }
      return nil
    }

    private mutating func readMain(_ block: BlockSlice, _ typeflag: UInt8, at: Int64) throws(TargetError) {
      let fieldSize = try number(block, TarBlock.sizeField, at: at)
      header.length += Int64(TarBlock.size)
      header.size = paxSize ?? fieldSize
      // A field of eleven octal digits cannot tell 8 GiB or more; what writers leave in it then is 0 or the largest value.
      if let paxSize, paxSize != fieldSize, paxSize < 1 << 33 || (fieldSize != 0 && fieldSize != 1 << 33 - 1) {
        throw ArchiveWords.sizesDisagree(archive, header: fieldSize, pax: paxSize, at: at)
      }
      guard header.position < Int64.max / 4, header.size < Int64.max / 4 else {
        throw ArchiveWords.badNumber(archive, at: at)
      }
      let ownName = block.withBytes { self.ownName(of: $0) }
      if seen.isEmpty { header.plainFormat = block.withBytes { PlainTarHeader.format(of: $0) } }
      if let gnuName, let paxName, gnuName != paxName { throw ArchiveWords.repeatedExtension(archive, at: at) }
      header.name = sparseName ?? paxName ?? gnuName ?? ownName
      switch typeflag {
      case 0x30, 0, 0x37:  // "0", NUL of old archives, "7" contiguous
        header.kind = isSparse ? .sparse : header.name.last == 0x2f ? .other : .regular
      case 0x53:  // "S", old GNU sparse
        header.kind = .sparse
        try readSparseBlocks(block)
      case 0x4d:  // "M", the rest of a member of the volume before
        throw ArchiveWords.multiVolume(archive, at: at)
      default:
        header.kind = .other
      }
      header.isFolder = header.kind == .other && (typeflag == 0x35 || (header.name.last == 0x2f && typeflag <= 0x30))
      if header.kind == .other, header.size != 0 {
        throw ArchiveWords.sizeOfNoRegularFile(archive, PathName(header.name), size: header.size, at: at)
      }
    }

    private func ownName(of block: UnsafeRawBufferPointer) -> [UInt8] {
      let name = TarBlock.text(block, TarBlock.name)
      // GNU's magic is "ustar  \0", and its headers have other things in the place of the prefix.
      let isPosix = block[TarBlock.magic].starts(with: [0x75, 0x73, 0x74, 0x61, 0x72, 0])
      guard isPosix, block[TarBlock.prefix.lowerBound] != 0 else { return Array(name) }
      return Array(TarBlock.text(block, TarBlock.prefix)) + [0x2f] + Array(name)
    }

    private mutating func readSparseBlocks(_ main: BlockSlice) throws(TargetError) {
      var more = main.withBytes { $0[TarBlock.gnuIsExtended] != 0 }
      var count = 0
      while more {
        count += 1
        let at = header.position + header.length
        guard count <= TarHeader.maximumSparseBlocks else { throw ArchiveWords.tooManyExtensions(archive, at: at) }
        guard try window.load(upTo: at + Int64(TarBlock.size)), let block = window.slice(at: at, count: TarBlock.size)
        else { throw ArchiveWords.truncatedHeader(archive, at: window.upperBound) }
        header.length += Int64(TarBlock.size)
        more = block.withBytes { $0[TarBlock.gnuExtensionIsExtended] != 0 }
      }
    }

    private func number(_ block: BlockSlice, _ field: Range<Int>, at: Int64) throws(TargetError) -> Int64 {
      let value = block.withBytes { TarNumber.value(of: UnsafeRawBufferPointer(rebasing: $0[field])) }
      guard let value else { throw ArchiveWords.badNumber(archive, at: at) }
      return value
    }
  }

  private init(position: Int64) {
    self.position = position
  }
}
