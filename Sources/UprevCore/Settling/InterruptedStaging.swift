import UprevReport

/// The staging folder of a run that lives no more: what is in it, read and checked, nothing touched.
struct InterruptedStaging {
  /// What a name in a folder of a tree turned out to be.
  enum Found {
    /// No staging folder, or gone.
    case nothing
    /// A staging folder whose run goes on.
    case alive
    case interrupted(InterruptedStaging)
    case refused(RecoveryProblem)
  }

  let name: PathName
  /// Open and locked, for as long as this lives.
  let file: OpenFile
  let runID: String
  var isAllOrNothing = false
  /// Whether the mark of a committed run is in it.
  var isCommitted = false
  /// The manifests that are whole, in order.
  var manifests: [PathName] = []
  /// What the run was about to give back, by slot, in order.
  var returns: [PathName: [Sighting]] = [:]
  /// Temporaries that no whole manifest lists. A manifest is flushed before the first exchange that it is about, and removed
  /// after its last slot was settled: so such a temporary was never exchanged, or what is in its slot is superseded.
  var unlisted: [PathName] = []
  /// What no run puts there.
  var strange: [PathName] = []

  private init(_ name: PathName, _ file: OpenFile, runID: String) {
    self.name = name
    self.file = file
    self.runID = runID
  }
}

extension InterruptedStaging {
  /// Looks at one of the names that begin with `.uprev-`.
  ///
  /// Trusted is a folder of this user's or of root's into which nobody else can write: with what stands in it, files of others
  /// are exchanged.
  static func find(
    _ name: PathName, in parent: OpenFile, user: UInt32, _ fileSystem: any FileSystem
  ) -> Found {
    do throws(FileSystemError) {
      let file = try fileSystem.open(name, in: parent, [.readOnly, .directory, .beneath], mode: 0)
      let names = try self.names(in: file, fileSystem)
      let isStaging =
        OwnName.run(ofStaging: name) != nil || names.contains { StagingManifest.number(ofManifest: $0) != nil }
      guard isStaging else { return .nothing }
      guard try isFree(file, fileSystem) else { return .alive }
      let status = try fileSystem.status(of: file)
      guard status.user == user || status.user == 0, status.mode & 0o022 == 0 else { return .refused(.untrusted) }
      // Again: until it was locked its run may have gone on.
      return read(name, file, try self.names(in: file, fileSystem), fileSystem)
    } catch {
      switch error.kind {
      case .absent, .noDirectory, .symbolicLink: return .nothing
      // Only what is a staging folder by its name can be told from what other parts of the program keep.
      default: return OwnName.run(ofStaging: name) == nil ? .nothing : .refused(.unreadable(error))
      }
    }
  }

  /// A process that this one is just starting holds its descriptors, and with them its locks, until it runs a program of its own.
  private static let lockAttempts = 10

  /// Takes the lock that a run holds on each of its staging folders.
  private static func isFree(_ file: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) -> Bool {
    do {
      for _ in 0..<Self.lockAttempts {
        if try fileSystem.lock(file) { return true }
        MonotonicClock.sleep(seconds: 0.005)
      }
      return false
    } catch  where [.unsupported, .badDescriptor, .noLocks].contains(error.kind) {
      // A network file system: the target's lock alone says who lives.
      return true
    }
  }

  private static func names(in file: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) -> [PathName] {
    var names: [PathName] = []
    try fileSystem.forEachName(in: file) { name, _ in names.append(PathName(name)) }
    return names.sorted()
  }

