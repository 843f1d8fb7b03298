import Foundation

/// A folder of a test's own that goes when the last reference does.
public final class TemporaryFolder: Sendable {
  /// Absolute, without a slash at the end.
  public let path: String

  public init() throws {
    path = FileManager.default.temporaryDirectory.path + "/uprev-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // A folder that cannot be removed is left to the machine's own cleaning: it changes no test's result.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file, making its folders.
  /// - Returns: its absolute path.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(text.utf8, to: name)
  }

  public func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  /// Every path below, folders with a slash at the end, in byte order.
  public func listing() throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    return names.map { name in
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory)
      return exists && isDirectory.boolValue ? name + "/" : name
    }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}
