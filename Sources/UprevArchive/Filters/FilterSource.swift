import UprevCore
import UprevReport

/// Decompresses one file, front to back.
///
/// Used by one thread at a time.
protocol FilterSource: AnyObject {
  /// Fills the front of `buffer`.
  /// - Returns: how many bytes; 0 only at the end, and only once everything the format can check was checked.
  /// - Throws: ``TargetError``
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TargetError) -> Int
  /// A further block of the content, filled by the source itself where that saves a copy; nil where `read` is to be asked.
  /// - Throws: ``TargetError``
  func nextWhole() throws(TargetError) -> Block?
  /// Whether what comes next is better asked for by `nextWhole`.
  var prefersWhole: Bool { get }
  /// How many bytes of the file make up what was decompressed; final once `read` has answered 0.
  var consumed: Int64 { get }
}

extension FilterSource {
  func nextWhole() throws(TargetError) -> Block? { nil }
  var prefersWhole: Bool { false }
}

/// A file without a filter.
final class PlainSource: FilterSource {
  private let input: FileInput
  private(set) var consumed: Int64 = 0

  init(_ input: FileInput) {
    self.input = input
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TargetError) -> Int {
    let count = try input.read(into: buffer, at: consumed)
    consumed += Int64(count)
    return count
  }
}

/// An open file that is read by position, so that several readers of one descriptor do not disturb each other.
struct FileInput {
  let fileSystem: any FileSystem
  let file: OpenFile
  let path: PathName
  /// Takes the bytes as they are read; nil where nobody asks for their hash.
  var hash: ReadHash?
  /// How far the file is written, where it is read behind its writer.
  var progress: Progress?

  /// - Returns: 0 only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws(TargetError) -> Int {
    var buffer = buffer
    if let progress {
      let written = progress.wait(beyond: position) - position
      guard written > 0 else { return 0 }
      buffer = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), written))])
    }
    do throws(FileSystemError) {
      let count = try fileSystem.read(file, into: buffer, at: position)
      hash?.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: position)
      return count
    } catch {
      throw ArchiveWords.readFailed(error, path)
    }
  }

  /// As many bytes from `position` on as there are, up to `count`.
  func bytes(at position: Int64, count: Int) throws(TargetError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = try result.withUnsafeMutableBufferPointer { (buffer) throws(TargetError) -> Int in
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        return try read(into: rest, at: position + Int64(filled))
      }
      if more == 0 { break }
      filled += more
    }
    result.removeLast(count - filled)
    return result
  }
}
