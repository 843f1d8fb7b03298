import Foundation
import UprevReport
import UprevTestSupport

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
/// - Returns: what it printed, errors included, and its exit status.
func python(_ arguments: [String], input: [UInt8]) throws -> (output: String, status: Int32) {
  let process = try ChildProcess.run("python3", arguments, input: input)
  return (process.outputText + process.errorText, process.status)
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
