import UprevReport

/// Reads a tree in the order of discovery.
///
/// Folders are no documents; one that cannot be entered is `rejected` under its own path, so that the exit status shows that
/// something below it may have been missed (unless everything below it is excluded). Exclusion is of documents: a folder is
/// walked even if all of it is excluded, and each document in it is `skipped`.
final class TreeReader: ContainerReader {
  /// Documents held open until they are decided.
  private static let maximumHeld = 1024

  let description = ContainerDescription(kind: .tree)
  private(set) var discoverSeconds = 0.0
  private(set) var readSeconds = 0.0

  private let container: TreeContainer
  private let options: ContainerReadOptions
  private var discover: Discover
  private let recovery: StagingRecovery?
  private var read: Read
  private let known: KnownLookup?
  /// Whether file systems keep times of change, by device; asked where files are to be remembered.
  private var keepsChangeTimes: [UInt64: Bool] = [:]
  /// What belongs to the last thing met and is still to be given out.
  private var pending: [ContainerElement] = []

  init(_ container: TreeContainer, _ options: ContainerReadOptions) {
    self.container = container
    self.options = options
    known = container.single == nil ? options.known : nil
    recovery = options.interruptedRuns.map { container.makeRecovery($0) }
    discover = container.makeWalk(recovery, maximumPathLength: options.maximumPathLength)
    // A copy needs the attributes of every document.
    let held = options.yieldsPassthrough ? nil : HeldFiles(limit: min(OpenFileLimit.current / 4, Self.maximumHeld))
    read = Read(container.fileSystem, maximumSize: options.maximumDocumentSize, holdingIn: held)
  }

  var warnings: [WarningRecord] { recovery?.warnings.records ?? [] }

  func next() throws -> ContainerElement? {
    if let element = pending.popLast() { return element }
    let start = MonotonicClock.seconds
    let readBefore = readSeconds
    defer { discoverSeconds += MonotonicClock.seconds - start - (readSeconds - readBefore) }
    do throws(FileSystemError) {
      while let found = try discover.next() {
        if let element = take(found) { return element }
      }
      recovery?.finish()
      return nil
    } catch {
      throw error.targetError(.reading, about: container.path)
    }
  }

  /// - Returns: the first element of what was met; what follows it is in `pending`.
  private func take(_ found: Discovered) -> ContainerElement? {
    switch found {
    case .folder(let folder, let path, let status):
      guard options.yieldsPassthrough else { return nil }
      return .passthrough(
        TreePassthrough(
          content: .folder(folder), path: path, folder: folder.parent ?? folder, name: folder.name, status: status))
    case .unreadableFolder(let path, let error):
      if isAllExcluded(below: path) { return nil }
      return unreadable(path, format: nil, error)
    case .tooLong(let path):
      if options.claims.claim(path) == .excluded || isAllExcluded(below: path) { return nil }
      var decision = Decision(
        reference: DocumentReference(path: path, format: nil), outcome: .rejected,
        error: .pathTooLong(limit: options.maximumPathLength))
      if options.yieldsPassthrough {
        decision.warnings.append(.pathTooLong(path, limit: options.maximumPathLength))
      }
      return .decision(decision)
    case .entry(let entry):
      return take(entry)
    }
  }

  private func take(_ entry: DiscoveredEntry) -> ContainerElement {
    if OwnName.isKept(entry.name) { recovery?.meetKept(entry.path) }
    let claim = OwnName.isOwn(entry.name) ? .excluded : options.claims.claim(entry.path)
    guard entry.kind == .regular else { return untouched(entry, .skipped, format: nil) }
    switch claim {
    case .excluded: return untouched(entry, .skipped, format: nil)
    case .unmatched: return untouched(entry, .unmatched, format: nil)
    case .format(let format): return document(entry, format)
    }
  }

