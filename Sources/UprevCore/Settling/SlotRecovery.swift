import UprevReport

/// Brings one document after another of a staging folder to its end. Nothing is removed but by ``dispose(of:)``, after
/// whoever drives it has flushed what was exchanged.
///
/// It is used by one thread at a time.
final class SlotRecovery {
  /// What is left in a slot to be removed.
  enum Rest {
    /// What the run had read, and what the name led away from.
    case original(Sighting.Content)
    /// The run's own new text, which was at the name.
    case temporary(Sighting)
    /// The run's own temporary, which never left its slot.
    case unexchanged(FileIdentity)
  }

  /// How a document ended, for now.
  enum Settled {
    /// Nothing is in the slot.
    case empty
    case rest(Rest, isGivenBack: Bool)
    case kept(as: PathName, inFolderOfStaging: Bool)
  }

  private let fileSystem: any FileSystem
  private let locks: FolderLocks
  private let patience: SlotExchange.Patience
  private let driver: SlotExchange
  private let staging: OpenFile
  private let runID: String
  private let rollsBack: Bool
  /// The folder that holds the staging folder.
  private let parent: OpenFile
  private let returns: Returns
  private var lastFolder: (path: PathName, file: OpenFile?)?

  init(
    _ staging: InterruptedStaging, in parent: OpenFile, rollsBack: Bool, locks: FolderLocks,
    patience: SlotExchange.Patience, _ fileSystem: any FileSystem
  ) {
    self.fileSystem = fileSystem
    self.locks = locks
    self.patience = patience
    driver = SlotExchange(fileSystem, patience: patience)
    self.staging = staging.file
    runID = staging.runID
    self.parent = parent
    self.rollsBack = rollsBack
    returns = Returns(staging, fileSystem)
  }

  /// - Throws: ``RecoveryProblem``; slot and name hold what they hold, both whole.
  func settle(_ entry: StagingManifest.Entry) throws(RecoveryProblem) -> Settled {
    do throws(Stop) {
      return try settleOrStop(entry)
    } catch {
      switch error {
      case .system(let error): throw .failed(error)
      case .problem(let problem): throw problem
      }
    }
  }

  /// Removes what is left in a slot, if it is still that and nobody has it open for writing.
  ///
  /// - Returns: false where it is something else by now.
  func dispose(of slot: PathName, _ rest: Rest) throws(FileSystemError) -> Bool {
    guard let seen = try driver.look.look(at: slot, in: staging, takesLease: true) else { return true }
    switch rest {
    case .original(let content): guard seen.sighting.content == content else { return false }
    case .temporary(let temporary): guard seen.sighting.isText(of: temporary) else { return false }
    case .unexchanged(let file): guard seen.sighting.file == file else { return false }
    }
    try fileSystem.unlink(slot, in: staging)
    // The lease, if there is one, was held until here.
    withExtendedLifetime(seen) {}
    return true
  }

  /// A folder of documents, no link followed on the way; nil where there is none any more.
  func folder(at path: PathName) throws(FileSystemError) -> OpenFile? {
    if let lastFolder, lastFolder.path == path { return lastFolder.file }
    var file: OpenFile? = parent
    if !path.bytes.isEmpty {
      for component in path.components {
        guard let above = file else { break }
        do {
          file = try fileSystem.open(component, in: above, [.readOnly, .directory, .beneath], mode: 0)
        } catch  where [.absent, .noDirectory, .symbolicLink].contains(error.kind) {
          file = nil
        }
      }
    }
    lastFolder = (path, file)
    return file
  }
}

extension SlotRecovery {
  private enum Stop: Error {
    case system(FileSystemError)
    case problem(RecoveryProblem)
  }

  private func settleOrStop(_ entry: StagingManifest.Entry) throws(Stop) -> Settled {
    guard let original = entry.original.content else { return .empty }
    let folder = try system { () throws(FileSystemError) in try self.folder(at: entry.folder) }
    guard let folder else { return try decide(entry, original, nil) }
    // Until the document is settled no other run exchanges in its folder.
    let identity = try system { () throws(FileSystemError) in try self.fileSystem.status(of: folder).identity }
    guard try system({ () throws(FileSystemError) in try self.locks.enter(identity, folder) }) else {
      throw .problem(.folderIsBusy)
    }
    defer { locks.leave(identity) }
    return try decide(entry, original, folder)
  }

