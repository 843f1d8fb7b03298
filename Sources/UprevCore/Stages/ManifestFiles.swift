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
    var entries: [ObjectIdentifier: (staging: StagingFolder, entries: [StagingManifest.Entry])] = [:]
    for document in batch {
      entries[ObjectIdentifier(document.staging), default: (document.staging, [])].entries.append(
        document.manifestEntry)
    }
    let name = StagingManifest.name(number)
    for (staging, entries) in entries.values {
      written.append(ManifestFile(staging: staging, name: name))
      let manifest = StagingManifest(
        runID: options.runID, isAllOrNothing: options.isAllOrNothing, entries: entries)
      let file = try fileSystem.open(
        name, in: staging.file, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
      try manifest.encoded().withUnsafeBufferPointer { bytes throws(FileSystemError) in
        try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
      }
      if flushesOneByOne(staging) { try fileSystem.synchronize(file) }
    }
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
