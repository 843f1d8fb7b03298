import UprevReport

/// Finds pipelines by name or by path.
///
/// A name is looked up in the folders of `UPREV_PIPELINES` (a path list), then in
/// `${XDG_CONFIG_HOME:-~/.config}/uprev/pipelines`, then in the installed share folder or, in a source checkout, in its
/// `pipelines/`; never in the current folder: entries that are not absolute are passed over, as the XDG Base Directory
/// Specification demands for its own.
public struct PipelineCatalog: Sendable {
  /// The folders in which names are looked up, in order.
  public let folders: [PathName]
  private let fileSystem: any FileSystem
  private let jq: (any JqRunner)?
  private let exec: (any ProgramRunner)?

  /// - Parameters:
  ///   - environment: of the process; `UPREV_PIPELINES`, `XDG_CONFIG_HOME` and `HOME` are read.
  ///   - program: where the running program is, absolute, links resolved; nil where that cannot be told.
  ///   - jq: checks and runs the jq programs of what is loaded; without it a jq step is a fault.
  ///   - exec: runs the programs of what is loaded; nil where they are not allowed.
  public init(
    fileSystem: any FileSystem, environment: [String: String], program: PathName?, jq: (any JqRunner)? = nil,
    exec: (any ProgramRunner)? = nil
  ) {
    self.exec = exec
    self.fileSystem = fileSystem
    self.jq = jq
    var folders = (environment["UPREV_PIPELINES"] ?? "").utf8.split(separator: UInt8(ascii: ":")).map(PathName.init)
    if let configuration = Self.absolute(environment["XDG_CONFIG_HOME"]) {
      folders.append(configuration.appending("uprev/pipelines"))
    } else if let home = Self.absolute(environment["HOME"]) {
      folders.append(home.appending(".config/uprev/pipelines"))
    }
    if let program { folders += Self.ownFolders(program, fileSystem) }
    self.folders = folders.filter { $0.bytes.first == UInt8(ascii: "/") }
  }

  /// Loads what a command line names.
  ///
  /// - Parameter nameOrPath: with a `/` in it or `.yaml` at its end a folder that holds `pipeline.yaml`, or a file;
  ///   otherwise a name.
  /// - Throws: ``PipelineError`` where there is none, or with all of its faults.
  public func load(_ nameOrPath: String) throws(PipelineError) -> Pipeline {
    try PipelineFile.load(try locate(nameOrPath), fileSystem: fileSystem, jq: jq, exec: exec)
  }

  /// Loads several, in order.
  ///
  /// - Throws: ``PipelineError`` with the faults of all of them.
  public func load(_ namesOrPaths: [String]) throws(PipelineError) -> [Pipeline] {
    var pipelines: [Pipeline] = []
    var faults: [PipelineFault] = []
    for nameOrPath in namesOrPaths {
      do {
        pipelines.append(try load(nameOrPath))
      } catch {
        faults += error.faults
      }
    }
    guard faults.isEmpty else { throw PipelineError(faults: faults) }
    return pipelines
  }

  /// The names that a look-up finds, sorted, each once.
  public func knownNames() -> [String] {
    var names: Set<String> = []
    for folder in folders {
      guard let directory = try? fileSystem.open(folder, in: nil, [.readOnly, .directory], mode: 0) else { continue }
      var found: [[UInt8]] = []
      // A folder that cannot be listed has no names to offer; looking up one of its pipelines says why.
      try? fileSystem.forEachName(in: directory) { name, _ in found.append(Array(name)) }
      for bytes in found {
        guard let name = String(validating: bytes, as: UTF8.self), Self.isName(name) else { continue }
        if status(folder.appending(name).appending("pipeline.yaml"))?.kind == .regular { names.insert(name) }
      }
    }
    return names.sorted()
  }

  /// The pipeline file that a name or path stands for.
  func locate(_ nameOrPath: String) throws(PipelineError) -> PathName {
    if nameOrPath.utf8.contains(UInt8(ascii: "/")) || nameOrPath.hasSuffix(".yaml") {
      let path = PathName(nameOrPath)
      return status(path)?.kind == .directory ? path.appending("pipeline.yaml") : path
    }
    if Self.isName(nameOrPath) {
      for folder in folders {
        let file = folder.appending(nameOrPath).appending("pipeline.yaml")
        if isThere(file) { return file }
      }
    }
    let known = knownNames()
    let problem = PipelineProblem.unknownPipeline(
      nameOrPath, nearest: NearestName.find(nameOrPath, among: known), known: known)
    throw PipelineError(faults: [PipelineFault(problem, file: PathName(nameOrPath))])
  }

  /// Whether a look-up ends here: also at a file that cannot be read, which is then reported.
  private func isThere(_ file: PathName) -> Bool {
    do {
      _ = try fileSystem.status(of: file, in: nil, followingLinks: true)
      return true
    } catch {
      return error.kind != .absent && error.kind != .noDirectory
    }
  }

  private func status(_ name: PathName) -> FileStatus? {
    try? fileSystem.status(of: name, in: nil, followingLinks: true)
  }

  /// Not the way to another folder than the one looked in.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && !text.utf8.contains(0) && !text.utf8.contains(UInt8(ascii: "/"))
  }

  private static func absolute(_ text: String?) -> PathName? {
    guard let text, text.utf8.first == UInt8(ascii: "/") else { return nil }
    return PathName(text)
  }

  /// `<prefix>/share/uprev/pipelines` of a program that is `<prefix>/bin/uprev`, and `pipelines` of the nearest folder
  /// above the program that holds a `Package.swift` too.
  private static func ownFolders(_ program: PathName, _ fileSystem: any FileSystem) -> [PathName] {
    func kind(_ name: PathName) -> FileKind? {
      (try? fileSystem.status(of: name, in: nil, followingLinks: true))?.kind
    }
    var folders: [PathName] = []
    var folder = program.parent
    if let bin = folder, let prefix = bin.parent {
      let share = prefix.appending("share/uprev/pipelines")
      if kind(share) == .directory { folders.append(share) }
    }
    while let current = folder {
      let pipelines = current.appending("pipelines")
      if kind(current.appending("Package.swift")) == .regular, kind(pipelines) == .directory {
        folders.append(pipelines)
        break
      }
      folder = current.parent
    }
    return folders
  }
}

extension PathName {
  fileprivate func appending(_ component: String) -> PathName {
    PathName(bytes.last == UInt8(ascii: "/") ? bytes + component.utf8 : bytes + [UInt8(ascii: "/")] + component.utf8)
  }

  /// Of an absolute path; nil for the root.
  fileprivate var parent: PathName? {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), bytes.count > 1 else { return nil }
    return slash == 0 ? PathName("/") : PathName(bytes[..<slash])
  }
}
