import UprevReport

/// Puts the kept original of an archive back in the archive's place.
///
/// A copy of the original goes in (shared blocks where the file system can): the kept file itself stays what it is. The
/// archive that comes out is kept in the same folder, and is the original of the undo. The exchange is the one that documents
/// of trees get, with manifest, settlement and second look.
struct OriginalRestoration {
  struct Options {
    var isForced: Bool
    var isDryRun: Bool
    var claim: ContainerClaimOptions
    var write: ContainerWriteOptions
  }

  private let fileSystem: any FileSystem
  /// Of the archive, every link resolved.
  private let path: PathName
  private let folder: TreeFolder
  private let folderFile: OpenFile
  private let name: PathName
  private let archive: OpenFile
  private let status: FileStatus
  private let claim: TreeClaim?

  /// Opens and claims the archive.
  ///
  /// - Throws: ``TargetError``
  init(_ path: PathName, _ options: Options, _ fileSystem: any FileSystem) throws(TargetError) {
    self.fileSystem = fileSystem
    self.path = path
    let (above, name) = path.splitAtLastComponent
    self.name = name
    do throws(FileSystemError) {
      folderFile = try fileSystem.open(above, in: nil, [.readOnly, .directory], mode: 0)
      folder = TreeFolder(root: folderFile, status: try fileSystem.status(of: folderFile))
      archive = try fileSystem.open(name, in: folderFile, [.readOnly, .noFollow, .nonBlocking], mode: 0)
    } catch {
      throw error.targetError(.reading, about: path)
    }
    claim = options.isDryRun ? nil : try TreeClaim(archive, path, options.claim, fileSystem)
    let isThere: Bool
    do throws(FileSystemError) {
      status = try fileSystem.status(of: archive)
      let now = try fileSystem.status(of: name, in: folderFile, followingLinks: false)
      isThere = now.identity == status.identity && status.kind == .regular
    } catch {
      throw error.targetError(.reading, about: path)
    }
    guard isThere else { throw TargetError.archiveChanged(path) }
  }

  func release() {
    claim?.release()
  }

  /// - Parameter given: the path under which the journal will know the archive.
  func journalTarget(_ given: PathName) -> JournalTarget {
    JournalTarget(path: given, resolvedPath: path, kind: .archive, identity: status.identity)
  }

  /// - Returns: whether there was anything to put back.
  /// - Throws: ``TargetError``, ``JournalError``
  func run(_ original: JournalOriginal, _ options: Options, warn: WarningSink) throws -> Bool {
    let present = try look(at: name, in: folderFile, path)
    guard let found = present.content else { throw TargetError.archiveChanged(path) }
    if found.sha256 == original.before.sha256 { return false }
    let isAsLeft = found.sha256 == original.after.sha256
    guard isAsLeft || options.isForced else { throw TargetError.archiveChanged(path) }
    let (above, keptName) = original.keptPath.splitAtLastComponent
    let keptFolder: OpenFile
    let kept: OpenFile
    do throws(FileSystemError) {
      keptFolder = try fileSystem.open(above, in: nil, [.readOnly, .directory, .noFollow], mode: 0)
      kept = try fileSystem.open(keptName, in: keptFolder, [.readOnly, .noFollow, .nonBlocking], mode: 0)
    } catch {
      throw TargetError.originalMissing(original.keptPath, error)
    }
    guard try look(at: keptName, in: keptFolder, original.keptPath).content?.sha256 == original.before.sha256 else {
      throw TargetError.originalDamaged(original.keptPath)
    }
    let isTimeAsLeft = status.modification == original.after.modification
    if isAsLeft {
      let changed =
        found.attributes.differences(from: original.after.attributes) + (isTimeAsLeft ? [] : [.modification])
      if !changed.isEmpty { warn(.changedSince(changed, of: nil)) }
    }
    if options.isDryRun { return true }
    let origin = TreeDocumentOrigin(
      folder: folder, name: name, status: status, attributes: found.attributes.extended, flags: found.attributes.flags,
      isHardLinked: false)
    let own = try keep(in: keptFolder, options)
    do {
      let modification = isTimeAsLeft ? original.before.modification : status.modification
      try exchange(
        original, kept, origin, present, keptAs: above.appending(own), modification: modification, options, warn: warn)
    } catch let error as Uncertain {
      // The archive may be in the slot by now: its second name stays, and the record with it.
      throw error.reason
    } catch {
      try? fileSystem.unlink(own, in: keptFolder)
      throw error
    }
    if !isAsLeft { warn(.presentArchiveKept(above.appending(own))) }
    return true
  }

  /// Something failed after the exchange.
  private struct Uncertain: Error {
    let reason: TargetError
  }

  private func look(at name: PathName, in folder: OpenFile, _ path: PathName) throws(TargetError) -> Sighting {
    let seen: FileLook.Seen?
    do throws(FileSystemError) {
      seen = try FileLook(fileSystem).look(at: name, in: folder, takesLease: false)
    } catch {
      throw error.targetError(.reading, about: path)
    }
    guard let seen else { throw TargetError.archiveChanged(path) }
    return seen.sighting
  }

