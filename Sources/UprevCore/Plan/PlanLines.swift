import UprevReport

/// Reads lines of a plan's file, front to back, each with its line feed. Used by one thread at a time.
final class PlanLines {
  /// Bytes of a line: more than any path that a system call takes, escaped.
  static let maximumLength = 16 << 20
  private static let chunk = 1 << 18

  private let file: OpenFile
  private let fileSystem: any FileSystem
  /// Where the next read begins, and where it must end at the latest.
  private var offset: Int64
  private let end: Int64
  private var buffer: [UInt8] = []
  /// The first byte of the next line.
  private var start = 0
  /// Bytes of `buffer` that hold no line feed, from `start` on.
  private var searched = 0
  /// The offset of the next line in the file.
  private(set) var position: Int64

  /// - Parameter range: offsets in the file.
  init(_ file: OpenFile, _ range: Range<Int64>, _ fileSystem: any FileSystem) {
    self.file = file
    self.fileSystem = fileSystem
    offset = range.lowerBound
    position = range.lowerBound
    end = range.upperBound
  }

  /// - Returns: nil at the end; the last line may have no line feed.
  /// - Throws: ``FileSystemError``; ``PlanError`` `damaged` for a line that is too long.
  func next() throws -> ArraySlice<UInt8>? {
    while true {
      if let feed = buffer[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        return take(feed + 1)
      }
      searched = buffer.count - start
      guard searched <= Self.maximumLength else { throw PlanError.damaged }
      if try !fill() { return searched == 0 ? nil : take(buffer.count) }
    }
  }

  private func take(_ lineEnd: Int) -> ArraySlice<UInt8> {
    let line = buffer[start..<lineEnd]
    position += Int64(line.count)
    start = lineEnd
    searched = 0
    return line
  }

  /// - Returns: false at the end.
  private func fill() throws -> Bool {
    let count = Int(min(Int64(Self.chunk), end - offset))
    guard count > 0 else { return false }
    // The line that is not whole goes to the front.
    if start > 0 {
      buffer = Array(buffer[start...])
      start = 0
    }
    var read = 0
    let more = try [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      read = try fileSystem.read(file, into: UnsafeMutableRawBufferPointer(target), at: offset)
      initialized = read
    }
    guard read > 0 else { return false }
    buffer.append(contentsOf: more)
    offset += Int64(read)
    return true
  }
}
