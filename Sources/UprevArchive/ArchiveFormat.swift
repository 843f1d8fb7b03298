import UprevCore
import UprevReport

/// What an archive is, by its content alone.
enum ArchiveFormat: String, Sendable {
  case tar
  case cpio
  case zip
  case sevenZip = "7zip"

  /// The format whose first bytes these are; nil for anything else, and always for a JSON text.
  ///
  /// - Parameter bytes: the first 512 bytes of the content, or all of it where it is shorter.
  /// - Parameter allowsEmptyTar: whether zero bytes are an empty tar. A file of zeros is more often one that a crash emptied.
  init?(magicOf bytes: UnsafeRawBufferPointer, allowsEmptyTar: Bool) {
    func begins(_ magic: [UInt8]) -> Bool { bytes.starts(with: magic) }
    if begins([0x50, 0x4b, 3, 4]) || begins([0x50, 0x4b, 5, 6]) {
      self = .zip
    } else if begins([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) {
      self = .sevenZip
    } else if ["070701", "070702", "070707"].contains(where: { begins(Array($0.utf8)) })
      || begins([0x71, 0xc7]) || begins([0xc7, 0x71])
    {
      self = .cpio
    } else if bytes.count >= TarBlock.size {
      let block = UnsafeRawBufferPointer(rebasing: bytes[..<TarBlock.size])
      // A header always has zero bytes, a JSON text never.
      guard block.contains(0), TarBlock.isZero(block) ? allowsEmptyTar : TarBlock.checksumKind(of: block) != nil else {
        return nil
      }
      self = .tar
    } else {
      return nil
    }
  }

  /// What a file is: an archive of a format, in a filter or in none.
  typealias Content = (format: ArchiveFormat, filter: ArchiveFilter?)

  /// What a file's content is: its format and the filter around it.
  ///
  /// - Returns: nil where it is no archive.
  /// - Throws: ``TargetError``: `archive-unsupported` for an archive that is not read here; whatever reading throws.
  static func probe(
    _ fileSystem: any FileSystem, _ file: OpenFile, _ path: PathName
  ) throws(TargetError) -> Content? {
    let promises = ArchiveName.promisesArchive(path)
    let input = FileInput(fileSystem: fileSystem, file: file, path: path)
    let head = try input.bytes(at: 0, count: TarBlock.size)
    let filter = head.withUnsafeBytes { ArchiveFilter(magicOf: $0) }
    guard let filter else {
      if promises, head.count >= 4, head[0] & 0xf0 == 0x50, head[1...3].elementsEqual([0x2a, 0x4d, 0x18]) {
        throw ArchiveWords.skippableFrame(path)
      }
      return head.withUnsafeBytes { ArchiveFormat(magicOf: $0, allowsEmptyTar: promises) }.map { ($0, nil) }
    }
    let reader = try FilterReader(fileSystem, file, path: path, filter: filter)
    let content = try reader.nextBlock()
    guard let content else { return nil }
    return try Self.inside(filter, content.bytes, promises, path).map { ($0, filter) }
  }

  private static func inside(
    _ filter: ArchiveFilter, _ content: UnsafeRawBufferPointer, _ promises: Bool, _ path: PathName
  ) throws(TargetError) -> ArchiveFormat? {
    if let inner = ArchiveFilter(magicOf: content) { throw ArchiveWords.nestedFilter(filter, inner, path) }
    let format = ArchiveFormat(magicOf: content, allowsEmptyTar: promises)
    if format == .zip || format == .sevenZip {
      throw ArchiveWords.filteredEntries(path, format == .zip ? "zip" : "7zip")
    }
    return format
  }
}
