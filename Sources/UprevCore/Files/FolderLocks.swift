import Foundation
import UprevReport

/// Exclusive locks on folders, shared by the threads of a run, so that two runs never exchange names in one folder at once
/// however its path is spelled.
// @unchecked: `held` is guarded by `lock`.
final class FolderLocks: @unchecked Sendable {
  private struct Held {
    let file: OpenFile
    var count: Int
  }

  private let fileSystem: any FileSystem
  private let lock = NSLock()
  private var held: [FileIdentity: Held] = [:]
  /// How long another run is waited for, seconds.
  private let patience: Double

  /// - Parameter root: a folder whose lock the run has already, for as long as it goes on.
  init(_ fileSystem: any FileSystem, root: (folder: FileIdentity, file: OpenFile)?, patience: Double = 2) {
    self.fileSystem = fileSystem
    self.patience = patience
    if let root { held[root.folder] = Held(file: root.file, count: 1) }
  }

  /// Takes the lock, or shares it with another thread of this run.
  ///
  /// - Parameter file: the folder, open; it is kept until the lock is given back.
  /// - Returns: whether it was taken; false where another run has it.
  /// - Throws: ``FileSystemError``
  func enter(_ folder: FileIdentity, _ file: OpenFile) throws(FileSystemError) -> Bool {
    var waited = 0.0
    while true {
      if try enterNow(folder, file) { return true }
      if waited >= patience { return false }
      MonotonicClock.sleep(seconds: 0.02)
      waited += 0.02
    }
  }

  private func enterNow(_ folder: FileIdentity, _ file: OpenFile) throws(FileSystemError) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    if let known = held[folder] {
      held[folder] = Held(file: known.file, count: known.count + 1)
      return true
    }
    do {
      guard try fileSystem.lock(file) else { return false }
    } catch  where [.unsupported, .badDescriptor, .noLocks].contains(error.kind) {
      // A network file system: the target's own lock stands for all of its folders.
    }
    held[folder] = Held(file: file, count: 1)
    return true
  }

  /// Gives back what `enter` took.
  func leave(_ folder: FileIdentity) {
    lock.lock()
    defer { lock.unlock() }
    guard let known = held[folder] else { return }
    if known.count > 1 {
      held[folder] = Held(file: known.file, count: known.count - 1)
    } else {
      held[folder] = nil
      // The descriptor may live on elsewhere. A lock that cannot be given back goes with it.
      try? fileSystem.unlock(known.file)
    }
  }
}