  /// What is in it now: the slots, and the files of the run that hold no text, in the order in which they are to be removed: what
  /// says how to go on goes last.
  func filesNow(
    _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> (slots: [PathName], records: [PathName]) {
    let names = try Self.names(in: file, fileSystem)
    let manifests = names.filter { StagingManifest.number(ofManifest: $0) != nil }
    let records =
      manifests + names.filter { $0.bytes.withUnsafeBytes(StagingManifest.isRecord) }
      + names.filter { $0 == StagingManifest.committedName }
    return (names.filter { StagingManifest.number(ofSlot: $0) != nil }, records)
  }

  private static func read(
    _ name: PathName, _ file: OpenFile, _ names: [PathName], _ fileSystem: any FileSystem
  ) -> Found {
    var slots: [PathName] = []
    var manifests: [(number: UInt64, name: PathName)] = []
    var returns: [(number: UInt64, name: PathName)] = []
    var others: [PathName] = []
    var strange: [PathName] = []
    for name in names {
      if StagingManifest.isSlot(name) {
        slots.append(name)
      } else if let number = StagingManifest.number(ofManifest: name) {
        manifests.append((number, name))
      } else if let number = StagingManifest.number(ofReturns: name) {
        returns.append((number, name))
      } else if name == StagingManifest.committedName || name.bytes.withUnsafeBytes(StagingManifest.isRecord) {
        others.append(name)
      } else {
        strange.append(name)
      }
    }
    let reader = StagingFileReader(file, fileSystem)
    var listed: Set<UInt64> = []
    var runID: String?
    var isAllOrNothing = false
    var wholeNames: [PathName] = []
    manifests.sort { $0.number < $1.number }
    for (_, manifestName) in manifests {
      do throws(RecoveryProblem) {
        guard let manifest = try reader.manifest(manifestName) else { continue }
        guard OwnName.isStaging(name, of: manifest.runID), runID == nil || runID == manifest.runID else {
          throw .notUnderstood(manifestName)
        }
        for entry in manifest.entries {
          guard let number = StagingManifest.number(ofSlot: entry.slot), listed.insert(number).inserted else {
            throw .notUnderstood(manifestName)
          }
        }
        runID = manifest.runID
        isAllOrNothing = isAllOrNothing || manifest.isAllOrNothing
        wholeNames.append(manifestName)
      } catch {
        return .refused(error)
      }
    }
    // A folder that is called like a run's and holds none of a run's things is something else.
    guard let runID = runID ?? OwnName.run(ofStaging: name) else { return .nothing }
    var staging = InterruptedStaging(name, file, runID: runID)
    staging.isAllOrNothing = isAllOrNothing
    staging.isCommitted = others.contains(StagingManifest.committedName)
    staging.manifests = wholeNames
    staging.unlisted = slots.filter { slot in StagingManifest.number(ofSlot: slot).map { !listed.contains($0) } ?? true
    }
    staging.strange = strange
    do throws(RecoveryProblem) {
      returns.sort { $0.number < $1.number }
      for (_, name) in returns { staging.returns = try reader.returns(name, after: staging.returns) }
    } catch {
      return .refused(error)
    }
    return .interrupted(staging)
  }
}

/// Reads the files of a staging folder that hold no text.
struct StagingFileReader {
  private let folder: OpenFile
  private let fileSystem: any FileSystem

  init(_ folder: OpenFile, _ fileSystem: any FileSystem) {
    self.folder = folder
    self.fileSystem = fileSystem
  }

  /// - Returns: nil for one that is torn.
  /// - Throws: also for one that is not there: it was seen in the folder, and what it lists is not to be taken for unlisted.
  func manifest(_ name: PathName) throws(RecoveryProblem) -> StagingManifest? {
    guard let bytes = try bytes(of: name) else {
      throw .unreadable(FileSystemError(call: "openat", path: name, number: absentNumber))
    }
    do {
      return try StagingManifest(parsing: bytes)
    } catch {
      switch error {
      case .torn: return nil
      case .notUnderstood: throw .notUnderstood(name)
      }
    }
  }

  /// - Parameter earlier: what the files before it say.
  func returns(
    _ name: PathName, after earlier: [PathName: [Sighting]]
  ) throws(RecoveryProblem) -> [PathName: [Sighting]] {
    guard let bytes = try bytes(of: name) else { return earlier }
    do {
      return try StagingManifest.parsedReturns(bytes, after: earlier)
    } catch {
      throw .notUnderstood(name)
    }
  }

  private func bytes(of name: PathName) throws(RecoveryProblem) -> [UInt8]? {
    let bytes: [UInt8]?
    do throws(FileSystemError) {
      bytes = try contents(of: name)
    } catch {
      if error.kind == .absent { return nil }
      throw .unreadable(error)
    }
    guard let bytes else { throw .notUnderstood(name) }
    return bytes
  }

  /// - Returns: nil for what is no regular file, or too large.
  private func contents(of name: PathName) throws(FileSystemError) -> [UInt8]? {
    let file = try fileSystem.open(name, in: folder, [.readOnly, .beneath, .nonBlocking], mode: 0)
    guard try fileSystem.status(of: file).kind == .regular else { return nil }
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try fileSystem.read(file, into: buffer, at: nil)
      if count == 0 { return bytes }
      guard bytes.count + count <= StagingManifest.maximumSize else { return nil }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}
