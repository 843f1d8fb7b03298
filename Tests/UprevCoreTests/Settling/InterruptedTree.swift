import Foundation
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A tree with one document and the staging folder of a run that was killed, built by hand in any state.
struct InterruptedTree {
  /// What a name leads to.
  enum Content: String, CaseIterable {
    case absent
    /// The run's new text.
    case ours
    /// The same file, written to by another program.
    case oursWritten
    /// The file that the run had read.
    case original
    /// The same file, written to by another program.
    case originalWritten
    /// A file that another program saved.
    case foreign
    /// One that it saved after that.
    case foreigner
    /// A symbolic link that another program made.
    case link
  }

  struct State: CustomStringConvertible {
    var slot: Content
    var name: Content
    /// What was announced to go back.
    var returned: [Content] = []
    var isAllOrNothing = false
    var isCommitted = false

    var description: String {
      "slot \(slot), name \(name), returned \(returned.map(\.rawValue)), "
        + (isAllOrNothing ? "all or nothing\(isCommitted ? ", committed" : "")" : "one by one")
    }
  }

  static let runID = "20260131T235959Z-9f86d081"
  static let staging = ".uprev-\(runID)"
  static let document = "sub/a.json"
  static let slot = "\(staging)/7"
  static let texts: [Content: String] = [
    .ours: "NEW", .oursWritten: "NEW+", .original: "old", .originalWritten: "old+", .foreign: "foreign",
    .foreigner: "foreigner",
  ]

  let tree: TemporaryTree
  private let state: State

  init(_ state: State) throws {
    self.state = state
    tree = try TemporaryTree(inMemory: true)
    try tree.makeFolder("sub")
    try tree.makeFolder(Self.staging)
    chmod(tree.path(Self.staging), 0o700)
    // All at once, so that no two of them have one inode number.
    for (name, content) in [("o", Content.original), ("t", .ours), ("f", .foreign), ("g", .foreigner)] {
      try tree.write(name, Self.texts[content] ?? "")
    }
    symlink("nowhere", tree.path("l"))
    let manifest = StagingManifest(
      runID: Self.runID, isAllOrNothing: state.isAllOrNothing,
      entries: [
        StagingManifest.Entry(
          slot: PathName("7"), folder: PathName("sub"), name: PathName("a.json"), original: try look("o"),
          temporary: try look("t"))
      ])
    try tree.write(manifest.encoded(), to: "\(Self.staging)/manifest-1")
    let returns = try state.returned.flatMap { content in
      StagingManifest.encodedReturn(slot: PathName("7"), try look(Self.file(of: content)))
    }
    if !returns.isEmpty { try tree.write(returns, to: "\(Self.staging)/returns-1") }
    if state.isCommitted { try tree.write("", to: "\(Self.staging)/committed") }
    try put(state.slot, at: Self.slot)
    try put(state.name, at: Self.document)
    for rest in ["o", "t", "f", "g", "l"] { unlink(tree.path(rest)) }
  }

  private static func file(of content: Content) -> String {
    switch content {
    case .absent: ""
    case .ours, .oursWritten: "t"
    case .original, .originalWritten: "o"
    case .foreign: "f"
    case .foreigner: "g"
    case .link: "l"
    }
  }

  private func look(_ name: String) throws -> Sighting {
    let fileSystem = LocalFileSystem()
    let folder = try fileSystem.open(tree.pathName(), in: nil, .directory, mode: 0)
    guard let seen = try FileLook(fileSystem).look(at: PathName(name), in: folder, takesLease: false) else {
      throw POSIXError(.ENOENT)
    }
    return seen.sighting
  }

  private func put(_ content: Content, at path: String) throws {
    guard content != .absent else { return }
    let file = Self.file(of: content)
    // Both at once only where the test wants one file.
    guard rename(tree.path(file), tree.path(path)) == 0 || link(tree.path(Self.slot), tree.path(path)) == 0 else {
      throw POSIXError(.EIO)
    }
    guard content == .oursWritten || content == .originalWritten else { return }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: tree.path(path)))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("+".utf8))
    try handle.close()
  }

  /// - Returns: what recovery noticed.
  @discardableResult
  func recover(
    _ fileSystem: any FileSystem = LocalFileSystem(), mode: InterruptedRuns = .recover
  ) throws -> [WarningRecord] {
    try Self.recover(tree, fileSystem, mode: mode)
  }

  /// Enters every folder of a tree, as a walk does.
  static func recover(
    _ tree: TemporaryTree, _ fileSystem: any FileSystem = LocalFileSystem(), mode: InterruptedRuns = .recover,
    user: UInt32 = geteuid()
  ) throws -> [WarningRecord] {
    let local = LocalFileSystem()
    let recovery = StagingRecovery(
      mode, locks: FolderLocks(fileSystem, root: nil, patience: 0),
      patience: SlotExchange.Patience(limit: 0.03, interval: 0.01), user: user, fileSystem)
    let folders = try tree.listing().filter { $0.hasSuffix("/") && !$0.contains(".uprev-") }.map {
      String($0.dropLast())
    }
    for path in [""] + folders {
      let folder = try local.open(tree.pathName(path), in: nil, .directory, mode: 0)
      let names = try FolderNames(of: folder, local).own
      if !names.isEmpty { _ = recovery.enter(folder, at: PathName(path), names) }
    }
    recovery.finish()
    return recovery.warnings.records
  }

  /// Everything but folders: the path, and what is there. The number of a kept file does not matter, and is left out.
  func files() throws -> [String: String] {
    var files: [String: String] = [:]
    for path in try tree.listing() where !path.hasSuffix("/") {
      let isLink = try tree.status(path).kind == .symbolicLink
      files[path] = isLink ? "link" : try tree.read(path)
    }
    return files
  }
}
