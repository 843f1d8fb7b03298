/// Streams a report, member by member in the order of `docs/report.md`, as UTF-8 with a newline at the end.
///
/// One document stands on one line. What is held in memory is a buffer of 64 KiB and the record in hand. The text is
/// complete JSON only after `finish(_:)`, so write it to a temporary and rename that.
///
///     let writer = try ReportWriter(header) { bytes in try file.write(bytes) }
///     try writer.add(record)
///     try writer.finish(tail)
public final class ReportWriter {
  /// The version of the report's shape, its first member.
  public static let reportVersion = 1

  private enum State {
    case open
    case finished
    case failed(any Error)
  }

  private var output: JSONByteWriter
  private var state = State.open
  private var documentCount = 0

  /// Begins the report.
  /// - Parameter sink: takes the text piece by piece, mostly of about 64 KiB, in order.
  /// - Throws: what `sink` throws.
  public init(_ header: ReportHeader, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    output = JSONByteWriter(sink: sink)
    output.header(header)
    try output.flushIfFull()
  }

  /// Adds one document. Which documents are listed is the caller's choice, and so is their order.
  /// - Throws: what the sink throws; then and ever after, since the text has a hole. ``ReportWriterError`` after the end.
  public func add(_ record: DocumentRecord) throws {
    try writing {
      output.raw(documentCount == 0 ? "\n    " : ",\n    ")
      output.document(record)
      documentCount += 1
    }
  }

  /// Ends the report and hands over everything that is still in the buffer.
  /// - Throws: as `add(_:)` does.
  public func finish(_ tail: ReportTail) throws {
    try writing {
      output.raw(documentCount == 0 ? "],\n" : "\n  ],\n")
      try output.tail(tail)
      try output.flush()
    }
    state = .finished
  }

  private func writing(_ body: () throws -> Void) throws {
    switch state {
    case .open: break
    case .finished: throw ReportWriterError.alreadyFinished
    case .failed(let error): throw error
    }
    do {
      try body()
      try output.flushIfFull()
    } catch {
      state = .failed(error)
      throw error
    }
  }
}

/// A call that comes too late.
public enum ReportWriterError: Error, Equatable {
  case alreadyFinished
}

extension Summary {
  /// The object that stands as `summary` in a report, on one line without a newline.
  public var jsonText: [UInt8] {
    var output = JSONByteWriter(sink: { _ in })
    output.summary(self)
    return output.bytes
  }
}
