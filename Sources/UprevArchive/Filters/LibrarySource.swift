import CArchive
import UprevCore

/// Decompresses zstd, xz, bzip2 or lz4 through libarchive: a handle of format `raw` with that one filter.
final class LibrarySource: FilterSource {
  private let filter: ArchiveFilter
  private let input: FileInput
  private let handle: OpaquePointer
  private let block = Block()
  private var filePosition: Int64 = 0
  private var failure: TargetError?
  private var isOpen = false
  /// What libarchive has decompressed and the caller has not taken; valid until the next call of libarchive.
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)

  private(set) var consumed: Int64 = 0

  init(_ input: FileInput, _ filter: ArchiveFilter) throws(TargetError) {
    self.input = input
    self.filter = filter
    guard let handle = archive_read_new() else { throw ArchiveWords.noMemory(input.path) }
    self.handle = handle
    // ARCHIVE_WARN would mean that an external program does the work.
    let supported =
      switch filter {
      case .gzip: archive_read_support_filter_gzip(handle)
      case .zstd: archive_read_support_filter_zstd(handle)
      case .xz: archive_read_support_filter_xz(handle)
      case .bzip2: archive_read_support_filter_bzip2(handle)
      case .lz4: archive_read_support_filter_lz4(handle)
      }
    guard supported == ARCHIVE_OK, archive_read_support_format_raw(handle) == ARCHIVE_OK else {
      throw ArchiveWords.filterNotBuiltIn(filter, input.path)
    }
  }

  deinit { archive_read_free(handle) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TargetError) -> Int {
    if !isOpen { try open() }
    while rest.isEmpty {
      var start: UnsafeRawPointer?
      var count = 0
      var offset: la_int64_t = 0
      let result = archive_read_data_block(handle, &start, &count, &offset)
      if result == ARCHIVE_EOF {
        consumed = archive_filter_bytes(handle, -1)
        return 0
      }
      guard result == ARCHIVE_OK else { throw error() }
      rest = UnsafeRawBufferPointer(start: start, count: count)
    }
    let count = min(rest.count, buffer.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    return count
  }

  private func open() throws(TargetError) {
    isOpen = true
    let client = Unmanaged.passUnretained(self).toOpaque()
    let read: ReadCallback = { _, client, buffer in
      guard let client, let buffer else { return -1 }
      return Unmanaged<LibrarySource>.fromOpaque(client).takeUnretainedValue().nextInput(buffer)
    }
    guard archive_read_open(handle, client, nil, read, nil) == ARCHIVE_OK else { throw error() }
    var entry: OpaquePointer?
    let result = archive_read_next_header(handle, &entry)
    // One filter deep: the same filter again would be taken off as well.
    guard archive_filter_count(handle) <= 2 else { throw ArchiveWords.nestedFilter(filter, filter, input.path) }
    // An empty content has no entry of format raw.
    guard result == ARCHIVE_OK || result == ARCHIVE_EOF else { throw error() }
  }

  /// The `archive_read_callback`: the next piece of the compressed file.
  private func nextInput(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    do throws(TargetError) {
      let count = try input.read(into: block.memory, at: filePosition)
      filePosition += Int64(count)
      buffer.pointee = UnsafeRawPointer(block.memory.baseAddress)
      return count
    } catch {
      failure = error
      return -1
    }
  }

  private func error() -> TargetError {
    if let failure { return failure }
    let words = archive_error_string(handle).map { String(cString: $0) } ?? "invalid data"
    return ArchiveWords.damagedFilter(filter, input.path, at: archive_filter_bytes(handle, -1), words)
  }
}