  private func decide(
    _ entry: StagingManifest.Entry, _ original: Sighting.Content, _ folder: OpenFile?
  ) throws(Stop) -> Settled {
    let slot = try system { () throws(FileSystemError) in try self.lookAtSlot(entry) }
    guard let slot else { return .empty }
    let name = try system { () throws(FileSystemError) in
      guard let folder else { return Sighting?.none }
      return try self.lookAnyhow(at: entry.name, in: folder, takesLease: false, entry)?.sighting
    }
    let recovery = Settlement.recover(
      original: original, temporary: entry.temporary, returned: returns.of(entry.slot), slot: slot.sighting, name: name,
      rollsBack: rollsBack)
    switch recovery {
    case .settled: return .empty
    case .removeTemporary:
      if returns.of(entry.slot).isEmpty { return .rest(.unexchanged(entry.temporary.file), isGivenBack: false) }
      return .rest(.temporary(entry.temporary), isGivenBack: true)
    case .oneFile: throw .problem(.oneFile)
    case .keep: return try keep(entry, folder)
    case .resume(let settlement):
      // Where the document's folder is gone, so is its name: what was read is superseded.
      guard let folder else { return .rest(.original(original), isGivenBack: false) }
      return try resume(settlement, entry, original, folder, slot)
    }
  }

  private func resume(
    _ settlement: Settlement, _ entry: StagingManifest.Entry, _ original: Sighting.Content, _ folder: OpenFile,
    _ seen: FileLook.Seen
  ) throws(Stop) -> Settled {
    var settlement = settlement
    settlement.examineAgain()
    let ended: SlotExchange.Ended
    do throws(FileSystemError) {
      ended = try driver.run(
        &settlement, slot: entry.slot, in: staging, name: entry.name, of: folder, seen: seen
      ) { (slot, sighting) throws(FileSystemError) in
        try returns.append(slot, sighting)
      }
    } catch {
      throw .system(error)
    }
    switch ended.end {
    case .accepted: return .rest(.original(original), isGivenBack: false)
    case .changed, .vanished: return .rest(.temporary(entry.temporary), isGivenBack: true)
    case .kept: return try keep(entry, folder)
    }
  }

  /// Gives what is in the slot a name of its own beside the document; in the folder of the staging folder, where the
  /// document's own is gone.
  private func keep(_ entry: StagingManifest.Entry, _ folder: OpenFile?) throws(Stop) -> Settled {
    do throws(FileSystemError) {
      let name = try KeptFile(fileSystem).keep(
        entry.slot, in: staging, as: entry.name, in: folder ?? parent, runID: runID)
      return .kept(as: name, inFolderOfStaging: folder == nil)
    } catch {
      throw .system(error)
    }
  }

  /// Waits a little for a program that has it open for writing.
  private func lookAtSlot(_ entry: StagingManifest.Entry) throws(FileSystemError) -> FileLook.Seen? {
    var waited = 0.0
    while true {
      let seen = try lookAnyhow(at: entry.slot, in: staging, takesLease: true, entry)
      guard let seen, seen.sighting.isOpenForWriting, waited < patience.limit else { return seen }
      MonotonicClock.sleep(seconds: patience.interval)
      waited += max(patience.interval, 0.001)
    }
  }

  /// What must not be read is no file that the run had read or written: it is another program's, and never removed.
  private func lookAnyhow(
    at name: PathName, in folder: OpenFile, takesLease: Bool, _ entry: StagingManifest.Entry
  ) throws(FileSystemError) -> FileLook.Seen? {
    do {
      return try driver.look.look(at: name, in: folder, takesLease: takesLease)
    } catch  where [.accessDenied, .notPermitted].contains(error.kind) {
      let seen = try driver.look.lookWithoutOpening(name, in: folder)
      let known = [entry.original.file, entry.temporary.file] + returns.of(entry.slot).map(\.file)
      if let seen, known.contains(seen.sighting.file) { throw error }
      return seen
    }
  }

  private func system<Result>(_ body: () throws(FileSystemError) -> Result) throws(Stop) -> Result {
    do throws(FileSystemError) {
      return try body()
    } catch {
      throw .system(error)
    }
  }
}

extension Sighting {
  /// Whether it shows the run's own new text, whatever became of its attributes.
  fileprivate func isText(of temporary: Sighting) -> Bool {
    file == temporary.file && content?.sha256 == temporary.content?.sha256
  }
}

/// What the interrupted run, and this recovery of it, were about to give back.
private final class Returns {
  private let staging: OpenFile
  private let file: ReturnsFile
  private var bySlot: [PathName: [Sighting]]
  private var failure: FileSystemError?

  init(_ staging: InterruptedStaging, _ fileSystem: any FileSystem) {
    self.staging = staging.file
    file = ReturnsFile(fileSystem, flushes: true)
    bySlot = staging.returns
  }

  /// In order.
  func of(_ slot: PathName) -> [Sighting] { bySlot[slot] ?? [] }

  /// Makes durable that what is in a slot is about to go back to its name.
  ///
  /// - Throws: ``FileSystemError``; after that nothing more can be announced: a flush tells its error once.
  func append(_ slot: PathName, _ sighting: Sighting) throws(FileSystemError) {
    if let failure { throw failure }
    do throws(FileSystemError) {
      try file.append(slot, sighting, in: staging)
    } catch {
      failure = error
      throw error
    }
    bySlot[slot, default: []].appendReturn(sighting)
  }
}
