import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// An edit of a frozen pipeline, and the names of the items that it changes.
struct FrozenEdit: CustomTestStringConvertible, Sendable {
  var what: String
  var file: String
  var old: String
  var new: String
  var noticed: [String]

  init(_ what: String, in file: String = "pipeline.yaml", _ old: String, _ new: String, notice noticed: String...) {
    (self.what, self.file, self.old, self.new, self.noticed) = (what, file, old, new, noticed)
  }

  var testDescription: String { what }

  private static let first = "migration:settings:1:2"
  private static let second = "migration:settings:2:3"
  private static let schema = "schema:settings:1"
  private static let fixture = "fixture:settings:plain:1"
  private static let v1 = "schemas/v1.json"
  private static let plain = "fixtures/settings/plain.v1.json"

  static let all: [FrozenEdit] = [
    // The pipeline file: what must not be noticed.
    FrozenEdit("a comment", "# The first one.", "# Another word."),
    FrozenEdit("a comment less", "      # The first one.\n", ""),
    FrozenEdit("a comment behind a step", "to: memory}", "to: memory} # why"),
    FrozenEdit("empty lines", "    migrations:\n", "\n\n    migrations:\n\n"),
    FrozenEdit("a description", "description: Sizes in bytes", "description: \"Sizes, in bytes\""),
    FrozenEdit("no description", "        description: Sizes in bytes\n", ""),
    FrozenEdit("quoted text", "to: memory}", "to: \"memory\"}"),
    FrozenEdit("single quotes", "{at: /mem, to", "{at: '/mem', to"),
    FrozenEdit("escapes", "to: memory}", "to: \"\\u006demory\"}"),
    FrozenEdit("order of a step's keys", "{at: /mem, to: memory}", "{to: memory, at: /mem}"),
    FrozenEdit("order of a migration's keys", "from: 1\n        to: 2\n", "to: 2\n        from: 1\n"),
    FrozenEdit(
      "block style", "- rename: {at: /mem, to: memory}", "- rename:\n              at: /mem\n              to: memory"),
    FrozenEdit("spelling of a factor", "multiply: 0.001", "multiply: 1e-3"),
    FrozenEdit("spelling of a version", "- from: 1\n", "- from: 1.0\n"),
    FrozenEdit("steps that are none, said so", "{from: 2, to: 3}", "{from: 2, to: 3, steps: []}"),
    FrozenEdit("spelling of what is compared", "value: 10}", "value: 1e1}"),
    FrozenEdit("spelling and order of what a condition compares", "{a: 1, b: [2.50]}", "{b: [2.5], a: 1.0}"),
    FrozenEdit("globs", "[\"*.json\"]", "[\"*.json\", \"*.cache\"]"),
    FrozenEdit("the pipeline's name", "name: test", "name: other"),
    FrozenEdit(
      "the place of a schema among the keys", "{1: schemas/v1.json, 2: schemas/v2.json}",
      "{2: schemas/v2.json, 1: schemas/v1.json}"),
    FrozenEdit("another path to a schema", "2: schemas/v2.json}", "2: ./schemas/v2.json}"),

    // The pipeline file: what must be.
    FrozenEdit("a factor", "multiply: 0.001", "multiply: 0.01", notice: first),
    FrozenEdit("a name", "to: memory}", "to: memory2}", notice: first),
    FrozenEdit("the case of a name", "to: memory}", "to: Memory}", notice: first),
    FrozenEdit("white space in a name", "to: memory}", "to: \"memory \"}", notice: first),
    FrozenEdit("a canonically equivalent name", "to: memory}", "to: \"m\\u00e9\"}", notice: first),
    FrozenEdit("a pointer", "path: /handle", "path: /handles", notice: first),
    FrozenEdit("an operation", "op: remove", "op: add, value: 1", notice: first),
    FrozenEdit("a condition's type", "type: number}", "type: integer}", notice: first),
    FrozenEdit("a condition less", "            when: {at: /memory, type: number}\n", "", notice: first),
    FrozenEdit("what a condition compares", "b: [2.50]", "b: [2.51]", notice: first),
    FrozenEdit("what an operation compares", "value: 10}", "value: 11}", notice: first),
    FrozenEdit("text for a number", "value: 10}", "value: \"10\"}", notice: first),
    FrozenEdit("a default", "name: light", "name: dark", notice: first),
    FrozenEdit("spelling of a number that is written", "contrast: 1.0", "contrast: 1", notice: first),
    FrozenEdit(
      "order of members that are written", "{name: light, contrast: 1.0}", "{contrast: 1.0, name: light}", notice: first
    ),
    FrozenEdit("text for null", "null, \"a\"", "\"null\", \"a\"", notice: first),
    FrozenEdit("text for NaN", "\"a\", NaN", "\"a\", \"NaN\"", notice: first),
    FrozenEdit("order of elements", "[1, null,", "[null, 1,", notice: first),
    FrozenEdit(
      "a step more", "          - rename", "          - {op: remove, path: /x}\n          - rename", notice: first),
    FrozenEdit("a step less", "          - rename: {at: /mem, to: memory}\n", "", notice: first),
    FrozenEdit(
      "a step in the second", "{from: 2, to: 3}", "{from: 2, to: 3, steps: [{op: remove, path: /x}]}", notice: second),
    FrozenEdit(
      "the place of the version", "version: {at: /version,", "version: {at: /meta/version,", notice: first, second),
    FrozenEdit(
      "a migration less", "      - {from: 2, to: 3}\n", "      - {from: 2, to: 4}\n      - {from: 4, to: 3}\n",
      notice: second),
    FrozenEdit(
      "the name of a format", "- name: settings", "- name: options", notice: first, second, schema, "schema:settings:2",
      fixture, "fixture:settings:plain:3"),
    FrozenEdit(
      "a schema of another version", "2: schemas/v2.json}", "3: schemas/v2.json}", notice: "schema:settings:2"),
    FrozenEdit(
      "another schema", "{1: schemas/v1.json, 2: schemas/v2.json}", "{1: schemas/v1.json, 2: schemas/v1.json}",
      notice: "schema:settings:2"),

    // Schemas.
    FrozenEdit("a schema's title", in: v1, "\"title\": \"Settings\"", "\"title\": \"The settings\""),
    FrozenEdit("a comment for a title", in: v1, "\"title\": \"Settings\"", "\"$comment\": \"x\""),
    FrozenEdit("a schema's white space", in: v1, "\n  \"type\"", "   \"type\""),
    FrozenEdit("a schema's line ends", in: v1, "\n  \"required\"", "\r\n  \"required\""),
    FrozenEdit(
      "a schema's order of keys", in: v1, "{\"type\": \"string\", \"description\": \"Free text.\"}",
      "{\"description\": \"Free.\", \"type\": \"string\"}"),
    FrozenEdit("the spelling of a bound", in: v1, "1.50", "15e-1"),
    FrozenEdit("an escape in a schema", in: v1, "\"mem\": {", "\"m\\u0065m\": {"),
    FrozenEdit("a title deep in a schema", in: "schemas/v2.json", "\"title\": \"a\"", "\"title\": \"b\""),
    FrozenEdit("a bound", in: v1, "1.50", "1.51", notice: schema),
    FrozenEdit("a type", in: v1, "\"type\": \"number\"", "\"type\": \"integer\"", notice: schema),
    FrozenEdit("a required member", in: v1, "[\"mem\"]", "[\"mem\", \"x\"]", notice: schema),
    FrozenEdit(
      "a member that is called description", in: v1, "\"description\": {\"type\": \"string\"",
      "\"description\": {\"type\": \"number\"", notice: schema),
    FrozenEdit("no member that is called description", in: v1, "\"description\": {", "\"d\": {", notice: schema),
    FrozenEdit("a title in a value of enum", in: v1, "\"title\": \"x\"", "\"title\": \"y\"", notice: schema),
    FrozenEdit("a reference", in: v1, "shared.json#/$defs/one", "./shared.json#/$defs/one", notice: schema),
    FrozenEdit(
      "a bound in allOf", in: "schemas/v2.json", "\"minProperties\": 1", "\"minProperties\": 2",
      notice: "schema:settings:2"),
    FrozenEdit(
      "a file that a schema refers to", in: "schemas/shared.json", "integer", "number",
      notice: "file:schemas/shared.json"),
    FrozenEdit("the layout of such a file", in: "schemas/shared.json", "{\"$defs\"", "{ \"$defs\""),

    // Fixtures.
    FrozenEdit("a fixture's white space", in: plain, ", \"mem\"", ",\n  \"mem\""),
    FrozenEdit("a newline at the end", in: plain, "2]}", "2]}\n"),
    FrozenEdit("a fixture's spelling of a number", in: plain, "4.0", "4"),
    FrozenEdit(
      "a fixture's order of members", in: plain, "\"version\": 1, \"mem\": 4.0", "\"mem\": 4.0, \"version\": 1"),
    FrozenEdit("a fixture's escape", in: plain, "\\u00e9", "é"),
    FrozenEdit("a fixture's number", in: plain, "4.0", "4.0000000000000000001", notice: fixture),
    FrozenEdit("text for a fixture's number", in: plain, "4.0", "\"4.0\"", notice: fixture),
    FrozenEdit("a fixture's element", in: plain, "[1, 2]", "[1, 2, 3]", notice: fixture),
    FrozenEdit("a fixture's order of elements", in: plain, "[1, 2]", "[2, 1]", notice: fixture),
    FrozenEdit("a member more", in: plain, "\"mem\"", "\"x\": null, \"mem\"", notice: fixture),
    FrozenEdit("NaN for a number", in: plain, "\"n\": NaN", "\"n\": Infinity", notice: fixture),
    FrozenEdit("a canonically equivalent string", in: plain, "\\u00e9", "e\\u0301", notice: fixture),
    FrozenEdit("a fixture that is no JSON", in: plain, "[1, 2]", "[1, 2", notice: fixture),
  ]
}

