import LosslessJSON
import UprevReport

/// A run's folder of temporaries, `.uprev-<runID>`, mode 0700, inside a folder of the target.
///
/// It is used by one thread at a time.
final class StagingFolder {
  /// The folder inside the target that holds it.
  let parent: TreeFolder
  let name: PathName
  /// Opened before the first temporary, so that `syncfs` on it reports every error since.
  let file: OpenFile
  let device: UInt64
  /// Whether two names can be exchanged there.
  let exchanges: Bool
  /// Whether a flush of the whole file system tells what went wrong.
  let reportsFlushErrors: Bool
  /// Whether a file here whose time of change was looked at has another one after any change.
  let tellsEveryChange: Bool
  /// Whether something in it must stay for a later recovery.
  private(set) var isLeft = false
  private let parentFile: OpenFile
  private let fileSystem: any FileSystem
  /// What a new file here looks like that was asked for with this mode, before anything is set; known from the first one on.
  private var newFile: (requested: UInt32, status: FileStatus, flags: UInt32?)?
  private var leftovers: [PathName] = []

  /// How many names are tried before something that stands in the way is an error.
  private static let attempts = 16

  /// - Throws: ``FileSystemError``; then nothing is left behind.
  init(
    in parent: TreeFolder, open parentFile: OpenFile, runID: String, _ fileSystem: any FileSystem
  ) throws(FileSystemError) {
    self.parent = parent
    self.parentFile = parentFile
    self.fileSystem = fileSystem
    name = try Self.make(in: parentFile, runID: runID, fileSystem)
    let status: FileSystemStatus
    do throws(FileSystemError) {
      file = try fileSystem.open(name, in: parentFile, [.readOnly, .directory, .beneath], mode: 0)
      device = try fileSystem.status(of: file).device
      try Self.dropInheritedAccess(of: file, fileSystem)
      try Self.markAlive(file, fileSystem)
      status = try fileSystem.fileSystemStatus(of: file)
      reportsFlushErrors = status.reportsFlushErrors
    } catch {
      try? fileSystem.removeDirectory(name, in: parentFile)
      throw error
    }
    do throws(FileSystemError) {
      let probed = try Self.probe(file, keepsChangeTimes: status.keepsChangeTimes, fileSystem)
      (exchanges, tellsEveryChange) = (probed.exchanges, probed.tellsEveryChange)
    } catch {
      (exchanges, tellsEveryChange) = (false, false)
      // What cannot be removed now is left behind and harms nobody.
      try? removeFolder()
      throw error
    }
  }

  /// Inside the target, for messages.
  var path: PathName {
    let above = parent.path.bytes
    return PathName(above + (above.isEmpty ? [] : [UInt8(ascii: "/")]) + name.bytes)
  }

