import CArchive
import UprevCore
import UprevReport

/// Turns what a tree holds into entries of a new archive: modes, owners, times in nanoseconds, extended attributes, links,
/// empty folders.
///
/// Used by one thread at a time. The folder itself is `./`, everything else has its path inside it.
final class TreeEntries {
  private struct Link: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Past this many files with several names, further ones are archived as separate files.
  private static let linkLimit = 1 << 16
  /// A file up to this size is read before its header is written, so that its size is what was read.
  private static let wholeSize: Int64 = 1 << 20

  private let source: TreeSource
  private let output: PathName
  private var links: [Link: PathName] = [:]
  /// Of the root folder; of a tree of one file, of the file.
  private(set) var rootMode: UInt32 = 0o600
  private var isFirst = true

  init(_ container: TreeContainer, _ output: PathName) {
    source = TreeSource(container)
    self.output = output
  }

  /// The entry of a document, without a size; nil where memory is short.
  func entry(_ path: PathName, _ origin: TreeDocumentOrigin) -> ArchiveEntry? {
    noteFirst(origin.status)
    guard let entry = ArchiveEntry() else { return nil }
    entry.set(name: path, origin.status)
    entry.set(origin.attributes)
    remember(origin.status, path)
    return entry
  }

  /// - Throws: ``TargetError`` where the archive cannot be written on, or a large file shrank while it was read.
  func add(_ chunk: TreePassthrough, to stream: PaxStream, _ warn: WarningSink) throws(TargetError) {
    noteFirst(chunk.status)
    guard let entry = ArchiveEntry() else { throw ArchiveWords.noMemory(output) }
    do {
      switch chunk.content {
      case .folder:
        let opened = try source.open(chunk)
        entry.set(name: chunk.path.bytes.isEmpty ? PathName("./") : chunk.path, opened.status)
        entry.set(opened.attributes)
      case .symbolicLink:
        entry.set(name: chunk.path, chunk.status)
        entry.setSymbolicLink(try source.destination(of: chunk))
      case .special:
        entry.set(name: chunk.path, chunk.status)
      case .file:
        return try addFile(chunk, entry, to: stream, warn)
      }
    } catch let error as FileSystemError {
      if error.kind != .absent { warn(ArchiveWords.notCopied(output, chunk.path, error.message(.reading))) }
      return
    } catch let error as TargetError {
      throw error
    } catch {
      throw ArchiveWords.entryNotWritable(output, chunk.path, "\(error)")
    }
    if let words = try stream.begin(entry) { warn(ArchiveWords.notCopied(output, chunk.path, words)) }
  }

  private func addFile(
    _ chunk: TreePassthrough, _ entry: ArchiveEntry, to stream: PaxStream, _ warn: WarningSink
  ) throws {
    if let known = known(chunk.status) {
      entry.set(name: chunk.path, chunk.status)
      entry.setHardLink(known)
      if let words = try stream.begin(entry) { warn(ArchiveWords.notCopied(output, chunk.path, words)) }
      return
    }
    let opened = try source.open(chunk)
    entry.set(name: chunk.path, opened.status)
    entry.set(opened.attributes)
    var whole: [UInt8] = []
    let isSmall = opened.status.size <= Self.wholeSize
    if isSmall {
      try source.forEachPiece(of: opened.file) { piece in
        whole += piece
        guard Int64(whole.count) <= 64 * Self.wholeSize else { throw ArchiveWords.fileChanged(output, chunk.path) }
      }
    }
    archive_entry_set_size(entry.pointer, isSmall ? Int64(whole.count) : opened.status.size)
    if let words = try stream.begin(entry) { return warn(ArchiveWords.notCopied(output, chunk.path, words)) }
    if isSmall {
      try whole.withUnsafeBytes { try stream.write($0) }
    } else {
      try copy(opened.file, size: opened.status.size, chunk.path, to: stream)
    }
    remember(opened.status, chunk.path)
  }

  /// As many bytes as the header promised: what a file gained since is not copied, what it lost cannot be.
  private func copy(_ file: OpenFile, size: Int64, _ path: PathName, to stream: PaxStream) throws {
    var rest = size
    try source.forEachPiece(of: file) { piece in
      let count = Int(min(rest, Int64(piece.count)))
      try stream.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      rest -= Int64(count)
    }
    guard rest == 0 else { throw ArchiveWords.fileChanged(output, path) }
  }

  private func noteFirst(_ status: FileStatus) {
    if isFirst { rootMode = status.mode }
    isFirst = false
  }

  private func known(_ status: FileStatus) -> PathName? {
    status.linkCount > 1 ? links[Link(device: status.device, inode: status.inode)] : nil
  }

  private func remember(_ status: FileStatus, _ path: PathName) {
    guard status.linkCount > 1, links.count < Self.linkLimit else { return }
    links[Link(device: status.device, inode: status.inode)] = path
  }
}

extension ArchiveEntry {
  var name: PathName {
    archive_entry_pathname(pointer).map { PathName(cString: $0) }
      ?? PathName("")
  }

  func set(name: PathName, _ status: FileStatus) {
    Self.withCString(name) { archive_entry_set_pathname(pointer, $0) }
    let type =
      switch status.kind {
      case .regular, .unknown: uprev_ae_regular
      case .directory: uprev_ae_directory
      case .symbolicLink: uprev_ae_symbolic_link
      case .fifo: uprev_ae_fifo
      case .socket: uprev_ae_socket
      case .characterDevice: uprev_ae_character_device
      case .blockDevice: uprev_ae_block_device
      }
    archive_entry_set_filetype(pointer, type)
    archive_entry_set_perm(pointer, mode_t(truncatingIfNeeded: status.mode))
    archive_entry_set_uid(pointer, Int64(status.user))
    archive_entry_set_gid(pointer, Int64(status.group))
    archive_entry_set_mtime(pointer, time_t(status.modification.seconds), Int(status.modification.nanoseconds))
    archive_entry_set_size(pointer, 0)
    if status.kind == .characterDevice || status.kind == .blockDevice {
      archive_entry_set_rdev(pointer, dev_t(truncatingIfNeeded: status.representedDevice))
    }
  }

  func set(_ attributes: [ExtendedAttribute]) {
    for attribute in attributes {
      Self.withCString(PathName(attribute.name)) { name in
        attribute.value.withUnsafeBytes {
          archive_entry_xattr_add_entry(pointer, name, $0.baseAddress, $0.count)
        }
      }
    }
  }

  func setSymbolicLink(_ destination: PathName) {
    Self.withCString(destination) { archive_entry_set_symlink(pointer, $0) }
  }

  func setHardLink(_ path: PathName) {
    Self.withCString(path) { archive_entry_set_hardlink(pointer, $0) }
  }

  /// Names of a file system hold no zero byte.
  private static func withCString(_ name: PathName, _ body: (UnsafePointer<CChar>) -> Void) {
    (name.bytes + [0]).withUnsafeBytes { bytes in
      if let base = bytes.bindMemory(to: CChar.self).baseAddress { body(base) }
    }
  }
}
