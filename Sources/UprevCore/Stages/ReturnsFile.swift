import UprevReport

/// What a run writes down, durably, before it gives another program's file back to its name.
///
/// It is used by one thread at a time.
final class ReturnsFile {
  private let fileSystem: any FileSystem
  private let flushes: Bool
  private var open: [FileIdentity: OpenFile] = [:]

  init(_ fileSystem: any FileSystem, flushes: Bool) {
    self.fileSystem = fileSystem
    self.flushes = flushes
  }

  /// - Parameter staging: the staging folder.
  /// - Throws: ``FileSystemError``; then nothing may be given back.
  func append(
    _ slot: PathName, _ sighting: Sighting, in staging: OpenFile
  ) throws(FileSystemError) {
    let identity = try fileSystem.status(of: staging).identity
    let file: OpenFile
    if let known = open[identity] {
      file = known
    } else {
      file = try make(in: staging)
      open[identity] = file
    }
    let line = StagingManifest.encodedReturn(slot: slot, sighting)
    try line.withUnsafeBufferPointer { bytes throws(FileSystemError) in
      try fileSystem.write(file, UnsafeRawBufferPointer(bytes))
    }
    guard flushes else { return }
    try fileSystem.synchronize(file)
    try fileSystem.synchronize(staging)
  }

  private func make(in staging: OpenFile) throws(FileSystemError) -> OpenFile {
    var number = 1
    while true {
      do {
        return try fileSystem.open(
          StagingManifest.returnsName(number), in: staging, [.writeOnly, .create, .exclusive, .beneath], mode: 0o600)
      } catch  where error.kind == .exists && number < 1000 {
        number += 1
      }
    }
  }
}
