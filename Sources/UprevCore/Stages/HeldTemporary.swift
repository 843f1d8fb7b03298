import UprevReport

/// Our temporary while it is exchanged with its document: for as long as it is open no other file has its number.
///
/// It is used by one thread at a time.
final class HeldTemporary {
  private(set) var file: OpenFile
  private var isForWriting: Bool

  /// - Parameter file: the temporary, open for reading, or for writing as when it was made.
  init(_ file: (file: OpenFile, isForWriting: Bool)) {
    (self.file, isForWriting) = file
  }

  /// Before it may come out again: whether another program has it open for writing can be seen then only if this one has not.
  ///
  /// - Parameters:
  ///   - document: whose name leads to the temporary now, unless another program put something else there.
  ///   - folder: the document's.
  func stopWriting(
    _ document: StagedDocument, in folder: OpenFile, _ fileSystem: any FileSystem
  ) throws(FileSystemError) {
    guard isForWriting else { return }
    do {
      let named = try fileSystem.open(document.origin.name, in: folder, [.readOnly, .beneath, .nonBlocking], mode: 0)
      // While both are open, they are the same file if their numbers are.
      guard try fileSystem.status(of: named).identity == document.temporary.file else { return }
      file = named
      isForWriting = false
    } catch  where [.absent, .symbolicLink, .noDevice, .accessDenied].contains(error.kind) {
      // Another program's, or nothing: ours can be read. It is not what comes out.
    }
  }
}
