import UprevReport

/// Where a document of a tree came from, and what its replacement must carry on. A class, because it is handed on with its document.
public final class TreeDocumentOrigin: DocumentOrigin {
  /// The folder that holds it.
  public let folder: TreeFolder
  /// Its name in `folder`.
  public let name: PathName
  /// As `fstat(2)` told it before it was read.
  public let status: FileStatus
  private let late: LateAttributes
  /// The time of modification that the replacement gets; nil: the time of replacing.
  public let modificationToRestore: FileTime?
  /// Whether the file has, or had when the walk met it first, other names.
  public let isHardLinked: Bool
  /// Whether its file system keeps times of change, so that a later run knows an unchanged file.
  let keepsChangeTimes: Bool

  init(
    folder: TreeFolder, name: PathName, status: FileStatus, attributes: LateAttributes, isHardLinked: Bool,
    keepsChangeTimes: Bool = false, modificationToRestore: FileTime? = nil
  ) {
    self.folder = folder
    self.name = name
    self.status = status
    late = attributes
    self.isHardLinked = isHardLinked
    self.keepsChangeTimes = keepsChangeTimes
    self.modificationToRestore = modificationToRestore
  }

  /// The same, for a replacement that gets a time of modification.
  func restoring(_ modification: FileTime) -> TreeDocumentOrigin {
    TreeDocumentOrigin(
      folder: folder, name: name, status: status, attributes: late, isHardLinked: isHardLinked,
      keepsChangeTimes: keepsChangeTimes, modificationToRestore: modification)
  }

  /// One whose attributes are known.
  convenience init(
    folder: TreeFolder, name: PathName, status: FileStatus, attributes: [ExtendedAttribute], flags: UInt32?,
    isHardLinked: Bool
  ) {
    self.init(
      folder: folder, name: name, status: status, attributes: LateAttributes(attributes, flags: flags),
      isHardLinked: isHardLinked)
  }

  /// Access control list and label included; empty before they were read.
  public var attributes: [ExtendedAttribute] { late.extended }
  /// The flags of `chattr(1)`; nil where the file system has none, and before they were read.
  public var flags: UInt32? { late.flags }

  /// To be called before ``attributes``, ``flags`` and what is made of them.
  /// - Throws: ``FileSystemError``
  func readAttributes() throws(FileSystemError) { try late.read() }

  public func prepare(for outcome: Outcome, of path: PathName) -> DocumentError? {
    guard outcome == .migrated else {
      late.letGo()
      return nil
    }
    do throws(FileSystemError) {
      try late.read()
      return nil
    } catch {
      return error.documentError(.reading, about: path)
    }
  }

  /// What its replacement must carry on.
  var fileAttributes: FileAttributes { FileAttributes(status, attributes, flags: flags) }

  public func warningsOfReplacing(_ path: PathName) -> [WarningRecord] {
    isHardLinked ? [.hardLinked(path)] : []
  }

  public func rememberedFile(format: Int) -> RememberedFile? {
    guard keepsChangeTimes, let file = KnownFile(status, format: format) else { return nil }
    return RememberedFile(file: file, device: status.device, wasKnown: false)
  }
}