  private func document(_ entry: DiscoveredEntry, _ format: Int) -> ContainerElement {
    let reference = DocumentReference(path: entry.path, format: format)
    let result: Read.Result
    do throws(FileSystemError) {
      let handle = try discover.handles.handle(of: entry.folder)
      if let known, known.knowsAnything(around: entry.path),
        let decision = known.decision(
          reference, try container.fileSystem.status(of: entry.name, in: handle, followingLinks: false))
      {
        return .decision(decision)
      }
      let start = MonotonicClock.seconds
      defer { readSeconds += MonotonicClock.seconds - start }
      result = read.read(entry.name, in: entry.folder, open: handle) { status in
        options.remembersFiles && container.single == nil && keepsChangeTimes(entry.folder, status)
      }
    } catch {
      result = error.kind == .absent ? .absent : .failed(error)
    }
    switch result {
    case .document(let text, let origin):
      return .document(Document(reference: reference, text: text, origin: origin))
    case .absent:
      return .decision(Decision(reference: reference, outcome: .skipped))
    case .notRegular:
      return untouched(entry, .skipped, format: format)
    case .tooLarge(let status):
      let error = DocumentError.tooLarge(status, limit: options.maximumDocumentSize)
      return untouched(entry, .rejected, format: format, error, size: Int(status.size))
    case .changing:
      return untouched(entry, .rejected, format: format, .changedWhileRead)
    case .failed(let error):
      return unreadable(entry.path, format: format, error)
    }
  }

  /// - Parameter status: of a file in `folder`. One that is mounted there by itself is not remembered.
  private func keepsChangeTimes(_ folder: TreeFolder, _ status: FileStatus) -> Bool {
    let device = folder.identity.device
    guard status.device == device else { return false }
    if let known = keepsChangeTimes[device] { return known }
    let handle = try? discover.handles.handle(of: folder)
    // What cannot be asked is not trusted.
    let answer = handle.flatMap { try? container.fileSystem.fileSystemStatus(of: $0) }?.keepsChangeTimes ?? false
    keepsChangeTimes[device] = answer
    return answer
  }

  /// A decision, and the thing itself for a writer of copies.
  private func untouched(
    _ entry: DiscoveredEntry, _ outcome: Outcome, format: Int?, _ error: DocumentError? = nil, size: Int? = nil
  ) -> ContainerElement {
    var decision = Decision(
      reference: DocumentReference(path: entry.path, format: format), outcome: outcome, error: error)
    decision.bytesBefore = size
    guard options.yieldsPassthrough else { return .decision(decision) }
    do throws(FileSystemError) {
      let handle = try discover.handles.handle(of: entry.folder)
      let status = try container.fileSystem.status(of: entry.name, in: handle, followingLinks: false)
      let content: TreePassthrough.Content? =
        switch status.kind {
        case .regular: .file
        case .symbolicLink: .symbolicLink
        // It became one since its folder was listed; what is in it was not walked.
        case .directory, .unknown: nil
        case .fifo, .socket, .characterDevice, .blockDevice: .special
        }
      guard let content else { return .decision(decision) }
      let chunk = TreePassthrough(
        content: content, path: entry.path, folder: entry.folder, name: entry.name, status: status)
      pending.append(.passthrough(chunk))
      return .decision(decision)
    } catch {
      if error.kind != .absent { decision.warnings.append(.notCopied(entry.path, error)) }
      return .decision(decision)
    }
  }

  private func unreadable(_ path: PathName, format: Int?, _ error: FileSystemError) -> ContainerElement {
    var decision = Decision(
      reference: DocumentReference(path: path, format: format), outcome: .rejected,
      error: error.documentError(.reading, about: path))
    if options.yieldsPassthrough { decision.warnings.append(.notCopied(path, error)) }
    return .decision(decision)
  }

  /// Whether any name below a folder is excluded: one that no file has is, at two depths.
  private func isAllExcluded(below path: PathName) -> Bool {
    let child = path.bytes + [UInt8(ascii: "/"), 0]
    let grandchild = child + [UInt8(ascii: "/"), 0]
    return options.claims.claim(PathName(child)) == .excluded && options.claims.claim(PathName(grandchild)) == .excluded
  }
}