@Suite("uprev.lock")
struct FreezeTests {
  @Test("An edit is noticed where it changes the meaning, and only there", arguments: FrozenEdit.all)
  func edits(_ edit: FrozenEdit) throws {
    let pipeline = try FrozenPipeline()
    try #require(try pipeline.freeze().isWritten)
    #expect(try pipeline.findings() == [])
    try #require(try pipeline.edit(edit.file, edit.old, edit.new), "the text does not stand there once")
    let findings = try pipeline.findings().filter { $0.severity == .error }
    let names = try pipeline.freeze().refused
    #expect(findings == names, "lint and freeze find the same")
    let noticed = edit.noticed.filter { name in
      findings.contains { $0.message.hasSuffix("--accept \(name)`") || $0.file.description.hasSuffix(edit.file) }
    }
    #expect(noticed == edit.noticed && findings.count == edit.noticed.count, "\(findings.map(\.message))")
    if !edit.noticed.isEmpty { #expect(try pipeline.freeze().isWritten == false) }
  }

  @Test("What is frozen is written sorted, and read back as it was")
  func roundTrip() throws {
    let pipeline = try FrozenPipeline()
    let content = try pipeline.content()
    #expect(
      content.entries.map(\.item.subject.name) == [
        "migration:settings:1:2", "migration:settings:2:3", "schema:settings:1", "schema:settings:2",
        "fixture:settings:plain:1", "fixture:settings:plain:3", "file:schemas/shared.json",
      ])
    let freezing = try pipeline.freeze()
    #expect(freezing.added == content.entries.map(\.item.subject.name) && freezing.isWritten)
    let lock = try #require(try LockFile.read(of: pipeline.path, fileSystem: LocalFileSystem()))
    #expect(lock.items == content.entries.map(\.item))
    let text = try pipeline.folder.read("uprev.lock")
    #expect(lock.text(pipeline: "test") == text)
    #expect(text.contains("\n      \"/steps/1/convert\": '{\"at\":\"/memory\",\"multiply\":0.001}'\n"), "\(text)")
    let again = try pipeline.freeze()
    #expect(!again.isWritten && again.added.isEmpty && again.unchangedCount == 7)
    #expect(try pipeline.folder.listing("").filter { $0.hasPrefix(".") }.isEmpty)
  }

