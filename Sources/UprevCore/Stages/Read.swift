import LosslessJSON
import UprevReport

/// The second stage: reads a document of a tree whole, without following a link or waiting for a fifo.
struct Read {
  enum Result {
    case document(JSONText, TreeDocumentOrigin)
    /// It is gone.
    case absent
    /// It is no regular file any more.
    case notRegular
    case tooLarge(FileStatus)
    /// It changed each time it was read.
    case changing(FileStatus)
    case failed(FileSystemError)
  }

  /// How often a file that changes while it is read is read again.
  private static let attempts = 3

  private let fileSystem: any FileSystem
  private let maximumSize: Int
  private let held: HeldFiles?
  private var links = HardLinks()

  /// - Parameters:
  ///   - maximumSize: bytes; a larger file is not read.
  ///   - held: counts files that stay open because their attributes are read when they are needed; nil: they are read at once.
  init(_ fileSystem: any FileSystem, maximumSize: Int, holdingIn held: HeldFiles? = nil) {
    self.held = held
    self.fileSystem = fileSystem
    // One byte more must be countable.
    self.maximumSize = min(max(maximumSize, 0), .max - 1)
  }

  /// - Parameter keepsChangeTimes: whether the file's system does; asked once the file is read.
  mutating func read(
    _ name: PathName, in folder: TreeFolder, open handle: OpenFile,
    keepsChangeTimes: (FileStatus) -> Bool = { _ in false }
  ) -> Result {
    do throws(FileSystemError) {
      let file = try fileSystem.open(name, in: handle, [.readOnly, .beneath, .nonBlocking, .withoutAccess], mode: 0)
      return try read(file, name, folder, keepsChangeTimes)
    } catch {
      switch error.kind {
      case .absent: return .absent
      // A link, a socket or a folder took its place.
      case .symbolicLink, .noDevice, .noDirectory, .directory: return .notRegular
      default: return .failed(error)
      }
    }
  }

  private mutating func read(
    _ file: OpenFile, _ name: PathName, _ folder: TreeFolder, _ keepsChangeTimes: (FileStatus) -> Bool
  ) throws(FileSystemError) -> Result {
    var status = try fileSystem.status(of: file)
    for attempt in 1...Self.attempts {
      guard status.kind == .regular else { return .notRegular }
      guard status.size >= 0, status.size <= maximumSize else { return .tooLarge(status) }
      if let text = try text(of: file, size: Int(status.size), fromStart: attempt > 1) {
        let origin = TreeDocumentOrigin(
          folder: folder, name: name, status: status, attributes: try attributes(of: file),
          isHardLinked: links.meet(status), keepsChangeTimes: keepsChangeTimes(status))
        return .document(text, origin)
      }
      status = try fileSystem.status(of: file)
    }
    return .changing(status)
  }

  private func attributes(of file: OpenFile) throws(FileSystemError) -> LateAttributes {
    if let held = held?.hold(file) { return LateAttributes(of: held, fileSystem) }
    return LateAttributes(try fileSystem.extendedAttributes(of: file), flags: try fileSystem.flags(of: file))
  }

  /// The whole text, or nil where the file is longer or shorter than `size`.
  private func text(of file: OpenFile, size: Int, fromStart: Bool) throws(FileSystemError) -> JSONText? {
    // One byte more is asked for than is expected: a file of that size gives a short count, which is its end.
    var failure: FileSystemError?
    var count = 0
    let text = JSONText(capacity: size + 1) { buffer in
      do throws(FileSystemError) {
        while count < size + 1 {
          let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(size + 1)])
          let offset: Int64? = fromStart || count > 0 ? Int64(count) : nil
          let read = try fileSystem.read(file, into: rest, at: offset)
          if read == 0 { break }
          count += read
          if count == size { break }
        }
      } catch {
        failure = error
      }
      return count
    }
    if let failure { throw failure }
    return count == size ? text : nil
  }
}

/// The files with several names that a walk has met, so that each of their names is known as one of several even after the
/// others were replaced.
struct HardLinks {
  private struct Key: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Past this many files, a name whose siblings were all replaced before it is reached is no longer recognised.
  private static let limit = 1 << 16

  /// Names still to come.
  private var remaining: [Key: UInt64] = [:]

  /// Whether the file has several names, or had them.
  mutating func meet(_ status: FileStatus) -> Bool {
    if status.linkCount <= 1, remaining.isEmpty { return false }
    let key = Key(device: status.device, inode: status.inode)
    if let left = remaining[key] {
      remaining[key] = left > 1 ? left - 1 : nil
      return true
    }
    guard status.linkCount > 1 else { return false }
    if remaining.count < Self.limit { remaining[key] = status.linkCount - 1 }
    return true
  }
}
