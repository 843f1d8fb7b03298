import AmorsizeTrainingData
import Foundation
import Testing
import UprevTestSupport

/// Collects the lines of a message sink.
// @unchecked: `lines` is guarded by `lock`, which the thread sanitizer understands (it does not understand Mutex).
final class Lines: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] { lock.withLock { lines } }

  var add: MessageSink {
    { line in self.lock.withLock { self.lines.append(line) } }
  }
}

/// Runs `body` with the path of an empty folder that is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryTree()
  return try withExtendedLifetime(folder) { try body(folder.path) }
}

func write(_ text: String, _ name: String, _ folder: String) throws {
  try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name))
}

func contents(_ name: String, _ folder: String) throws -> String {
  try String(decoding: Data(contentsOf: URL(filePath: folder).appending(path: name)), as: UTF8.self)
}

func namesIn(_ folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

/// Loads a folder that holds these files and no others.
func samplesIn(_ files: [String: String]) throws -> [TrainingSample] {
  try withFolder { folder in
    for (name, text) in files { try write(text, name, folder) }
    return try TrainingDataStore(directory: folder).load()
  }
}

/// The root of the source checkout.
let sourceRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Runs a Python program, with its standard library and nothing else, as an oracle.
/// - Returns: its standard output.
/// - Throws: where python3 is not found, or fails.
func python(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
  let process = try ChildProcess.run("python3", ["-I", "-c", program] + arguments, input: input)
  try #require(process.status == 0, "python3: \(process.errorText)")
  return process.output
}

/// A seeded generator: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
