import Testing
import UprevReport

@Suite("The summary")
struct SummaryTests {
  private func record(
    _ outcome: Outcome, format: String? = "f", from: ReportVersionValue? = nil, before: Int? = nil, after: Int? = nil
  )
    -> DocumentRecord
  {
    DocumentRecord(
      target: PathName("t"), path: PathName("p"), format: format, outcome: outcome, from: from, bytesBefore: before,
      bytesAfter: after)
  }

  @Test("Documents are the sum of the six outcomes, and every outcome is counted apart")
  func outcomes() {
    var summary = Summary()
    for (position, outcome) in Outcome.allCases.enumerated() {
      for _ in 0...position { summary.add(record(outcome)) }
    }
    for (position, outcome) in Outcome.allCases.enumerated() { #expect(summary.outcomes[outcome] == position + 1) }
    #expect(summary.documents == 21)
  }

  @Test("Bytes read are those of all that was read, bytes written those of what was migrated")
  func bytes() {
    var summary = Summary()
    summary.add(record(.migrated, before: 100, after: 117))
    summary.add(record(.current, before: 50))
    summary.add(record(.rejected, before: 7, after: 9000))
    summary.add(record(.skipped))
    #expect(summary.bytesRead == 157)
    #expect(summary.bytesWritten == 117)
    summary.add(record(.migrated, before: Int.max, after: Int.max))
    #expect(summary.bytesRead == Int.max)
    #expect(summary.bytesWritten == Int.max)
  }

  @Test("Versions stand by value where they are whole numbers, then in byte order, whatever the order of documents")
  func versionOrder() {
    let huge = String(repeating: "9", count: 40)
    let expected = ["-10", "-2", "0", "2", "10", huge, "1.0", "1e400", "a", "zebra", "other"]
    for order in [expected, expected.reversed(), expected.sorted()] {
      var summary = Summary()
      for version in order {
        summary.add(record(.current, from: version.first?.isNumber == true ? .number(version) : .string(version)))
      }
      #expect(summary.byFormat["f"]?.orderedFrom.map(\.version) == expected)
    }
  }

  @Test("Formats stand in byte order, and documents that none claims in none of them")
  func formatOrder() {
    var summary = Summary()
    for format in ["b", "a", "é", "Z", nil] { summary.add(record(.current, format: format)) }
    #expect(summary.orderedFormats.map(\.name) == ["Z", "a", "b", "é"])
    #expect(summary.documents == 5)
  }

  @Test("Twenty thousand made-up versions, and a very long one, are counted together")
  func hostileVersions() {
    var summary = Summary()
    for number in 0..<20_000 { summary.add(record(.rejected, from: .number(String(number)))) }
    summary.add(record(.rejected, from: .string(String(repeating: "x", count: 1 << 20))))
    summary.add(record(.rejected, from: .number("7")))
    let from = summary.byFormat["f"]?.orderedFrom ?? []
    #expect(from.count == Summary.maximumVersions + 1)
    #expect(from.last?.version == Summary.otherVersions)
    #expect(from.last?.count == 20_000 - Summary.maximumVersions + 1)
    #expect(from.first { $0.version == "7" }?.count == 2)
    #expect(from.reduce(0) { $0 + $1.count } == 20_002)
  }

  @Test("A version that was only just too long is not counted by name")
  func versionLength() {
    var summary = Summary()
    let fits = String(repeating: "1", count: Summary.maximumVersionLength)
    summary.add(record(.rejected, from: .number(fits)))
    summary.add(record(.rejected, from: .number(fits + "1")))
    #expect(summary.byFormat["f"]?.orderedFrom.map(\.version) == [fits, Summary.otherVersions])
  }

  @Test("Stages add up")
  func stages() {
    var stages = StageRecords()
    stages.add(.read, items: 2, seconds: 0.5)
    stages.add(.read, items: 3, seconds: 0.25)
    stages[.write].items += 1
    #expect(stages[.read] == StageRecord(items: 5, seconds: 0.75))
    #expect(stages[.write] == StageRecord(items: 1, seconds: 0))
    #expect(stages[.discover] == StageRecord())
  }
}
