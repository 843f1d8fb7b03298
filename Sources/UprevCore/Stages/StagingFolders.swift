import UprevReport

/// The staging folders of a run in one tree: one in the highest folder of each file system, and where a rename from there
/// does not reach, or nothing may be made there, one beside the document.
///
/// It is used by one thread at a time.
final class StagingFolders {
  /// Folders beside documents that are open at once at most.
  private static let besideLimit = 16

  private let fileSystem: any FileSystem
  private let runID: String
  private let handles: FolderHandles
  private let warn: WarningSink
  /// Four a file system, used in turn: the kernel locks a folder for each change in it, and one batch is staged while the one
  /// before is flushed, the one before that exchanged with its documents, and what came out of the one before that unlinked.
  private var tops: [[FileIdentity: StagingFolder]] = [[:], [:], [:], [:]]
  private var turn = 0
  private var besides: [FileIdentity: StagingFolder] = [:]
  /// Folders whose documents are staged beside them: their top cannot be used.
  private var staysBeside: Set<FileIdentity> = []
  /// What the last document's folder was answered, for as long as it holds: most documents are in the folder of the one before.
  private var last: (folder: TreeFolder, staging: StagingFolder)?

  init(_ fileSystem: any FileSystem, runID: String, warn: @escaping WarningSink) {
    self.fileSystem = fileSystem
    self.runID = runID
    self.warn = warn
    handles = FolderHandles(fileSystem)
  }

  /// Whether the folders beside documents should be given up, by a commit, before another is made.
  var isFull: Bool { besides.count >= Self.besideLimit }

  /// The next batch begins.
  func takeTurns() {
    turn = (turn + 1) % tops.count
    last = nil
  }

  /// Where the temporary of a document in `folder` goes.
  /// - Throws: ``FileSystemError`` where no staging folder can be made, for this document.
  func staging(for folder: TreeFolder) throws(FileSystemError) -> StagingFolder {
    if let last, last.folder === folder { return last.staging }
    let staging = try found(for: folder)
    last = (folder, staging)
    return staging
  }

  private func found(for folder: TreeFolder) throws(FileSystemError) -> StagingFolder {
    if staysBeside.contains(folder.identity) { return try beside(folder) }
    let top = folder.topOfFileSystem
    if let known = tops[turn][top.identity] { return known }
    if staysBeside.contains(top.identity) { return try beside(folder) }
    do {
      let made = try make(in: top)
      tops[turn][top.identity] = made
      return made
    } catch  where [.accessDenied, .notPermitted, .readOnly].contains(error.kind) && top !== folder {
      // Its folders below may be writable all the same.
      staysBeside.insert(top.identity)
      return try beside(folder)
    }
  }

  /// For a document that a rename from its file system's top did not reach (a bind mount).
  func stagingBeside(_ folder: TreeFolder) throws(FileSystemError) -> StagingFolder {
    staysBeside.insert(folder.identity)
    last = nil
    return try beside(folder)
  }

  private func beside(_ folder: TreeFolder) throws(FileSystemError) -> StagingFolder {
    if let known = besides[folder.identity] { return known }
    let made = try make(in: folder)
    besides[folder.identity] = made
    return made
  }

  private func make(in folder: TreeFolder) throws(FileSystemError) -> StagingFolder {
    try StagingFolder(in: folder, open: try handles.handle(of: folder), runID: runID, fileSystem)
  }

  /// Removes the folders beside documents, which are empty after a commit.
  func removeBesides() {
    for folder in besides.values { remove(folder) }
    besides = [:]
    last = nil
  }

  /// Every staging folder there is.
  var all: [StagingFolder] { tops.flatMap(\.values) + besides.values }

  /// Lets go of every staging folder, with what is in it: its lock goes too, so that recovery may take it.
  func releaseAll() {
    for index in tops.indices { tops[index] = [:] }
    besides = [:]
    last = nil
  }

  func removeAll() {
    removeBesides()
    for index in tops.indices {
      for folder in tops[index].values { remove(folder) }
      tops[index] = [:]
    }
  }

  private func remove(_ folder: StagingFolder) {
    if folder.isLeft { return warn(.leftForRecovery(folder.path)) }
    do throws(FileSystemError) {
      try folder.removeFolder()
    } catch {
      warn(.notCleanedUp(folder.path, error))
    }
  }
}
