import UprevCore
import UprevReport

/// The hash of a file's bytes as they are read, front to back; what is looked at again, or ahead, counts once.
///
/// Used by one thread at a time, and by another only when the first is done.
final class ReadHash {
  private var hash = SHA256()
  private var result: [UInt8]?
  private(set) var count: Int64 = 0

  /// Takes bytes that were read at `position`.
  func take(_ bytes: UnsafeRawBufferPointer, at position: Int64) {
    let skip = count - position
    guard skip >= 0, skip < Int64(bytes.count) else { return }
    let fresh = UnsafeRawBufferPointer(rebasing: bytes[Int(skip)...])
    hash.update(fresh)
    count += Int64(fresh.count)
  }

  /// 32 bytes; nil where not all of a file of this size was read.
  func finish(size: Int64) -> [UInt8]? {
    guard count == size else { return nil }
    let result = result ?? hash.finish()
    self.result = result
    return result
  }
}

/// The SHA-256 of a whole file.
/// - Throws: ``TargetError`` `changed-during-run` where it has not the size that its status says.
func hashOfFile(
  _ fileSystem: any FileSystem, _ file: OpenFile, _ path: PathName, _ status: FileStatus
) throws(TargetError) -> [UInt8] {
  let hash = ReadHash()
  let input = FileInput(fileSystem: fileSystem, file: file, path: path, hash: hash)
  let block = Block()
  while try input.read(into: block.memory, at: hash.count) > 0 {}
  guard let result = hash.finish(size: status.size) else { throw ArchiveWords.changedDuringRun(path) }
  return result
}
