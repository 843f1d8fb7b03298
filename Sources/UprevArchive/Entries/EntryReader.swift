import CArchive
import LosslessJSON
import UprevCore
import UprevReport

/// Reads a cpio, zip or 7zip through libarchive's entries.
final class EntryReader: ContainerReader {
  private enum State {
    case header
    case body(name: PathName)
    case done
  }

  private let archive: PathName
  private let options: ContainerReadOptions
  private let handle: OpaquePointer
  private let input: EntryInput
  private var measure: ArchiveMeasure
  /// Of the current entry's body: bytes that were counted and have not come yet.
  private var counted: Int64 = 0
  private var state = State.header
  private var pending: ContainerElement?

  let description: ContainerDescription
  private(set) var discoverSeconds: Double = 0
  private(set) var readSeconds: Double = 0

  init(_ container: ArchiveContainer, _ options: ContainerReadOptions) throws(TargetError) {
    archive = container.location.path
    self.options = options
    measure = container.measure
    description = ContainerDescription(
      kind: .archive, archiveFormat: container.format.rawValue, filters: container.filter.map { [$0.rawValue] } ?? [])
    input = try EntryInput(container)
    guard let handle = archive_read_new() else { throw ArchiveWords.noMemory(archive) }
    self.handle = handle
    let supported =
      switch container.format {
      case .cpio: archive_read_support_format_cpio(handle)
      case .zip: archive_read_support_format_zip_seekable(handle)
      case .sevenZip: archive_read_support_format_7zip(handle)
      case .tar: archive_read_support_format_tar(handle)
      }
    guard supported == ARCHIVE_OK else { throw ArchiveWords.noMemory(archive) }
    try LocaleScope.run { () throws(TargetError) in
      guard input.open(handle) == ARCHIVE_OK else { throw openingFailure() }
    }
  }

  deinit { archive_read_free(handle) }

  func next() throws -> ContainerElement? {
    let start = ContinuousClock.now
    let element = try LocaleScope.run { () throws(TargetError) in try nextElement() }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    if case .document = element { readSeconds += elapsed } else { discoverSeconds += elapsed }
    return element
  }

  private func nextElement() throws(TargetError) -> ContainerElement? {
    if let element = pending {
      pending = nil
      return element
    }
    while true {
      switch state {
      case .header:
        if let element = try readHeader() { return element }
      case .body(let name):
        if let data = try readData(of: name) { return .passthrough(data) }
        state = .header
      case .done: return nil
      }
    }
  }

  private func readHeader() throws(TargetError) -> ContainerElement? {
    var found: OpaquePointer?
    let result = archive_read_next_header(handle, &found)
    if result == ARCHIVE_EOF {
      try input.drain()
      state = .done
      return nil
    }
    guard result == ARCHIVE_OK || (result == ARCHIVE_WARN && words.contains("can't be converted")), let found else {
      throw failure()
    }
    let name = archive_entry_pathname(found).map { PathName(cString: $0).bytes } ?? []
    let isFile = archive_entry_filetype(found) == uprev_ae_regular
    let isLink = archive_entry_hardlink(found) != nil
    if let excess = measure.takeEntry(pathLength: name.count) { throw ArchiveWords.limitExceeded(excess, archive) }
    // Where it is unknown, as in a streamed zip without a directory, the body tells.
    let size = archive_entry_size_is_set(found) != 0 ? archive_entry_size(found) : 0
    // Before the body, which libarchive may have to expand only to skip it.
    counted = max(0, size)
    if let excess = measure.take(bytes: counted) { throw ArchiveWords.limitExceeded(excess, archive) }
    // Of a file with several names, a newc cpio has the content with the last name only.
    let isNewCpio = [ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FORMAT_CPIO_SVR4_CRC].contains(archive_format(handle))
    let isEmptyName = isNewCpio && archive_entry_nlink(found) > 1 && size == 0
    let isRegular = isFile && !isLink && !isEmptyName
    let isFolder = archive_entry_filetype(found) == uprev_ae_directory
    let claim = MemberClaim(
      name: name, isFolder: isFolder, isRegular: isRegular, isFile: isFile, size: size, options)
    switch claim {
    case .folder:
      guard options.yieldsPassthrough else { return nil }
      guard let entry = ArchiveEntry(copying: found) else { throw ArchiveWords.noMemory(archive) }
      state = .body(name: PathName(name))
      return .passthrough(EntryHeader(entry: entry))
    case .document(let reference): return try readDocument(found, reference)
    case .decided(let decision):
      if options.yieldsPassthrough {
        guard let entry = ArchiveEntry(copying: found) else { throw ArchiveWords.noMemory(archive) }
        if isFile, isLink, size > 0 {
          guard !isNewCpio else { throw ArchiveWords.contentWithLastName(archive, PathName(name)) }
          // Older cpios repeat the content with every name; a tar has it with the first.
          archive_entry_set_size(entry.pointer, 0)
          pending = .passthrough(EntryHeader(entry: entry))
          return .decision(decision)
        }
        pending = .passthrough(EntryHeader(entry: entry))
        state = .body(name: PathName(name))
      }
      return .decision(decision)
    }
  }

