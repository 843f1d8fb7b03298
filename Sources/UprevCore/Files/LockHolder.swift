import UprevReport

/// Who holds a lock on a file, as far as the system tells.
public struct LockHolder {
  private let fileSystem: any FileSystem

  public init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  /// The number of a process that holds an exclusive `flock(2)` on a file, by `/proc/locks` (proc_locks(5)).
  ///
  /// - Returns: nil where it cannot be told: no such list, or a process of another namespace.
  public func process(holding file: FileIdentity) -> Int? {
    guard let text = try? contents(of: PathName("/proc/locks")) else { return nil }
    for line in text.split(separator: UInt8(ascii: "\n")) {
      // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
      let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
      guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE", let process = Int(words[4]), process > 0 else {
        continue
      }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let major = UInt64(place[0], radix: 16), let minor = UInt64(place[1], radix: 16),
        let inode = UInt64(place[2]), inode == file.inode
      else { continue }
      // glibc's makedev(3).
      let device = (major & 0xfff) << 8 | (major & ~0xfff) << 32 | (minor & 0xff) | (minor & ~0xff) << 12
      if device == file.device { return process }
    }
    return nil
  }

  private func contents(of path: PathName) throws(FileSystemError) -> [UInt8] {
    let file = try fileSystem.open(path, in: nil, [.readOnly], mode: 0)
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try fileSystem.read(file, into: buffer, at: nil)
      // The list of a machine with very many locks is not worth more.
      if count == 0 || bytes.count > 1 << 22 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}
