import UprevReport

/// A directory, or one file as a tree of one.
public final class TreeContainer: Container {
  let fileSystem: any FileSystem
  /// The directory, or the one that holds the file.
  let root: TreeFolder
  /// The file's name, where the target is one file.
  let single: PathName?
  /// That file, open.
  private let singleFile: OpenFile?
  /// The target as given, for messages.
  let path: PathName
  /// Shared by everything that changes the tree.
  private(set) var folderLocks: FolderLocks
  /// Bytes; as the last reader was told.
  private(set) var maximumDocumentSize = RunOptions.defaultMaximumDocumentSize
  /// What makes the tree this run's alone, for as long as the container lives.
  private var claim: TreeClaim?
  /// The run that claimed it.
  private(set) var runID: String?

  public var kind: TargetKind { .tree }
  public var rewritesWhole: Bool { false }
  public var refusalToChange: TargetError? { nil }

  init(
    _ path: PathName, root: TreeFolder, single: (name: PathName, file: OpenFile)? = nil, fileSystem: any FileSystem
  ) {
    self.path = path
    self.root = root
    self.single = single?.name
    singleFile = single?.file
    self.fileSystem = fileSystem
    folderLocks = FolderLocks(fileSystem, root: nil)
  }

  public func journalTarget() throws -> JournalTarget {
    do throws(FileSystemError) {
      let resolved = try fileSystem.resolved(path)
      let status = try fileSystem.status(of: resolved, in: nil, followingLinks: false)
      return JournalTarget(path: path, resolvedPath: resolved, kind: .tree, identity: status.identity)
    } catch {
      throw error.targetError(.reading, about: path)
    }
  }

  public func claim(_ options: ContainerClaimOptions, warn: WarningSink) throws {
    guard claim == nil, let rootFile = root.rootFile else { return }
    runID = options.runID
    claim = try TreeClaim(singleFile ?? rootFile, path, options, fileSystem)
    if single == nil { folderLocks = FolderLocks(fileSystem, root: (root.identity, rootFile)) }
  }

  public func release() {
    claim?.release()
    claim = nil
  }

  public func makeReader(_ options: ContainerReadOptions) throws -> any ContainerReader {
    maximumDocumentSize = options.maximumDocumentSize
    return TreeReader(self, options)
  }

  public func makeWriter(
    _ options: ContainerWriteOptions, sink: @escaping DecisionSink, warn: @escaping WarningSink
  ) throws -> any ContainerWriter {
    options.isAllOrNothing
      ? WholeTreeWriter(self, options, sink: sink, warn: warn) : TreeWriter(self, options, sink: sink, warn: warn)
  }
}

/// Opens directories and single files. It is asked after the openers of archives, because any file is a tree of one.
public struct TreeOpener: ContainerOpener {
  private let fileSystem: any FileSystem

  public init(_ fileSystem: any FileSystem = LocalFileSystem()) {
    self.fileSystem = fileSystem
  }

  /// - Returns: never nil.
  /// - Throws: ``TargetError``: `read-failed` where it is missing or a special file, `permission-denied` where it cannot be
  ///   opened.
  public func open(_ path: PathName) throws -> (any Container)? {
    let container: TreeContainer?
    let kind: FileKind
    do throws(FileSystemError) {
      var place = path
      var status = try fileSystem.status(of: place, in: nil, followingLinks: false)
      if status.kind == .symbolicLink {
        place = try fileSystem.resolved(place)
        status = try fileSystem.status(of: place, in: nil, followingLinks: false)
      }
      kind = status.kind
      switch kind {
      case .directory:
        let root = try openFolder(place)
        container = TreeContainer(path, root: root, fileSystem: fileSystem)
      case .regular:
        let (folder, name) = place.splitAtLastComponent
        let root = try openFolder(folder)
        // So that a file that cannot be read fails as the target that it is.
        let file = try fileSystem.open(name, in: root.rootFile, [.readOnly, .beneath, .nonBlocking], mode: 0)
        container = TreeContainer(path, root: root, single: (name, file), fileSystem: fileSystem)
      default:
        container = nil
      }
    } catch {
      throw error.targetError(.reading, about: path)
    }
    guard let container else { throw TargetError.noTreeNorDocument(path, kind) }
    return container
  }

  /// A tree can be copied to a tree: any output that no archive's opener takes.
  public func canCopy(_ kind: TargetKind, to output: PathName) -> Bool { kind == .tree }

  public func makeCopyWriter(
    of container: any Container, to output: PathName, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) throws -> any ContainerWriter {
    guard let tree = container as? TreeContainer else { throw TargetError.foreignChunk }
    return try TreeCopyWriter(of: tree, to: output, options, sink: sink, warn: warn)
  }

  private func openFolder(_ path: PathName) throws(FileSystemError) -> TreeFolder {
    let file = try fileSystem.open(path, in: nil, [.readOnly, .directory], mode: 0)
    return TreeFolder(root: file, status: try fileSystem.status(of: file))
  }
}

extension PathName {
  /// The folder (`.` where there is none) and the name of a path; slashes at the end do not count.
  var splitAtLastComponent: (folder: PathName, name: PathName) {
    let slash = UInt8(ascii: "/")
    var end = bytes.count
    while end > 0, bytes[end - 1] == slash { end -= 1 }
    var start = end
    while start > 0, bytes[start - 1] != slash { start -= 1 }
    let name = PathName(bytes[start..<end])
    if start == 0 { return (PathName(end == 0 && !bytes.isEmpty ? "/" : "."), name) }
    return (PathName(bytes[..<start]), name)
  }
}
