import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("YAML")
struct YAMLReaderTests {
  @Test(
    "Plain scalars follow YAML 1.2's JSON schema, and quoted ones are strings",
    arguments: [
      ("yes", "string"), ("no", "string"), ("on", "string"), ("off", "string"), ("0o7", "string"), ("0x1F", "string"),
      ("1_000", "string"), ("1:30", "string"), ("~", "string"), ("Null", "string"), ("TRUE", "string"),
      ("True", "string"), (".nan", "string"), ("NaN", "string"), ("+1", "string"), ("01", "string"), ("1.", "string"),
      (".5", "string"), ("2020-01-01", "string"), ("1", "number"), ("1.0", "number"), ("-0", "number"),
      ("20e-1", "number"), ("1E+400", "number"), ("true", "boolean"), ("false", "boolean"), ("null", "null"),
      ("\"1\"", "string"), ("'true'", "string"), ("\"null\"", "string"), ("|-\n  1", "string"),
      (">-\n  true", "string"),
    ])
  func scalars(text: String, kind: String) throws {
    let (root, faults) = YAMLReader.read(Array("key: \(text)\n".utf8))
    #expect(faults.isEmpty)
    let scalar = try #require(Self.scalar("key", of: root))
    let found =
      switch scalar.kind {
      case .null: "null"
      case .boolean: "boolean"
      case .number: "number"
      case .string: "string"
      }
    #expect(found == kind)
    if scalar.isPlain { #expect(scalar.text == text) }
  }

  @Test("Nodes know their line, and their column in bytes")
  func places() throws {
    let (root, faults) = YAMLReader.read(Array("\u{FEFF}# é\r\nä: [ö, \"ü\",\r\n  x]\rlast: 1\n".utf8))
    #expect(faults.isEmpty)
    guard case .mapping(let pairs) = root?.content else {
      Issue.record("no mapping")
      return
    }
    #expect(pairs.map(\.key.mark) == [YAMLMark(line: 2, column: 1), YAMLMark(line: 4, column: 1)])
    guard case .sequence(let elements) = pairs[0].value.content else {
      Issue.record("no sequence")
      return
    }
    // "ä: [" has five bytes, "ö, " four.
    #expect(
      elements.map(\.mark) == [
        YAMLMark(line: 2, column: 6), YAMLMark(line: 2, column: 10), YAMLMark(line: 3, column: 3),
      ])
    #expect(pairs[1].value.mark == YAMLMark(line: 4, column: 7))
  }

  @Test(
    "Anchors, aliases, tags, directives and second documents are refused where they stand",
    arguments: [
      ("a: &x 1\n", [YAMLMark(line: 1, column: 4)]),
      ("a: &x 1\nb: *x\n", [YAMLMark(line: 1, column: 4), YAMLMark(line: 2, column: 4)]),
      ("a: *unknown\n", [YAMLMark(line: 1, column: 4)]),
      ("a: [*x, b]\n", [YAMLMark(line: 1, column: 5)]),
      ("*x : 1\n", [YAMLMark(line: 1, column: 1)]),
      ("a: &x\n  b: 1\n", [YAMLMark(line: 1, column: 4)]),
      ("a: &x [b]\n", [YAMLMark(line: 1, column: 4)]),
      ("a: !!str 1\n", [YAMLMark(line: 1, column: 4)]),
      ("a: !!str \"1\"\n", [YAMLMark(line: 1, column: 4)]),
      ("a: ! 1\n", [YAMLMark(line: 1, column: 4)]),
      ("a: ! \"1\"\n", [YAMLMark(line: 1, column: 4)]),
      ("a: !x {b: 1}\n", [YAMLMark(line: 1, column: 4)]),
      ("!!map {a: 1}\n", [YAMLMark(line: 1, column: 1)]),
      ("%YAML 1.1\n---\na: 1\n", [YAMLMark(line: 1, column: 1)]),
      ("a: 1\n---\nb: 1\n", [YAMLMark(line: 2, column: 1)]),
    ])
  func refused(text: String, marks: [YAMLMark]) {
    let (root, faults) = YAMLReader.read(Array(text.utf8))
    #expect(root == nil)
    #expect(faults.map(\.mark) == marks)
  }

  @Test("What looks like an anchor, an alias or a tag in quotes, comments and block text is none")
  func quotedIndicators() {
    let text = """
      # &a *b !c
      a: "*.json &x !y"
      b: '*x'
      c: |
        *x
        &y !z
      d: a &b *c !d
      e: ["*.json", '&a', "<<"]
      """
    let (root, faults) = YAMLReader.read(Array(text.utf8))
    #expect(faults.isEmpty)
    #expect(root != nil)
  }

