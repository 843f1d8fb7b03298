import UprevReport

/// A file under construction: created exclusively with mode 0600, removed unless it was put in place.
///
/// It is locked (`flock(2)`) for as long as it is open: ``DeadTemporaries`` removes those whose lock is free, because the run that
/// made them lives no more. It is used by one thread at a time.
public final class TemporaryFile {
  public let name: PathName
  /// The folder that holds it; nil where `name` is a path by itself.
  public let folder: OpenFile?
  public let file: OpenFile
  private let fileSystem: any FileSystem
  private var isPresent = true

  /// - Throws: ``FileSystemError``; of kind ``FailureKind/exists`` where something has the name, which is left alone.
  public init(
    _ name: PathName, in folder: OpenFile?, fileSystem: any FileSystem
  ) throws(FileSystemError) {
    self.name = name
    self.folder = folder
    self.fileSystem = fileSystem
    file = try fileSystem.open(name, in: folder, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
    do throws(FileSystemError) {
      try markAlive()
    } catch {
      try? remove()
      throw error
    }
  }

  /// Makes a temporary of a run, under a name that is free.
  ///
  /// - Throws: ``FileSystemError``
  public static func make(
    _ kind: TemporaryKind, of runID: String, in folder: OpenFile, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> TemporaryFile {
    var attempt = 1
    while true {
      let name = OwnName.make(runID, "-\(kind.rawValue)" + (attempt == 1 ? "" : "-\(attempt)"))
      do {
        return try TemporaryFile(name, in: folder, fileSystem: fileSystem)
      } catch  where error.kind == .exists && attempt < attempts {
        attempt += 1
      }
    }
  }

  /// Names that are tried: one run has few temporaries in one folder.
  private static let attempts = 1000

  /// Whoever took it for one of a dead run before it was locked has removed it, or is about to.
  private func markAlive() throws(FileSystemError) {
    do throws(FileSystemError) {
      guard try fileSystem.lock(file), try fileSystem.status(of: file).linkCount > 0 else {
        throw FileSystemError(call: "flock", path: name, number: existsNumber)
      }
    } catch {
      // Where no lock can be had, nobody removes what he finds unlocked.
      guard [.unsupported, .badDescriptor, .noLocks].contains(error.kind) else { throw error }
    }
  }

  deinit { try? remove() }

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    try fileSystem.write(file, bytes)
  }

  /// Gives it an owner, extended attributes (access control list and label included) and a mode, in the one order that
  /// keeps all of them: a change of owner clears set-id bits and capabilities, a mode comes after the list it masks.
  ///
  /// - Throws: ``FileSystemError`` of the first attribute that cannot be reproduced.
  public func setAttributes(
    like status: FileStatus, _ attributes: [ExtendedAttribute]
  ) throws(FileSystemError) {
    let now = try fileSystem.status(of: file)
    try fileSystem.setAttributes(of: file, from: now, to: status, attributes)
  }

  /// `fsync(2)`
  public func flush() throws(FileSystemError) {
    try fileSystem.synchronize(file)
  }

  /// Takes the place of `name`, if `name` is still the file that had the status `expected`; is removed otherwise.
  public func replace(
    _ name: PathName, in folder: OpenFile?, ifStill expected: FileStatus
  ) throws(FileSystemError) -> AtomicReplace.Result {
    let result = try AtomicReplace(fileSystem).replace(
      name, in: folder, with: self.name, in: self.folder, ifStill: expected)
    if result == .replaced { isPresent = false } else { try remove() }
    return result
  }

  /// Takes the place of `name`, whatever was there.
  public func replace(_ name: PathName, in folder: OpenFile?) throws(FileSystemError) {
    try AtomicReplace(fileSystem).replace(name, in: folder, with: self.name, in: self.folder)
    isPresent = false
  }

  /// Becomes `name`, where nothing is.
  /// - Throws: ``FileSystemError`` of kind ``FailureKind/exists`` where something is.
  public func place(at name: PathName, in folder: OpenFile?) throws(FileSystemError) {
    try AtomicReplace(fileSystem).place(name, in: folder, from: self.name, in: self.folder)
    isPresent = false
  }

  /// Removes it, unless it was put in place or removed before.
  public func remove() throws(FileSystemError) {
    guard isPresent else { return }
    isPresent = false
    do {
      try fileSystem.unlink(name, in: folder)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    }
  }
}

extension FileSystem {
  /// Brings the attributes of a new file from `now` to those of `status` and `attributes`, calling only where they differ.
  ///
  /// - Throws: ``FileSystemError`` of the first attribute that cannot be reproduced.
  public func setAttributes(
    of file: OpenFile, from now: FileStatus, to status: FileStatus, _ attributes: [ExtendedAttribute]
  ) throws(FileSystemError) {
    var mode = now.mode
    if now.user != status.user || now.group != status.group {
      try setOwner(file, user: status.user, group: status.group)
    }
    if !attributes.isEmpty {
      // A label that the system gave it already may be one that this process must not set.
      let present = try extendedAttributes(of: file)
      for attribute in attributes where !present.contains(attribute) {
        try setExtendedAttribute(attribute, of: file)
        // An access control list moves the group's bits.
        mode = .max
      }
    }
    if mode != status.mode { try setMode(file, status.mode) }
  }
}
