import LosslessJSON
import UprevCore
import UprevReport

/// Reads a tar once, front to back: its documents whole, everything else as raw bytes of any size in constant memory, and
/// every condition under which it may be rewritten, whether or not anything is to change.
final class TarReader: ContainerReader {
  private enum State {
    case header
    /// Inside a body that passes through, up to this position.
    case body(end: Int64, name: [UInt8])
    case tail(at: Int64)
    case done
  }

  private let archive: PathName
  private let options: ContainerReadOptions
  private let window: BlockWindow
  private var measure: ArchiveMeasure
  private var library: TarLibrary?
  private var state = State.header
  private var memberCount = 0
  /// The next header.
  private var position: Int64 = 0
  /// Everything before was yielded.
  private var yielded: Int64 = 0
  private var ready: [ContainerElement] = []
  private var taken = 0

  private(set) var description: ContainerDescription
  private(set) var discoverSeconds: Double = 0
  private(set) var readSeconds: Double = 0

  init(
    _ source: any BlockSource, filter: ArchiveFilter?, _ archive: PathName, _ measure: ArchiveMeasure,
    _ options: ContainerReadOptions
  ) throws(TargetError) {
    self.archive = archive
    self.measure = measure
    self.options = options
    window = BlockWindow(source)
    library = try TarLibrary(window, archive)
    description = ContainerDescription(
      kind: .archive, archiveFormat: "tar", filters: filter.map { [$0.rawValue] } ?? [])
  }

  func next() throws -> ContainerElement? {
    let start = ContinuousClock.now
    let element = try nextElement()
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    if case .document = element { readSeconds += elapsed } else { discoverSeconds += elapsed }
    return element
  }

  private func nextElement() throws(TargetError) -> ContainerElement? {
    while true {
      if taken < ready.count {
        taken += 1
        return ready[taken - 1]
      }
      ready.removeAll(keepingCapacity: true)
      taken = 0
      switch state {
      case .header: try readMember()
      case .body(let end, let name): try readBody(to: end, name)
      case .tail(let at): try readTail(at: at)
      case .done: return nil
      }
    }
  }

  private func readMember() throws(TargetError) {
    switch try TarHeader.read(window, at: position, archive) {
    case .nothing: throw ArchiveWords.noEndBlocks(archive, at: position)
    case .zeroBlock(let at): state = .tail(at: at)
    case .member(let header):
      try compare(header)
      memberCount += 1
      if let excess = measure.takeEntry(pathLength: header.name.count) {
        throw ArchiveWords.limitExceeded(excess, archive)
      }
      let claim = MemberClaim(
        name: header.name, isFolder: header.isFolder, isRegular: header.kind == .regular, isFile: header.kind != .other,
        size: header.size, options)
      switch claim {
      case .decided, .folder:
        if case .decided(let decision) = claim { ready.append(.decision(decision)) }
        state = .body(end: header.end, name: header.name)
      case .document(let reference):
        try readDocument(header, reference)
      }
    }
  }

  /// What was read from the raw header must be what libarchive reads, where there is more than one way to read it.
  private func compare(_ header: TarHeader) throws(TargetError) {
    if let format = header.plainFormat { return note(format: format) }
    guard let entry = try library?.nextEntry(header.position..<header.end) else {
      throw ArchiveWords.libraryFailed(archive, at: header.position, "libarchive sees the end of the archive")
    }
    guard entry.position == header.position else {
      throw ArchiveWords.positionsDisagree(archive, expected: header.position, found: entry.position)
    }
    guard header.kind != .regular || entry.size == header.size else {
      throw ArchiveWords.sizeDisagreesWithLibrary(
        archive, header: header.size, library: entry.size, at: header.position)
    }
    note(format: entry.format)
    try library?.skipBody()
  }

  /// One archive may mix them; the richest of its members names it.
  private func note(format: String) {
    if description.archiveFormat == format { return }
    let ranks = ["tar", "ustar", "gnutar", "pax"]
    if let old = description.archiveFormat.flatMap(ranks.firstIndex(of:)), let new = ranks.firstIndex(of: format),
      new > old
    {
      description.archiveFormat = format
    }
  }

  private func readDocument(_ header: TarHeader, _ reference: DocumentReference) throws(TargetError) {
    let member = header.position
    let count = Int(header.end - member)
    guard try window.load(upTo: header.end), let raw = window.slice(at: member, count: count) else {
      throw ArchiveWords.truncatedBody(archive, reference.path, at: window.upperBound)
    }
    let headerLength = Int(header.length)
    let size = Int(header.size)
    let text = raw.withBytes { bytes in
      JSONText(capacity: size) { target in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[headerLength..<headerLength + size]))
        return size
      }
    }
    passThrough(upTo: member)
    ready.append(
      .document(
        Document(
          reference: reference, text: text,
          origin: TarMember(
            position: member, raw: options.yieldsPassthrough ? raw : .empty, headerLength: headerLength))))
    position = header.end
    yielded = position
    window.discard(before: position)
  }

  private func readBody(to end: Int64, _ name: [UInt8]) throws(TargetError) {
    if window.upperBound >= end {
      position = end
      state = .header
      // What lies in the last block waits, so that a row of small members passes through in one piece.
      let inside = window.rest(at: end).map { Int64($0.offset) } ?? 0
      passThrough(upTo: end - inside)
    } else {
      passThrough(upTo: window.upperBound)
      guard try window.loadBlock() else {
        throw ArchiveWords.truncatedBody(archive, PathName(name), at: window.upperBound)
      }
    }
  }

  private func readTail(at: Int64) throws(TargetError) {
    guard try library?.nextEntry(at..<Int64.max) == nil else {
      throw ArchiveWords.positionsDisagree(archive, expected: at, found: at)
    }
    library = nil
    passThrough(upTo: at)
    var tail = TarEnd(window, at: at, archive)
    let total = try tail.check()
    if options.yieldsPassthrough {
      ready.append(.passthrough(TarTail(position: at, total: total, memberCount: memberCount)))
    }
    state = .done
  }

  private func passThrough(upTo end: Int64) {
    guard end > yielded else { return }
    if options.yieldsPassthrough {
      var start = yielded
      window.forEachSlice(from: yielded, to: end) { slice in
        ready.append(.passthrough(TarChunk(position: start, raw: slice)))
        start += Int64(slice.count)
      }
    }
    yielded = end
    window.discard(before: end)
  }
}
