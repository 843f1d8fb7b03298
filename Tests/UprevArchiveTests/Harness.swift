import Foundation
import LosslessJSON
import Testing
import UprevArchive
import UprevCore
import UprevReport

/// A folder of its own for one test; it goes away with the object.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "uprev-archive-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

func bytes(of path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}

/// A program of the machine, run to its end.
enum Tool {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// - Returns: standard output. Not found, or not successful, is a failed test.
  @discardableResult
  static func run(_ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]) throws -> String
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description:
          "\(arguments.prefix(2)) exited \(process.terminationStatus): \(String(decoding: words, as: UTF8.self))")
    }
    return String(decoding: text, as: UTF8.self)
  }

  @discardableResult
  static func python(_ script: String, _ arguments: [String] = [], in folder: String? = nil) throws -> String {
    try run(["python3", "-c", script] + arguments, in: folder)
  }
}

/// What a run of one archive came to.
struct Migration {
  var decisions: [Decision] = []
  var warnings: [WarningRecord] = []
  var committed = false
  var error: TargetError?
  var description: ContainerDescription?

  func outcome(of path: String) -> Outcome? {
    decisions.first { $0.reference.path == PathName(path) }?.outcome
  }

  func count(_ outcome: Outcome) -> Int { decisions.count { $0.outcome == outcome } }
}

/// Reads and writes one archive as the run does, with a toy in the place of the migrator.
struct Harness: Sendable {
  var globs = ["*.json"]
  var excluded: [String] = []
  var maximumDocumentSize = 1 << 24
  var fileSystem: any FileSystem = LocalFileSystem()
  var durability = Durability.none
  var journal: (any TargetJournal)?
  var limits = ArchiveLimits()
  var runID = "20260101T000000Z-00000000"
  /// Whether the archive is claimed before, as a run does it that changes archives in place.
  var claims = true
  var keepOriginalsDays = 30
  var waitSeconds = 0.0
  /// Threads of the writer beside the caller's; nil: as many as it takes by itself.
  var sideThreads: Int?
  var compression = Compression()
  /// The new text of a document; nil where it stays.
  var change: @Sendable (PathName, JSONText) -> JSONText?

  /// A document's text with `suffix` at its end.
  static func appending(_ suffix: String) -> Harness {
    Harness { _, text in JSONText(Array(text.bytes) + Array(suffix.utf8)) }
  }

  static let unchanging = Harness { _, _ in nil }

  func run(_ path: String, to output: String? = nil) -> Migration {
    var result = Migration()
    do {
      try run(path, to: output, &result)
    } catch let error as TargetError {
      result.error = error
    } catch {
      Issue.record("\(error)")
    }
    return result
  }

  private func run(_ path: String, to output: String?, _ result: inout Migration) throws {
    let claims = Claims(formats: [try globs.map { try Glob($0) }], excluded: try excluded.map { try Glob($0) })
    let opener = ArchiveContainerOpener(fileSystem, limits: limits)
    let container = try #require(try opener.open(PathName(path)))
    let warnings = Collected()
    defer { result.warnings = warnings.warnings + result.warnings }
    if output == nil, self.claims {
      let options = ContainerClaimOptions(runID: runID, waitSeconds: waitSeconds)
      try container.claim(options) { warnings.warnings.append($0) }
    }
    try copy(container, to: output, claims, opener, &result)
  }

  func copy(
    _ container: any Container, to output: String?, _ claims: Claims, _ opener: ArchiveContainerOpener,
    _ result: inout Migration
  ) throws {
    let reader = try container.makeReader(
      ContainerReadOptions(
        claims: claims, maximumDocumentSize: maximumDocumentSize,
        yieldsPassthrough: output != nil || container.rewritesWhole))
    let collected = Collected()
    defer {
      result.decisions = collected.decisions
      result.warnings = collected.warnings
      result.description = reader.description
    }
    var options = ContainerWriteOptions(runID: runID, durability: durability)
    options.journal = journal
    if let sideThreads { options.sideThreads = sideThreads }
    options.compression = compression
    options.keepOriginalsDays = keepOriginalsDays
    let writer =
      if let output {
        try opener.makeCopyWriter(
          of: container, to: PathName(output), options, sink: { collected.decisions.append($0) },
          warn: { collected.warnings.append($0) })
      } else {
        try container.makeWriter(
          options, sink: { collected.decisions.append($0) }, warn: { collected.warnings.append($0) })
      }
    do {
      while let element = try reader.next() {
        switch element {
        case .decision(let decision): try writer.write(.decision(decision))
        case .passthrough(let chunk): try writer.write(.passthrough(chunk))
        case .document(let document): try writer.write(.document(document, decide(document)))
        }
      }
      result.committed = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func decide(_ document: Document) -> Decision {
    var decision = Decision(reference: document.reference, outcome: .current)
    if let text = change(document.reference.path, document.text) {
      decision.outcome = .migrated
      decision.replacement = text
    }
    return decision
  }

  private final class Collected {
    var decisions: [Decision] = []
    var warnings: [WarningRecord] = []
  }
}

/// A tar like those that people have.
enum Corpus {
  /// Arguments: path, number of documents, bytes of binaries (half random).
  static let make = """
    import sys; sys.path.insert(0, '\(benchmarks)'); import generate as g
    path, documents, binaries = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content = g.chunk(('gz', documents, 1, 0, documents))[0]
    if binaries:
        data = b''.join(g.binary(0, binaries))
        content += g.header('data/binary', binaries, 1700000000, g.KINDS['gz'][0]) + g.padded(data)
    open(path, 'wb').write(content + bytes(1024 + -(len(content) + 1024) % 10240))
    """

  private static let benchmarks =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/Benchmarks"
}
