import UprevCore
import UprevReport

/// Takes a decompressed stream and puts it, compressed or not, into a file.
///
/// Used by one thread at a time. One that is dropped before `close()` leaves a file that is not whole.
protocol StreamWriter: AnyObject {
  /// - Throws: ``TargetError``
  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError)
  /// Writes what is still in hand.
  /// - Throws: ``TargetError``
  func close() throws(TargetError)
}

private let zeros = [UInt8](repeating: 0, count: 1 << 14)

extension StreamWriter {
  func write(zeros count: Int64) throws(TargetError) {
    var rest = count
    while rest > 0 {
      let part = Int(min(rest, Int64(zeros.count)))
      try zeros.withBytes { (bytes) throws(TargetError) in
        try write(UnsafeRawBufferPointer(rebasing: bytes[..<part]))
      }
      rest -= Int64(part)
    }
  }
}

/// The writer for a filter.
///
/// - Parameters:
///   - path: what errors speak of.
///   - filter: nil writes the stream as it is.
///   - start: bytes that the file holds already.
///   - progress: is told how far the file is written.
/// - Throws: ``TargetError``, also for a level that the filter does not take.
func makeStreamWriter(
  _ fileSystem: any FileSystem, _ file: OpenFile, path: PathName, filter: ArchiveFilter?,
  _ options: ContainerWriteOptions, from start: Int64 = 0, progress: Progress? = nil
) throws(TargetError) -> any StreamWriter {
  if let refusal = filter?.refusal(of: options.compression, path) { throw refusal }
  let output = FileSink(
    fileSystem, file, path, isFlushed: options.durability != .none, from: start, progress: progress)
  let writer: any StreamWriter
  if let filter {
    let level = options.compression.level ?? filter.defaultLevel
    let threads = filter.threads(options)
    switch filter {
    case .gzip: return try GzipWriter(output, path, level: level, threads: threads)
    case .xz:
      let isBounded = options.compression.threads == nil
      writer = try XZWriter(output, path, level: level, threads: threads, isBounded: isBounded)
    case .zstd, .bzip2, .lz4:
      writer = try FilterWriter(output, path: path, filter: filter, level: level, threads: threads)
    }
  } else {
    writer = PlainWriter(output)
  }
  let pieceSize = filter == nil ? WriteBehind.plainSize : WriteBehind.compressedSize
  return WriteBehind(writer, pieceSize: pieceSize, isInline: options.sideThreads < 1)
}

/// Writes a stream as it is.
final class PlainWriter: StreamWriter {
  private let output: FileSink

  init(_ output: FileSink) {
    self.output = output
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) { try output.put(bytes) }
  func close() throws(TargetError) {}
}
