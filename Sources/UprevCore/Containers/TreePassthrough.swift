import UprevReport

/// A piece of a tree that is no document's text: a folder, a file that no format claims, a link, a special file.
///
/// ``TreeSource`` opens and reads it.
public struct TreePassthrough: PassthroughChunk {
  /// What it is.
  public enum Content: Sendable {
    /// A folder; it comes before what is in it. The root comes first of all, with an empty path.
    case folder(TreeFolder)
    case file
    case symbolicLink
    /// A fifo, a socket or a device.
    case special
  }

  public let content: Content
  /// The path inside the target, without a slash at the end.
  public let path: PathName
  /// The folder that holds it; for the root, itself.
  public let folder: TreeFolder
  /// Its name in `folder`; empty for the root.
  public let name: PathName
  /// As it was when the walk met it.
  public let status: FileStatus

  public var byteCount: Int { path.bytes.count + 128 }
}

/// Reads what a tree's passthrough chunks stand for.
///
/// It is used by one thread at a time.
public final class TreeSource {
  private let fileSystem: any FileSystem
  private let handles: FolderHandles

  public init(_ container: TreeContainer) {
    fileSystem = container.fileSystem
    handles = FolderHandles(container.fileSystem)
  }

  /// A file or a folder, opened for reading.
  ///
  /// - Returns: the file, its status now (a file may have grown or shrunk since the walk), and its extended attributes.
  /// - Throws: ``FileSystemError``; of kind ``FailureKind/absent`` also where something else has its name now.
  public func open(
    _ chunk: TreePassthrough
  ) throws(FileSystemError) -> (file: OpenFile, status: FileStatus, attributes: [ExtendedAttribute]) {
    let file: OpenFile
    if case .folder(let folder) = chunk.content {
      file = try handles.handle(of: folder)
    } else {
      let parent = try handles.handle(of: chunk.folder)
      file = try fileSystem.open(chunk.name, in: parent, [.readOnly, .beneath, .nonBlocking], mode: 0)
    }
    let status = try fileSystem.status(of: file)
    guard status.kind == chunk.status.kind else {
      throw FileSystemError(call: "openat", path: chunk.path, number: absentNumber)
    }
    return (file, status, try fileSystem.extendedAttributes(of: file))
  }

  /// Hands the bytes of a file that ``open(_:)`` opened to `body`, piece by piece, from its start to its end as it is when
  /// it is reached.
  ///
  /// - Throws: ``FileSystemError`` of a read, or what `body` throws.
  public func forEachPiece(of file: OpenFile, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while true {
      let count = try fileSystem.read(file, into: buffer, at: offset)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }

  /// Where a symbolic link points.
  public func destination(of chunk: TreePassthrough) throws(FileSystemError) -> PathName {
    try fileSystem.symbolicLinkDestination(chunk.name, in: try handles.handle(of: chunk.folder))
  }

  /// A folder of the source, open.
  func handle(of folder: TreeFolder) throws(FileSystemError) -> OpenFile { try handles.handle(of: folder) }
}
