import UprevReport

/// The folder where runs are remembered: `${XDG_STATE_HOME:-~/.local/state}/uprev`, or the one the command line names.
///
/// Folders are made with mode 0700: reports name files of their owner's.
public struct StateDirectory: Sendable {
  public let path: PathName
  private let fileSystem: any FileSystem

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

  /// Makes the folder of one run, and every folder above it that is missing.
  /// - Returns: `runs/<id>/report.json` in it.
  /// - Throws: ``FileSystemError``
  public func makeReportPath(of run: RunID) throws(FileSystemError) -> PathName {
    let folder = PathName(path.bytes + Array("/runs/\(run)".utf8))
    try makeFolders(folder)
    return PathName(folder.bytes + Array("/report.json".utf8))
  }

  private func makeFolders(_ folder: PathName) throws(FileSystemError) {
    do {
      try fileSystem.makeDirectory(folder, in: nil, mode: 0o700)
    } catch  where error.kind == .exists {
      return
    } catch  where error.kind == .absent {
      guard let slash = folder.bytes.lastIndex(of: 0x2F), slash > 0 else { throw error }
      try makeFolders(PathName(folder.bytes[..<slash]))
      do {
        try fileSystem.makeDirectory(folder, in: nil, mode: 0o700)
      } catch  where error.kind == .exists {
        // Another run was quicker.
      }
    }
  }
}
