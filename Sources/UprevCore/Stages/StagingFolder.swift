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
  private let parentFile: OpenFile
  private let fileSystem: any FileSystem
  /// What a new file here looks like before anything is set; known from the first one on.
  private var newFile: FileStatus?
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
    do throws(FileSystemError) {
      file = try fileSystem.open(name, in: parentFile, [.readOnly, .directory, .beneath], mode: 0)
      device = try fileSystem.status(of: file).device
      try Self.dropInheritedAccess(of: file, fileSystem)
    } catch {
      try? fileSystem.removeDirectory(name, in: parentFile)
      throw error
    }
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

  /// What went wrong with one temporary.
  enum Failure: Error {
    /// It could not be made, written or flushed.
    case text(FileSystemError)
    /// Owner, mode or attributes could not be given to it.
    case attributes(FileSystemError)
  }

  /// Writes a whole temporary with the attributes of the document that it is to replace.
  ///
  /// - Throws: ``Failure``; then nothing of the temporary is left.
  func write(
    _ text: JSONText, to name: PathName, like origin: TreeDocumentOrigin, flushing: Bool
  ) throws(Failure) {
    let temporary: OpenFile
    do throws(FileSystemError) {
      temporary = try fileSystem.open(name, in: file, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
    } catch {
      throw .text(error)
    }
    do throws(Failure) {
      try fill(temporary, text, like: origin, flushing: flushing)
    } catch {
      remove(name)
      throw error
    }
  }

  private func fill(
    _ temporary: OpenFile, _ text: JSONText, like origin: TreeDocumentOrigin, flushing: Bool
  ) throws(Failure) {
    do throws(FileSystemError) {
      try text.withUnsafeBytes { bytes throws(FileSystemError) in try fileSystem.write(temporary, bytes) }
    } catch {
      throw .text(error)
    }
    do throws(FileSystemError) {
      let now: FileStatus
      if let newFile {
        now = newFile
      } else {
        now = try fileSystem.status(of: temporary)
        newFile = now
      }
      try fileSystem.setAttributes(of: temporary, from: now, to: origin.status, origin.attributes)
    } catch {
      throw .attributes(error)
    }
    guard flushing else { return }
    do throws(FileSystemError) {
      try fileSystem.synchronize(temporary)
    } catch {
      throw .text(error)
    }
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
    for temporary in leftovers { try unlink(temporary) }
    leftovers = []
    do {
      try fileSystem.removeDirectory(name, in: parentFile)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    }
  }

  private func unlink(_ temporary: PathName) throws(FileSystemError) {
    do {
      try fileSystem.unlink(temporary, in: file)
    } catch  where error.kind == .absent {
      // Somebody else tidied up.
    }
  }
}
