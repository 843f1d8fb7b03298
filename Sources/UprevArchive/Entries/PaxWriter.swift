import CArchive
import LosslessJSON
import UprevCore
import UprevReport

/// Makes a migrated copy, as a new pax archive, of what is no tar: a cpio, zip or 7zip entry by entry, or a tree.
final class PaxWriter: ContainerWriter {
  private let fileSystem: any FileSystem
  private let container: any Container
  private let location: ArchiveLocation
  private let filter: ArchiveFilter?
  private let sink: DecisionSink
  private let warn: WarningSink
  private let tree: TreeEntries?
  private var output: OutputFile?
  private var stream: PaxStream?
  /// Whether the current entry was left out, and its body is to be too.
  private var isLeavingOut = false

  init(
    _ fileSystem: any FileSystem, of container: any Container, to location: ArchiveLocation, filter: ArchiveFilter?,
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws(TargetError) {
    self.fileSystem = fileSystem
    self.container = container
    self.location = location
    self.filter = filter
    self.sink = sink
    self.warn = warn
    tree = (container as? TreeContainer).map { TreeEntries($0, location.path) }
    let output = try OutputFile(fileSystem, at: location, replaces: false, options)
    self.output = output
    stream = try PaxStream(
      fileSystem, output.file, path: location.path, filter: filter, options)
  }

  func write(_ element: DecidedElement) throws {
    switch element {
    case .decision(let decision): sink(decision)
    case .document(let document, let decision):
      sink(decision)
      let replacement = decision.outcome == .migrated ? decision.replacement : nil
      try add(document, replacement ?? document.text)
    case .passthrough(let chunk):
      switch chunk {
      case let chunk as EntryHeader: try begin(chunk.entry)
      case let chunk as EntryData:
        if !isLeavingOut {
          try chunk.raw.withBytes { (bytes) throws(TargetError) in try stream?.write(bytes) }
        }
      case let chunk as TreePassthrough:
        if let stream { try tree?.add(chunk, to: stream, warn) }
      default: throw ArchiveWords.foreignElement(location.path)
      }
    }
  }

  private func begin(_ entry: ArchiveEntry) throws(TargetError) {
    guard let words = try stream?.begin(entry) else {
      isLeavingOut = false
      return
    }
    isLeavingOut = true
    warn(ArchiveWords.notCopied(location.path, entry.name, words))
  }

  private func add(_ document: Document, _ text: JSONText) throws(TargetError) {
    let entry: ArchiveEntry?
    switch document.origin {
    case let member as EntryMember: entry = member.entry
    case let origin as TreeDocumentOrigin: entry = tree?.entry(document.reference.path, origin)
    default: throw ArchiveWords.foreignElement(location.path)
    }
    guard let entry, let stream else { throw ArchiveWords.noMemory(location.path) }
    archive_entry_set_size(entry.pointer, Int64(text.count))
    if let words = try stream.begin(entry) {
      throw ArchiveWords.entryNotWritable(location.path, entry.name, words)
    }
    try text.withUnsafeBytes { (bytes) throws(TargetError) in try stream.write(bytes) }
  }

  func finish() throws -> Bool {
    guard let output, let stream else { return false }
    try stream.close()
    let memberCount = stream.memberCount
    self.stream = nil
    try verify(output, memberCount)
    if let archive = container as? ArchiveContainer {
      guard try archive.isUnchanged() else { throw ArchiveWords.changedDuringRun(archive.location.path) }
      try output.place(mode: archive.status.mode & 0o666)
    } else {
      // What only the owner of a folder may read stays so.
      try output.place(mode: tree.map { $0.rootMode & 0o666 } ?? 0o600)
    }
    self.output = nil
    return true
  }

  private func verify(_ output: OutputFile, _ memberCount: Int) throws(TargetError) {
    let walk: TarWalk
    do {
      let reader = try FilterReader(fileSystem, output.file, path: location.path, filter: filter)
      walk = try TarWalk(reader, location.path)
    } catch {
      throw ArchiveWords.verificationFailed(location.path, error.report.message)
    }
    guard walk.memberCount == memberCount else {
      throw ArchiveWords.verificationFailed(location.path, "\(walk.memberCount) members instead of \(memberCount)")
    }
  }

  func abandon() {
    stream = nil
    guard let output else { return }
    self.output = nil
    do {
      try output.remove()
    } catch {
      warn(ArchiveWords.notCleanedUp(error, location.path))
    }
  }
}