  private func readDocument(
    _ found: OpaquePointer, _ reference: DocumentReference
  ) throws(TargetError) -> ContainerElement {
    guard let entry = ArchiveEntry(copying: found) else { throw ArchiveWords.noMemory(archive) }
    var pieces: [BlockSlice] = []
    var count = 0
    while let piece = try readData(of: reference.path) {
      pieces.append(piece.raw)
      count += piece.raw.count
      guard count <= options.maximumDocumentSize else {
        return try tooLarge(entry, reference, pieces, atLeast: count)
      }
    }
    let text = JSONText(capacity: count) { target in
      var filled = 0
      for piece in pieces {
        piece.withBytes { UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(from: $0) }
        filled += piece.count
      }
      return filled
    }
    return .document(Document(reference: reference, text: text, origin: EntryMember(entry: entry)))
  }

  /// Its header told no size, or a wrong one.
  private func tooLarge(
    _ entry: ArchiveEntry, _ reference: DocumentReference, _ pieces: [BlockSlice], atLeast count: Int
  ) throws(TargetError) -> ContainerElement {
    // What was taken from the body cannot be put back, so the copy could not be made.
    guard !options.yieldsPassthrough else {
      throw ArchiveWords.entryNotReadable(archive, reference.path, "its size is not told by its header")
    }
    let error = ArchiveWords.tooLarge(size: Int64(count), maximum: options.maximumDocumentSize)
    return .decision(Decision(reference: reference, outcome: .rejected, error: error))
  }

  /// The next piece of the current entry's body; nil at its end.
  private func readData(of name: PathName) throws(TargetError) -> EntryData? {
    var start: UnsafeRawPointer?
    var count = 0
    var offset: la_int64_t = 0
    repeat {
      let result = archive_read_data_block(handle, &start, &count, &offset)
      if result == ARCHIVE_EOF { return nil }
      if result == ARCHIVE_FAILED { throw ArchiveWords.entryNotReadable(archive, name, words) }
      // A warning here is a wrong checksum.
      guard result == ARCHIVE_OK else { throw failure() }
    } while count == 0
    let more = Int64(count) - counted
    counted = max(0, -more)
    if more > 0, let excess = measure.take(bytes: more) { throw ArchiveWords.limitExceeded(excess, archive) }
    let block = Block(capacity: count)
    block.append(UnsafeRawBufferPointer(start: start, count: count))
    return EntryData(raw: BlockSlice(block: block, offset: 0, count: count))
  }

  private var words: String {
    archive_error_string(handle).map { String(cString: $0) } ?? "no details"
  }

  private func openingFailure() -> TargetError {
    input.failure ?? ArchiveWords.libraryFailed(archive, at: input.position, words)
  }

  private func failure() -> TargetError {
    if let failure = input.failure { return failure }
    // Not before the archive is open: a search for the format that found none leaves libarchive's pointer to it behind
    // the last one (3.6.2).
    if archive_read_has_encrypted_entries(handle) > 0 { return ArchiveWords.encrypted(archive, words) }
    return ArchiveWords.libraryFailed(archive, at: input.position, words)
  }
}
