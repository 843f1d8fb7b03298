import LosslessJSON
import UprevReport

/// A document whose replacement is whole in a temporary, and not in place yet.
struct StagedDocument {
  let origin: TreeDocumentOrigin
  let staging: StagingFolder
  /// The temporary's name in `staging`.
  let temporary: PathName
  /// Whether `staging` is in the document's own folder.
  let isBeside: Bool

  /// For a document that was not replaced.
  func removeTemporary() {
    staging.remove(temporary)
  }
}

/// The last stage, first half: writes replacements into temporaries. Nothing of the target changes.
///
/// It is used by one thread at a time. What it staged is handed to ``Commit``, which works while the next batch is
/// staged.
final class Staging {
  let folders: StagingFolders
  private let durability: Durability
  private var count = 0

  init(_ fileSystem: any FileSystem, _ options: ContainerWriteOptions, warn: @escaping WarningSink) {
    folders = StagingFolders(fileSystem, runID: options.runID, warn: warn)
    durability = options.durability
  }

  /// - Throws: ``StagingFolder/Failure``; then nothing of the temporary is left.
  func stage(
    _ text: JSONText, for origin: TreeDocumentOrigin
  ) throws(StagingFolder.Failure) -> StagedDocument {
    try write(text, for: origin) { folder throws(FileSystemError) in try folders.staging(for: folder) }
  }

  /// Again, beside the document, after a rename from the first place did not reach it. It is flushed by itself.
  func stageBeside(
    _ text: JSONText, for origin: TreeDocumentOrigin
  ) throws(StagingFolder.Failure) -> StagedDocument {
    try write(text, for: origin, late: true) { folder throws(FileSystemError) in try folders.stagingBeside(folder) }
  }

  private func write(
    _ text: JSONText, for origin: TreeDocumentOrigin, late: Bool = false,
    in place: (TreeFolder) throws(FileSystemError) -> StagingFolder
  ) throws(StagingFolder.Failure) -> StagedDocument {
    let staging: StagingFolder
    do throws(FileSystemError) {
      staging = try place(origin.folder)
    } catch {
      throw .text(error)
    }
    count += 1
    let name = PathName(String(count))
    let flushing = durability == .file || (late && durability == .batch)
    try staging.write(text, to: name, like: origin, flushing: flushing)
    return StagedDocument(
      origin: origin, staging: staging, temporary: name, isBeside: staging.parent === origin.folder)
  }
}

/// The last stage, second half: makes a batch of temporaries durable, puts each in place, and makes that durable.
///
/// It is used by one thread at a time, which need not be the one that stages: it touches nothing of a staging folder but
/// its descriptor.
final class Commit {
  /// What became of one document.
  enum Result {
    case replaced
    case vanished
    case changed
    /// A rename from the staging folder does not reach the document.
    case outOfReach(FileSystemError)
    case failed(FileSystemError)
  }

  /// What became of a batch.
  enum Outcome {
    /// A result a document, in order; and the first folder that could not be flushed: the replacements stand nevertheless.
    case settled([Result], unflushed: (error: FileSystemError, folder: TreeFolder)?)
    /// The temporaries could not be flushed; nothing was put in place.
    case notFlushed(FileSystemError)
  }

  private let fileSystem: any FileSystem
  private let durability: Durability
  private let handles: FolderHandles
  /// Folders with new entries, each once, in order.
  private var touched: [TreeFolder] = []
  private var isTouched: Set<FileIdentity> = []

  init(_ fileSystem: any FileSystem, _ durability: Durability) {
    self.fileSystem = fileSystem
    self.durability = durability
    handles = FolderHandles(fileSystem)
  }

  /// A whole batch. The temporary of a document that was not replaced is still there.
  func run(_ batch: [StagedDocument]) -> Outcome {
    do throws(FileSystemError) {
      try flush(batch)
    } catch {
      return .notFlushed(error)
    }
    let results = batch.map(replace)
    return .settled(results, unflushed: flushFolders())
  }

  /// Flushes the temporaries: one `syncfs` a device.
  private func flush(_ batch: [StagedDocument]) throws(FileSystemError) {
    guard durability == .batch else { return }
    var devices: [UInt64: StagingFolder] = [:]
    for document in batch where devices[document.staging.device] == nil {
      // The staging folder of a device's first temporary was open before all of them.
      devices[document.staging.device] = document.staging
    }
    for folder in devices.values { try fileSystem.synchronizeFileSystem(of: folder.file) }
  }

  /// Puts one document in place, if its name still leads to what was read.
  private func replace(_ document: StagedDocument) -> Result {
    do throws(FileSystemError) {
      let folder = try handles.handle(of: document.origin.folder)
      switch try AtomicReplace(fileSystem).replace(
        document.origin.name, in: folder, with: document.temporary, in: document.staging.file,
        ifStill: document.origin.status)
      {
      case .replaced:
        if durability != .none, isTouched.insert(document.origin.folder.identity).inserted {
          touched.append(document.origin.folder)
        }
        return .replaced
      case .vanished: return .vanished
      case .changed: return .changed
      }
    } catch {
      switch error.kind {
      case .absent: return .vanished
      case .otherDevice: return .outOfReach(error)
      default: return .failed(error)
      }
    }
  }

  /// Flushes each folder that got a new entry, once.
  ///
  /// - Returns: the first failure and its folder.
  private func flushFolders() -> (error: FileSystemError, folder: TreeFolder)? {
    var failure: (FileSystemError, TreeFolder)?
    for folder in touched {
      do throws(FileSystemError) {
        try fileSystem.synchronize(try handles.handle(of: folder))
      } catch {
        failure = failure ?? (error, folder)
      }
    }
    touched = []
    isTouched = []
    return failure
  }
}
