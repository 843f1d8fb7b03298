import Synchronization
import UprevReport

/// The extended attributes and flags of a file whose text was read: they are read when they are needed, which for a document that
/// stays as it is means never.
// @unchecked: it belongs to its document, which one thread has at a time.
final class LateAttributes: @unchecked Sendable {
  private enum State {
    case unread(OpenFile, HeldFiles, any FileSystem)
    case read([ExtendedAttribute], flags: UInt32?)
    case failed(FileSystemError)
    case letGo
  }

  private var state: State

  /// What was read already.
  init(_ extended: [ExtendedAttribute], flags: UInt32?) {
    state = .read(extended, flags: flags)
  }

  /// Those of an open file, which stays open until they are read, or let go.
  init(of file: OpenFile, heldIn held: HeldFiles, _ fileSystem: any FileSystem) {
    state = .unread(file, held, fileSystem)
  }

  deinit { letGo() }

  /// Empty where they were not read.
  var extended: [ExtendedAttribute] {
    if case .read(let extended, _) = state { extended } else { [] }
  }

  /// Nil where they were not read, and where the file system has none.
  var flags: UInt32? {
    if case .read(_, let flags) = state { flags } else { nil }
  }

  /// Makes sure that they are read.
  /// - Throws: ``FileSystemError``, each time the same.
  func read() throws(FileSystemError) {
    switch state {
    case .read: return
    case .failed(let error): throw error
    case .letGo: throw FileSystemError(call: "flistxattr", path: nil, number: FailureKind.badDescriptorNumber)
    case .unread(let file, let held, let fileSystem):
      held.close()
      do throws(FileSystemError) {
        state = .read(try fileSystem.extendedAttributes(of: file), flags: try fileSystem.flags(of: file))
      } catch {
        state = .failed(error)
        throw error
      }
    }
  }

  /// They will not be asked for.
  func letGo() {
    guard case .unread(_, let held, _) = state else { return }
    held.close()
    state = .letGo
  }
}

/// Counts files that are held open, so that they do not become too many. Thread-safe.
final class HeldFiles: Sendable {
  private let count = Atomic<Int>(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// - Returns: whether one more may be held; then ``close()`` must follow.
  func open() -> Bool {
    if count.add(1, ordering: .relaxed).newValue <= limit { return true }
    close()
    return false
  }

  func close() {
    count.subtract(1, ordering: .relaxed)
  }
}
