import UprevReport

/// The folder where runs are remembered: `${XDG_STATE_HOME:-~/.local/state}/uprev`, or the one the command line names.
///
/// Folders are made with mode 0700: reports name files of their owner's.
public struct StateDirectory: Sendable {
  public let path: PathName
  let fileSystem: any FileSystem

  public init(path: PathName, fileSystem: any FileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// The default place, by the XDG Base Directory Specification: a relative `XDG_STATE_HOME` is ignored.
  /// - Returns: nil where neither `XDG_STATE_HOME` nor `HOME` says where it is.
  public static func defaultPath(environment: [String: String]) -> PathName? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return PathName("\(state)/uprev") }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return PathName("\(home)/.local/state/uprev")
  }

  /// The folder of all reports. Those under construction lie in it too.
  public var reports: PathName { PathName(path.bytes + Array("/runs".utf8)) }

  /// Removes what killed runs left of their reports.
  func removeUnfinishedReports() {
    guard let folder = try? fileSystem.open(reports, in: nil, [.readOnly, .directory, .noFollow], mode: 0) else {
      return
    }
    DeadTemporaries(fileSystem).sweep(folder, [.file])
  }

  /// Makes the folder of one run, and every folder above it that is missing.
  /// - Returns: `runs/<id>/report.json` in it.
  /// - Throws: ``FileSystemError``
  public func makeReportPath(of run: RunID) throws(FileSystemError) -> PathName {
    let folder = PathName(reports.bytes + Array("/\(run)".utf8))
    try makeFolders(folder)
    return PathName(folder.bytes + Array("/report.json".utf8))
  }

  /// Makes the folder itself, and every folder above it that is missing, so that they outlive a loss of power.
  /// - Throws: ``FileSystemError``
  func make() throws(FileSystemError) {
    try makeFolders(path)
  }

  private func makeFolders(_ folder: PathName) throws(FileSystemError) {
    do {
      try makeFolder(folder)
    } catch  where error.kind == .exists {
      return
    } catch  where error.kind == .absent {
      guard let above = Self.above(folder), above.bytes.count < folder.bytes.count else { throw error }
      try makeFolders(above)
      do {
        try makeFolder(folder)
      } catch  where error.kind == .exists {
        // Another run was quicker.
      }
    }
  }

  private func makeFolder(_ folder: PathName) throws(FileSystemError) {
    try fileSystem.makeDirectory(folder, in: nil, mode: 0o700)
    do {
      try fileSystem.synchronize(
        fileSystem.open(Self.above(folder) ?? PathName("."), in: nil, [.directory], mode: 0))
    } catch  where error.kind == .unsupported || error.kind == .accessDenied {
      // Some file systems flush no folders, and some folders may be written and not read.
    }
  }

  /// - Returns: nil for a single name.
  private static func above(_ folder: PathName) -> PathName? {
    var bytes = folder.bytes[...]
    while bytes.count > 1, bytes.last == 0x2F { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: 0x2F) else { return nil }
    return PathName(bytes[..<max(slash, 1)])
  }
}
