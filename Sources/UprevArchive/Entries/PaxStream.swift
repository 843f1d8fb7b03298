import CArchive
import UprevCore
import UprevReport

/// Writes a new pax archive, entry by entry, through libarchive.
///
/// Used by one thread at a time.
final class PaxStream {
  private let path: PathName
  private let handle: OpaquePointer
  private let stream: any StreamWriter
  private let sink: LibrarySink
  /// Bytes that the current entry's header promised and that have not come yet.
  private var due: Int64 = 0
  private(set) var memberCount = 0

  init(
    _ fileSystem: any FileSystem, _ file: OpenFile, path: PathName, filter: ArchiveFilter?,
    _ options: ContainerWriteOptions
  ) throws(TargetError) {
    self.path = path
    guard let handle = archive_write_new() else { throw ArchiveWords.noMemory(path) }
    self.handle = handle
    let stream = try makeStreamWriter(fileSystem, file, path: path, filter: filter, options)
    self.stream = stream
    sink = LibrarySink(path) { (bytes) throws(TargetError) in try stream.write(bytes) }
    guard archive_write_set_format_pax(handle) == ARCHIVE_OK else { throw error() }
    try sink.open(handle)
  }

  /// An unfinished archive is dropped: `archive_write_free` would complete it.
  deinit {
    archive_write_fail(handle)
    archive_write_free(handle)
  }

  /// Begins an entry.
  /// - Returns: nil, or why the entry has no place in a tar.
  /// - Throws: ``TargetError``
  func begin(_ entry: ArchiveEntry) throws(TargetError) -> String? {
    try end()
    let result = LocaleScope.run { archive_write_header(handle, entry.pointer) }
    switch result {
    case ARCHIVE_OK: break
    case ARCHIVE_WARN:
      // A name that is no UTF-8: it is written as it is, and marked so (hdrcharset=BINARY).
      guard words.contains("an't translate") || words.contains("an't be translated") else { return words }
    case ARCHIVE_FAILED: return words
    default: throw error()
    }
    memberCount += 1
    due =
      archive_entry_hardlink(entry.pointer) == nil && archive_entry_filetype(entry.pointer) == uprev_ae_regular
      ? archive_entry_size(entry.pointer) : 0
    return nil
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    guard Int64(bytes.count) <= due else { throw ArchiveWords.bodySizeDiffers(path) }
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = archive_write_data(handle, base, rest.count)
      guard written > 0 else { throw error() }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    due -= Int64(bytes.count)
  }

  /// Ends the current entry; libarchive would fill up with zeros what has not come.
  private func end() throws(TargetError) {
    guard due == 0 else { throw ArchiveWords.bodySizeDiffers(path) }
  }

  func close() throws(TargetError) {
    try end()
    guard archive_write_close(handle) == ARCHIVE_OK else { throw error() }
    try stream.close()
  }

  private var words: String {
    archive_error_string(handle).map { String(cString: $0) } ?? "no details"
  }

  private func error() -> TargetError { sink.failure ?? ArchiveWords.compressionFailed(path, words) }
}
