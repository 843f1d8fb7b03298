import UprevReport

/// Writes down what of a pipeline has shipped. What is frozen stays as it is unless it is named.
public struct PipelineFreezer: Sendable {
  private let fileSystem: any FileSystem
  private let runID: String

  /// - Parameter runID: names temporaries.
  public init(fileSystem: any FileSystem, runID: String) {
    self.fileSystem = fileSystem
    self.runID = runID
  }

  /// Adds to the pipeline's lock whatever is not in it. Where something frozen has changed or is gone, and is not accepted by its name,
  /// or a name is that of no such thing, nothing is written.
  ///
  /// - Parameter accepted: names of what may have changed or gone (`migration:FORMAT:FROM:TO`).
  /// - Throws: ``PipelineFreezeError``; then the lock is as it was.
  public func freeze(
    _ pipeline: Pipeline, accepting accepted: [String] = []
  ) throws(PipelineFreezeError) -> PipelineFreezing {
    let content: PipelineContent
    let found: LockFile?
    do throws(PipelineError) {
      let outline = try PipelineOutline(of: pipeline, fileSystem: fileSystem)
      content = PipelineContent(
        of: pipeline, root: outline.root, fixtures: FixtureFolder(of: pipeline, fileSystem: fileSystem),
        fileSystem: fileSystem)
    } catch {
      throw .pipeline(error)
    }
    do throws(LockFileError) {
      found = try LockFile.read(of: pipeline.file, fileSystem: fileSystem)
    } catch {
      throw .lock(error)
    }
    let lock = found ?? LockFile(items: [])
    let comparison = LockComparison(content, with: lock)
    var freezing = PipelineFreezing(lock: LockFile.path(of: pipeline.file))
    freezing.refused = comparison.refused(path: freezing.lock, lock, accepting: accepted)
    let names = Set((comparison.changed.map(\.then) + comparison.missing).map(\.subject.name))
    freezing.unknown = accepted.filter { !names.contains($0) }
    freezing.unchangedCount = comparison.unchangedCount
    guard freezing.refused.isEmpty, freezing.unknown.isEmpty else { return freezing }
    freezing.added = comparison.new.map(\.item.subject.name)
    freezing.renewed = comparison.changed.map(\.then.subject.name)
    freezing.dropped = comparison.missing.map(\.subject.name)
    if found == nil || !(freezing.added + freezing.renewed + freezing.dropped).isEmpty {
      try write(LockFile(items: content.entries.map(\.item)), pipeline, to: freezing.lock)
      freezing.isWritten = true
    }
    return freezing
  }

  private func write(_ lock: LockFile, _ pipeline: Pipeline, to path: PathName) throws(PipelineFreezeError) {
    let text = Array(lock.text(pipeline: pipeline.name).utf8)
    guard text.count <= LockFile.maximumSize else { throw .tooMuch(path) }
    do throws(FileSystemError) {
      // Whoever may read the pipeline may read its lock.
      let mode = try fileSystem.status(of: pipeline.file, in: nil, followingLinks: true).mode & 0o666
      let writer = try AtomicFileWriter(path, runID: runID, durability: .file, mode: mode, fileSystem: fileSystem)
      try writer.write(text)
      try writer.finish()
    } catch {
      throw .failed(path, error)
    }
  }
}

/// What freezing a pipeline came to.
public struct PipelineFreezing: Sendable {
  public var lock: PathName
  /// What has changed or gone and was not accepted: nothing was written then.
  public var refused: [FindingRecord] = []
  /// Accepted names of nothing that has changed or gone: nothing was written then.
  public var unknown: [String] = []
  /// The names of what is frozen now and was not.
  public var added: [String] = []
  /// The names of what had changed and is frozen as it is now.
  public var renewed: [String] = []
  /// The names of what was gone and is not frozen any more.
  public var dropped: [String] = []
  /// How many items are what they were when they were frozen.
  public var unchangedCount = 0
  /// Whether the lock was written; not where it says already what it should.
  public var isWritten = false

  init(lock: PathName) { self.lock = lock }
}

/// Why a pipeline was not frozen. Nothing was written.
public enum PipelineFreezeError: Error, Sendable {
  /// The pipeline cannot be read any more.
  case pipeline(PipelineError)
  case lock(LockFileError)
  /// The lock would be larger than one may be.
  case tooMuch(PathName)
  case failed(PathName, FileSystemError)
}

extension LockComparison {
  fileprivate func refused(path: PathName, _ lock: LockFile, accepting accepted: [String]) -> [FindingRecord] {
    var rest = self
    rest.drop { accepted.contains($0.name) }
    return rest.findings(path, lock).filter { $0.severity == .error }
  }

  /// Without what is not to be told.
  private mutating func drop(_ isDropped: (FrozenSubject) -> Bool) {
    changed.removeAll { isDropped($0.then.subject) }
    missing.removeAll { isDropped($0.subject) }
  }
}