  @Test("The digests of a release are those of every release")
  func fixedDigests() throws {
    let content = try FrozenPipeline().content()
    let digests = content.entries.map { "\($0.item.subject.name) \($0.item.digest)" }
    #expect(digests == Self.knownDigests, "\(digests.joined(separator: "\n"))")
  }

  /// As another program computes them: `printf '{"version":3}' | sha256sum`.
  private static let knownDigests = [
    "migration:settings:1:2 sha256:3af6d8d4bcaba584b7f89e9e1d373a94b84fe008d1f24a80e693b7e407423366",
    "migration:settings:2:3 sha256:758931b2c2669205a02bad65c7e4da63541e86175bb0da8616efb99f20a43a93",
    "schema:settings:1 sha256:3826b1ad16a43d6faa65bf6e1c0e73e3d8fa226158a7746b19430f4b9036e10a",
    "schema:settings:2 sha256:eebc671bb7d4a82461f922971ce7a4fe57bf841dc8ce3f07a196aefe7d8319e0",
    "fixture:settings:plain:1 sha256:4e0f338a08d338e7d8ad250882e2c5087131ddf0378a0cb7311648a5ad8d9f47",
    "fixture:settings:plain:3 sha256:9af23cea10a478f3bb916ff35c07a36debe444adf9b56814ab63861ec674ab8b",
    "file:schemas/shared.json sha256:27683b99d139d53f5975423c2b627fda7739c14f030cb8d8f72f1f7960156400",
  ]

