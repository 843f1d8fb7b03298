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
/// - Throws: ``TargetError``
func makeStreamWriter(
  _ fileSystem: any FileSystem, _ file: OpenFile, path: PathName, filter: ArchiveFilter?,
  _ options: ContainerWriteOptions
) throws(TargetError) -> any StreamWriter {
  let output = FileSink(fileSystem, file, path, isFlushed: options.durability != .none)
  return switch filter {
  case nil: PlainWriter(output)
  case .gzip: try GzipWriter(output, path, sideThreads: options.sideThreads)
  case .some(let filter): try FilterWriter(output, path: path, filter: filter, sideThreads: options.sideThreads)
  }
}

/// Writes a stream as it is, in large pieces.
final class PlainWriter: StreamWriter {
  private let output: FileSink
  private var buffer: [UInt8] = []

  init(_ output: FileSink) {
    self.output = output
    buffer.reserveCapacity(Block.usualCapacity)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
    if buffer.count + bytes.count > Block.usualCapacity { try flush() }
    if bytes.count >= Block.usualCapacity / 2 {
      try flush()
      try output.put(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  func close() throws(TargetError) { try flush() }

  private func flush() throws(TargetError) {
    guard !buffer.isEmpty else { return }
    try buffer.withBytes { (bytes) throws(TargetError) in try output.put(bytes) }
    buffer.removeAll(keepingCapacity: true)
  }
}
