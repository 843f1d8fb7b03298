import UprevReport

/// The last stage, second part: writes down what a batch of temporaries is about to replace, and makes all of it durable. Nothing
/// of the target changes.
///
/// It is used by one thread at a time, which need not be the one that stages or the one that commits: it touches nothing of a
/// staging folder but its descriptor.
final class Flush {
  /// What became of a batch. The manifests are those that were written, or begun.
  enum Outcome {
    /// The batch may be committed.
    case flushed([ManifestFile])
    /// Changes could not be written down.
    case notJournaled(JournalError, manifests: [ManifestFile])
    /// There is no room for a manifest; nothing was written down.
    case noRoom(FileSystemError, manifests: [ManifestFile])
    /// The temporaries could not be flushed.
    case notFlushed(FileSystemError, manifests: [ManifestFile])
  }

  private let options: ContainerWriteOptions
  private let manifestFiles: ManifestFiles
  private let handles: FolderHandles

  init(_ fileSystem: any FileSystem, _ options: ContainerWriteOptions) {
    self.options = options
    manifestFiles = ManifestFiles(fileSystem: fileSystem, options: options)
    handles = FolderHandles(fileSystem)
  }

  /// A whole batch.
  ///
  /// - Parameter number: makes the names of its manifests; no other batch of the run has it.
  func run(_ batch: [StagedDocument], number: Int) -> Outcome {
    var manifests: [ManifestFile] = []
    do throws(FileSystemError) {
      try manifestFiles.write(batch, number, &manifests)
    } catch {
      return .noRoom(error, manifests: manifests)
    }
    do throws(JournalError) {
      let changes = batch.compactMap { $0.takeChange() }
      if !changes.isEmpty { try options.journal?.record(changes) }
    } catch {
      return .notJournaled(error, manifests: manifests)
    }
    do throws(FileSystemError) {
      try manifestFiles.flush(manifests.map(\.staging), handles)
    } catch {
      return .notFlushed(error, manifests: manifests)
    }
    return .flushed(manifests)
  }
}
