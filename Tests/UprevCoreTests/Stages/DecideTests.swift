import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Decisions")
struct DecideTests {
  /// Versions 1 to 3 and back to 1, absent means 1.
  private static let integers = """
    version: {at: /version, type: integer, missing: 1}
    current: 3
    migrations: [{from: 1, to: 2}, {from: 2, to: 3}, {from: 3, to: 1}]
    """

  private static func decider(_ format: String, files: [String: String] = [:], to: FormatVersion? = nil) throws
    -> Decider
  {
    Decider(formats: try TestPipeline.format(format, files: files).load().formats, targets: to.map { [0: $0] } ?? [:])
  }

  @Test(
    "An integer version is any number with an integral value; everything else is invalid, newer or unknown",
    arguments: [
      ("{\"version\": 3}", "current", nil, nil),
      ("{\"version\": 3.0}", "current", nil, nil),
      ("{\"version\": 0.3e1}", "current", nil, nil),
      ("{\"version\": 30e-1}", "current", nil, nil),
      ("{\"\\u0076ersion\": 3}", "current", nil, nil),
      ("{\"version\": 1}", "migrated", "{\"version\": 3}", nil),
      ("{\"version\": 1.0}", "migrated", "{\"version\": 3}", nil),
      ("{\"version\": 20e-1 }", "migrated", "{\"version\": 3 }", nil),
      ("{\"version\":2,\"a\":1}", "migrated", "{\"version\":3,\"a\":1}", nil),
      ("{\"\\u0076ersion\": 2}", "migrated", "{\"\\u0076ersion\": 3}", nil),
      ("{}", "migrated", "{\n  \"version\": 3\n}", nil),
      ("{\"a\": 1}", "migrated", "{\"a\": 1, \"version\": 3}", nil),
      ("{\"a\":1}\n", "migrated", "{\"a\":1,\"version\":3}\n", nil),
      ("{\"version\": 4}", "newer", nil, nil),
      ("{\"version\": 999999999999999999999999999999999999999999}", "newer", nil, nil),
      ("{\"version\": 1e999999999999}", "newer", nil, nil),
      ("{\"version\": 0}", "rejected", nil, "unknown-version"),
      ("{\"version\": -1}", "rejected", nil, "unknown-version"),
      ("{\"version\": -1e999999999999}", "rejected", nil, "unknown-version"),
      ("{\"version\": true}", "rejected", nil, "invalid-version"),
      ("{\"version\": \"2\"}", "rejected", nil, "invalid-version"),
      ("{\"version\": null}", "rejected", nil, "invalid-version"),
      ("{\"version\": 1.5}", "rejected", nil, "invalid-version"),
      ("{\"version\": 1e-999999999999}", "rejected", nil, "invalid-version"),
      ("{\"version\": {}}", "rejected", nil, "invalid-version"),
      ("{\"version\": [1]}", "rejected", nil, "invalid-version"),
      ("[]", "rejected", nil, "step-failed"),
      ("1", "rejected", nil, "step-failed"),
      ("\"version\"", "rejected", nil, "step-failed"),
    ] as [(String, String, String?, String?)])
  func integerVersions(text: String, outcome: String, result: String?, code: String?) throws {
    let decision = try Self.decider(Self.integers).decide(text)
    #expect(decision.outcome.rawValue == outcome)
    #expect(decision.replacementText == result)
    #expect(decision.error?.code.rawValue == code)
  }

  @Test("A gap among the known versions is unknown")
  func gap() throws {
    let decider = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 5\nmigrations: [{from: 1, to: 3}, {from: 3, to: 5}]")
    for version in [0, 2, 4] {
      #expect(decider.decide("{\"v\": \(version)}").error?.code == .unknownVersion)
    }
    #expect(decider.decide("{\"v\": 1}").migrations.count == 2)
    #expect(decider.decide("{\"v\": 4}").error?.report.hint == "It knows 1, 3, 5.")
  }

