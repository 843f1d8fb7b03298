import CSystem
import Foundation
import UprevCore
import UprevReport

/// A scratch folder of the system's temporary folder, removed with everything in it when the last reference goes.
///
/// Names are bytes: what Foundation cannot name is made by system calls.
public final class TemporaryTree {
  /// Absolute.
  public let path: String

  /// - Parameter inMemory: on `/dev/shm`, where there is one, for tests that make thousands of trees.
  public init(inMemory: Bool = false) throws {
    let shared = "/dev/shm"
    let folder = inMemory && access(shared, W_OK) == 0 ? shared : NSTemporaryDirectory()
    var template = Array((folder + "/uprev-test-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if (try? FileManager.default.removeItem(atPath: path)) != nil { return }
    // The tool removes trees of any depth and of any names.
    let remove = Process()
    remove.executableURL = URL(fileURLWithPath: "/bin/rm")
    remove.arguments = ["-rf", "--", path]
    try? remove.run()
    remove.waitUntilExit()
  }

  /// The absolute path of a name inside.
  public func path(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

  /// The same, as bytes.
  public func pathName(_ name: String = "") -> PathName { PathName(path(name)) }

  /// Writes a file, and the folders above it.
  @discardableResult
  public func write(_ name: String, _ text: String, mode: Int? = nil) throws -> String {
    let full = path(name)
    let above = (full as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: full))
    if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: full) }
    return full
  }

  /// The same for bytes.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let full = path(name)
    try FileManager.default.createDirectory(
      atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: full))
    return full
  }

  /// The same for text, the name last.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(name, text)
  }

  public func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  public func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  public func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
  }

  public func exists(_ name: String) -> Bool {
    (try? status(name)) != nil
  }

  /// Links not followed.
  public func status(_ name: String) throws -> FileStatus {
    try LocalFileSystem().status(of: pathName(name), in: nil, followingLinks: false)
  }

  /// Every path inside, folders with a slash at the end, in byte order.
  public func listing(_ name: String = "") throws -> [String] {
    var found: [String] = []
    var folders = [""]
    let fileSystem = LocalFileSystem()
    while let folder = folders.popLast() {
      let place = PathName(path(name) + "/" + folder)
      let file = try fileSystem.open(place, in: nil, [.directory, .noFollow], mode: 0)
      try fileSystem.forEachName(in: file) { bytes, kind in
        let path = folder + String(decoding: bytes, as: UTF8.self) + (kind == .directory ? "/" : "")
        found.append(path)
        if kind == .directory { folders.append(path) }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
