import LosslessJSON
import Testing

@testable import UprevCore

@Suite("What steps may make of a document's size")
struct StepGrowthTests {
  private static func batch(_ text: String) throws -> StepBatch {
    StepBatch([try IndexedJSON(scanning: JSONText(text))], options: .init())
  }

  @Test("Copies of everything into itself end with a failure, long before memory does")
  func doubling() throws {
    var batch = try Self.batch("[\"\(String(repeating: "x", count: 1000))\"]")
    let copy = CopyStep(from: .root, path: JSONPointer(tokens: ["-"]))
    var steps = 0
    while batch.items[0].failure == nil, steps < 40 {
      batch.perform(copy)
      steps += 1
    }
    #expect(steps == 12 || steps == 13)
    #expect(batch.items[0].failure?.message.contains("4194304 bytes") == true)
    #expect(batch.items[0].document.text.count <= StepBatch.maximumSize(of: 1004))
  }

  @Test("A large document may grow with its size, and one that shrinks is never too large")
  func largeDocuments() throws {
    let element = "\"\(String(repeating: "x", count: 1 << 20))\""
    let copy = CopyStep(from: JSONPointer(tokens: ["0"]), path: JSONPointer(tokens: ["-"]))
    var batch = try Self.batch("[\(element)]")
    for _ in 0..<14 { batch.perform(copy) }
    #expect(batch.items[0].failure == nil)
    #expect(batch.items[0].document.text.count > 15 << 20)
    for _ in 0..<2 { batch.perform(copy) }
    #expect(batch.items[0].failure != nil)
    var shrinking = try Self.batch("[\(element)]")
    shrinking.perform(RemoveStep(path: JSONPointer(tokens: ["0"])))
    #expect(shrinking.items[0].document.text.description == "[]")
  }

  @Test(
    "A large value at every place ends before it is written everywhere, and many migrations grow no further than one")
  func everyPlace() throws {
    let large = try IndexedJSON(scanning: JSONText("\"\(String(repeating: "x", count: 1 << 20))\""))
    let add = AddStep(
      path: JSONPointer(tokens: ["-"]), value: StepValue(fragment: JSONFragment(large), value: large.root))
    var batch = try Self.batch("[" + [String](repeating: "[]", count: 100_000).joined(separator: ",") + "]")
    batch.perform(EachStep(at: .root, steps: [add]))
    #expect(
      batch.items[0].failure?.message.contains("4800016 bytes") == true, "\(String(describing: batch.items[0].failure))"
    )

    let copy = CopyStep(from: .root, path: JSONPointer(tokens: ["v", "-"]))
    let pointer = JSONPointer(tokens: ["version"])
    let rule = VersionRule(
      kind: .integer, source: .value(VersionValueRule(pointer: pointer, missing: nil, invalid: nil, map: [:])))
    let path = (1..<40).map {
      Migration(from: FormatVersion($0), to: FormatVersion($0 + 1), steps: [copy])
    }
    let source = try IndexedJSON(scanning: JSONText("{\"version\": 1, \"v\": []}"))
    let error = #expect(throws: DocumentError.self) {
      try Migrator(detector: DetectVersion(rule: rule), options: .init()).migrate(
        [source], keys: [nil], along: path)[0].result.get()
    }
    #expect(error?.report.message.contains("4194304 bytes") == true, "\(String(describing: error))")
  }

  @Test("The largest size does not overflow")
  func bounds() {
    #expect(StepBatch.maximumSize(of: 0) == 4 << 20)
    #expect(StepBatch.maximumSize(of: 1 << 20) == 16 << 20)
    #expect(StepBatch.maximumSize(of: Int.max) == Int.max)
  }
}
