import UprevCore
import UprevReport

/// Writes a tar anew with some of its documents changed: raw blocks are copied, a changed member keeps its header blocks but
/// for size and checksum.
///
/// In place, nothing is written before the first document that changes; then the part before it is read once more. The
/// result is walked before it replaces anything.
final class TarSplicer: ContainerWriter {
  private let container: ArchiveContainer
  private let location: ArchiveLocation
  private let filter: ArchiveFilter?
  private let isInPlace: Bool
  private let options: ContainerWriteOptions
  private let sink: DecisionSink
  private let warn: WarningSink

  private var output: OutputFile?
  private var stream: (any StreamWriter)?
  private var verification: TarVerification?
  private var tail: TarTail?
  /// By how many bytes the members written so far have grown.
  private var growth: Int64 = 0
  /// Everything of the original before this position was written.
  private var position: Int64 = 0

  private var fileSystem: any FileSystem { container.fileSystem }

  /// A writer that changes `container` in place.
  init(
    inPlace container: ArchiveContainer, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) {
    self.container = container
    location = container.location
    filter = container.filter
    isInPlace = true
    self.options = options
    self.sink = sink
    self.warn = warn
  }

  /// A writer that makes a migrated copy of `container`.
  init(
    copying container: ArchiveContainer, to location: ArchiveLocation, filter: ArchiveFilter?,
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws(TargetError) {
    self.container = container
    self.location = location
    self.filter = filter
    isInPlace = false
    self.options = options
    self.sink = sink
    self.warn = warn
    try start()
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .decision(let decision): sink(decision)
    case .passthrough(let chunk): try write(chunk)
    case .document(let document, let decision): try write(document, decision)
    }
  }

  private func write(_ chunk: any PassthroughChunk) throws(TargetError) {
    if let tail = chunk as? TarTail {
      self.tail = tail
    } else if let chunk = chunk as? TarChunk {
      try write(chunk.raw, at: chunk.position)
    }
  }

  private func write(_ document: Document, _ decision: Decision) throws(TargetError) {
    guard let member = document.origin as? TarMember else { return sink(decision) }
    guard decision.outcome == .migrated, let text = decision.replacement else {
      sink(decision)
      return try write(member.raw, at: member.position)
    }
    let header = member.raw.withBytes { bytes in
      TarHeaderPatch.patched(UnsafeRawBufferPointer(rebasing: bytes[..<member.headerLength]), size: text.count)
    }
    guard let header else {
      sink(decision.rejected(ArchiveWords.sizeHasNoPlace(size: text.count)))
      return try write(member.raw, at: member.position)
    }
    // Before the writing: where that fails the target fails as a whole, and the decision stays what it was.
    sink(decision)
    if stream == nil { try start(before: member.position) }
    guard let stream else { return }
    try checkPosition(member.position)
    try header.withBytes { (bytes) throws(TargetError) in try stream.write(bytes) }
    try text.withUnsafeBytes { (bytes) throws(TargetError) in try stream.write(bytes) }
    let padding = TarBlock.padding(of: Int64(text.count))
    try stream.write(zeros: padding)
    position += Int64(member.raw.count)
    growth += Int64(header.count) + Int64(text.count) + padding - Int64(member.raw.count)
  }

  private func write(_ raw: BlockSlice, at start: Int64) throws(TargetError) {
    guard let stream else { return }
    try checkPosition(start)
    try raw.withBytes { (bytes) throws(TargetError) in try stream.write(bytes) }
    position += Int64(raw.count)
  }

  /// What comes must be what follows what was written.
  private func checkPosition(_ start: Int64) throws(TargetError) {
    guard start == position else {
      throw ArchiveWords.verificationFailed(location.path, "byte \(start) came where \(position) was due")
    }
  }

  // MARK: starting

  private func start(before position: Int64 = 0) throws(TargetError) {
    let output = try OutputFile(fileSystem, at: location, replaces: isInPlace, options)
    self.output = output
    if position > 0, filter == nil {
      try copy(upTo: position, to: output)
    }
    let verification = TarVerification(
      fileSystem, output.file, location.path, filter: filter, hash: isInPlace ? ReadHash() : nil,
      isBehind: options.sideThreads > 0)
    self.verification = verification
    let stream = try makeStreamWriter(
      fileSystem, output.file, path: location.path, filter: filter, options, from: filter == nil ? position : 0,
      progress: verification.progress)
    self.stream = stream
    if position > 0, filter != nil {
      try decompress(upTo: position, to: stream)
    }
    self.position = position
  }

  /// The part before the first changed member, of a tar without a filter: inside the kernel.
  private func copy(upTo end: Int64, to output: OutputFile) throws(TargetError) {
    // A description of its own, for its offset: the container's is shared.
    let source = try container.reopened()
    var rest = end
    while rest > 0 {
      let copied: Int
      do {
        copied = try fileSystem.copy(from: source, to: output.file, count: Int(min(rest, 1 << 30)))
      } catch {
        throw ArchiveWords.writeFailed(error, location.path)
      }
      guard copied > 0 else { throw ArchiveWords.changedDuringRun(location.path) }
      rest -= Int64(copied)
    }
  }

  /// The same through a filter.
  private func decompress(upTo end: Int64, to stream: any StreamWriter) throws(TargetError) {
    let reader = try container.makeFilterReader()
    var rest = end
    while rest > 0 {
      guard let block = try reader.nextBlock() else { throw ArchiveWords.changedDuringRun(location.path) }
      let count = Int(min(rest, Int64(block.count)))
      try stream.write(UnsafeRawBufferPointer(rebasing: block.bytes[..<count]))
      rest -= Int64(count)
    }
  }

  // MARK: finishing

  func finish() throws -> Bool {
    guard let output, let verification, stream != nil else {
      if isInPlace { container.removeExpiredOriginals(options.runID, warn) }
      return true
    }
    guard let tail else {
      // The reader did not come to the end.
      abandon()
      return false
    }
    try checkPosition(tail.position)
    let end = tail.position + growth
    let total = end + tailCount(tail, end: end)
    try closeStream(zeros: total - end)
    try verification.finish(memberCount: tail.memberCount, end: end, total: total)
    self.verification = nil
    try output.closeForWriting()
    if isInPlace {
      try ArchiveReplacement(container, options, warn: warn).replace(with: output, verification.hash)
      container.removeExpiredOriginals(options.runID, warn)
    } else {
      guard try container.isUnchanged() else { throw ArchiveWords.changedDuringRun(container.location.path) }
      try output.place(mode: container.status.mode & 0o777)
    }
    self.output = nil
    return true
  }

  /// Afterwards nobody but the verification and `output` has the temporary open for writing.
  private func closeStream(zeros: Int64) throws(TargetError) {
    try stream?.write(zeros: zeros)
    try stream?.close()
    stream = nil
  }

  /// Zeros at the end: whole records again where there were whole records, otherwise as many as there were.
  private func tailCount(_ tail: TarTail, end: Int64) -> Int64 {
    guard tail.total % TarBlock.usualRecordSize == 0 else { return tail.total - tail.position }
    let least = end + 2 * Int64(TarBlock.size)
    let record = TarBlock.usualRecordSize
    return (least + record - 1) / record * record - end
  }

  func abandon() {
    stream = nil
    verification = nil
    guard let output else { return }
    self.output = nil
    do {
      try output.remove()
    } catch {
      warn(ArchiveWords.notCleanedUp(error, location.path))
    }
  }
}
