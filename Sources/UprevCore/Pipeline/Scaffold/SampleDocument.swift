import LosslessJSON
import UprevReport

/// A document that shows what a format is like.
struct SampleDocument: Sendable {
  let path: PathName
  let document: IndexedJSON
  /// The permission bits of the file.
  let mode: UInt32

  /// The file's own name.
  var name: [UInt8] { Array(path.splitAtLastComponent.name.bytes) }
}

/// Reads samples: documents, and folders with everything in them. What cannot be used is told and passed over.
struct SampleReader {
  /// Files that are looked at, and bytes that they may have together: more shows nothing more about a format.
  static let maximumCount = 10_000
  static let maximumBytes: Int64 = 256 << 20
  private static let maximumDepth = 16

  private let fileSystem: any FileSystem
  private(set) var samples: [SampleDocument] = []
  /// Sentences about what was passed over.
  private(set) var notices: [String] = []
  private var bytesLeft = SampleReader.maximumBytes
  private var countLeft = SampleReader.maximumCount

  /// - Parameter paths: files and folders, in order.
  init(_ paths: [PathName], fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
    for path in paths {
      do throws(FileSystemError) {
        let file = try fileSystem.open(path, in: nil, [.readOnly, .nonBlocking], mode: 0)
        if try fileSystem.status(of: file).kind == .directory {
          read(folder: file, path)
        } else {
          try read(file, path)
        }
      } catch {
        notices.append(ScaffoldWords.unreadable(path, error))
      }
    }
  }

  /// In byte order of the names, folder by folder; without what is hidden, and following no link.
  private mutating func read(folder: OpenFile, _ path: PathName) {
    var pending: [(folder: OpenFile, path: PathName, depth: Int)] = [(folder, path, 1)]
    while let (folder, path, depth) = pending.popLast() {
      var names: [PathName] = []
      do throws(FileSystemError) {
        try fileSystem.forEachName(in: folder) { name, _ in
          if name.first != UInt8(ascii: ".") { names.append(PathName(name)) }
        }
      } catch {
        notices.append(ScaffoldWords.unreadable(path, error))
      }
      var folders: [(folder: OpenFile, path: PathName, depth: Int)] = []
      for name in names.sorted() where countLeft > 0 {
        let place = PathName(
          path.bytes + (path.bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name.bytes)
        do throws(FileSystemError) {
          let file = try fileSystem.open(name, in: folder, [.readOnly, .nonBlocking, .beneath], mode: 0)
          switch try fileSystem.status(of: file).kind {
          case .directory where depth < Self.maximumDepth: folders.append((file, place, depth + 1))
          case .directory: notices.append(ScaffoldWords.tooDeep(place))
          default: try read(file, place)
          }
        } catch {
          notices.append(ScaffoldWords.unreadable(place, error))
        }
      }
      pending += folders.reversed()
    }
  }

  private mutating func read(_ file: OpenFile, _ path: PathName) throws(FileSystemError) {
    let status = try fileSystem.status(of: file)
    guard status.kind == .regular else {
      notices.append(ScaffoldWords.notRegular(path))
      return
    }
    guard countLeft > 0, (0...bytesLeft).contains(status.size) else {
      if countLeft > 0 || notices.last != ScaffoldWords.tooMuch(nil) {
        notices.append(ScaffoldWords.tooMuch(countLeft > 0 ? path : nil))
      }
      return
    }
    countLeft -= 1
    bytesLeft -= status.size
    let text = try text(of: file, Int(status.size))
    do {
      let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: RunOptions.defaultMaximumDepth)
      samples.append(
        SampleDocument(
          path: path, document: try IndexedJSON(scanning: text, options: options), mode: status.mode & 0o666))
    } catch {
      notices.append(ScaffoldWords.notJSON(path, error))
    }
  }

  private func text(of file: OpenFile, _ size: Int) throws(FileSystemError) -> JSONText {
    var failure: FileSystemError?
    let text = JSONText(capacity: size) { buffer in
      var count = 0
      do throws(FileSystemError) {
        while count < size {
          let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
          let read = try fileSystem.read(file, into: rest, at: nil)
          if read == 0 { break }
          count += read
        }
      } catch {
        failure = error
      }
      return count
    }
    if let failure { throw failure }
    return text
  }
}
