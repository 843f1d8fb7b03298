import UprevCore
import UprevReport

/// Walks a new tar, by a walk that shares no code with libarchive, behind the thread that writes it: what is checked are the
/// bytes that the file holds.
///
/// Used by one thread at a time.
final class TarVerification {
  /// Must be told how far the file is written; where it goes no further is the end.
  let progress = Progress()
  /// Of the file, as far as it was read.
  let hash: ReadHash?

  private let thread: SideThread<Result<TarWalk, TargetError>>
  private let path: PathName
  /// The walk, until it was begun.
  private var walk: (() -> Result<TarWalk, TargetError>)?

  /// - Parameters:
  ///   - file: read by position.
  ///   - hash: takes the bytes of the file.
  ///   - isBehind: whether it works beside the writer; otherwise it begins at the end, on the caller's thread.
  init(
    _ fileSystem: any FileSystem, _ file: OpenFile, _ path: PathName, filter: ArchiveFilter?, hash: ReadHash?,
    isBehind: Bool
  ) {
    self.path = path
    self.hash = hash
    thread = SideThread(isInline: !isBehind)
    let progress = progress
    walk = {
      do throws(TargetError) {
        let reader = try FilterReader(fileSystem, file, path: path, filter: filter, hash: hash, progress: progress)
        return .success(try TarWalk(reader, path))
      } catch {
        return .failure(error)
      }
    }
    if isBehind { begin() }
  }

  deinit { stop() }

  /// Gives up: what was written is dropped.
  func stop() {
    progress.end()
    _ = thread.wait()
  }

  private func begin() {
    if let walk { thread.begin(walk) }
    walk = nil
  }

  /// Waits for the end of the walk; afterwards the file is let go of.
  ///
  /// - Parameter total: bytes of the decompressed stream; `end` of them lie before the first zero block.
  /// - Throws: ``TargetError`` where what was walked is something else.
  func finish(memberCount: Int, end: Int64, total: Int64) throws(TargetError) {
    progress.end()
    begin()
    let walk: TarWalk
    switch thread.wait() {
    case .success(let found): walk = found
    case .failure(let error): throw ArchiveWords.verificationFailed(path, error.report.message)
    case nil: throw ArchiveWords.verificationFailed(path, "not all of it was read")
    }
    guard walk.memberCount == memberCount else {
      throw ArchiveWords.verificationFailed(path, "\(walk.memberCount) members instead of \(memberCount)")
    }
    guard walk.end == end, walk.total == total else {
      throw ArchiveWords.verificationFailed(path, "\(walk.total) bytes instead of \(total)")
    }
  }
}
