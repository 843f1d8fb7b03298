import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// All that starts children runs one after the other: the suites count descriptors and processes.
@Suite(.serialized)
enum JqTests {}

enum Jq {
  static func children(_ limits: JqLimits = JqLimits(seconds: 60)) throws -> JqChildren {
    JqChildren(
      launch: .init(program: PathName(try ChildProcess.built("uprev")), arguments: ["jq-worker"]), limits: limits)
  }

  static func document(_ text: String, nonFinite: Bool = false) throws -> IndexedJSON {
    try IndexedJSON(scanning: JSONText(text), options: options(nonFinite))
  }

  static func options(_ nonFinite: Bool = false) -> JSONReadingOptions {
    JSONReadingOptions(allowsNonFinite: nonFinite, maximumDepth: 20_000)
  }

  /// The texts after the step, or the failures' sentences.
  static func apply(
    _ program: String, to texts: [String], _ runner: some JqRunner, nonFinite: Bool = false
  ) throws -> [Result<String, StepFailure>] {
    var batch = StepBatch(try texts.map { try document($0, nonFinite: nonFinite) }, options: options(nonFinite))
    JqStep(program: program, runner: runner, allowsNonFinite: nonFinite).apply(to: &batch)
    return batch.items.map { item in
      item.failure.map { .failure($0) } ?? .success("\(item.document.text)")
    }
  }

  static func values(_ texts: [String]) throws -> [JSONValue] { try texts.map { try document($0).root } }

  /// The state letter of a process (`Z` is a zombie), and who started it; nil where it is gone.
  static func state(of process: Int64) -> (letter: Character, parent: Int)? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 12,
      let letter = fields[0].first, let parent = Int(fields[1])
    else { return nil }
    return (letter, parent)
  }

  /// Processor time that a process has taken.
  static func seconds(of process: Int64) -> Double {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 12,
      let user = Double(fields[11]), let system = Double(fields[12])
    else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Sockets among this process's descriptors.
  static func openSockets() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"))?.hasPrefix("socket:")
        ?? false
    }.count
  }
}

extension Result where Success == String, Failure == StepFailure {
  var text: String {
    switch self {
    case .success(let text): text
    case .failure(let failure): "failed: \(failure.message)"
    }
  }
}
