import UprevReport

/// Replaces one file of any size in the way that documents of a tree are replaced: a temporary in a staging folder beside it,
/// a manifest, an exchange, a look at what came out, and a second one before that is unlinked. Recovery is the tree's as well.
///
/// It is used by one thread at a time.
public final class FileReplacement {
  /// What became of the file.
  public enum Outcome: Sendable {
    /// - isWatched: whether it could be seen that nobody was writing.
    /// - unflushed: the folder could not be flushed: the replacement stands nevertheless.
    case replaced(isWatched: Bool, unflushed: FileSystemError?)
    /// Nothing has the name any more, and nothing was put there.
    case vanished
    /// The name leads to what another program left there.
    case changed
    /// The same, and an older file of another program's has this name now.
    case kept(PathName)
    /// Another run is exchanging in the folder. Nothing was replaced.
    case busy
    /// Nothing was replaced.
    case failed(FileSystemError)
    /// A call failed between exchange and settlement: both files are whole, and are left for recovery.
    case unsettled(FileSystemError)
  }

  /// The new file, mode 0600: open for reading and writing until ``closeForWriting()``, then for reading.
  public private(set) var temporary: OpenFile
  private static let slot = PathName("0")
  private let fileSystem: any FileSystem
  private let options: ContainerWriteOptions
  private let folder: TreeFolder
  private let staging: StagingFolder
  private var isPresent = true

  /// - Parameter folder: of the file, open for reading.
  /// - Throws: ``FileSystemError``; then nothing is left behind.
  public init(
    in folder: OpenFile, _ options: ContainerWriteOptions, _ fileSystem: any FileSystem
  ) throws(FileSystemError) {
    self.fileSystem = fileSystem
    self.folder = TreeFolder(root: folder, status: try fileSystem.status(of: folder))
    var options = options
    options.journal = nil
    options.isAllOrNothing = false
    // One file: a flush of the whole file system would wait for everybody else's.
    if options.durability == .batch { options.durability = .file }
    self.options = options
    staging = try StagingFolder(in: self.folder, open: folder, runID: options.runID, fileSystem)
    do throws(FileSystemError) {
      temporary = try fileSystem.open(
        Self.slot, in: staging.file, [.readWrite, .create, .exclusive, .beneath], mode: 0o600)
    } catch {
      try? staging.removeFolder()
      throw error
    }
  }

  deinit { try? remove() }

  /// Nothing more is written. Whoever has ``temporary`` must let go of it: for as long as it is open for writing, nobody can see
  /// whether another program has it open so.
  public func closeForWriting() throws(FileSystemError) {
    temporary = try fileSystem.open(Self.slot, in: staging.file, [.readOnly, .beneath, .nonBlocking], mode: 0)
  }

  /// Gives the temporary owner, attributes, mode and flags of the file that it is to replace.
  /// - Throws: ``FileSystemError`` of the first that cannot be reproduced.
  public func setAttributes(like original: OpenFile, _ status: FileStatus) throws(FileSystemError) {
    let now = try fileSystem.status(of: temporary)
    try fileSystem.setAttributes(
      of: temporary, from: now, to: status, try fileSystem.extendedAttributes(of: original))
    guard let wanted = try fileSystem.flags(of: original), let found = try fileSystem.flags(of: temporary) else {
      return
    }
    let carried = FileAttributes.carriedFlags
    if found & carried != wanted & carried {
      try fileSystem.setFlags(found & ~carried | wanted & carried, of: temporary)
    }
  }

  /// Makes the temporary durable, as far as the durability asks for it.
  public func flush() throws(FileSystemError) {
    if options.durability != .none { try fileSystem.synchronize(temporary) }
  }

  /// Replaces `name`, if it leads to a file with the bytes and attributes of `original`.
  ///
  /// - Parameters:
  ///   - status: of the original, as it was read.
  ///   - new: the temporary, as it is.
  ///   - watch: tells whether anybody has written to the original since it was read, its second lease held; nil: it is read
  ///     again.
  /// - Returns: what became of it; afterwards nothing of this object is left, unless that is for recovery.
  public func replace(
    _ name: PathName, _ original: Sighting, _ status: FileStatus, with new: Sighting, watch: WriteWatch? = nil
  ) -> Outcome {
    let origin = TreeDocumentOrigin(
      folder: folder, name: name, status: status, attributes: original.content?.attributes.extended ?? [],
      flags: original.content?.attributes.flags, isHardLinked: false)
    let document = StagedDocument(
      origin: origin, staging: staging, slot: Self.slot, isBeside: true, original: original, temporary: new, change: nil
    )
    document.watch = watch
    let locks = FolderLocks(fileSystem, root: nil)
    switch Flush(fileSystem, options).run([document], number: 0) {
    case .notJournaled(let error, let manifests):
      // There is no journal here.
      drop(manifests)
      return .failed(FileSystemError(call: error.message, path: nil, number: invalidArgument))
    case .noRoom(let error, let manifests), .notFlushed(let error, let manifests):
      drop(manifests)
      return .failed(error)
    case .flushed(let manifests):
      let committed = Commit(fileSystem, options, locks).run([document], manifests)
      if committed.unflushed != nil, case .inPlace? = committed.results.first {
        // Nothing may be unlinked: what is durable is not known.
        staging.leave()
        isPresent = false
        return .replaced(isWatched: true, unflushed: committed.unflushed?.error)
      }
      let outcome = Retirement(fileSystem, options, locks).run([document], committed.results, manifests)
      for (staging, name) in outcome.leftovers { staging.addLeftover(name) }
      for staging in outcome.left { staging.leave() }
      return finished(outcome.results.first, committed.unflushed?.error)
    }
  }

  private func finished(_ result: Retirement.Result?, _ unflushed: FileSystemError?) -> Outcome {
    isPresent = false
    try? staging.removeFolder()
    return
      switch result
    {
    case .replaced(let isWatched): .replaced(isWatched: isWatched && staging.exchanges, unflushed: unflushed)
    case .vanished: .vanished
    case .changed, nil: .changed
    case .kept(let name): .kept(name)
    case .outOfReach(let error), .failed(let error): .failed(error)
    case .busy: .busy
    case .unsettled(let error): .unsettled(error)
    }
  }

  private func drop(_ manifests: [ManifestFile]) {
    for manifest in manifests { staging.remove(manifest.name) }
  }

  /// Removes the temporary, unless it was put in place or is left for recovery.
  /// - Throws: ``FileSystemError``
  public func remove() throws(FileSystemError) {
    guard isPresent else { return }
    isPresent = false
    staging.remove(Self.slot)
    try staging.removeFolder()
  }

  /// Brings to an end what interrupted runs left in a folder, documents of a tree included.
  public static func recover(in folder: OpenFile, _ fileSystem: any FileSystem, warn: WarningSink)
    throws(FileSystemError)
  {
    var own: [PathName] = []
    try fileSystem.forEachName(in: folder) { name, _ in
      if OwnName.isOwn(name) { own.append(PathName(name)) }
    }
    guard !own.isEmpty else { return }
    let recovery = StagingRecovery(.recover, locks: FolderLocks(fileSystem, root: nil), fileSystem)
    _ = recovery.enter(folder, at: PathName(""), own.sorted())
    recovery.finish()
    for warning in recovery.warnings.records { warn(warning) }
  }
}
