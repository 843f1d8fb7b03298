import UprevReport

/// `uprev.lock`: what of a pipeline has shipped. One a pipeline file, beside it.
///
/// It is text for people and for `diff`: YAML, sorted, an item in a few lines. No run reads it.
struct LockFile: Sendable {
  /// The version of the file's own format.
  static let version = 1
  /// Bytes that one may have.
  static let maximumSize = 16 << 20

  /// In the order of the subjects.
  var items: [FrozenItem]
  /// The line of each item, of a lock that was read.
  var lines: [FrozenSubject: Int] = [:]

  /// Where the lock of a pipeline file is: `uprev.lock`, and for a file with another name than `pipeline.yaml`, `NAME.uprev.lock`.
  static func path(of pipelineFile: PathName) -> PathName {
    let bytes = pipelineFile.bytes
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    var name = Array(bytes[start...])
    if name.elementsEqual("pipeline.yaml".utf8) {
      name = []
    } else {
      if name.suffix(5).elementsEqual(".yaml".utf8) { name.removeLast(5) }
      name.append(UInt8(ascii: "."))
    }
    return PathName(bytes[..<start] + name + Array("uprev.lock".utf8))
  }

  /// Reads the lock of a pipeline file.
  ///
  /// - Returns: nil where there is none.
  /// - Throws: ``LockFileError``
  static func read(
    of pipelineFile: PathName, fileSystem: any FileSystem
  ) throws(LockFileError) -> LockFile? {
    let path = path(of: pipelineFile)
    guard let bytes = try bytes(of: path, fileSystem) else { return nil }
    return try LockFileReader(path: path).read(bytes)
  }

  private static func bytes(of path: PathName, _ fileSystem: any FileSystem) throws(LockFileError) -> [UInt8]? {
    let file: OpenFile
    let status: FileStatus
    do {
      // Without waiting: a fifo could stand there.
      file = try fileSystem.open(path, in: nil, [.readOnly, .nonBlocking], mode: 0)
      status = try fileSystem.status(of: file)
    } catch {
      if error.kind == .absent { return nil }
      throw LockFileError(path: path, problem: .failed(error))
    }
    guard status.kind == .regular else { throw LockFileError(path: path, problem: .notRegular) }
    guard (0...Int64(maximumSize)).contains(status.size) else { throw LockFileError(path: path, problem: .tooLarge) }
    do {
      return try content(of: file, size: Int(status.size), fileSystem)
    } catch {
      throw LockFileError(path: path, problem: .failed(error))
    }
  }

  private static func content(
    of file: OpenFile, size: Int, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
      let start = count
      let read = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FileSystemError) -> Int in
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[start...])
        return try fileSystem.read(file, into: rest, at: nil)
      }
      if read == 0 { break }
      count += read
    }
    return Array(bytes[..<count])
  }
}

/// Why a lock cannot be used. Nothing is judged by such a lock, and it is not written over.
public struct LockFileError: Error, Hashable, Sendable {
  enum Problem: Hashable, Sendable {
    case failed(FileSystemError)
    case notRegular
    case tooLarge
    /// No YAML, or not what `freeze` writes.
    case damaged(String)
    /// Written by a release that writes locks, or canonical forms, of another version.
    case otherVersion(String)
  }

  public var path: PathName
  /// From 1; nil where it is about the whole file.
  public var line: Int?
  var problem: Problem
}
