import Foundation
import UprevReport

/// The root of the checkout.
let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func text(of path: String) throws -> String {
  try String(contentsOf: checkout.appendingPathComponent(path), encoding: .utf8)
}

/// Takes a report's text in memory.
final class Collector {
  private(set) var bytes: [UInt8] = []

  func take(_ piece: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: piece)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Writes a whole report.
func report(_ header: ReportHeader, _ documents: [DocumentRecord], _ tail: ReportTail) throws -> [UInt8] {
  let collector = Collector()
  let writer = try ReportWriter(header, sink: collector.take)
  for document in documents { try writer.add(document) }
  try writer.finish(tail)
  return collector.bytes
}

/// Runs python3 with `input` on standard input.
/// - Returns: what it printed, and its exit status.
func python(_ arguments: [String], input: [UInt8]) throws -> (output: String, status: Int32) {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let inputFile = folder.appendingPathComponent("input")
  try Data(input).write(to: inputFile)
  let outputFile = folder.appendingPathComponent("output")
  try Data().write(to: outputFile)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  process.standardInput = try FileHandle(forReadingFrom: inputFile)
  let output = try FileHandle(forWritingTo: outputFile)
  process.standardOutput = output
  process.standardError = output
  try process.run()
  process.waitUntilExit()
  return (String(decoding: try Data(contentsOf: outputFile), as: UTF8.self), process.terminationStatus)
}

/// The faults of a report by an oracle of its own; empty where there is none.
func faults(of report: [UInt8]) throws -> String {
  let result = try python(
    [
      checkout.appendingPathComponent("Tests/Tools/check_report.py").path,
      checkout.appendingPathComponent("docs/report.schema.json").path,
    ], input: report)
  return result.status == 0 ? result.output : "exit \(result.status): \(result.output)"
}