  @Test("Huge versions are compared by value, however they are written")
  func hugeVersions() throws {
    let decider = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 1e40\nmigrations: [{from: 99999999999999999999, to: 1e40}]")
    #expect(decider.decide("{\"v\": 1\(String(repeating: "0", count: 40))}").outcome == .current)
    #expect(decider.decide("{\"v\": 1\(String(repeating: "0", count: 39))1}").outcome == .newer)
    let migrated = decider.decide("{\"v\": 9999999999999999999.9e1}")
    #expect(migrated.replacementText == "{\"v\": 1\(String(repeating: "0", count: 40))}")
    #expect(decider.decide("{\"v\": 99999999999999999998}").error?.code == .unknownVersion)
  }

  @Test(
    "String versions have no order: what the graph does not know is unknown, never newer",
    arguments: [
      ("{\"version\": \"1.0\"}", "current", nil, nil),
      ("{\"version\": \"1\\u002e0\"}", "current", nil, nil),
      ("{\"version\": \"0.9\"}", "migrated", "{\"version\": \"1.0\"}", nil),
      ("{\"version\": \"2.0\"}", "rejected", nil, "unknown-version"),
      ("{\"version\": \"1.00\"}", "rejected", nil, "unknown-version"),
      ("{\"version\": \"\"}", "rejected", nil, "unknown-version"),
      ("{\"version\": \"\\ud800\"}", "rejected", nil, "unknown-version"),
      ("{\"version\": 1.0}", "rejected", nil, "invalid-version"),
      ("{\"version\": null}", "rejected", nil, "invalid-version"),
      ("{}", "rejected", nil, "invalid-version"),
    ] as [(String, String, String?, String?)])
  func stringVersions(text: String, outcome: String, result: String?, code: String?) throws {
    let decision = try Self.decider(
      "version: {at: /version, type: string}\ncurrent: \"1.0\"\nmigrations: [{from: \"0.9\", to: \"1.0\"}]"
    ).decide(text)
    #expect(decision.outcome.rawValue == outcome)
    #expect(decision.replacementText == result)
    #expect(decision.error?.code.rawValue == code)
  }

  @Test("Canonically equivalent strings are different versions, and a stamp is escaped as the document escapes")
  func stringBytes() throws {
    let decider = try Self.decider(
      "version: {at: /version, type: string}\ncurrent: \"\u{E9}\"\nmigrations: [{from: a, to: \"\u{E9}\"}]")
    #expect(decider.decide("{\"version\": \"\u{E9}\"}").outcome == .current)
    #expect(decider.decide("{\"version\": \"e\u{301}\"}").error?.code == .unknownVersion)
    #expect(decider.decide("{\"version\": \"a\"}").replacementText == "{\"version\": \"\\u00e9\"}")
  }

  @Test(
    "A pointer that leads nowhere, through whatever, is absent; the stamp needs an object for it",
    arguments: [
      ("{\"meta\": {\"version\": 2}}", nil, "{\"meta\": {\"version\": 3}}"),
      ("{\"meta\": {}}", nil, "{\"meta\": {\"version\": 3}}"),
      ("{\"meta\": {\"a\": 1}}", nil, "{\"meta\": {\"a\": 1, \"version\": 3}}"),
      ("{}", "step-failed", nil),
      ("{\"meta\": []}", "step-failed", nil),
      ("{\"meta\": [{\"version\": 2}]}", "step-failed", nil),
      ("{\"meta\": 5}", "step-failed", nil),
      ("{\"meta\": null}", "step-failed", nil),
      ("[{\"meta\": 1}]", "step-failed", nil),
      ("null", "step-failed", nil),
    ] as [(String, String?, String?)])
  func pointers(text: String, code: String?, result: String?) throws {
    let format = Self.integers.replacingOccurrences(of: "at: /version", with: "at: /meta/version")
    let decision = try Self.decider(format).decide(text)
    #expect(decision.error?.code.rawValue == code)
    #expect(decision.replacementText == result)
    let strict = try Self.decider(
      "version: {at: /meta/version, type: integer}\ncurrent: 3\nmigrations: [{from: 2, to: 3}]"
    ).decide(text)
    if text.contains("{\"version\": 2}}") {
      #expect(strict.replacementText == result)
    } else {
      #expect(strict.error?.code == .invalidVersion)
      #expect(strict.error?.report.pointer == "/meta/version")
      #expect(strict.error?.report.line == nil)
    }
  }

