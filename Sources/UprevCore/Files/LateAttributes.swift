import UprevReport

/// The extended attributes and flags of a file whose text was read: they are read when they are needed, which for a document that
/// stays as it is means never.
// @unchecked: it belongs to its document, which one thread has at a time.
final class LateAttributes: @unchecked Sendable {
  private enum State {
    case unread(HeldFile, any FileSystem)
    case read
    case failed(FileSystemError)
    case letGo
  }

  private var state: State
  /// Empty where they were not read.
  private(set) var extended: [ExtendedAttribute] = []
  /// Nil where they were not read, and where the file system has none.
  private(set) var flags: UInt32?

  /// What was read already.
  init(_ extended: [ExtendedAttribute], flags: UInt32?) {
    state = .read
    self.extended = extended
    self.flags = flags
  }

  /// Those of an open file, which stays open until they are read, or let go.
  init(of file: HeldFile, _ fileSystem: any FileSystem) {
    state = .unread(file, fileSystem)
  }

  /// Makes sure that they are read.
  /// - Throws: ``FileSystemError``, each time the same.
  func read() throws(FileSystemError) {
    switch state {
    case .read: return
    case .failed(let error): throw error
    case .letGo: throw FileSystemError(call: "flistxattr", path: nil, number: FailureKind.badDescriptorNumber)
    case .unread(let held, let fileSystem):
      do throws(FileSystemError) {
        let extended = try fileSystem.extendedAttributes(of: held.file)
        flags = try fileSystem.flags(of: held.file)
        self.extended = extended
        state = .read
      } catch {
        state = .failed(error)
        throw error
      }
    }
  }

  /// They will not be asked for.
  func letGo() {
    if case .unread = state { state = .letGo }
  }
}
