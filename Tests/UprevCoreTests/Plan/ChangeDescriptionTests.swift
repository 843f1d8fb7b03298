import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("What is said of changes")
struct ChangeDescriptionTests {
  private static func words(_ edits: [ChangeDescription.Edit]) -> [String] {
    edits.map { edit in
      let place = edit.place.tokens.map { "/" + ($0 ?? "*") }.joined()
      return "\(edit.operation) \(place)" + (edit.value.map { " \($0)" } ?? "")
    }
  }

  @Test(
    "The places that changed, and what is there now",
    arguments: [
      ("{\"a\": 1}", "{\"a\": 1, \"v\": 2}", ["add /v 2"]),
      ("{\"v\": 1.0, \"a\": 1}", "{\"v\": 2, \"a\": 1}", ["replace /v 2"]),
      ("{\"a\": 1, \"b\": 2}", "{\"b\": 2}", ["remove /a"]),
      ("{\"a\": 1, \"b\": 2}", "{\"c\": 1, \"b\": 3}", ["remove /a", "replace /b 3", "add /c 1"]),
      ("{\"a\": {\"b\": {\"c\": 1}}}", "{\"a\": {\"b\": {\"c\": \"x\"}}}", ["replace /a/b/c \"x\""]),
      ("{\"\\u0061\": 1}", "{\"a\": 2}", ["replace /a 2"]),
      ("[1, 2, 3]", "[1, 3]", ["remove /*"]),
      ("[1, 3]", "[0, 1, 3]", ["add /* 0"]),
      ("[{\"x\": 1}, {\"x\": 2}]", "[{\"x\": 5}, {\"x\": 5}]", ["replace /*/x 5"]),
      ("[{\"x\": 1}, {\"x\": 2}]", "[{\"x\": 5}, {\"x\": 6}]", ["replace /*/x"]),
      ("{\"a\": [1]}", "{\"a\": {\"b\": 1}}", ["replace /a {\"b\": 1}"]),
      ("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", []),
      ("{\"a\": 1}", "{\"a\":  1}", []),
      ("1", "2", ["replace  2"]),
      ("{\"a\": NaN}", "{\"a\": -Infinity}", ["replace /a -Infinity"]),
      // The same value, written otherwise, is a change of the text.
      ("{\"a\": 1.0}", "{\"a\": 1}", ["replace /a 1"]),
    ])
  func table(old: String, new: String, expected: [String]) {
    let change = ChangeDescription(from: JSONText(old), to: JSONText(new), maximumDepth: 100)
    #expect(Self.words(change.edits) == expected)
    #expect(!change.isCutShort)
  }

  @Test("A long value is not kept, and neither are more places than there is room for")
  func bounds() {
    let long = ChangeDescription(
      from: JSONText("{}"), to: JSONText("{\"a\": \"\(String(repeating: "x", count: 60))\"}"), maximumDepth: 9)
    #expect(Self.words(long.edits) == ["add /a"])
    let members = (0..<100).map { "\"m\($0)\": 1" }.joined(separator: ", ")
    let many = ChangeDescription(from: JSONText("{}"), to: JSONText("{\(members)}"), maximumDepth: 9)
    #expect(many.edits.count == ChangeDescription.maximumEdits && many.isCutShort)
    let deep = String(repeating: "[", count: 50_000)
    let end = String(repeating: "]", count: 50_000)
    let change = ChangeDescription(
      from: JSONText(deep + "1" + end), to: JSONText(deep + "2" + end), maximumDepth: 60_000)
    #expect(change.edits.map(\.place.tokens.count) == [ChangeDescription.maximumPlaceLength])
  }

  private static func add(_ path: String, _ old: String, _ new: String, from: Int = 1, to groups: inout ChangeGroups) {
    let document = Document(
      reference: DocumentReference(path: PathName(path), format: 0), text: JSONText(old), origin: TestOrigin())
    var decision = Decision(reference: document.reference, outcome: .migrated)
    decision.from = FormatVersion(from)
    decision.to = FormatVersion(9)
    decision.replacement = JSONText(new)
    decision.change = ChangeDescription(from: document.text, to: JSONText(new), maximumDepth: 100)
    groups.add(document, decision, format: "f")
  }

  @Test("Equal changes are one group, whose values are those that all have, with the first document as its example")
  func groups() throws {
    var groups = ChangeGroups()
    groups.begin(PathName("t"))
    for number in 0..<50 {
      Self.add("a\(number)", "{\"x\": \(number)}", "{\"x\": \(number), \"v\": 2}", to: &groups)
      Self.add("b\(number)", "{\"x\": 1}", "{\"x\": 1, \"w\": \(number), \"v\": 2}", to: &groups)
    }
    Self.add("c", "{}", "{\"v\": 2}", from: 2, to: &groups)
    let shown = groups.shown(atMost: 20)
    #expect(shown.others == 0)
    #expect(shown.groups.map(\.count) == [50, 50, 1])
    #expect(shown.groups.map { Self.words($0.edits) } == [["add /v 2"], ["add /w", "add /v 2"], ["add /v 2"]])
    let example = try #require(shown.groups.first?.example)
    #expect("\(example.target) \(example.path)" == "t a0" && example.old == JSONText("{\"x\": 0}"))
    let few = groups.shown(atMost: 1)
    #expect(few.groups.map(\.count) == [50] && few.others == 51)
  }

  @Test("Where names are data, what is inside of pointers stops to tell groups apart")
  func coarse() {
    var groups = ChangeGroups()
    for number in 0..<1000 {
      Self.add("d", "{\"e\": {\"id\(number)\": {}}}", "{\"e\": {\"id\(number)\": {\"n\": 1}}}", to: &groups)
    }
    #expect(groups.groups.map(\.count) == [1000] && Self.words(groups.groups[0].edits) == ["add /e/*/n 1"])
    for number in 0..<1000 {
      Self.add("d", "{\"id\(number)\": 1}", "{\"id\(number)\": 2}", to: &groups)
    }
    #expect(groups.groups.map { Self.words($0.edits) } == [["add /*/*/* 1"], ["replace /* 2"]])
    #expect(groups.groups.map(\.count) == [1000, 1000] && groups.others == 0)
    // Versions are always told apart; beyond the room there is documents are counted.
    for number in 0..<1000 { Self.add("d", "{}", "{\"v\": 1}", from: number, to: &groups) }
    #expect(groups.groups.count == ChangeGroups.maximumGroups)
    #expect(groups.groups.reduce(0) { $0 + $1.count } + groups.others == 3000)
    #expect(groups.shown(atMost: 20).groups.first?.count == 1000)
  }

  @Test("Few groups are shown coarser rather than many that differ in names alone")
  func shownCoarser() {
    var groups = ChangeGroups()
    for number in 0..<30 {
      Self.add("d", "{\"e\": {\"id\(number)\": {}}}", "{\"e\": {\"id\(number)\": {\"n\": \(number)}}}", to: &groups)
    }
    #expect(groups.groups.count == 30)
    let shown = groups.shown(atMost: 20)
    #expect(shown.groups.map { Self.words($0.edits) } == [["add /e/*/n"]] && shown.groups[0].count == 30)
  }

  @Test("Examples are kept up to a number of bytes together")
  func exampleBytes() {
    var groups = ChangeGroups()
    let text = "\"\(String(repeating: "x", count: 3 << 20))\""
    for number in 0..<4 {
      Self.add("d", "{\"m\(number)\": 1, \"x\": \(text)}", "{\"m\(number)\": 2, \"x\": \(text)}", to: &groups)
    }
    #expect(groups.groups.map { $0.example != nil } == [true, true, false, false])
  }
}
