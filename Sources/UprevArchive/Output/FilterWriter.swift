import CArchive
import UprevCore
import UprevReport

/// Compresses a stream into a file through libarchive: a handle of format `raw` with at most one filter.
///
/// Used by one thread at a time.
final class FilterWriter: StreamWriter {
  private let path: PathName
  private let handle: OpaquePointer
  private let sink: LibrarySink

  /// - Parameter path: what errors speak of.
  /// - Throws: ``TargetError``
  init(_ fileSystem: any FileSystem, _ file: OpenFile, path: PathName, filter: ArchiveFilter?) throws(TargetError) {
    self.path = path
    guard let handle = archive_write_new() else { throw ArchiveWords.noMemory(path) }
    self.handle = handle
    let output = FileSink(fileSystem, file, path)
    sink = LibrarySink(path) { (bytes) throws(TargetError) in try output.put(bytes) }
    guard archive_write_set_format_raw(handle) == ARCHIVE_OK else { throw error() }
    try ArchiveFilter.add(filter, to: handle, path)
    try sink.open(handle)
    guard let entry = archive_entry_new() else { throw ArchiveWords.noMemory(path) }
    defer { archive_entry_free(entry) }
    archive_entry_set_filetype(entry, uprev_ae_regular)
    archive_entry_set_pathname(entry, "data")
    guard archive_write_header(handle, entry) == ARCHIVE_OK else { throw error() }
  }

  /// An unfinished stream is dropped: `archive_write_free` would flush it.
  deinit {
    archive_write_fail(handle)
    archive_write_free(handle)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = archive_write_data(handle, base, rest.count)
      guard written > 0 else { throw error() }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Writes what is still in hand.
  func close() throws(TargetError) {
    guard archive_write_close(handle) == ARCHIVE_OK else { throw error() }
  }

  private func error() -> TargetError {
    sink.failure
      ?? ArchiveWords.compressionFailed(
        path, archive_error_string(handle).map { String(cString: $0) } ?? "no details")
  }
}

/// Where libarchive writes to.
final class LibrarySink {
  private let path: PathName
  private let put: (UnsafeRawBufferPointer) throws(TargetError) -> Void
  private(set) var failure: TargetError?

  /// - Parameter put: takes the bytes that libarchive writes.
  init(_ path: PathName, _ put: @escaping (UnsafeRawBufferPointer) throws(TargetError) -> Void) {
    self.path = path
    self.put = put
  }

  /// Opens `handle` for writing; the sink must outlive it.
  func open(_ handle: OpaquePointer) throws(TargetError) {
    archive_write_set_bytes_per_block(handle, Int32(Block.usualCapacity))
    // Otherwise the last block is filled up with zeros, which are no part of any compressed format.
    archive_write_set_bytes_in_last_block(handle, 1)
    let write: WriteCallback = { _, client, bytes, count in
      guard let client else { return -1 }
      return Unmanaged<LibrarySink>.fromOpaque(client).takeUnretainedValue()
        .write(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    guard archive_write_open(handle, Unmanaged.passUnretained(self).toOpaque(), nil, write, nil) == ARCHIVE_OK else {
      throw failure
        ?? ArchiveWords.compressionFailed(
          path, archive_error_string(handle).map { String(cString: $0) } ?? "no details")
    }
  }

  /// The `archive_write_callback`.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    do throws(TargetError) {
      try put(bytes)
      return bytes.count
    } catch {
      failure = error
      return -1
    }
  }
}

/// An archive's file under construction.
struct FileSink {
  private let fileSystem: any FileSystem
  private let file: OpenFile
  private let path: PathName

  init(_ fileSystem: any FileSystem, _ file: OpenFile, _ path: PathName) {
    self.fileSystem = fileSystem
    self.file = file
    self.path = path
  }

  /// Writes all of `bytes`.
  /// - Throws: ``TargetError``
  func put(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    do throws(FileSystemError) {
      try fileSystem.write(file, bytes)
    } catch {
      throw ArchiveWords.writeFailed(error, path)
    }
  }
}

extension ArchiveFilter {
  /// Adds a filter to a handle that is not open yet. Levels: gzip 6, zstd 3, xz 6, bzip2 9, lz4 1, which are the defaults.
  static func add(_ filter: ArchiveFilter?, to handle: OpaquePointer, _ path: PathName) throws(TargetError) {
    guard let filter else { return }
    // ARCHIVE_WARN would mean that an external program does the work.
    let added =
      switch filter {
      case .gzip: archive_write_add_filter_gzip(handle)
      case .zstd: archive_write_add_filter_zstd(handle)
      case .xz: archive_write_add_filter_xz(handle)
      case .bzip2: archive_write_add_filter_bzip2(handle)
      case .lz4: archive_write_add_filter_lz4(handle)
      }
    guard added == ARCHIVE_OK else { throw ArchiveWords.filterNotBuiltIn(filter, path) }
    if filter == .gzip {
      // The same input is to give the same output: no time of writing in the header.
      guard archive_write_set_filter_option(handle, "gzip", "timestamp", nil) == ARCHIVE_OK else {
        throw ArchiveWords.filterNotBuiltIn(filter, path)
      }
    }
  }
}