  @Test("A version may be an element of an array, or the document itself")
  func oddPlaces() throws {
    let inArray = try Self.decider(
      "version: {at: /0/1, type: integer, missing: 2}\ncurrent: 3\nmigrations: [{from: 2, to: 3}]")
    #expect(inArray.decide("[[0, 2, 0]]").replacementText == "[[0, 3, 0]]")
    #expect(inArray.decide("[[0]]").error?.code == .stepFailed)
    #expect(inArray.decide("[{\"1\": 2}]").replacementText == "[{\"1\": 3}]")
    #expect(inArray.decide("[{\"a\": 2}]").replacementText == "[{\"a\": 2, \"1\": 3}]")
    let root = try Self.decider("version: {at: \"\", type: integer}\ncurrent: 3\nmigrations: [{from: 2, to: 3}]")
    #expect(root.decide(" 2.0\n").replacementText == " 3\n")
    #expect(root.decide("{}").error?.code == .invalidVersion)
  }

  @Test(
    "The map is asked first, by value; what it does not have goes on to the type, and then to what invalid means",
    arguments: [
      ("\"one\"", 1), ("\"\\u006fne\"", 1), ("null", 2), ("true", 2), ("1.5", 1), ("15e-1", 1), ("7", 1),
      ("\"two\"", 2), ("false", 2), ("2.5", 2), ("[]", 2), ("{\"a\": 1}", 2), ("1", 1), ("NaN", 2), ("-Infinity", 2),
    ])
  func map(value: String, version: Int) throws {
    let decider = try Self.decider(
      """
      json: {nonFinite: allow}
      version: {at: /v, type: integer, invalid: 2, map: {one: 1, null: 2, true: 2, 1.5: 1, 7: 1}}
      current: 3
      migrations: [{from: 1, to: 2}, {from: 2, to: 3}]
      """)
    let decision = decider.decide("{\"v\": \(value), \"w\": 1}")
    #expect(decision.from == FormatVersion(version))
    #expect(decision.replacementText == "{\"v\": 3, \"w\": 1}")
    #expect(decision.migrations.count == 3 - version)
  }

  @Test("Non-finite numbers are invalid-json where they are not allowed, and no integers where they are")
  func nonFinite() throws {
    for value in ["NaN", "Infinity", "-Infinity"] {
      let text = "{\"version\": \(value)}"
      #expect(try Self.decider(Self.integers).decide(text).error?.code == .invalidJSON)
      let allowing = try Self.decider("json: {nonFinite: allow}\n" + Self.integers)
      #expect(allowing.decide(text).error?.code == .invalidVersion)
      #expect(allowing.decide("{\"a\": \(value)}").replacementText == "{\"a\": \(value), \"version\": 3}")
    }
  }

