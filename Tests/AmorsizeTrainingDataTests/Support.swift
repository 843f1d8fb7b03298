import AmorsizeTrainingData
import Foundation
import Synchronization
import Testing

/// Collects the lines of a message sink.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  var add: MessageSink {
    { line in self.lines.withLock { $0.append(line) } }
  }
}

/// Runs `body` with the path of an empty folder that is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "uprev-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func write(_ text: String, _ name: String, _ folder: String) throws {
  try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name))
}

func write(_ bytes: [UInt8], _ name: String, _ folder: String) throws {
  try Data(bytes).write(to: URL(filePath: folder).appending(path: name))
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
/// - Throws: where python3 cannot be run, or fails.
func python(_ program: String, _ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-I", "-c", program] + arguments
  try process.run()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "python3 failed")
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