  private static func make(
    in parent: OpenFile, runID: String, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> PathName {
    var attempt = 1
    while true {
      let name = OwnName.make(runID, attempt == 1 ? "" : "-\(attempt)")
      do {
        try fileSystem.makeDirectory(name, in: parent, mode: 0o700)
        return name
      } catch  where error.kind == .exists && attempt < attempts {
        attempt += 1
      }
    }
  }

  /// A default access control list of the folder above would pass to every temporary, and with it to every document.
  private static func dropInheritedAccess(of file: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) {
    for attribute in try fileSystem.extendedAttributes(of: file) {
      let name = String(decoding: attribute.name, as: UTF8.self)
      let isAccessList =
        name == "system.posix_acl_default" || name == "system.posix_acl_access" || name == "uprev.access-control-list"
      if isAccessList { try fileSystem.removeExtendedAttribute(attribute.name, of: file) }
    }
  }

  /// A lock, for as long as this run lives: whoever finds the folder unlocked may recover what is in it.
  private static func markAlive(_ file: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) {
    do throws(FileSystemError) {
      // Whoever has it, or made it, between the two calls is not this run.
      guard try fileSystem.lock(file) else { throw FileSystemError(call: "flock", path: nil, number: busyNumber) }
    } catch {
      // A network file system: the target's lock alone says who lives.
      guard [.unsupported, .badDescriptor, .noLocks].contains(error.kind) else { throw error }
    }
  }

  /// Tries with two files of our own whether names can be exchanged, and whether each change is told.
  private static func probe(
    _ folder: OpenFile, keepsChangeTimes: Bool, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> (exchanges: Bool, tellsEveryChange: Bool) {
    let names = (PathName("probe-1"), PathName("probe-2"))
    defer {
      // What stays here is removed with the folder, or makes that fail and be told.
      try? fileSystem.unlink(names.0, in: folder)
      try? fileSystem.unlink(names.1, in: folder)
    }
    let probe = try fileSystem.open(
      names.0, in: folder, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
    // In a folder that others may write to, somebody may have put one of his own in the place of ours, and would then say
    // what is exchanged with documents that he may not touch.
    let status = try fileSystem.status(of: folder)
    guard try fileSystem.status(of: probe).user == status.user, status.mode & 0o022 == 0 else {
      throw FileSystemError(call: "mkdirat", path: nil, number: notPermittedNumber)
    }
    _ = try fileSystem.open(names.1, in: folder, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
    // What fails here is no document, and is needed for none: they are looked at as where it is not told.
    let tellsEveryChange = keepsChangeTimes && (try? EveryChange.isTold(of: probe, fileSystem)) ?? false
    do {
      try AtomicReplace(fileSystem).exchange(names.0, in: folder, with: names.1, in: folder)
      return (true, tellsEveryChange)
    } catch  where error.kind == .unsupported {
      return (false, tellsEveryChange)
    }
  }

  /// What went wrong with one temporary.
  enum Failure: Error {
    /// It could not be made, written or flushed.
    case text(FileSystemError)
    /// Owner, mode or attributes could not be given to it.
    case attributes(FileSystemError)
  }

  /// Writes a whole temporary with the attributes of the document that it is to replace.
  ///
  /// - Returns: the temporary, open for writing, and its status when it is whole.
  /// - Throws: ``Failure``; then nothing of the temporary is left.
  func write(
    _ text: JSONText, to name: PathName, like origin: TreeDocumentOrigin, flushing: Bool
  ) throws(Failure) -> (file: OpenFile, status: FileStatus) {
    let temporary: OpenFile
    // As it is to be in the end: nobody else reaches into this folder.
    let mode = origin.status.mode & 0o777
    do throws(FileSystemError) {
      temporary = try fileSystem.open(name, in: file, [.writeOnly, .create, .exclusive, .beneath], mode: mode)
    } catch {
      throw .text(error)
    }
    do throws(Failure) {
      return (temporary, try fill(temporary, name, mode, text, like: origin, flushing: flushing))
    } catch {
      remove(name)
      throw error
    }
  }

  private func fill(
    _ temporary: OpenFile, _ name: PathName, _ mode: UInt32, _ text: JSONText, like origin: TreeDocumentOrigin,
    flushing: Bool
  ) throws(Failure) -> FileStatus {
    do throws(FileSystemError) {
      try text.withUnsafeBytes { bytes throws(FileSystemError) in try fileSystem.write(temporary, bytes) }
    } catch {
      throw .text(error)
    }
    do throws(FileSystemError) {
      let now: (requested: UInt32, status: FileStatus, flags: UInt32?)
      if let newFile, newFile.requested == mode {
        now = newFile
      } else {
        now = (mode, try fileSystem.status(of: temporary), try fileSystem.flags(of: temporary))
        newFile = now
      }
      try fileSystem.setAttributes(of: temporary, from: now.status, to: origin.status, origin.attributes)
      try setFlags(of: temporary, from: now.flags, to: origin.flags)
      if let time = origin.modificationToRestore {
        try fileSystem.setTimes(name, in: file, access: origin.status.access, modification: time)
      }
    } catch {
      throw .attributes(error)
    }
    do throws(FileSystemError) {
      if flushing { try fileSystem.synchronize(temporary) }
      return try fileSystem.status(of: temporary)
    } catch {
      throw .text(error)
    }
  }

  private func setFlags(
    of temporary: OpenFile, from now: UInt32?, to wanted: UInt32?
  ) throws(FileSystemError) {
    guard let now, let wanted else { return }
    let carried = FileAttributes.carriedFlags
    if now & carried == wanted & carried { return }
    try fileSystem.setFlags(now & ~carried | wanted & carried, of: temporary)
  }

  /// Something in it stays: it is not removed.
  func leave() {
    isLeft = true
  }

  /// Something that could not be removed, to be tried again with the folder.
  func addLeftover(_ name: PathName) {
    leftovers.append(name)
  }

  /// Removes a temporary; one that cannot be removed now is tried again with the folder.
  func remove(_ temporary: PathName) {
    do throws(FileSystemError) {
      try unlink(temporary)
    } catch {
      leftovers.append(temporary)
    }
  }

  /// Removes the folder, which holds no temporary but those that could not be removed.
  func removeFolder() throws(FileSystemError) {
    if isLeft { return }
    for temporary in leftovers { try unlink(temporary) }
    leftovers = []
    do {
      try fileSystem.removeDirectory(name, in: parentFile)
    } catch  where error.kind == .exists {
      try removeRecords()
      try fileSystem.removeDirectory(name, in: parentFile)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    }
  }

  /// What only a later recovery would read, when there is nothing to recover.
  private func removeRecords() throws(FileSystemError) {
    var names: [PathName] = []
    try fileSystem.forEachName(in: file) { bytes, _ in
      if StagingManifest.isRecord(bytes) { names.append(PathName(bytes)) }
    }
    for name in names { try unlink(name) }
  }

  private func unlink(_ temporary: PathName) throws(FileSystemError) {
    do {
      try fileSystem.unlink(temporary, in: file)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    }
  }
}
