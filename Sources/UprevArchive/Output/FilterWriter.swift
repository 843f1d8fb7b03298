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

  /// - Parameters:
  ///   - path: what errors speak of.
  ///   - filter: zstd, bzip2 or lz4; the others have writers of their own.
  ///   - level: one that the filter takes.
  ///   - threads: that compress, at least 1; only zstd can use more than one.
  /// - Throws: ``TargetError``
  init(
    _ output: FileSink, path: PathName, filter: ArchiveFilter, level: Int, threads: Int
  ) throws(TargetError) {
    self.path = path
    guard let handle = archive_write_new() else { throw ArchiveWords.noMemory(path) }
    self.handle = handle
    sink = LibrarySink(path) { (bytes) throws(TargetError) in try output.put(bytes) }
    guard archive_write_set_format_raw(handle) == ARCHIVE_OK else { throw error() }
    try ArchiveFilter.add(filter, to: handle, path, level: level, threads: threads)
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

/// An archive's file under construction. What is written goes on to the disk at once, so that the flush at the end has
/// little left to do.
final class FileSink {
  /// Bytes between two hints to the system.
  private static let writebackSize = 8 << 20

  private let fileSystem: any FileSystem
  private let file: OpenFile
  private let path: PathName
  private let isFlushed: Bool
  private let progress: Progress?
  private var unhinted = 0
  private var position: Int64

  /// - Parameters:
  ///   - isFlushed: whether the file will be flushed at the end.
  ///   - start: bytes that the file holds already.
  ///   - progress: is told how far the file is written.
  init(
    _ fileSystem: any FileSystem, _ file: OpenFile, _ path: PathName, isFlushed: Bool, from start: Int64 = 0,
    progress: Progress? = nil
  ) {
    self.progress = progress
    position = start
    progress?.reach(start)
    self.fileSystem = fileSystem
    self.file = file
    self.path = path
    self.isFlushed = isFlushed
  }

  /// Writes all of `bytes`.
  /// - Throws: ``TargetError``
  func put(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    do throws(FileSystemError) {
      try fileSystem.write(file, bytes)
    } catch {
      throw ArchiveWords.writeFailed(error, path)
    }
    position += Int64(bytes.count)
    progress?.reach(position)
    unhinted += bytes.count
    if isFlushed, unhinted >= Self.writebackSize {
      fileSystem.beginWriteback(of: file)
      unhinted = 0
    }
  }
}

extension ArchiveFilter {
  /// Adds a filter to a handle that is not open yet.
  ///
  /// What zstd writes is the same for any number of threads from two on.
  static func add(
    _ filter: ArchiveFilter, to handle: OpaquePointer, _ path: PathName, level: Int, threads: Int
  ) throws(TargetError) {
    // ARCHIVE_WARN would mean that an external program does the work.
    let added =
      switch filter {
      case .gzip, .xz: ARCHIVE_FATAL  // they have writers of their own
      case .zstd: archive_write_add_filter_zstd(handle)
      case .bzip2: archive_write_add_filter_bzip2(handle)
      case .lz4: archive_write_add_filter_lz4(handle)
      }
    guard added == ARCHIVE_OK else { throw ArchiveWords.filterNotBuiltIn(filter, path) }
    func set(_ option: String, _ value: Int) throws(TargetError) {
      guard archive_write_set_filter_option(handle, filter.rawValue, option, "\(value)") == ARCHIVE_OK else {
        throw ArchiveWords.filterNotBuiltIn(filter, path)
      }
    }
    try set("compression-level", level)
    // 0 is the caller's thread, without buffers between the two.
    if filter == .zstd { try set("threads", threads > 1 ? threads : 0) }
  }
}
