import UprevReport

/// A manifest that was written into a staging folder.
struct ManifestFile {
  let staging: StagingFolder
  let name: PathName
}

/// Writes the manifests of a batch, and makes temporaries and manifests durable.
///
/// It touches nothing of a staging folder but its descriptor.
struct ManifestFiles {
  let fileSystem: any FileSystem
  let options: ContainerWriteOptions

  /// One manifest for each staging folder of the batch.
  ///
  /// - Parameters:
  ///   - number: makes their name; no other batch of the run has it.
  ///   - written: those that were begun, also where one cannot be written.
  func write(
    _ batch: [StagedDocument], _ number: Int, _ written: inout [ManifestFile]
  ) throws(FileSystemError) {
    let name = StagingManifest.name(number)
    for staging in stagings(of: batch) {
      written.append(ManifestFile(staging: staging, name: name))
      // Documents of one folder come one after the other.
      var last: (folder: TreeFolder, path: PathName)?
      let entries = batch.lazy.filter { $0.staging === staging }.map { document in
        let folder = document.origin.folder
        let path = last.flatMap { $0.folder === folder ? $0.path : nil } ?? folder.path(from: staging.parent)
        last = (folder, path)
        return document.manifestEntry(in: path)
      }
      let encoded = StagingManifest.encoded(
        runID: options.runID, isAllOrNothing: options.isAllOrNothing, entries, expecting: batch.count)
      let file = try fileSystem.open(
        name, in: staging.file, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
      try encoded.withUnsafeBufferPointer { bytes throws(FileSystemError) in
        try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
      }
      if flushesOneByOne(staging) { try fileSystem.synchronize(file) }
    }
  }

  /// The staging folders of a batch, each once: hardly ever more than one.
  private func stagings(of batch: [StagedDocument]) -> [StagingFolder] {
    var found: [StagingFolder] = []
    var seen: Set<ObjectIdentifier> = []
    for document in batch where found.last !== document.staging {
      if seen.insert(ObjectIdentifier(document.staging)).inserted { found.append(document.staging) }
    }
    return found
  }

  /// One `syncfs` a device where that tells errors; elsewhere temporaries and manifests were flushed one by one, and their
  /// folder is left.
  func flush(_ stagings: some Sequence<StagingFolder>, _ handles: FolderHandles) throws(FileSystemError) {
    guard options.durability != .none else { return }
    var devices: Set<UInt64> = []
    var seen: Set<ObjectIdentifier> = []
    for staging in stagings where seen.insert(ObjectIdentifier(staging)).inserted {
      if flushesOneByOne(staging) {
        try fileSystem.synchronize(staging.file)
        try fileSystem.synchronize(try handles.handle(of: staging.parent))
      } else if devices.insert(staging.device).inserted {
        // The staging folder of a device's first temporary was open before all of them.
        try fileSystem.synchronizeFileSystem(of: staging.file)
      }
    }
  }

  private func flushesOneByOne(_ staging: StagingFolder) -> Bool {
    options.durability == .file || (options.durability == .batch && !staging.reportsFlushErrors)
  }
}
