import UprevReport

/// The file of a staging folder that says what is about to be given back, read when the folder was found and appended to.
///
/// It is used by one thread at a time.
final class ReturnsFile {
  private let staging: OpenFile
  private let fileSystem: any FileSystem
  private var returns: [PathName: [Sighting]]
  /// Its offset is at the end.
  private var file: OpenFile?
  private var failure: FileSystemError?

  init(_ staging: InterruptedStaging, _ fileSystem: any FileSystem) {
    self.staging = staging.file
    self.fileSystem = fileSystem
    returns = staging.returns
  }

  /// In order.
  func of(_ slot: PathName) -> [Sighting] { returns[slot] ?? [] }

  /// Makes durable that what is in a slot is about to go back to its name.
  ///
  /// - Throws: ``FileSystemError``; after that nothing more can be announced: a flush tells its error once.
  func append(_ slot: PathName, _ sighting: Sighting) throws(FileSystemError) {
    if let failure { throw failure }
    do throws(FileSystemError) {
      let file = try opened()
      let line = StagingManifest.encodedReturn(slot: slot, sighting)
      try line.withUnsafeBufferPointer { bytes throws(FileSystemError) in
        try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
      }
      try fileSystem.synchronize(file)
    } catch {
      failure = error
      throw error
    }
    returns[slot, default: []].appendReturn(sighting)
  }

  private func opened() throws(FileSystemError) -> OpenFile {
    if let file { return file }
    let name = StagingManifest.returnsName
    let opened: OpenFile
    do throws(FileSystemError) {
      opened = try fileSystem.open(name, in: staging, [.readWrite, .noFollow, .nonBlocking, .beneath], mode: 0)
    } catch {
      guard error.kind == .absent else { throw error }
      let made = try fileSystem.open(name, in: staging, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
      try fileSystem.synchronize(staging)
      file = made
      return made
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while try fileSystem.read(opened, into: buffer, at: nil) > 0 {}
    file = opened
    return opened
  }
}

extension [Sighting] {
  /// Adds what is announced to go back. The same file twice in a row means that it did not go the first time: between two
  /// returns of one file lies that of another.
  mutating func appendReturn(_ sighting: Sighting) {
    if last?.file == sighting.file { removeLast() }
    append(sighting)
  }
}
