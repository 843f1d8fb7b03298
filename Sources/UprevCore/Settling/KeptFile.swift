import UprevReport

/// Gives another program's file that was caught in a slot a name of its own beside the document: `NAME.uprev-kept-RUN-n`.
struct KeptFile {
  private static let longestName = 255
  private static let attempts = 10_000

  private let fileSystem: any FileSystem

  init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  /// - Returns: the name it has now. It replaced nothing.
  /// - Throws: ``FileSystemError``; then it is where it was.
  func keep(
    _ slot: PathName, in staging: OpenFile, as name: PathName, in folder: OpenFile, runID: String
  ) throws(FileSystemError) -> PathName {
    var number = 1
    while true {
      let ending = Array(".uprev-kept-\(runID)-\(number)".utf8)
      let kept = PathName(name.bytes.prefix(max(0, Self.longestName - ending.count)) + ending)
      do {
        try AtomicReplace(fileSystem).place(kept, in: folder, from: slot, in: staging)
        return kept
      } catch  where error.kind == .exists && number < Self.attempts {
        number += 1
      }
    }
  }
}
