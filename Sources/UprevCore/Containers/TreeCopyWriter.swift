import LosslessJSON
import UprevReport

/// Makes a migrated copy of a tree, or of one file, at a path where nothing is.
///
/// The copy is built beside that path, flushed, and renamed into place by `finish()`; until then nothing is there, and
/// after `abandon()` nothing of it is left. What fails to be written fails the whole copy. What of the source cannot be read
/// is left out, with a warning, as is an attribute that cannot be reproduced. A decision is final as soon as it comes: it
/// took effect if `finish()` answers true.
final class TreeCopyWriter: ContainerWriter {
  private let fileSystem: any FileSystem
  private let options: ContainerWriteOptions
  private let sink: DecisionSink
  private let warn: WarningSink
  private let output: PathName
  private let outputName: PathName
  /// The folder that will hold the copy; opened before anything is written, for `syncfs`.
  private let parent: OpenFile
  private let copy: TreeCopy
  private var isDone = false

  /// - Throws: ``TargetError`` where the output exists, lies inside the source, or cannot be begun.
  init(
    of container: TreeContainer, to output: PathName, _ options: ContainerWriteOptions, sink: @escaping DecisionSink,
    warn: @escaping WarningSink
  ) throws {
    fileSystem = container.fileSystem
    self.options = options
    self.sink = sink
    self.warn = warn
    self.output = output
    let (folder, name) = output.splitAtLastComponent
    guard !name.bytes.isEmpty, name != PathName("."), name != PathName("..") else {
      throw TargetError.outputWithoutName(output)
    }
    outputName = name
    do throws(FileSystemError) {
      parent = try fileSystem.open(folder, in: nil, [.readOnly, .directory], mode: 0)
    } catch {
      throw error.targetError(.writing, about: output)
    }
    try Self.refuseExisting(name, in: parent, output, fileSystem)
    if try Self.holds(container, parent, output) {
      throw TargetError.outputInsideTarget(output)
    }
    DeadTemporaries(fileSystem).sweep(parent)
    copy = TreeCopy(
      of: container, in: parent, runID: options.runID, isDurable: options.durability != .none, warn: warn)
  }

  private static func refuseExisting(
    _ name: PathName, in parent: OpenFile, _ output: PathName, _ fileSystem: any FileSystem
  ) throws {
    do throws(FileSystemError) {
      _ = try fileSystem.status(of: name, in: parent, followingLinks: false)
    } catch {
      if error.kind == .absent { return }
      throw error.targetError(.writing, about: output)
    }
    throw TargetError.outputExists(output)
  }

  private static func holds(_ container: TreeContainer, _ folder: OpenFile, _ output: PathName) throws -> Bool {
    do throws(FileSystemError) {
      return try container.holds(folder)
    } catch {
      throw error.targetError(.writing, about: output)
    }
  }

  func write(_ element: DecidedElement) throws {
    do {
      switch element {
      case .decision(let decision):
        sink(decision)
      case .passthrough(let chunk):
        guard let chunk = chunk as? TreePassthrough else { throw TargetError.foreignChunk }
        try copy.add(chunk)
      case .document(let document, let decision):
        guard let origin = document.origin as? TreeDocumentOrigin else { throw TargetError.foreignChunk }
        let replacement = decision.outcome == .migrated ? decision.replacement : nil
        do {
          try copy.add(document, origin, replacement)
        } catch {
          sink(decision.rejected(.stoppedBeforeWritten))
          throw error
        }
        sink(decision)
      }
    } catch let error as FileSystemError {
      throw error.targetError(.writing, about: output)
    }
  }

  func finish() throws -> Bool {
    do throws(FileSystemError) {
      try copy.close()
      if options.durability != .none { try fileSystem.synchronizeFileSystem(of: parent) }
      try AtomicReplace(fileSystem).place(outputName, in: parent, from: copy.name, in: parent)
      isDone = true
      if let (mark, error) = copy.didPlace() { warn(.notCleanedUp(mark, error)) }
    } catch {
      if error.kind == .exists { throw TargetError.outputExists(output) }
      throw error.targetError(.writing, about: output)
    }
    guard options.durability != .none else { return true }
    do throws(FileSystemError) {
      try fileSystem.synchronize(parent)
    } catch {
      throw TargetError.copyNotFlushed(error, output)
    }
    return true
  }

  func abandon() {
    guard !isDone else { return }
    isDone = true
    do throws(FileSystemError) {
      try copy.remove()
    } catch {
      warn(.notCleanedUp(copy.name, error))
    }
  }
}
