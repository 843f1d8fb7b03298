import UprevReport

/// The folder of one pipeline: reads its files, and keeps schema paths inside.
struct PipelineFolder {
  /// Bytes that the pipeline file, or one schema, may have.
  static let maximumFileSize = 1 << 20

  let fileSystem: any FileSystem
  /// The pipeline file.
  let file: PathName

  /// The folder that the file is in, as it is named.
  private var path: PathName {
    guard let slash = file.bytes.lastIndex(of: UInt8(ascii: "/")) else { return PathName(".") }
    return slash == 0 ? PathName("/") : PathName(file.bytes[..<slash])
  }

  /// The file's own name.
  var fileName: [UInt8] {
    Array(file.bytes[(file.bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
  }

  /// A file of the folder, as messages name it.
  func named(_ relative: String) -> PathName {
    PathName(file.bytes.dropLast(fileName.count) + Array(relative.utf8))
  }

  /// The pipeline file's bytes.
  func readPipeline() throws(PipelineFolderError) -> [UInt8] {
    try read(file)
  }

  /// A schema's bytes.
  ///
  /// - Parameter relative: a path that ``leadsOutside(_:)`` does not refuse.
  func readSchema(_ relative: String) throws(PipelineFolderError) -> [UInt8] {
    try read(try inside(relative))
  }

  /// The path of a file of the folder, every link resolved.
  private func inside(_ relative: String) throws(PipelineFolderError) -> PathName {
    let root: PathName
    let schema: PathName
    do {
      root = try fileSystem.resolved(path)
      schema = try fileSystem.resolved(PathName(root.bytes + [UInt8(ascii: "/")] + Array(relative.utf8)))
    } catch {
      throw .failed(error)
    }
    let inside = root.bytes == [UInt8(ascii: "/")] ? root.bytes : root.bytes + [UInt8(ascii: "/")]
    guard schema.bytes.starts(with: inside) else { throw .outside }
    return schema
  }

  /// The bytes of a program or of a file that one is given, and its absolute path, every link resolved.
  ///
  /// - Parameter relative: a path that ``leadsOutside(_:)`` does not refuse.
  func readProgram(_ relative: String) throws(PipelineFolderError) -> (bytes: [UInt8], path: PathName) {
    let path = try inside(relative)
    return (try read(path), path)
  }

  /// Whether a schema's path, by its looks alone, is none inside the folder.
  static func leadsOutside(_ relative: String) -> Bool {
    relative.utf8.first == UInt8(ascii: "/") || relative.utf8.contains(0)
      || relative.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
  }

  private func read(_ name: PathName) throws(PipelineFolderError) -> [UInt8] {
    let bytes: [UInt8]?
    do {
      bytes = try readRegularFile(name)
    } catch {
      throw .failed(error)
    }
    guard let bytes else { throw .notRegular }
    guard bytes.count <= Self.maximumFileSize else { throw .tooLarge }
    return bytes
  }

  /// - Returns: nil for anything but a regular file; one byte more than allowed for a file that is too large, whatever
  ///   its status says.
  private func readRegularFile(_ name: PathName) throws(FileSystemError) -> [UInt8]? {
    // Without waiting: a fifo could stand there.
    let file = try fileSystem.open(name, in: nil, [.readOnly, .nonBlocking], mode: 0)
    let status = try fileSystem.status(of: file)
    guard status.kind == .regular else { return nil }
    // The status says how much room is likely to do; with one byte more the end is seen.
    var bytes = [UInt8](repeating: 0, count: Int(min(max(0, status.size), Int64(Self.maximumFileSize))) + 1)
    var count = 0
    while true {
      let read = try read(file, into: &bytes, from: count)
      if read == 0 { break }
      count += read
      if count > Self.maximumFileSize { break }
      if count == bytes.count {
        let room = min(2 * count, Self.maximumFileSize + 1)
        bytes += [UInt8](repeating: 0, count: room - count)
      }
    }
    return Array(bytes[..<count])
  }

  private func read(_ file: OpenFile, into bytes: inout [UInt8], from start: Int) throws(FileSystemError) -> Int {
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FileSystemError) -> Int in
      let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[start...])
      return try fileSystem.read(file, into: rest, at: nil)
    }
  }
}

/// Why a file of a pipeline cannot be had.
enum PipelineFolderError: Error, Hashable {
  case failed(FileSystemError)
  case notRegular
  case tooLarge
  /// Through a symbolic link.
  case outside
}
