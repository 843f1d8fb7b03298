import LosslessJSON
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
    try place(name, runID: runID) { kept throws(FileSystemError) in
      try AtomicReplace(fileSystem).place(kept, in: folder, from: slot, in: staging)
    }
  }

  /// Writes a text to such a name, with the attributes and the time of modification of the file that holds it now, and makes
  /// it durable.
  ///
  /// - Returns: the name. It replaced nothing.
  /// - Throws: ``FileSystemError``; then nothing of it is left.
  func keep(
    copyOf text: JSONText, like origin: TreeDocumentOrigin, beside name: PathName, in folder: OpenFile, runID: String,
    flushing: Bool
  ) throws(FileSystemError) -> PathName {
    var opened: OpenFile?
    let kept = try place(name, runID: runID) { kept throws(FileSystemError) in
      opened = try fileSystem.open(kept, in: folder, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
    }
    do throws(FileSystemError) {
      if let file = opened {
        try text.withUnsafeBytes { bytes throws(FileSystemError) in try fileSystem.write(file, bytes) }
        try fileSystem.setAttributes(
          of: file, from: try fileSystem.status(of: file), to: origin.status, origin.attributes)
        try fileSystem.setTimes(
          kept, in: folder, access: origin.status.access, modification: origin.status.modification)
        if flushing {
          try fileSystem.synchronize(file)
          try fileSystem.synchronize(folder)
        }
      }
      return kept
    } catch {
      try? fileSystem.unlink(kept, in: folder)
      throw error
    }
  }

  /// Tries one name after the other, until `make` meets nothing that has it.
  private func place(
    _ name: PathName, runID: String, _ make: (PathName) throws(FileSystemError) -> Void
  ) throws(FileSystemError) -> PathName {
    var number = 1
    while true {
      let ending = Array(".uprev-kept-\(runID)-\(number)".utf8)
      let kept = PathName(name.bytes.prefix(max(0, Self.longestName - ending.count)) + ending)
      do {
        try make(kept)
        return kept
      } catch  where error.kind == .exists && number < Self.attempts {
        number += 1
      }
    }
  }
}
