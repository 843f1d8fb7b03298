import Foundation

/// A child process that ran to its end.
public struct ChildProcess: Sendable {
  /// The exit status, or the negative number of the signal that ended it.
  public let status: Int32
  public let output: [UInt8]
  public let error: [UInt8]

  public var outputText: String { String(decoding: output, as: UTF8.self) }
  public var errorText: String { String(decoding: error, as: UTF8.self) }

  /// Runs a program and waits for it.
  ///
  /// - Parameters:
  ///   - program: a path, or a name that is looked up in `PATH`.
  ///   - input: what it reads from standard input.
  ///   - environment: added to this process's; an empty value removes a variable.
  /// - Throws: ``ChildProcessError`` where there is no such program: a test that needs a tool finds it or fails.
  @discardableResult
  public static func run(
    _ program: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
    in directory: String? = nil
  ) throws -> ChildProcess {
    let process = try prepare(program, arguments, environment: environment, in: directory)
    // Files, not pipes: nothing has to be read while the child runs, and nothing blocks.
    let folder = try TemporaryTree()
    let inputPath = folder.path + "/input"
    guard FileManager.default.createFile(atPath: inputPath, contents: Data(input)),
      FileManager.default.createFile(atPath: folder.path + "/output", contents: nil),
      FileManager.default.createFile(atPath: folder.path + "/error", contents: nil)
    else { throw ChildProcessError.cannotPrepare(program) }
    let inputFile = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputPath))
    let outputFile = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/output"))
    let errorFile = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/error"))
    process.standardInput = inputFile
    process.standardOutput = outputFile
    process.standardError = errorFile
    try process.run()
    process.waitUntilExit()
    try outputFile.close()
    try errorFile.close()
    return ChildProcess(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/output"))),
      error: [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/error"))))
  }

  /// A process that is not yet started, for tests that signal it or give it their own streams.
  public static func prepare(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try locate(program))
    process.arguments = arguments
    var all = ProcessInfo.processInfo.environment
    for (key, value) in environment { all[key] = value.isEmpty ? nil : value }
    process.environment = all
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    return process
  }

  /// The path of a program.
  public static func locate(_ program: String) throws -> String {
    if program.contains("/") { return program }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(program)"
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    throw ChildProcessError.notFound(program)
  }

  /// A program built by this package, beside the test bundle.
  public static func built(_ name: String) throws -> String {
    // The bundle is the process itself, or an argument of the test runner, in the folder of the built products.
    for argument in CommandLine.arguments {
      let folder = URL(fileURLWithPath: argument).deletingLastPathComponent().path
      let candidate = "\(folder)/\(name)"
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    throw ChildProcessError.notFound(name)
  }
}

public enum ChildProcessError: Error, Sendable {
  case notFound(String)
  case cannotPrepare(String)
}