  /// Gives the archive a second name in the folder of originals.
  private func keep(in folder: OpenFile, _ options: Options) throws -> PathName {
    var number = 1
    while true {
      let kept = OriginalName(runID: options.write.runID, days: options.write.keepOriginalsDays).name(number)
      do throws(FileSystemError) {
        try fileSystem.makeHardLink(kept, in: folder, to: name, in: folderFile)
      } catch {
        if error.kind == .exists, number < 1000 {
          number += 1
          continue
        }
        throw error.targetError(.writing, about: path)
      }
      do throws(FileSystemError) {
        let linked = try fileSystem.status(of: kept, in: folder, followingLinks: false)
        if linked.identity == status.identity {
          if options.write.durability != .none {
            try fileSystem.synchronize(archive)
            try fileSystem.synchronize(folder)
          }
          return kept
        }
      } catch {
        try? fileSystem.unlink(kept, in: folder)
        throw error.targetError(.writing, about: path)
      }
      try? fileSystem.unlink(kept, in: folder)
      throw TargetError.archiveChanged(path)
    }
  }

  private func exchange(
    _ original: JournalOriginal, _ kept: OpenFile, _ origin: TreeDocumentOrigin, _ present: Sighting,
    keptAs ownPath: PathName, modification: FileTime, _ options: Options, warn: WarningSink
  ) throws {
    let staging: StagingFolder
    let temporary: Sighting
    let slot = PathName("1")
    do throws(FileSystemError) {
      staging = try StagingFolder(in: folder, open: folderFile, runID: options.write.runID, fileSystem)
    } catch {
      throw error.targetError(.writing, about: path)
    }
    defer {
      do throws(FileSystemError) {
        try staging.removeFolder()
      } catch {
        warn(.notCleanedUp(staging.name, error))
      }
    }
    do throws(FileSystemError) {
      try copy(kept, to: slot, in: staging, like: origin, modification: modification, options)
      guard let seen = try FileLook(fileSystem).look(at: slot, in: staging.file, takesLease: false) else {
        throw FileSystemError(call: "openat", path: slot, number: absentNumber)
      }
      temporary = seen.sighting
    } catch {
      staging.remove(slot)
      throw error.targetError(.writing, about: path)
    }
    guard let left = temporary.content, left.sha256 == original.before.sha256, let found = present.content else {
      staging.remove(slot)
      throw TargetError.originalDamaged(original.keptPath)
    }
    do {
      try options.write.journal?.record(
        JournalOriginal(
          keptPath: ownPath,
          before: JournalChange.Side(
            file: status.identity, sha256: found.sha256, size: Int(status.size), attributes: found.attributes,
            modification: status.modification),
          after: JournalChange.Side(
            file: temporary.file, sha256: left.sha256, size: original.before.size, attributes: left.attributes,
            modification: modification)))
    } catch {
      staging.remove(slot)
      throw error
    }
    let staged = StagedDocument(
      origin: origin, staging: staging, slot: slot, isBeside: true, original: present, temporary: temporary, change: nil
    )
    do {
      try commit(staged, options, warn: warn)
    } catch let error as Uncertain {
      throw error
    } catch {
      try options.write.journal?.withdrawOriginal()
      throw error
    }
  }

  private func copy(
    _ kept: OpenFile, to slot: PathName, in staging: StagingFolder, like origin: TreeDocumentOrigin,
    modification: FileTime, _ options: Options
  ) throws(FileSystemError) {
    let file = try fileSystem.open(slot, in: staging.file, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
    do {
      try fileSystem.clone(kept, to: file)
    } catch {
      // It cannot share blocks.
      while try fileSystem.copy(from: kept, to: file, count: 1 << 26) > 0 {}
    }
    try fileSystem.setAttributes(of: file, from: try fileSystem.status(of: file), to: origin.status, origin.attributes)
    try fileSystem.setTimes(slot, in: staging.file, access: origin.status.access, modification: modification)
    if options.write.durability != .none { try fileSystem.synchronize(file) }
  }

  private func commit(_ staged: StagedDocument, _ options: Options, warn: WarningSink) throws {
    let locks = FolderLocks(fileSystem, root: nil)
    switch Flush(fileSystem, options.write).run([staged], number: 1) {
    case .flushed(let manifests):
      let committed = Commit(fileSystem, options.write, locks).run([staged], manifests)
      if let unflushed = committed.unflushed {
        staged.staging.leave()
        throw Uncertain(reason: .foldersNotFlushed(unflushed.error, about: path))
      }
      let outcome = Retirement(fileSystem, options.write, locks).run([staged], committed.results, manifests)
      for folder in outcome.left { folder.leave() }
      for leftover in outcome.leftovers { leftover.staging.addLeftover(leftover.name) }
      switch outcome.results.first {
      case .replaced(let isWatched):
        if !isWatched { warn(.unwatched(1, first: staged.origin.name)) }
      case .kept(let name):
        warn(.kept(name, besides: staged.origin.name))
        throw TargetError.archiveChanged(path)
      case .outOfReach(let error), .failed(let error):
        throw error.targetError(.writing, about: path)
      case .unsettled(let error):
        throw Uncertain(reason: error.targetError(.writing, about: path))
      case .busy: throw TargetError.busy(path, process: nil)
      case .changed, .vanished, nil: throw TargetError.archiveChanged(path)
      }
    case .notJournaled(let error, _): throw error
    case .noRoom(let error, let manifests), .notFlushed(let error, let manifests):
      staged.removeTemporary()
      for manifest in manifests { manifest.staging.addLeftover(manifest.name) }
      throw error.targetError(.writing, about: path)
    }
  }
}
