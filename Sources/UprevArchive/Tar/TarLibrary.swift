import CArchive
import UprevCore
import UprevReport

/// libarchive's tar reader behind a window on the decompressed stream. It sees the members that it is asked about, one after the
/// other, and takes them for the whole archive: every byte it sees lies in the window, and bodies that it skips are not read
/// on its behalf.
///
/// Used by one thread at a time.
final class TarLibrary {
  struct Entry {
    /// In the archive, of the member's first header block, extended headers included.
    let position: Int64
    /// As libarchive understands it: of a sparse file the size it unfolds to.
    let size: Int64
    /// `ustar`, `pax`, `gnutar`, `tar`
    let format: String
  }

  private let archive: PathName
  private let window: BlockWindow
  private let handle: OpaquePointer
  private var isOpen = false
  private var failure: TargetError?
  /// libarchive may read the block it was given until it asks for the next.
  private var lent: Block?
  /// The position of the next byte that libarchive is given, and where it is given no more.
  private var fed: Int64 = 0
  private var end: Int64 = 0
  /// Bytes that libarchive was given, or skipped.
  private var count: Int64 = 0

  init(_ window: BlockWindow, _ archive: PathName) throws(TargetError) {
    self.archive = archive
    self.window = window
    guard let handle = archive_read_new() else { throw ArchiveWords.noMemory(archive) }
    self.handle = handle
    guard archive_read_support_format_tar(handle) == ARCHIVE_OK else { throw ArchiveWords.noMemory(archive) }
    // Apple's "._" members are members like any other here; not every build knows the option.
    _ = archive_read_set_format_option(handle, "tar", "mac-ext", nil)
  }

  deinit { archive_read_free(handle) }

  /// What libarchive makes of the bytes of one member, of which the window must hold, or load, the first.
  ///
  /// - Returns: nil where it sees the end of the archive.
  /// - Throws: ``TargetError``, also for a header that libarchive finds unsound.
  func nextEntry(_ member: Range<Int64>) throws(TargetError) -> Entry? {
    fed = member.lowerBound
    end = member.upperBound
    let shift = fed - count
    if !isOpen { try open() }
    let asked = fed
    var entry: OpaquePointer?
    LocaleScope.forgetError()
    let result = archive_read_next_header(handle, &entry)
    if let failure { throw failure }
    if result == ARCHIVE_EOF { return nil }
    let position = archive_read_header_position(handle) + shift
    switch result {
    case ARCHIVE_OK: break
    case ARCHIVE_WARN:
      // A name that the locale cannot tell: names are taken from the raw header here.
      guard words.contains("can't be converted") else {
        throw ArchiveWords.headerWarning(archive, at: position, words)
      }
    default: throw ArchiveWords.libraryFailed(archive, at: asked, words)
    }
    return Entry(position: position, size: archive_entry_size(entry), format: format)
  }

  /// Takes libarchive past the current member's body, which must end where the member does.
  func skipBody() throws(TargetError) {
    let result = archive_read_data_skip(handle)
    if let failure { throw failure }
    guard result == ARCHIVE_OK || result == ARCHIVE_EOF else {
      throw ArchiveWords.libraryFailed(archive, at: fed, words)
    }
    guard fed == end else { throw ArchiveWords.positionsDisagree(archive, expected: end, found: fed) }
  }

  private var words: String {
    archive_error_string(handle).map { String(cString: $0) } ?? "no details"
  }

  private var format: String {
    switch archive_format(handle) {
    case ARCHIVE_FORMAT_TAR_USTAR: "ustar"
    case ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED: "pax"
    case ARCHIVE_FORMAT_TAR_GNUTAR: "gnutar"
    default: "tar"
    }
  }

  private func open() throws(TargetError) {
    isOpen = true
    let read: ReadCallback = { _, client, buffer in
      guard let client, let buffer else { return -1 }
      return Unmanaged<TarLibrary>.fromOpaque(client).takeUnretainedValue().nextInput(buffer)
    }
    let skip: SkipCallback = { _, client, count in
      guard let client, count > 0 else { return 0 }
      return Unmanaged<TarLibrary>.fromOpaque(client).takeUnretainedValue().skipInput(count)
    }
    archive_read_set_read_callback(handle, read)
    archive_read_set_skip_callback(handle, skip)
    archive_read_set_callback_data(handle, Unmanaged.passUnretained(self).toOpaque())
    guard archive_read_open1(handle) == ARCHIVE_OK else {
      throw failure ?? ArchiveWords.libraryFailed(archive, at: 0, words)
    }
  }

  /// The `archive_read_callback`: what the window holds from `fed` on, to the end of its block or of the member.
  private func nextInput(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    do throws(TargetError) {
      guard fed < end, try window.load(upTo: fed + 1), let slice = window.rest(at: fed) else {
        lent = nil
        return 0
      }
      lent = slice.block
      buffer.pointee = UnsafeRawPointer(slice.block.memory.baseAddress)?.advanced(by: slice.offset)
      return Int(take(Int64(slice.count)))
    } catch {
      failure = error
      return -1
    }
  }

  /// The `archive_skip_callback`: the reader itself goes through these bytes later.
  private func skipInput(_ count: Int64) -> Int64 { take(count) }

  /// Moves on, within the member.
  /// - Returns: how far.
  private func take(_ bytes: Int64) -> Int64 {
    let taken = min(bytes, end - fed)
    fed += taken
    count += taken
    return taken
  }
}
