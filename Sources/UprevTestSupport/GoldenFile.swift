import Foundation

/// A file that holds what a piece of the program wrote when it was last looked at, under `Tests/Golden/TARGET/NAME`.
///
/// A test asks for the difference and expects none:
///
///     #expect(try GoldenFile("report.json").difference(from: text) == nil)
///
/// `make golden` sets `UPREV_RECORD_GOLDEN=1`, with which the file is written instead; `git diff` then shows what changed.
public struct GoldenFile: Sendable {
  /// Where the file is.
  public let url: URL

  /// - Parameters:
  ///   - name: the file's name.
  ///   - testFile: a source file of the test target, `Tests/TARGET/….swift`.
  public init(_ name: String, testFile: String = #filePath) {
    var folder = URL(fileURLWithPath: testFile).deletingLastPathComponent()
    var target = folder.lastPathComponent
    while folder.deletingLastPathComponent().lastPathComponent != "Tests", folder.path != "/" {
      folder = folder.deletingLastPathComponent()
      target = folder.lastPathComponent
    }
    url = folder.deletingLastPathComponent()
      .appendingPathComponent("Golden/\(target)/\(name)", isDirectory: false)
  }

  /// Whether this process records golden files instead of comparing with them.
  public static var isRecording: Bool { ProcessInfo.processInfo.environment["UPREV_RECORD_GOLDEN"] == "1" }

  /// The bytes recorded.
  public func contents() throws -> [UInt8] {
    Array(try Data(contentsOf: url))
  }

  /// Compares, or records.
  /// - Returns: nil where the bytes are equal or were just recorded, otherwise the first line that differs.
  /// - Throws: when the file cannot be read, or written.
  public func difference(from bytes: [UInt8]) throws -> String? {
    if Self.isRecording {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
      return nil
    }
    let expected = try contents()
    guard expected != bytes else { return nil }
    let expectedLines = expected.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let number = zip(expectedLines, lines).prefix { $0 == $1 }.count
    return """
      \(url.lastPathComponent), line \(number + 1), differs (`make golden` records it anew)
      expected: \(Self.line(expectedLines, number))
      found:    \(Self.line(lines, number))
      """
  }

  private static func line(_ lines: [ArraySlice<UInt8>], _ number: Int) -> String {
    number < lines.count ? String(decoding: lines[number], as: UTF8.self) : "(the end)"
  }
}
