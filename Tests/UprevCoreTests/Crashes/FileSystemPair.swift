import Foundation
import UprevCore
import UprevReport
import UprevTestSupport

/// The simulated file system and the machine's own, given the same calls.
struct FileSystemPair {
  private struct Handle {
    var simulated: OpenFile
    var local: OpenFile
    var isFolder: Bool
  }

  private let simulated = SimulatedFileSystem()
  private let local = LocalFileSystem()
  private let root: Handle
  private var handles: [Handle] = []
  private var generator: SeededGenerator
  private static let names = ["a", "b", "c", "d", "d/a", "d/e", "d/e/b", "l", "l/a", "d/../a", "missing/a", "e"]

  init(_ folder: PathName, seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    root = Handle(
      simulated: try simulated.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0),
      local: try local.open(folder, in: nil, [.readOnly, .directory], mode: 0), isFolder: true)
  }

  /// One call, at random, on both.
  ///
  /// - Returns: what it was, and what each of them answered.
  mutating func step() -> (call: String, simulated: String, local: String) {
    let kind = pick(18)
    switch kind {
    case 0, 1, 2: return open()
    case 3:
      if !handles.isEmpty { handles.remove(at: pick(handles.count)) }
      return ("close", "", "")
    case 4: return onFile("read") { try Self.read($0, $1, nil) }
    case 5:
      let offset = Int64(pick(6))
      return onFile("pread \(offset)") { try Self.read($0, $1, offset) }
    case 6, 7:
      let text = [UInt8](repeating: UInt8(ascii: "a") + UInt8(pick(20)), count: pick(5))
      return onFile("write \(text.count)") { fileSystem, file in
        try text.withUnsafeBytes { try fileSystem.write(file, $0) }
        return ""
      }
    case 8:
      let size = Int64(pick(9))
      return onFile("ftruncate \(size)") {
        try $0.truncate($1, to: size)
        return ""
      }
    case 9: return onFile("fstat") { Self.shown(try $0.status(of: $1)) }
    case 10:
      let follows = pick(2) == 0
      return onName("fstatat \(follows)") { Self.shown(try $0.status(of: $1, in: $2, followingLinks: follows)) }
    case 11:
      return onName("mkdirat") {
        try $0.makeDirectory($1, in: $2, mode: 0o755)
        return ""
      }
    case 12:
      let destination = PathName(["a", "d", "l", "missing"][pick(4)])
      return onName("symlinkat \(destination)") {
        try $0.makeSymbolicLink($1, in: $2, to: destination)
        return ""
      }
    case 13: return onName("readlinkat") { try $0.symbolicLinkDestination($1, in: $2).description }
    case 14:
      let existing = PathName(Self.names[pick(Self.names.count)])
      return onName("linkat \(existing)") {
        try $0.makeHardLink($1, in: $2, to: existing, in: $2)
        return ""
      }
    case 15:
      let mode: RenameMode = [.replacing, .exclusive, .exchanging][pick(3)]
      let new = PathName(Self.names[pick(Self.names.count)])
      return onName("rename \(mode) to \(new)") {
        try $0.rename($1, in: $2, to: new, in: $2, mode)
        return ""
      }
    case 16:
      let isFolder = pick(3) == 0
      return onName(isFolder ? "rmdir" : "unlinkat") {
        if isFolder { try $0.removeDirectory($1, in: $2) } else { try $0.unlink($1, in: $2) }
        return ""
      }
    default: return special()
    }
  }

  /// What both hold in the end, as text.
  func listings() -> (String, String) {
    (Self.listing(simulated, root.simulated), Self.listing(local, root.local))
  }

  // MARK: calls

  private mutating func open() -> (String, String, String) {
    let choices: [OpenFlags] = [
      [.readOnly], [.readOnly, .noFollow], [.writeOnly], [.readWrite], [.readWrite, .create],
      [.readWrite, .create, .exclusive, .noFollow], [.writeOnly, .create], [.readOnly, .directory],
      [.readOnly, .directory, .noFollow], [.readOnly, .beneath], [.readOnly, .noFollow, .create],
    ]
    let flags = choices[pick(choices.count)].union(.nonBlocking)
    let name = PathName(Self.names[pick(Self.names.count)])
    var opened: (OpenFile?, OpenFile?) = (nil, nil)
    let first = answer {
      opened.0 = try simulated.open(name, in: root.simulated, flags, mode: 0o640)
      return ""
    }
    let second = answer {
      opened.1 = try local.open(name, in: root.local, flags, mode: 0o640)
      return ""
    }
    if let simulated = opened.0, let local = opened.1 {
      let isFolder = (try? self.local.status(of: local).kind) == .directory
      handles.append(Handle(simulated: simulated, local: local, isFolder: isFolder))
      if handles.count > 6 { handles.removeFirst() }
    }
    return ("open \(name) \(flags.rawValue)", first, second)
  }

  private mutating func special() -> (String, String, String) {
    switch pick(4) {
    case 0:
      let mode: UInt32 = [0o600, 0o644, 0o4755, 0o755][pick(4)]
      return onFile("fchmod") {
        try $0.setMode($1, mode)
        return ""
      }
    case 1: return onFile("flock") { try $0.lock($1) ? "locked" : "held" }
    case 2:
      return onFile("unlock") {
        try $0.unlock($1)
        return ""
      }
    default:
      // A lease, and an opening for writing while it is held: given back at once, so that nobody waits.
      return onName("lease") { fileSystem, name, folder in
        let file = try fileSystem.open(name, in: folder, [.readOnly, .noFollow, .nonBlocking], mode: 0)
        let lease = try fileSystem.takeReadLease(on: file)
        var result = "\(lease)"
        if lease == .granted {
          do {
            _ = try fileSystem.open(name, in: folder, [.writeOnly, .nonBlocking], mode: 0)
            result += " opened"
          } catch let error as FileSystemError {
            result += " \(error.number)"
          }
          try fileSystem.releaseLease(of: file)
        }
        return result
      }
    }
  }

  private mutating func onFile(
    _ call: String, _ body: (any FileSystem, OpenFile) throws -> String
  ) -> (String, String, String) {
    guard !handles.isEmpty else { return (call, "", "") }
    let number = pick(handles.count)
    let handle = handles[number]
    return (
      "\(call) \(number)", answer { try body(simulated, handle.simulated) }, answer { try body(local, handle.local) }
    )
  }

  private mutating func onName(
    _ call: String, _ body: (any FileSystem, PathName, OpenFile) throws -> String
  ) -> (String, String, String) {
    let name = PathName(Self.names[pick(Self.names.count)])
    let folders = [root] + handles.filter(\.isFolder)
    let folder = folders[pick(3) == 0 ? pick(folders.count) : 0]
    return (
      "\(call) \(name)", answer { try body(simulated, name, folder.simulated) },
      answer { try body(local, name, folder.local) }
    )
  }

  private func answer(_ body: () throws -> String) -> String {
    do {
      return try body()
    } catch let error as FileSystemError {
      return "errno \(error.number)"
    } catch {
      return "\(error)"
    }
  }

  private static func read(_ fileSystem: any FileSystem, _ file: OpenFile, _ offset: Int64?) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = try bytes.withUnsafeMutableBytes { try fileSystem.read(file, into: $0, at: offset) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private static func shown(_ status: FileStatus) -> String {
    let size = status.kind == .directory ? 0 : status.size
    return "\(status.kind) \(String(status.mode, radix: 8)) links \(status.linkCount) size \(size)"
  }

  private static func listing(_ fileSystem: any FileSystem, _ folder: OpenFile) -> String {
    var names: [PathName] = []
    do {
      try fileSystem.forEachName(in: folder) { bytes, _ in names.append(PathName(bytes)) }
      var lines: [String] = []
      for name in names.sorted() {
        let status = try fileSystem.status(of: name, in: folder, followingLinks: false)
        lines.append("\(name) \(shown(status))")
        if status.kind == .directory {
          let inside = try fileSystem.open(name, in: folder, [.readOnly, .directory], mode: 0)
          lines.append("(" + listing(fileSystem, inside) + ")")
        }
      }
      return lines.joined(separator: "; ")
    } catch {
      return "\(error)"
    }
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
}
