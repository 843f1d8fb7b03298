import UprevReport

/// The extended attributes and flags of a file whose text was read: they are read when they are needed, which for a document that
/// stays as it is means never.
// @unchecked: it belongs to its document, which one thread has at a time.
final class LateAttributes: @unchecked Sendable {
  private enum State {
    case unread(any FileSystem)
    case read
    case failed(FileSystemError)
    case letGo
  }

  private var state: State
  /// Where they are unread.
  private var held: HeldFile?
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
  init(of file: consuming HeldFile, _ fileSystem: any FileSystem) {
    state = .unread(fileSystem)
    held = consume file
  }

  /// Makes sure that they are read.
  /// - Throws: ``FileSystemError``, each time the same.
  func read() throws(FileSystemError) {
    switch state {
    case .read: return
    case .failed(let error): throw error
    case .letGo: throw Self.closed
    case .unread(let fileSystem):
      defer { held = nil }
      do throws(FileSystemError) {
        guard let file = held?.file else { throw Self.closed }
        let extended = try fileSystem.extendedAttributes(of: file)
        flags = try fileSystem.flags(of: file)
        self.extended = extended
        state = .read
      } catch {
        state = .failed(error)
        throw error
      }
    }
  }

  private static var closed: FileSystemError {
    FileSystemError(call: "flistxattr", path: nil, number: FailureKind.badDescriptorNumber)
  }

  /// They will not be asked for.
  func letGo() {
    guard case .unread = state else { return }
    state = .letGo
    held = nil
  }
}