  @Test("A target other than the current version is reached up or down; what is above current stays newer")
  func targets() throws {
    let down = try Self.decider(Self.integers, to: FormatVersion(1))
    #expect(down.decide("{\"a\": 1, \"version\": 3}").replacementText == "{\"a\": 1, \"version\": 1}")
    #expect(down.decide("{\"version\": 2}").migrations.count == 2)
    #expect(down.decide("{\"version\": 1}").outcome == .current)
    #expect(down.decide("{\"a\": 1}").outcome == .current)
    #expect(down.decide("{\"version\": 4}").outcome == .newer)
    let up = try Self.decider(Self.integers, to: FormatVersion(2))
    #expect(up.decide("{\"a\": 1}").replacementText == "{\"a\": 1, \"version\": 2}")
    let oneWay = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 3\nmigrations: [{from: 1, to: 2}, {from: 2, to: 3}]",
      to: FormatVersion(1))
    let rejected = oneWay.decide("{\"v\": 2}")
    #expect(rejected.error?.code == .noMigrationPath)
    #expect(rejected.from == FormatVersion(2))
    #expect(rejected.to == nil)
    #expect(oneWay.decide("{\"v\": 0}").error?.code == .unknownVersion)
    #expect(oneWay.decide("{\"v\": 3}").error?.code == .noMigrationPath)
  }

  @Test("A stamp equal to the meaning of absence leaves an absent member absent, and a present one in place")
  func stampOfMissing() throws {
    let pipeline = try TestPipeline.format(
      """
      version: {at: /v, type: integer, missing: 2, map: {}}
      current: 3
      migrations: [{from: 1, to: 2}, {from: 2, to: 3}]
      """
    ).load()
    let rule = pipeline.formats[0].version
    let migrator = Migrator(detector: DetectVersion(rule: rule), options: .init())
    let document = try IndexedJSON(scanning: JSONText("{\"a\": 1}"))
    // As after a step that took the member away.
    let result = try migrator.finish(
      document, Migration(from: FormatVersion(1), to: FormatVersion(2)), JSONFragment(version: FormatVersion(2)))
    #expect(result.document.text == document.text)
    #expect(result.detection.version == FormatVersion(2))
    let present = try Self.decider(
      "version: {at: /v, type: integer, missing: 2}\ncurrent: 3\nmigrations: "
        + "[{from: 1, to: 2}, {from: 2, to: 3}]", to: FormatVersion(2)
    ).decide("{\"v\": 1}")
    #expect(present.replacementText == "{\"v\": 2}")
  }

  @Test("A document that does not count as the version written is a failed step")
  func otherVersionAfter() throws {
    let rule = VersionRule(
      kind: .integer,
      source: .value(
        VersionValueRule(
          pointer: JSONPointer(tokens: ["v"]), missing: nil, invalid: nil,
          map: [.number(JSONDecimal(2)): FormatVersion(1)])))
    let migrator = Migrator(detector: DetectVersion(rule: rule), options: .init())
    let document = try IndexedJSON(scanning: JSONText("{\"v\": 1}"))
    let error = #expect(throws: DocumentError.self) {
      try migrator.migrate(
        document,
        alongStepless: MigrationPath(
          [Migration(from: FormatVersion(1), to: FormatVersion(2))], from: FormatVersion(1), before: nil, after: nil))
    }
    #expect(error?.code == .stepFailed)
    #expect(error?.report.message.contains("counts as version 1") == true)
  }

  @Test(
    "Damaged documents are rejected with code, line and column, and nothing else is said of them",
    arguments: [
      ("", "invalid-json", 1, 1, nil), ("{\n  \"a\": }", "invalid-json", 2, 8, nil),
      ("{\"a\": 1", "invalid-json", 1, 8, nil),
      ("{\"a\": NaN}", "invalid-json", 1, 7, nil), ("\u{FEFF}{}", "invalid-json", 1, 1, nil),
      ("{\"a\": 1,\n \"\\u0061\": 2}", "duplicate-key", 2, 2, "/a"),
      (String(repeating: "[", count: 1001), "too-deep", 1, 1001, nil),
    ] as [(String, String, Int, Int, String?)])
  func damaged(text: String, code: String, line: Int, column: Int, pointer: String?) throws {
    let decision = try Self.decider(Self.integers).decide(text)
    #expect(decision.outcome == .rejected)
    let error = try #require(decision.error?.report)
    #expect(error.code.rawValue == code)
    #expect([error.line, error.column] == [line, column])
    #expect(error.pointer == pointer)
    #expect(!error.message.isEmpty)
    #expect(decision.from == nil && decision.to == nil && decision.replacement == nil)
    #expect(decision.sha256Before?.count == 32)
    #expect(decision.sha256After == nil && decision.bytesAfter == nil)
    #expect(decision.bytesBefore == text.utf8.count)
  }

  @Test("Bytes that are no UTF-8, and documents beyond the limits, have their own codes")
  func limits() throws {
    let formats = try TestPipeline.format(Self.integers).load().formats
    let decider = Decider(formats: formats, limits: JSONReadingOptions(maximumDepth: 2, maximumSize: 20))
    #expect(decider.decide([0x22, 0xFF, 0x22]).error?.code == .notUTF8)
    #expect(decider.decide("[[[]]]").error?.code == .tooDeep)
    #expect(decider.decide("[[1]]").error?.code == .stepFailed)
    #expect(decider.decide(String(repeating: " ", count: 19) + "1").error?.code == .stepFailed)
    #expect(decider.decide(String(repeating: " ", count: 20) + "1").error?.code == .tooLarge)
  }

  @Test("An invalid version is told with its place, its value and the remedy")
  func words() throws {
    let decider = try Self.decider(Self.integers)
    let invalid = try #require(decider.decide("{\n  \"version\": \"2\"\n}").error?.report)
    #expect(invalid.message == "The version at \"/version\" is \"2\", not an integer.")
    #expect([invalid.line, invalid.column] == [2, 14])
    #expect(invalid.pointer == "/version")
    #expect(invalid.hint?.contains("map:") == true)
    let unknown = try #require(decider.decide("{\"version\": 0}").error?.report)
    #expect(unknown.message == "The format does not know version 0.")
    #expect(unknown.hint == "It knows 1, 2, 3.")
    let long = try #require(decider.decide("{\"version\": \"\(String(repeating: "x", count: 9000))\"}").error?.report)
    #expect(long.message.utf8.count < 120)
    let noPlace = try #require(decider.decide("[]").error?.report)
    #expect(noPlace.message == "Version 2 cannot be written to \"/version\": there is no object to hold it.")
  }

  @Test("A newer version is left alone, with a warning")
  func newer() throws {
    let decision = try Self.decider(Self.integers).decide("{\"version\": 999}")
    #expect(decision.outcome == .newer)
    #expect(decision.from == FormatVersion(999))
    #expect(decision.warnings.map(\.code) == [.newerVersion])
    #expect(decision.warnings.first?.path == PathName("a.json"))
    #expect(
      decision.warnings.first?.message
        == "Version 999 is above the current version 3 of test; it was left alone.")
    #expect(decision.sha256Before != nil && decision.replacement == nil && decision.error == nil)
  }

  @Test(
    "Source and result are held against their schemas as the pipeline says",
    arguments: [
      ("warn", "warn", true, true, "migrated", [WarningCode.schemaViolationBefore, .schemaViolationAfter]),
      ("warn", "reject", true, false, "migrated", [.schemaViolationBefore]),
      ("warn", "reject", false, true, "rejected", []),
      ("warn", "reject", true, true, "rejected", [.schemaViolationBefore]),
      ("reject", "off", true, true, "rejected", []),
      ("reject", "off", false, true, "migrated", []),
      ("off", "off", true, true, "migrated", []),
      ("off", "warn", true, true, "migrated", [.schemaViolationAfter]),
    ] as [(String, String, Bool, Bool, String, [WarningCode])])
  func validation(
    before: String, after: String, breaksBefore: Bool, breaksAfter: Bool, outcome: String, warnings: [WarningCode]
  ) throws {
    let strict = "{\"required\": [\"x\"]}"
    let decider = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 2\nmigrations: [{from: 1, to: 2}]\n"
        + "validate: {before: \(before), after: \(after)}\nschemas: {1: a.json, 2: b.json}",
      files: ["a.json": breaksBefore ? strict : "true", "b.json": breaksAfter ? strict : "true"])
    let decision = decider.decide("{\"v\": 1}")
    #expect(decision.outcome.rawValue == outcome)
    #expect(decision.warnings.map(\.code) == warnings)
    #expect(decision.error?.code == (outcome == "rejected" ? .schemaViolation : nil))
    #expect((decision.replacement != nil) == (outcome == "migrated"))
    // What is current is not validated.
    #expect(decider.decide("{\"v\": 2}").outcome == .current)
  }

  @Test("A document that a schema's pattern takes too long for is step-failed, with its place")
  func explodingPattern() throws {
    let decider = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 2\nmigrations: [{from: 1, to: 2}]\nschemas: {1: a.json}",
      files: ["a.json": #"{"properties": {"t": {"pattern": "^(a+)+$"}}}"#])
    let bomb = String(repeating: "a", count: 4000)
    let decision = decider.decide("{\"v\": 1,\n \"t\": \"\(bomb)!\"}")
    #expect(decision.outcome == .rejected && decision.replacement == nil)
    let error = try #require(decision.error?.report)
    #expect(error.code == .stepFailed)
    #expect(error.pointer == "/t" && error.line == 2 && error.column == 7)
    #expect(error.message.utf8.count < 300)
    #expect(decider.decide("{\"v\": 1,\n \"t\": \"\(bomb)\"}").outcome == .migrated)
  }

  @Test("A violation is told with its place")
  func violationPlace() throws {
    let decider = try Self.decider(
      "version: {at: /v, type: integer}\ncurrent: 2\nmigrations: [{from: 1, to: 2}]\nschemas: {2: b.json}",
      files: ["b.json": "{\"properties\": {\"n\": {\"minimum\": 1}}}"])
    let error = try #require(decider.decide("{\"v\": 1,\n \"n\": 0}").error?.report)
    #expect(error.pointer == "/n")
    #expect([error.line, error.column] == [2, 7])
    #expect(error.message.hasPrefix("The migrated document does not satisfy the schema of version 2: "))
  }

  @Test("A migrated document carries its path, sizes, hashes and times")
  func record() throws {
    let decision = try Self.decider(Self.integers).decide("{\"a\": 1}")
    #expect(decision.from == FormatVersion(1) && decision.to == FormatVersion(3))
    #expect(
      decision.migrations == [
        MigrationRecord(from: .number("1"), to: .number("2")), MigrationRecord(from: .number("2"), to: .number("3")),
      ])
    #expect(decision.bytesBefore == 8 && decision.bytesAfter == 22)
    func hash(_ text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { SHA256.hash($0) } }
    #expect(decision.sha256Before == hash("{\"a\": 1}"))
    #expect(decision.sha256After == hash("{\"a\": 1, \"version\": 3}"))
    #expect(decision.detectSeconds > 0 && decision.migrateSeconds > 0)
  }

  @Test("A current document is hashed only where every document is listed")
  func hashes() throws {
    let formats = try TestPipeline.format(Self.integers).load().formats
    #expect(Decider(formats: formats).decide("{\"version\": 3}").sha256Before == nil)
    #expect(Decider(formats: formats, hashesUnlisted: true).decide("{\"version\": 3}").sha256Before?.count == 32)
  }

  @Test("What no format of the run claims is unmatched")
  func unmatched() throws {
    let decider = try Self.decider(Self.integers)
    for format in [nil, -1, 1, Int.max] {
      #expect(decider.decide(Array("{}".utf8), format: format).outcome == .unmatched)
    }
  }

  @Test("SHA-256 is that of FIPS 180-4")
  func sha256() {
    func hexadecimal(_ text: String) -> String {
      Array(text.utf8).withUnsafeBytes { SHA256.hash($0) }.map { String(format: "%02x", $0) }.joined()
    }
    #expect(hexadecimal("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(hexadecimal("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("Random documents and their mutations never trap, and every outcome keeps its promises")
  func random() throws {
    let seed: UInt64 = 0xDEC1DE
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let decider = try Self.decider("json: {nonFinite: allow}\n" + Self.integers)
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"version\"", "\"a\"", "1", "2", "3", "4", "1e3", "null", " ", "\n", "NaN",
    ]
    var outcomes: [Outcome: Int] = [:]
    for _ in 0..<20_000 {
      let inside = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      let text =
        generator.chance(1, outOf: 2)
        ? inside.joined()
        : "{\"a\": \(inside.joined())\"\", \"version\": \(Int.random(in: 0...5, using: &generator))}"
      let decision = decider.decide(text)
      outcomes[decision.outcome, default: 0] += 1
      #expect((decision.error != nil) == (decision.outcome == .rejected))
      #expect((decision.replacement != nil) == (decision.outcome == .migrated))
      if let result = decision.replacement {
        #expect(decider.decide(Array(result.bytes)).outcome == .current)
      }
    }
    #expect(outcomes.count == 4)
  }
}
