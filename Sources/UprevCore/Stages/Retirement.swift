import UprevReport

/// The last stage, fourth part: looks once more at what came out of the exchanges of a batch, and unlinks it; keeps what is
/// another program's. It works while the next batch is committed.
///
/// It is used by one thread at a time, and touches nothing of a staging folder but its descriptor.
final class Retirement {
  /// What became of one document in the end.
  enum Result {
    /// - isWatched: whether it could be seen that nobody was writing.
    case replaced(isWatched: Bool)
    case vanished
    case changed
    /// The document is what another program left there, and an older file of another program's has this name now.
    case kept(PathName)
    case outOfReach(FileSystemError)
    case failed(FileSystemError)
    case busy
    /// Slot and name are both whole, and are left for recovery.
    case unsettled(FileSystemError)
  }

  /// What became of a batch.
  struct Outcome {
    /// One a document, in order.
    var results: [Result]
    /// What could not be unlinked, and may be tried again.
    var leftovers: [(staging: StagingFolder, name: PathName)]
    /// Staging folders that hold something that only recovery may touch.
    var left: [StagingFolder]
  }

  private let fileSystem: any FileSystem
  private let options: ContainerWriteOptions
  private let handles: FolderHandles
  private let locks: FolderLocks
  private let slots: SlotExchange
  private let returns: ReturnsFile

  init(_ fileSystem: any FileSystem, _ options: ContainerWriteOptions, _ locks: FolderLocks) {
    self.fileSystem = fileSystem
    self.options = options
    self.locks = locks
    handles = FolderHandles(fileSystem)
    slots = SlotExchange(fileSystem, patience: SlotExchange.Patience(limit: options.writerPatience))
    returns = ReturnsFile(fileSystem, flushes: options.durability != .none)
  }

  /// - Parameter results: of the batch's ``Commit``, whose folders are flushed.
  func run(_ batch: [StagedDocument], _ results: [Commit.Result], _ manifests: [ManifestFile]) -> Outcome {
    var outcome = Outcome(results: [], leftovers: [], left: [])
    /// Slots with our temporaries in them that may go only when a late exchange is durable.
    var late: [StagedDocument] = []
    for (document, result) in zip(batch, results) {
      outcome.results.append(settle(document, result, &late, &outcome))
    }
    if !late.isEmpty, !flush(late) {
      outcome.left += late.map(\.staging)
    } else {
      for document in late { unlink(document.slot, document.staging, &outcome) }
    }
    for manifest in manifests { unlink(manifest, &outcome) }
    return outcome
  }

  private func settle(
    _ document: StagedDocument, _ result: Commit.Result, _ late: inout [StagedDocument], _ outcome: inout Outcome
  ) -> Result {
    switch result {
    case .inPlace(let isWatched):
      // What is unlinked is freed when it is closed: here, and not where the document is let go of.
      defer { document.cameOut = nil }
      if let seen = document.cameOut, isUntouched(document, seen) {
        unlink(document.slot, document.staging, &outcome)
        return .replaced(isWatched: isWatched)
      }
      // It would be in the way of another. It fails only where it is gone already.
      if let file = document.cameOut?.file { try? fileSystem.releaseLease(of: file) }
      return lookAgain(document, isWatched: isWatched, &late, &outcome)
    case .replaced: return .replaced(isWatched: false)
    case .keep: return keep(document, &outcome)
    case .unsettled(let error):
      outcome.left.append(document.staging)
      return .unsettled(error)
    case .vanished, .changed, .outOfReach, .failed, .busy:
      unlink(document.slot, document.staging, &outcome)
      return
        switch result
      {
      case .vanished: .vanished
      case .outOfReach(let error): .outOfReach(error)
      case .failed(let error): .failed(error)
      case .busy: .busy
      default: .changed
      }
    }
  }

  /// Whether the slot holds what the first look showed: under a lease that was held ever since nobody has written to it, so that
  /// only its attributes need a look, and where every change is told not even those. What goes wrong here goes wrong again, and
  /// is told, when it is looked at as usual.
  private func isUntouched(_ document: StagedDocument, _ seen: FileLook.Seen) -> Bool {
    guard let file = seen.file, let content = document.original.content else { return false }
    do throws(FileSystemError) {
      let inSlot = try fileSystem.status(of: document.slot, in: document.staging.file, followingLinks: false)
      // No other file has its number while it is open.
      guard inSlot.identity == seen.sighting.file else { return false }
      if !document.staging.tellsEveryChange || inSlot.change != seen.change {
        let attributes = FileAttributes(
          inSlot, try fileSystem.extendedAttributes(of: file), flags: try fileSystem.flags(of: file))
        guard attributes == content.attributes else { return false }
      }
      return try fileSystem.holdsReadLease(on: file)
    } catch {
      return false
    }
  }

