import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

/// What holds for every step there is, whatever it does.
@Suite("Every step")
struct StepSuiteTests {
  private static func read(_ text: String) throws -> IndexedJSON { try IndexedJSON(scanning: JSONText(text)) }

  private static func apply(_ step: any Step, to documents: [IndexedJSON]) -> [StepBatch.Item] {
    var batch = StepBatch(documents, options: .init())
    batch.perform(step)
    return batch.items
  }

  /// Every document in every layout.
  private static func texts() throws -> [String] {
    try StepCase.documents.flatMap { document in
      try Tree.Layout.allCases.map { try Tree(document).text($0) + ($0.lineBreak ?? "") }
    }
  }

  @Test("makes what a plain model of it makes, literal for literal, or fails where that fails, with a place")
  func likeTheModel() throws {
    let texts = try Self.texts()
    var counts = (changed: 0, same: 0, failed: 0)
    for stepCase in try StepCase.all() {
      for text in texts {
        let document = try Self.read(text)
        let item = try #require(Self.apply(stepCase.step, to: [document]).first)
        guard let expected = try? stepCase.expected(Tree(text)) else {
          counts.failed += 1
          let failure = try #require(item.failure, "\(stepCase.name) on \(text)")
          #expect(failure.pointer != nil && failure.line != nil && failure.column != nil, "\(stepCase.name)")
          #expect(!failure.message.isEmpty)
          #expect(item.document.text == document.text)
          continue
        }
        #expect(item.failure == nil, "\(stepCase.name) on \(text)")
        #expect(Tree(item.document.root) == expected, "\(stepCase.name) on \(text) gives \(item.document.text)")
        if expected == (try Tree(text)) {
          counts.same += 1
          #expect(item.document.text == document.text, "\(stepCase.name) on \(text)")
        } else {
          counts.changed += 1
        }
      }
    }
    #expect(counts.changed > 2000 && counts.same > 800 && counts.failed > 10_000, "\(counts)")
  }

  @Test("leaves every byte outside of what it concerns, and never the document that it was given")
  func lossless() throws {
    for stepCase in try StepCase.all() {
      for text in try Self.texts() {
        let document = try Self.read(text)
        let before = Array(document.text.bytes)
        let item = try #require(Self.apply(stepCase.step, to: [document]).first)
        #expect(Array(document.text.bytes) == before)
        guard item.failure == nil, let holder = document.value(at: stepCase.touched) else { continue }
        let after = Array(item.document.text.bytes)
        let tail = before.count - holder.range.upperBound
        #expect(
          after.prefix(holder.range.lowerBound) == before.prefix(holder.range.lowerBound), "\(stepCase.name): \(text)")
        #expect(after.suffix(tail) == before.suffix(tail), "\(stepCase.name): \(text)")
      }
    }
  }

  @Test("makes the same of a document twice, and in a batch with all others")
  func sameInBatches() throws {
    let documents = try Self.texts().map { try Self.read($0) }
    for stepCase in try StepCase.all() {
      let together = Self.apply(stepCase.step, to: documents)
      let again = Self.apply(stepCase.step, to: documents.reversed()).reversed()
      #expect(together.map(\.document.text) == again.map(\.document.text), "\(stepCase.name)")
      #expect(together.map(\.failure) == again.map(\.failure), "\(stepCase.name)")
      for (document, item) in zip(documents, together) {
        let alone = try #require(Self.apply(stepCase.step, to: [document]).first)
        #expect(alone.document.text == item.document.text && alone.failure == item.failure, "\(stepCase.name)")
      }
    }
  }

  @Test("works at each element and member, twice nested too, and fails the document with the element's pointer")
  func insideEach() throws {
    let elements = try StepCase.documents.map { try Tree($0) }
    for stepCase in try StepCase.all() {
      let expected = elements.map { try? stepCase.expected($0) }
      let whole = zip(elements, expected).filter { $0.1 != nil }.map(\.0)
      let results = expected.compactMap { $0 }
      let nested = EachStep(at: .root, steps: [EachStep(at: .root, steps: [stepCase.step])])
      for layout in Tree.Layout.allCases {
        let members = whole.enumerated().map { Tree.Member(name: "\"m\($0.offset)\"", value: $0.element) }
        let source = Tree.array([.array(whole), .object(members), .array([])])
        let document = try Self.read(source.text(layout))
        let item = try #require(Self.apply(nested, to: [document]).first)
        #expect(item.failure == nil, "\(stepCase.name): \(String(describing: item.failure))")
        let changed = zip(members, results).map { Tree.Member(name: $0.name, value: $1) }
        #expect(
          Tree(item.document.root) == .array([.array(results), .object(changed), .array([])]), "\(stepCase.name)")
      }
      guard let bad = expected.firstIndex(where: { $0 == nil }) else { continue }
      let source = Tree.object([.init(name: "\"list\"", value: .array(Array(whole.prefix(3)) + [elements[bad]]))])
      let document = try Self.read(source.text(Tree.Layout.allCases[2]))
      let item = try #require(
        Self.apply(EachStep(at: try StepCase.pointer("/list"), steps: [stepCase.step]), to: [document]).first)
      let failure = try #require(item.failure, "\(stepCase.name)")
      let place = "/list/\(min(whole.count, 3))"
      #expect(failure.pointer?.description.hasPrefix(place) == true, "\(stepCase.name): \(failure)")
      #expect((failure.line ?? 0) > 1 && item.document.text == document.text)
    }
  }

  @Test("does nothing where its condition does not hold, and the same as without one where it does")
  func underWhen() throws {
    let documents = try Self.texts().map { try Self.read($0) }
    let conditions = [
      Condition(pointer: try StepCase.pointer("/a"), test: .exists(true)),
      Condition(pointer: try StepCase.pointer("/a/b"), test: .exists(false)),
      Condition(pointer: .root, test: .type(.object)),
      Condition(pointer: try StepCase.pointer("/a"), test: .equals(try StepCase.value("1.00").value)),
    ]
    for stepCase in try StepCase.all() {
      for condition in conditions {
        let items = Self.apply(WhenStep(condition: condition, step: stepCase.step), to: documents)
        let plain = Self.apply(stepCase.step, to: documents)
        for (index, document) in documents.enumerated() {
          let holds = condition.holds(at: document.root)
          #expect(items[index].failure == (holds ? plain[index].failure : nil))
          #expect(items[index].document.text == (holds ? plain[index].document.text : document.text))
        }
      }
    }
  }

  @Test("one after the other they make what the model makes, for seeded documents and steps")
  func sequences() throws {
    let seed: UInt64 = 0x57E9_5EED
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let cases = try StepCase.all()
    var changed = 0
    for _ in 0..<2000 {
      let layout = try #require(Tree.Layout.allCases.randomElement(using: &generator))
      let parts = try (0..<3).map { _ in try Tree(#require(StepCase.documents.randomElement(using: &generator))) }
      let source = Tree.object([
        .init(name: "\"a\"", value: parts[0]), .init(name: "\"b\"", value: parts[1]),
        .init(name: "\"c\"", value: parts[2]),
      ])
      var tree = source
      var batch = StepBatch([try Self.read(source.text(layout))], options: .init())
      for _ in 0..<4 {
        let stepCase = try #require(cases.randomElement(using: &generator))
        guard let next = try? stepCase.expected(tree) else { continue }
        tree = next
        batch.perform(stepCase.step)
      }
      #expect(batch.items[0].failure == nil)
      #expect(Tree(batch.items[0].document.root) == tree, "seed \(seed)")
      if tree != source { changed += 1 }
    }
    #expect(changed > 500)
  }
}
