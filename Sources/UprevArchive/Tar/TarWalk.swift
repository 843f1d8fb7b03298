import UprevCore
import UprevReport

/// A walk over the headers of a decompressed tar, without libarchive: checksums, sizes, one header after the other, two
/// zero blocks, and nothing but zeros after them.
struct TarWalk: Sendable {
  let memberCount: Int
  /// Where the first zero block is.
  let end: Int64
  /// Bytes of the whole stream.
  let total: Int64

  /// - Throws: ``TargetError`` for whatever keeps a tar from being rewritten.
  init(_ source: any BlockSource, _ archive: PathName) throws(TargetError) {
    let window = BlockWindow(source)
    var position: Int64 = 0
    var count = 0
    walk: while true {
      switch try TarHeader.read(window, at: position, archive) {
      case .nothing: throw ArchiveWords.noEndBlocks(archive, at: position)
      case .zeroBlock(let at):
        position = at
        break walk
      case .member(let header):
        while window.upperBound < header.end {
          window.discard(before: window.upperBound)
          guard try window.loadBlock() else {
            throw ArchiveWords.truncatedBody(archive, PathName(header.name), at: window.upperBound)
          }
        }
        position = header.end
        window.discard(before: position)
        count += 1
      }
    }
    var tail = TarEnd(window, at: position, archive)
    total = try tail.check()
    end = position
    memberCount = count
  }
}