  @Test("A change is said with the item, the place, what was there and what is there now")
  func messages() throws {
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    #expect(try pipeline.edit("pipeline.yaml", "multiply: 0.001", "multiply: 0.01"))
    #expect(try pipeline.edit("schemas/v1.json", "1.50", "2"))
    #expect(try pipeline.edit("fixtures/settings/plain.v1.json", "4.0", "5"))
    let findings = try pipeline.findings()
    try #require(findings.count == 3)
    #expect(findings[0].line == 11 && findings[0].column == 9 && findings[0].format == "settings")
    #expect(
      findings[0].message.hasPrefix(
        "the migration from 1 to 2 of `settings` has shipped and has changed: `/steps/1/convert/multiply` was `0.001`, "
          + "is `0.01`; "),
      "\(findings[0].message)")
    #expect(
      findings[1].message.contains("`/properties/mem/minimum` was `1.5`, is `2`"), "\(findings[1].message)")
    #expect(findings[1].pointer == "/properties/mem/minimum" && findings[1].file.description.hasSuffix("/v1.json"))
    #expect(findings[2].message.contains("`/mem` was `4`, is `5`"), "\(findings[2].message)")
  }

  @Test("What is gone is said, with the line of the lock")
  func missing() throws {
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    try FileManager.default.removeItem(atPath: pipeline.folder.path("fixtures/settings/plain.v3.json"))
    let finding = try #require(try pipeline.findings().first)
    #expect(finding.rule == "frozen-missing" && finding.file.description.hasSuffix("/uprev.lock"))
    let lines = try pipeline.folder.read("uprev.lock").split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(finding.line)
    #expect(lines[line].contains("name: \"plain\"") && lines[line + 1].contains("version: \"3\""))
    let freezing = try pipeline.freeze(accepting: "fixture:settings:plain:3")
    #expect(freezing.dropped == ["fixture:settings:plain:3"] && freezing.isWritten)
    #expect(try pipeline.findings() == [])
  }

  @Test("What is accepted is frozen as it is now; a name of nothing that has changed is refused")
  func accepting() throws {
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    let before = try pipeline.folder.read("uprev.lock")
    #expect(try pipeline.freeze(accepting: "migration:settings:1:2").unknown == ["migration:settings:1:2"])
    #expect(try pipeline.edit("pipeline.yaml", "multiply: 0.001", "multiply: 0.01"))
    #expect(try pipeline.edit("schemas/v1.json", "1.50", "2"))
    let part = try pipeline.freeze(accepting: "migration:settings:1:2")
    #expect(part.refused.count == 1 && !part.isWritten)
    #expect(try pipeline.folder.read("uprev.lock") == before)
    let whole = try pipeline.freeze(accepting: "migration:settings:1:2", "schema:settings:1")
    #expect(whole.renewed == ["migration:settings:1:2", "schema:settings:1"] && whole.refused.isEmpty)
    #expect(try pipeline.findings() == [])
  }

  @Test("What is new is a note until it is frozen, and then nothing else in the lock has changed")
  func growing() throws {
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    let before = Set(try pipeline.folder.read("uprev.lock").split(separator: "\n"))
    #expect(try pipeline.edit("pipeline.yaml", "current: 3", "current: 4"))
    #expect(
      try pipeline.edit("pipeline.yaml", "- {from: 2, to: 3}\n", "- {from: 2, to: 3}\n      - {from: 3, to: 4}\n"))
    let findings = try pipeline.findings()
    #expect(findings.map(\.severity) == [.note] && findings.first?.rule == "not-frozen" && findings.first?.line == 24)
    #expect(try pipeline.freeze().added == ["migration:settings:3:4"])
    #expect(before.isSubset(of: Set(try pipeline.folder.read("uprev.lock").split(separator: "\n"))))
    #expect(try pipeline.findings() == [])
  }

  static let damages: [(what: String, old: String, new: String)] = [
    ("what a merge leaves", "schemas:\n", "<<<<<<< ours\nschemas:\n"), ("no YAML", "lock: 1", "lock: [1"),
    ("another version", "lock: 1", "lock: 2"), ("another form", "form: 1", "form: 2"), ("no version", "lock: 1\n", ""),
    ("text for a version", "lock: 1", "lock: \"1\""), ("an unknown section", "schemas:\n", "schemes:\n"),
    ("an unknown key", "    to: \"2\"", "    too: \"2\""), ("a key less", "    to: \"2\"\n", ""),
    ("a section that is no list", "migrations:\n", "migrations: 1\nother:\n"),
    ("an unknown algorithm", "    to: \"2\"\n    digest: sha256:", "    to: \"2\"\n    digest: md5:"),
    (
      "an item twice", "  - format: \"settings\"\n    from: \"2\"\n    to: \"3\"",
      "  - format: \"settings\"\n    from: \"1\"\n    to: \"2\""
    ),
  ]

  @Test(
    "A damaged lock is an error of lint, is not written over, and keeps no pipeline from being read",
    arguments: damages.indices)
  func damage(_ index: Int) throws {
    let damage = Self.damages[index]
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    try #require(try pipeline.edit("uprev.lock", damage.old, damage.new), "\(damage.what)")
    let before = try pipeline.folder.read("uprev.lock")
    #expect(try pipeline.findings().map(\.rule) == ["lock-damaged"], "\(damage.what)")
    #expect(throws: PipelineFreezeError.self) { try pipeline.freeze() }
    #expect(try pipeline.folder.read("uprev.lock") == before)
    #expect(try pipeline.load().formats.count == 1)
  }

  @Test("Whatever bytes a lock has, it is read or refused, and what is read is what it says")
  func hostileBytes() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("bytes of a lock: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let pipeline = try FrozenPipeline()
    _ = try pipeline.freeze()
    let text = try pipeline.folder.bytes("uprev.lock")
    let reader = LockFileReader(path: PathName("uprev.lock"))
    let known = try reader.read(text).items
    var refused = 0
    for _ in 0..<2000 {
      var mutant = text
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let start = Int.random(in: 0..<mutant.count, using: &generator)
        let end = min(mutant.count, start + Int.random(in: 0...9, using: &generator))
        let bytes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        mutant.replaceSubrange(start..<end, with: Bool.random(using: &generator) ? bytes : Array("\n  - {".utf8))
      }
      do {
        let items = try reader.read(mutant).items
        #expect(items.count <= known.count + 3)
        let again = try reader.read(Array(LockFile(items: items).text(pipeline: "x").utf8)).items
        #expect(again == items)
      } catch {
        #expect(error.line != nil && !error.message.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 100 && refused < 2000)
  }

  @Test("What stands in the lock's place and is no file is told, without waiting for it")
  func noFile() throws {
    let pipeline = try FrozenPipeline()
    try pipeline.folder.makeFolder("uprev.lock")
    #expect(try pipeline.findings().map(\.rule) == ["lock-damaged"])
    #expect(throws: PipelineFreezeError.self) { try pipeline.freeze() }
  }

  @Test("A pipeline file with another name has a lock of its own")
  func paths() {
    for (file, lock) in [
      ("a/pipeline.yaml", "a/uprev.lock"), ("pipeline.yaml", "uprev.lock"), ("a/other.yaml", "a/other.uprev.lock"),
      ("/x", "/x.uprev.lock"),
    ] {
      #expect(LockFile.path(of: PathName(file)) == PathName(lock))
    }
  }

  /// Two migrations in YAML, and whether they mean the same.
  static let meanings: [(one: String, other: String, isSame: Bool)] = [
    ("{steps: [{jq: '.a = 1'}]}", "steps:\n  - jq: |\n      .a = 1\n", true),
    ("{steps: [{jq: '.a = 1'}]}", "steps:\n  - jq: |\r\n      .a = 1\r\n\r\n", true),
    ("{steps: [{jq: '.a = 1'}]}", "{steps: [{jq: '.a = 2'}]}", false),
    ("{steps: [{jq: '.a = \" \"'}]}", "{steps: [{jq: '.a = \"  \"'}]}", false),
    ("{gather: {m: {at: /a, mean: true}}}", "{gather: {m: {mean: true, at: /a}}}", true),
    ("{gather: {m: {at: /a, mean: true}}}", "{gather: {m: {at: /b, mean: true}}}", false),
    ("{gather: {m: {at: /a, mean: true}}}", "{}", false),
    ("{steps: [{exec: [python3, a.py]}]}", "{steps: [{exec: ['python3', \"a.py\"]}]}", true),
    ("{steps: [{exec: [python3, a.py]}]}", "{steps: [{exec: [a.py, python3]}]}", false),
    ("{steps: [{op: add, path: /a, value: NaN}]}", "{steps: [{op: add, path: /a, value: 'NaN'}]}", false),
    ("{steps: [{rename: {at: /a, to: NaN}}]}", "{steps: [{rename: {at: /a, to: 'NaN'}}]}", true),
    ("{from: 1, to: 2, description: x}", "{description: y, to: 2, from: 1, steps: []}", true),
    ("{what.is.to.come: {b: 1, a: 2}}", "{what.is.to.come: {a: 2.0, b: 1}}", true),
  ]

  @Test("Every key of a migration counts, also one that this release does not know", arguments: meanings.indices)
  func meaning(_ index: Int) throws {
    let (one, other, isSame) = Self.meanings[index]
    func digest(_ text: String, _ file: [UInt8] = []) throws -> String {
      let node = try #require(YAMLReader.read(Array(text.utf8)).root)
      let meaning = MigrationMeaning(stampPointer: "/v") { path in
        path == "a.py" ? CanonicalForm.summary(of: file).digest : nil
      }
      return CanonicalForm.summary(of: try #require(meaning.value(of: node)), as: .language).digest
    }
    #expect((try digest(one) == digest(other)) == isSame)
    #expect((try digest(one) == digest(one, [1])) == !one.contains("a.py"), "a program of the folder counts")
  }

  @Test("Long and deep values are taken apart within bounds")
  func parts() throws {
    let wide = "{" + (0..<1000).map { "\"\($0)\": \($0)" }.joined(separator: ",") + "}"
    let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
    let mixed =
      "{\"a\": \(wide), \"b\": [\(deep), {\"c~/d\": 1}], \"10\": 1, \"9\": \"\(String(repeating: "x", count: 99))\"}"
    for text in [wide, deep, mixed] {
      let value = try IndexedJSON(scanning: JSONText(text)).root
      let parts = CanonicalParts.all(of: value, as: .value, limit: 64)
      #expect(parts.count <= 64)
      #expect(parts.allSatisfy { $0.text.utf8.count <= CanonicalForm.Summary.length })
    }
    let value = try IndexedJSON(scanning: JSONText(mixed)).root
    let pointers = CanonicalParts.all(of: value, as: .value, limit: 64).map(\.pointer)
    #expect(Array(pointers.prefix(3)) == ["/9", "/10", "/a"] && pointers.last == "/b/1", "\(pointers)")
  }
}
