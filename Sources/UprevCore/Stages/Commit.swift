import UprevReport

/// The last stage, third part: exchanges each temporary of a batch that ``Flush`` made durable with its document, looks at what
/// came out, and makes that durable. What came out stays in its slot for ``Retirement``.
///
/// It is used by one thread at a time, which need not be the one that stages: it touches nothing of a staging folder but
/// its descriptor.
final class Commit {
  /// What became of one document.
  enum Result {
    /// The new text is in place; in the slot is the original, to be looked at again.
    case inPlace(isWatched: Bool)
    /// The new text is in place, put there by a plain rename.
    case replaced
    /// In the slot is our temporary: the document is gone.
    case vanished
    /// In the slot is our temporary: the document is what another program left there.
    case changed
    /// In the slot is another program's file that cannot go back.
    case keep
    /// An exchange from the staging folder does not reach the document. In the slot is our temporary.
    case outOfReach(FileSystemError)
    /// In the slot is our temporary.
    case failed(FileSystemError)
    /// Another run holds the folder. In the slot is our temporary.
    case busy
    /// A call failed between exchange and settlement: slot and name are both whole, and are left for recovery.
    case unsettled(FileSystemError)
  }

  /// What became of a batch.
  struct Outcome {
    /// One a document, in order.
    let results: [Result]
    /// Those that the batch was flushed with.
    let manifests: [ManifestFile]
    /// The first folder that could not be flushed: the replacements stand nevertheless, and nothing may be unlinked.
    let unflushed: (error: FileSystemError, folder: TreeFolder)?
  }

  /// From here on, in bytes, a file stays open and leased until it is unlinked in any case: so few fit into a batch that
  /// descriptors suffice, and reading it again would take long.
  private static let largeSize: Int64 = 1 << 20

  private let fileSystem: any FileSystem
  private let options: ContainerWriteOptions
  private let handles: FolderHandles
  private let locks: FolderLocks
  private let slots: SlotExchange
  private let returns: ReturnsFile
  /// Folders with new entries, each once, in order.
  private var touched: [TreeFolder] = []
  private var isTouched: Set<FileIdentity> = []
  /// How many smaller files of a batch stay open and leased too. Two batches have them at once.
  private let heldLimit = OpenFileLimit.current / 8
  /// Files of the batch in hand that stay open.
  private var heldCount = 0
  /// A moment before the first temporary of the batch in hand got a document's name.
  private var exposed = Timestamp(seconds: 0, nanoseconds: 0)
  /// The folder whose lock is held.
  private var entered: FileIdentity?
  /// A folder whose lock another run holds.
  private var busy: FileIdentity?

  init(_ fileSystem: any FileSystem, _ options: ContainerWriteOptions, _ locks: FolderLocks) {
    self.fileSystem = fileSystem
    self.options = options
    self.locks = locks
    handles = FolderHandles(fileSystem)
    slots = SlotExchange(fileSystem, patience: SlotExchange.Patience(limit: options.writerPatience))
    returns = ReturnsFile(fileSystem, flushes: options.durability != .none)
  }

  /// A whole batch.
  ///
  /// - Parameter manifests: of the batch, which are durable, as its temporaries are.
  func run(_ batch: [StagedDocument], _ manifests: [ManifestFile]) -> Outcome {
    exposed = SystemClock().now()
    heldCount = 0
    let results = batch.map(replace)
    leaveFolder()
    busy = nil
    return Outcome(results: results, manifests: manifests, unflushed: flushFolders(batch))
  }

  // MARK: exchange

  private func replace(_ document: StagedDocument) -> Result {
    let folder: OpenFile
    do throws(FileSystemError) {
      folder = try handles.handle(of: document.origin.folder)
      guard try enter(document.origin.folder, folder) else { return .busy }
    } catch {
      return error.kind == .absent ? .vanished : .failed(error)
    }
    return document.staging.exchanges ? exchange(document, folder) : renameOver(document, folder)
  }

