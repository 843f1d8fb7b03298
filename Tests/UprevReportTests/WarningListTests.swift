import Testing
import UprevReport

@Suite("Warnings in bounded memory")
struct WarningListTests {
  private func warning(_ code: WarningCode, _ message: String = "m") -> WarningRecord {
    WarningRecord(code: code, message: message, path: PathName("p"))
  }

  @Test("Up to the limit all are kept, in the order in which they came")
  func all() {
    var list = WarningList()
    let codes: [WarningCode] = [.newerVersion, .hardLinked, .newerVersion]
    codes.forEach { list.add(warning($0)) }
    #expect(list.records.map(\.code) == codes)
    #expect(list.count == 3)
  }

  @Test("Beyond it they are counted in one closing warning a code, and a rare code is not hidden by a common one")
  func omitted() {
    var list = WarningList()
    for number in 0..<WarningList.maximumCount + 2 { list.add(warning(.newerVersion, "\(number)")) }
    list.add(warning(.hardLinked))
    for _ in 0...WarningList.maximumCount { list.add(warning(.notCopied)) }
    let records = list.records
    #expect(records.count == 2 * WarningList.maximumCount + 3)
    #expect(records.contains(warning(.hardLinked)))
    #expect(records[WarningList.maximumCount - 1].message == "\(WarningList.maximumCount - 1)")
    #expect(
      records.suffix(2).map(\.message) == [
        "2 more warnings with the code newer-version are not listed",
        "1 more warning with the code not-copied is not listed",
      ])
    #expect(records.suffix(2).allSatisfy { $0.code == .warningsOmitted && $0.path == nil })
    #expect(list.count == 2 * WarningList.maximumCount + 4)
  }

  @Test("Long messages reach the limit of bytes first, and no later short one slips in")
  func bytes() {
    var list = WarningList()
    let megabyte = String(repeating: "x", count: 1 << 20)
    for _ in 0..<6 { list.add(warning(.newerVersion, megabyte)) }
    list.add(warning(.newerVersion, "short"))
    #expect(list.records.count == 4)
    #expect(list.records.last?.message == "4 more warnings with the code newer-version are not listed")
  }
}
