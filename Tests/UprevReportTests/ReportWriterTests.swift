import Foundation
import Testing
import UprevReport
import UprevTestSupport

@Suite("The report as text")
struct ReportWriterTests {
  @Test("A report of every kind of record is the one that was looked at")
  func golden() throws {
    let text = try report(Example.header, Example.listed, Example.tail)
    #expect(try GoldenFile("report.json").difference(from: text) == nil)
    let all = try report(Example.header, Example.everything, Example.tail)
    #expect(try GoldenFile("report-all.json").difference(from: all) == nil)
  }

  @Test("A report of a run without anything is the one that was looked at")
  func goldenEmpty() throws {
    let text = try report(Example.bareHeader, [], Example.emptyTail)
    #expect(try GoldenFile("report-empty.json").difference(from: text) == nil)
  }

  @Test("Every report parses in Python, satisfies the schema, and has its members in order")
  func schema() throws {
    #expect(try faults(of: report(Example.header, Example.everything, Example.tail)) == "")
    #expect(try faults(of: report(Example.bareHeader, [], Example.emptyTail)) == "")
  }

  @Test("The check finds a member out of order, missing, doubled, undescribed, of a wrong type, and an unknown code")
  func schemaCheckFails() throws {
    let good = String(decoding: try report(Example.header, Example.listed, Example.tail), as: UTF8.self)
    let changes = [
      (#""dryRun": false,\#n  "jobs": 2"#, #""jobs": 2,\#n  "dryRun": false"#),
      (#","# + "\n  \"jobs\": 2", ""),
      (#""jobs": 2"#, #""jobs": 2, "jobs": 2"#),
      (#""jobs": 2"#, #""jobs": 2, "workers": 2"#),
      (#""jobs": 2"#, #""jobs": "2""#),
      (#""jobs": 2"#, #""jobs": 0"#),
      ("invalid-json", "bad-json"),
      (#""reportVersion": 1"#, #""reportVersion": true"#),
    ]
    for (old, new) in changes {
      #expect(good.contains(old))
      let bad = Array(good.replacingOccurrences(of: old, with: new).utf8)
      #expect(try faults(of: bad) != "", "\(old) → \(new)")
    }
  }

  @Test("One document stands on one line")
  func lines() throws {
    let lines = try report(Example.header, Example.everything, Example.tail).split(separator: UInt8(ascii: "\n"))
    let documents = lines.filter { $0.starts(with: Array(#"    {"target": "#.utf8)) }
    #expect(documents.count == Example.everything.count)
  }

  @Test("The error of the sink comes out, and again with every later call")
  func sinkError() throws {
    struct DiskFull: Error {}
    var calls = 0
    let writer = try ReportWriter(Example.header) { _ in
      calls += 1
      throw DiskFull()
    }
    var record = Example.rejected
    record.error?.message = String(repeating: "x", count: 100_000)
    #expect(throws: DiskFull.self) { try writer.add(record) }
    #expect(throws: DiskFull.self) { try writer.add(Example.migrated) }
    #expect(throws: DiskFull.self) { try writer.finish(Example.tail) }
    #expect(calls == 1)
  }

  @Test("Nothing can be added to a finished report")
  func afterTheEnd() throws {
    let collector = Collector()
    let writer = try ReportWriter(Example.header, sink: collector.take)
    try writer.finish(Example.tail)
    let length = collector.bytes.count
    #expect(throws: ReportWriterError.alreadyFinished) { try writer.add(Example.migrated) }
    #expect(throws: ReportWriterError.alreadyFinished) { try writer.finish(Example.tail) }
    #expect(collector.bytes.count == length)
  }

  @Test("A million documents leave the writer in pieces of 64 KiB")
  func million() throws {
    let count = 1_000_000
    var pieces = 0
    var total = 0
    var largest = 0
    var linesOut = 0
    let writer = try ReportWriter(Example.header) { piece in
      pieces += 1
      total += piece.count
      largest = max(largest, piece.count)
      linesOut += memchrCount(piece)
    }
    var summary = Summary()
    var added = 0
    for _ in 0..<count {
      try writer.add(Example.migrated)
      summary.add(Example.migrated)
      added += 1
      // What was added and has not come out is what the writer holds.
      if added % 10_000 == 0 { #expect(added - linesOut < 300) }
    }
    var tail = Example.tail
    tail.summary = summary
    try writer.finish(tail)
    #expect(largest < 70_000)
    #expect(total > count * 400)
    #expect(pieces >= total / 70_000)
    #expect(summary.documents == count)
    #expect(summary.bytesWritten == count * 729)
  }

  private func memchrCount(_ piece: UnsafeRawBufferPointer) -> Int {
    guard var start = piece.baseAddress else { return 0 }
    let end = start + piece.count
    var found = 0
    while start < end, let next = memchr(start, 0x0A, end - start) {
      found += 1
      start = UnsafeRawPointer(next) + 1
    }
    return found
  }

  @Test("The summary alone is the object of the report")
  func summaryAlone() throws {
    let tail = Example.tail
    let alone = String(decoding: tail.summary.jsonText, as: UTF8.self)
    let whole = String(decoding: try report(Example.header, [], tail), as: UTF8.self)
    #expect(whole.contains("\n  \"summary\": \(alone),\n"))
  }
}