  private func exchange(_ document: StagedDocument, _ folder: OpenFile) -> Result {
    guard let original = document.original.content else { return .changed }
    var settlement = Settlement(original: original, temporary: document.temporary)
    do throws(FileSystemError) {
      // Held open, so that no other file can be taken for it.
      let temporary = HeldTemporary(try opened(document))
      let staging = document.staging.file
      let ended = try withExtendedLifetime(temporary) { () throws(FileSystemError) in
        try slots.run(
          &settlement, slot: document.slot, in: staging, name: document.origin.name, of: folder,
          firstLook: document.watch.map { watch in
            { watch.look(at: document.slot, in: staging, sha256: original.sha256) }
          }
        ) { (slot, sighting) throws(FileSystemError) in
          try temporary.stopWriting(document, in: folder, fileSystem)
          try returns.append(slot, sighting, in: staging)
        }
      }
      if settlement.hasExchanged { touch(document.origin.folder) }
      switch ended.end {
      case .accepted:
        note(document, temporary.file)
        let isWatched = ended.seen?.lease == .granted
        guard isWatched, document.origin.status.size >= Self.largeSize || heldCount < heldLimit else {
          return .inPlace(isWatched: isWatched)
        }
        heldCount += 1
        document.cameOut = ended.seen
        return .inPlace(isWatched: true)
      case .vanished: return .vanished
      case .changed: return .changed
      case .kept: return .keep
      }
    } catch {
      if settlement.hasExchanged {
        touch(document.origin.folder)
        return .unsettled(error)
      }
      return error.kind == .otherDevice ? .outOfReach(error) : .failed(error)
    }
  }

  private func opened(_ document: StagedDocument) throws(FileSystemError) -> (file: OpenFile, isForWriting: Bool) {
    if let held = document.takeFile() { return (held.file, true) }
    let flags: OpenFlags = [.readOnly, .beneath, .nonBlocking]
    return (try fileSystem.open(document.slot, in: document.staging.file, flags, mode: 0), false)
  }

  /// Notes which file the document is now, for a later run.
  private func note(_ document: StagedDocument, _ temporary: OpenFile) {
    // One that cannot be looked at any more is read by that run.
    guard let staged = document.stagedModification, let format = document.format,
      let status = try? fileSystem.status(of: temporary)
    else { return }
    document.placed = KnownFile.placed(status, format: format, staged: staged, exposed: exposed).map {
      RememberedFile(file: $0, device: status.device, wasKnown: false)
    }
  }

  /// Where names cannot be exchanged: a last look at bytes and attributes, then a rename.
  private func renameOver(_ document: StagedDocument, _ folder: OpenFile) -> Result {
    _ = document.takeFile()
    var waited = 0.0
    do throws(FileSystemError) {
      while true {
        guard let seen = try slots.look.look(at: document.origin.name, in: folder, takesLease: true) else {
          return .vanished
        }
        if seen.sighting.isOpenForWriting {
          if waited >= options.writerPatience { return .changed }
          MonotonicClock.sleep(seconds: 0.01)
          waited += 0.01
          continue
        }
        guard seen.sighting.content == document.original.content else { return .changed }
        try AtomicReplace(fileSystem).replace(
          document.origin.name, in: folder, with: document.slot, in: document.staging.file)
        touch(document.origin.folder)
        return .replaced
      }
    } catch {
      return error.kind == .otherDevice ? .outOfReach(error) : .failed(error)
    }
  }

  private func enter(_ folder: TreeFolder, _ file: OpenFile) throws(FileSystemError) -> Bool {
    if entered == folder.identity { return true }
    if busy == folder.identity { return false }
    leaveFolder()
    guard try locks.enter(folder.identity, file) else {
      busy = folder.identity
      return false
    }
    entered = folder.identity
    return true
  }

  private func leaveFolder() {
    if let entered { locks.leave(entered) }
    entered = nil
  }

  private func touch(_ folder: TreeFolder) {
    if touched.last === folder { return }
    if isTouched.insert(folder.identity).inserted { touched.append(folder) }
  }

  // MARK: after

  /// Flushes each folder that got a new entry, and the staging folders that got the old ones, once.
  ///
  /// - Returns: the first failure and its folder.
  private func flushFolders(_ batch: [StagedDocument]) -> (error: FileSystemError, folder: TreeFolder)? {
    defer {
      touched = []
      isTouched = []
    }
    guard options.durability != .none, !touched.isEmpty else { return nil }
    var failure: (FileSystemError, TreeFolder)?
    for folder in touched {
      do throws(FileSystemError) {
        try fileSystem.synchronize(try handles.handle(of: folder))
      } catch {
        // A folder that is gone has no entries to flush.
        if error.kind != .absent { failure = failure ?? (error, folder) }
      }
    }
    var stagings: Set<ObjectIdentifier> = []
    for document in batch where stagings.insert(ObjectIdentifier(document.staging)).inserted {
      do throws(FileSystemError) {
        try fileSystem.synchronize(document.staging.file)
      } catch {
        failure = failure ?? (error, document.staging.parent)
      }
    }
    return failure
  }
}
