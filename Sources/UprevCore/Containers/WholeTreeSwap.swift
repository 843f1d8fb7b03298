import UprevReport

/// Exchanges every document of a tree with its replacement, as the manifests list them, looks at each twice, and marks the
/// run as committed.
struct WholeTreeSwap {
  enum Failure: Error {
    /// Nothing is marked: all of it can be rolled back.
    case before(TargetError)
    /// It is not known whether the mark is durable.
    case undecided(TargetError)
  }

  private let fileSystem: any FileSystem
  private let container: TreeContainer
  private let options: ContainerWriteOptions
  private let written: [ManifestFile]
  private let handles: FolderHandles
  private let slots: SlotExchange
  private let returns: ReturnsFile

  init(
    _ container: TreeContainer, _ options: ContainerWriteOptions, _ written: [ManifestFile], _ handles: FolderHandles
  ) {
    fileSystem = container.fileSystem
    self.container = container
    self.options = options
    self.written = written
    self.handles = handles
    slots = SlotExchange(fileSystem, patience: SlotExchange.Patience(limit: options.writerPatience))
    returns = ReturnsFile(fileSystem, flushes: options.durability != .none)
  }

  func run() throws(Failure) {
    for manifest in written {
      var folder: (path: PathName, file: OpenFile, identity: FileIdentity)?
      defer { if let folder { container.folderLocks.leave(folder.identity) } }
      for entry in try entries(of: manifest) {
        if folder?.path != entry.folder {
          try flush(folder?.file)
          if let folder { container.folderLocks.leave(folder.identity) }
          folder = nil
          folder = try enter(entry.folder, manifest.staging)
        }
        guard let folder else { continue }
        try exchange(entry, manifest.staging, folder.file)
      }
      try flush(folder?.file)
    }
    try flush(written.lazy.map(\.staging))
    for manifest in written {
      for entry in try entries(of: manifest) { try lookAgain(entry, manifest.staging) }
    }
    try mark()
  }

  private func entries(of manifest: ManifestFile) throws(Failure) -> [StagingManifest.Entry] {
    do throws(RecoveryProblem) {
      if let read = try StagingFileReader(manifest.staging.file, fileSystem).manifest(manifest.name) {
        return read.entries
      }
    } catch {
      throw .before(.manifestLost(manifest.staging.path))
    }
    throw .before(.manifestLost(manifest.staging.path))
  }

  private func enter(
    _ path: PathName, _ staging: StagingFolder
  ) throws(Failure) -> (path: PathName, file: OpenFile, identity: FileIdentity) {
    do throws(FileSystemError) {
      var file = try handles.handle(of: staging.parent)
      for component in path.bytes.isEmpty ? [] : path.components {
        file = try fileSystem.open(component, in: file, [.readOnly, .directory, .beneath], mode: 0)
      }
      let identity = try fileSystem.status(of: file).identity
      if try container.folderLocks.enter(identity, file) { return (path, file, identity) }
    } catch {
      throw .before(error.targetError(.writing, about: path))
    }
    throw .before(.busy(path, process: nil))
  }

  private func exchange(
    _ entry: StagingManifest.Entry, _ staging: StagingFolder, _ folder: OpenFile
  ) throws(Failure) {
    guard let original = entry.original.content else { return }
    var settlement = Settlement(original: original, temporary: entry.temporary)
    let ended: SlotExchange.Ended
    do throws(FileSystemError) {
      let temporary = try fileSystem.open(
        entry.slot, in: staging.file, [.readOnly, .beneath, .nonBlocking], mode: 0)
      ended = try withExtendedLifetime(temporary) { () throws(FileSystemError) in
        try slots.run(&settlement, slot: entry.slot, in: staging.file, name: entry.name, of: folder) {
          (slot, sighting) throws(FileSystemError) in
          try returns.append(slot, sighting, in: staging.file)
        }
      }
    } catch {
      throw .before(error.targetError(.writing, about: entry.folder.appending(entry.name)))
    }
    guard ended.end == .accepted else {
      throw .before(.documentChanged(entry.folder.appending(entry.name)))
    }
  }

  private func lookAgain(_ entry: StagingManifest.Entry, _ staging: StagingFolder) throws(Failure) {
    let seen: FileLook.Seen?
    do throws(FileSystemError) {
      seen = try slots.look.look(at: entry.slot, in: staging.file, takesLease: true)
    } catch {
      throw .before(error.targetError(.reading, about: entry.folder.appending(entry.name)))
    }
    guard let seen, !seen.sighting.isOpenForWriting, seen.sighting.content == entry.original.content else {
      throw .before(.documentChanged(entry.folder.appending(entry.name)))
    }
  }

  private func flush(_ folder: OpenFile?) throws(Failure) {
    guard let folder, options.durability != .none else { return }
    do throws(FileSystemError) {
      try fileSystem.synchronize(folder)
    } catch {
      throw .before(error.targetError(.writing, about: container.path))
    }
  }

  private func flush(_ stagings: some Sequence<StagingFolder>) throws(Failure) {
    do throws(FileSystemError) {
      try ManifestFiles(fileSystem: fileSystem, options: options).flush(stagings, handles)
    } catch {
      throw .before(error.targetError(.writing, about: container.path))
    }
  }

  /// From here recovery goes forward. The root's mark, which counts for all, is made first.
  private func mark() throws(Failure) {
    var stagings: [StagingFolder] = []
    for manifest in written where !stagings.contains(where: { $0 === manifest.staging }) {
      stagings.append(manifest.staging)
    }
    stagings.sort { $0.parent.path < $1.parent.path }
    var isFirst = true
    for staging in stagings {
      do throws(FileSystemError) {
        let file = try fileSystem.open(
          StagingManifest.committedName, in: staging.file, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
        if options.durability != .none {
          isFirst = false
          try fileSystem.synchronize(file)
          try fileSystem.synchronize(staging.file)
        }
      } catch {
        let failure = error.targetError(.writing, about: staging.path)
        throw isFirst ? .before(failure) : .undecided(failure)
      }
      isFirst = false
    }
  }
}
