import CArchive
import UprevCore
import UprevReport

/// What libarchive reads entries from: a file that can be sought in, or a decompressed stream.
final class EntryInput {
  private enum Source {
    case file(FileInput, size: Int64)
    case stream(FilterReader)
  }

  private let source: Source
  private var block = Block()
  private(set) var failure: TargetError?
  /// Of the next byte that libarchive is given.
  private(set) var position: Int64 = 0

  init(_ container: ArchiveContainer) throws(TargetError) {
    switch container.filter {
    case nil:
      let input = FileInput(
        fileSystem: container.fileSystem, file: container.file, path: container.location.path)
      source = .file(input, size: container.status.size)
    case .some:
      source = .stream(try container.makeFilterReader())
    }
  }

  /// Opens `handle` for reading; the input must outlive it.
  /// - Returns: libarchive's result
  func open(_ handle: OpaquePointer) -> Int32 {
    let read: ReadCallback = { _, client, buffer in
      guard let client, let buffer else { return -1 }
      return Unmanaged<EntryInput>.fromOpaque(client).takeUnretainedValue().nextInput(buffer)
    }
    archive_read_set_read_callback(handle, read)
    if case .file = source {
      let seek: SeekCallback = { _, client, offset, whence in
        guard let client else { return -1 }
        return Unmanaged<EntryInput>.fromOpaque(client).takeUnretainedValue().seek(offset, whence)
      }
      archive_read_set_seek_callback(handle, seek)
    }
    archive_read_set_callback_data(handle, Unmanaged.passUnretained(self).toOpaque())
    return archive_read_open1(handle)
  }

  /// Reads what libarchive did not ask for, so that a filter's last checks are made.
  func drain() throws(TargetError) {
    guard case .stream(let reader) = source else { return }
    while try reader.nextBlock() != nil {}
  }

  /// The `archive_read_callback`
  private func nextInput(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    do throws(TargetError) {
      let count: Int
      switch source {
      case .file(let input, _): count = try input.read(into: block.memory, at: position)
      case .stream(let reader):
        guard let next = try reader.nextBlock() else { return 0 }
        block = next
        count = next.count
      }
      position += Int64(count)
      buffer.pointee = UnsafeRawPointer(block.memory.baseAddress)
      return count
    } catch {
      failure = error
      return -1
    }
  }

  /// The `archive_seek_callback`
  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    guard case .file(_, let size) = source else { return -1 }
    let base: Int64
    switch whence {
    case 0: base = 0
    case 1: base = position
    default: base = size
    }
    let (target, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, target >= 0 else { return -1 }
    position = target
    return target
  }
}