  @Test(
    "What is not one YAML document in UTF-8 is refused, with its place",
    arguments: [
      ([], PipelineFault.Kind.invalidYAML, 1, 1),
      (Array("# nothing\n".utf8), .invalidYAML, 1, 1),
      (Array("a: [b\n".utf8), .invalidYAML, 2, 1),
      (Array("a: 1\n b: 2\n".utf8), .invalidYAML, 2, 3),
      (Array("a: \"b\n".utf8), .invalidYAML, 2, 1),
      (Array("a: b\u{0}c\n".utf8), .invalidYAML, 1, 5),
      (Array("a: b\n\u{7}".utf8), .invalidYAML, 2, 1),
      (Array("ab: ".utf8) + [0xFF, 0x0A], .notUTF8, 1, 5),
      (Array("a: b\nc: ".utf8) + [0xC3, 0x28], .notUTF8, 2, 5),
      ([0xFE, 0xFF, 0, 0x61], .notUTF8, 1, 1),
    ] as [([UInt8], PipelineFault.Kind, Int, Int)])
  func notYAML(text: [UInt8], kind: PipelineFault.Kind, line: Int, column: Int) {
    let (root, faults) = YAMLReader.read(text)
    #expect(root == nil)
    #expect(faults.map(\.problem.kind) == [kind])
    #expect(faults.first?.mark == YAMLMark(line: line, column: column))
  }

  @Test("A bomb of nine levels of aliases is refused at once, and every alias told")
  func aliasBomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    text += "? *a9\n: bomb\n"
    let elapsed = ContinuousClock().measure {
      let (root, faults) = YAMLReader.read(Array(text.utf8))
      #expect(root == nil)
      #expect(faults.count == 10 + 9 * 9 + 1)
    }
    #expect(elapsed < Patience.seconds(20))
  }

  @Test("Nesting is followed to the limit, and refused beyond it")
  func depth() {
    let limit = YAMLReader.maximumDepth
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
      let deepest = String(repeating: open, count: limit) + String(repeating: close, count: limit)
      #expect(YAMLReader.read(Array(deepest.utf8)).faults.isEmpty)
      let (root, faults) = YAMLReader.read(Array((open + deepest + close).utf8))
      #expect(root == nil)
      #expect(faults.map(\.problem.kind) == [.tooDeep])
      #expect(faults.first?.mark == YAMLMark(line: 1, column: limit * open.utf8.count + 1))
    }
  }

  @Test(
    "A megabyte made to hang a reader ends soon",
    arguments: [
      "[", "{", "- ", "? ", "a: ", "[{", "\"", "'", "&a ", "*a ", "!a ", "a: &a *a\n", "- a\n", "|\n ", "[a, ", "-\n",
      "\t", "%", "{a: b}, ",
    ])
  func megabyte(pattern: String) {
    let text = Array(String(repeating: pattern, count: (1 << 20) / pattern.utf8.count).utf8)
    let elapsed = ContinuousClock().measure {
      let (root, faults) = YAMLReader.read(text)
      #expect((root == nil) != faults.isEmpty)
    }
    #expect(elapsed < Patience.seconds(60))
  }

  @Test("Random bytes and random YAML never trap, and always end in a root or in faults")
  func random() {
    let seed: UInt64 = 0x5EED_0A31
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "a", ":", " ", "\n", "-", "- ", "? ", "[", "]", "{", "}", ",", "&a", "*a", "!t", "\"", "'", "|", ">", "#", "%",
      "---", "...", "\r", "\t", "é", "\u{2028}", "<<", "1",
    ]
    for _ in 0..<4000 {
      let count = Int.random(in: 0...40, using: &generator)
      let text =
        generator.chance(1, outOf: 3)
        ? (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        : (0..<count).flatMap { _ in Array((pieces.randomElement(using: &generator) ?? "a").utf8) }
      let (root, faults) = YAMLReader.read(text)
      #expect((root == nil) != faults.isEmpty)
      #expect(faults.allSatisfy { $0.mark.line > 0 && $0.mark.column > 0 })
    }
  }

  private static func scalar(_ name: String, of node: YAMLNode?) -> YAMLScalar? {
    guard case .mapping(let pairs) = node?.content,
      case .scalar(let scalar) = pairs.first(where: { $0.key.isText(name) })?.value.content
    else { return nil }
    return scalar
  }
}