  /// The second look, under a lease while the original is unlinked.
  private func lookAgain(
    _ document: StagedDocument, isWatched: Bool, _ late: inout [StagedDocument], _ outcome: inout Outcome
  ) -> Result {
    // Only what came out as it was read was accepted.
    guard let original = document.original.content else { return keep(document, &outcome) }
    var settlement = Settlement(accepted: original, temporary: document.temporary)
    settlement.examineAgain()
    var entered = false
    defer { if entered { locks.leave(document.origin.folder.identity) } }
    do throws(FileSystemError) {
      let ended = try end(&settlement, document, entered: &entered)
      switch ended.end {
      case .accepted:
        withExtendedLifetime(ended) { unlink(document.slot, document.staging, &outcome) }
        return .replaced(isWatched: isWatched && ended.seen?.lease == .granted)
      case .changed, .vanished:
        late.append(document)
        return .changed
      case .kept:
        return keep(document, &outcome)
      }
    } catch {
      outcome.left.append(document.staging)
      return .unsettled(error)
    }
  }

  private func end(
    _ settlement: inout Settlement, _ document: StagedDocument, entered: inout Bool
  ) throws(FileSystemError) -> SlotExchange.Ended {
    // Without an exchange no folder is needed: this is by far the most common end, and the folder may be gone.
    if let seen = try? slots.look.look(at: document.slot, in: document.staging.file, takesLease: true),
      seen.sighting.content == document.original.content, !seen.sighting.isOpenForWriting
    {
      settlement.saw(seen.sighting)
      return SlotExchange.Ended(end: .accepted, seen: seen)
    }
    let folder: OpenFile
    do {
      folder = try handles.handle(of: document.origin.folder)
    } catch  where error.kind == .absent {
      // The document's folder was removed or renamed with the new text in it.
      return SlotExchange.Ended(end: .kept, seen: nil)
    }
    guard try locks.enter(document.origin.folder.identity, folder) else {
      throw FileSystemError(call: "flock", path: document.origin.folder.path, number: busyNumber)
    }
    entered = true
    let staging = document.staging.file
    return try slots.run(
      &settlement, slot: document.slot, in: staging, name: document.origin.name, of: folder
    ) { (slot, sighting) throws(FileSystemError) in
      try returns.append(slot, sighting, in: staging)
    }
  }

  /// Another program's file leaves the slot under a name of its own, beside the document.
  private func keep(_ document: StagedDocument, _ outcome: inout Outcome) -> Result {
    do throws(FileSystemError) {
      let folder = try handles.handle(of: document.origin.folder)
      let name = try KeptFile(fileSystem).keep(
        document.slot, in: document.staging.file, as: document.origin.name, in: folder, runID: options.runID)
      if options.durability != .none {
        try fileSystem.synchronize(folder)
        try fileSystem.synchronize(document.staging.file)
      }
      return .kept(name)
    } catch {
      outcome.left.append(document.staging)
      return .unsettled(error)
    }
  }

  private func flush(_ documents: [StagedDocument]) -> Bool {
    guard options.durability != .none else { return true }
    do throws(FileSystemError) {
      for document in documents {
        try fileSystem.synchronize(try handles.handle(of: document.origin.folder))
        try fileSystem.synchronize(document.staging.file)
      }
      return true
    } catch {
      return false
    }
  }

  private func unlink(_ name: PathName, _ staging: StagingFolder, _ outcome: inout Outcome) {
    do {
      try fileSystem.unlink(name, in: staging.file)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    } catch {
      outcome.leftovers.append((staging, name))
    }
  }

  /// A manifest stays for as long as anything that it lists does.
  private func unlink(_ manifest: ManifestFile, _ outcome: inout Outcome) {
    if outcome.left.contains(where: { $0 === manifest.staging }) { return }
    if outcome.leftovers.contains(where: { $0.staging === manifest.staging }) {
      return outcome.leftovers.append((manifest.staging, manifest.name))
    }
    unlink(manifest.name, manifest.staging, &outcome)
  }
}
