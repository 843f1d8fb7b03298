import LosslessJSON
import Synchronization
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Rules of lint")
struct LintRuleTests {
  private func rules(_ findings: [FindingRecord]) -> Set<String> { Set(findings.map(\.rule)) }

  @Test("A pipeline that is all right has no findings")
  func clean() throws {
    #expect(try LintPipeline().lint() == [])
  }

  @Test("Faults are all told at once, and do not keep another pipeline from being looked at")
  func faults() throws {
    let wrong = try TestPipeline("uprev: 1\nnam: x\nformats: []\n")
    var other = LintPipeline()
    other.schemas["3"] = nil
    let right = try other.write()
    let findings = LintPipeline.linter().lint([
      wrong.folder.path + "/pipeline.yaml", "no-such-pipeline", right.folder.path + "/pipeline.yaml",
    ])
    #expect(
      findings.map(\.rule) == [
        "missing-key", "unknown-key", "wrong-value", "unknown-pipeline", LintRuleName.missingSchema.rawValue,
      ])
    #expect(findings[0].severity == .error && findings[1].line == 2 && findings[1].column == 1)
  }

  @Test("A version without a schema is a note at its format")
  func missingSchema() throws {
    var pipeline = LintPipeline()
    pipeline.schemas["2"] = nil
    let finding = try #require(try pipeline.lint().first)
    let all = try pipeline.lint()
    #expect(rules(all) == [LintRuleName.missingSchema.rawValue])
    #expect(finding.severity == .note && finding.line == 4 && finding.format == "test")
    #expect(finding.message.contains("version 2"))
  }

  @Test("A schema that nothing refers to is a warning, at any depth, also where another is used")
  func unusedSchema() throws {
    var pipeline = LintPipeline()
    pipeline.texts["schemas/old/v0.json"] = "{}"
    pipeline.texts["schemas/notes.txt"] = "no schema"
    let findings = try pipeline.lint()
    #expect(rules(findings) == [LintRuleName.unusedSchema.rawValue])
    #expect(findings.map { $0.file.description.hasSuffix("/schemas/old/v0.json") } == [true])
    #expect(findings.first?.severity == .warning)
  }

  @Test("Migrations without fixtures are a note")
  func missingFixtures() throws {
    var pipeline = LintPipeline()
    pipeline.texts = pipeline.texts.filter { $0.key.hasPrefix("schemas") }
    let findings = try pipeline.lint()
    #expect(findings.map(\.rule) == [LintRuleName.missingFixtures.rawValue])
    #expect(findings.first?.severity == .note)
  }

  @Test("Two formats that claim one path are a warning with such a path, in one pipeline and across several")
  func overlap() throws {
    let second = """
        - name: second
          files: ["x.txt", "a*"]
          version: {at: /version, type: integer}
          current: 1
          schemas: {1: schemas/any.json}

      """
    var pipeline = LintPipeline()
    pipeline.more = second
    let findings = try pipeline.lint()
    #expect(findings.map(\.rule) == [LintRuleName.formatsOverlap.rawValue])
    #expect(findings.first?.message.contains("`a.json`") == true, "\(findings)")
    #expect(findings.first?.format == "second" && findings.first?.severity == .warning)
    #expect(findings.first.map { ($0.line ?? 0) > 10 && $0.column == 22 } == true, "\(findings)")

    pipeline.more = second.replacing("\"a*\"", with: "\"a*.txt\"")
    #expect(try pipeline.lint() == [])

    let one = try LintPipeline().write()
    var other = LintPipeline()
    other.files = ["b*"]
    let two = try other.write()
    let paths = [one, two].map { $0.folder.path + "/pipeline.yaml" }
    let across = LintPipeline.linter().lint(paths)
    #expect(across.map(\.rule) == [LintRuleName.formatsOverlap.rawValue])
    #expect(across.first?.file.description == paths[1])
    #expect(across.first?.message.contains("`b.json`") == true)
  }

  @Test("Thousands of globs that are hard to compare come to an end")
  func overlapBudget() throws {
    var pipeline = LintPipeline()
    let pattern = String(repeating: "*[a-y]?", count: 12)
    pipeline.more = (0..<200).map { number in
      """
        - name: f\(number)
          files: ["\(pattern)\(number)/x"]
          version: {at: /version, type: integer}
          current: 1
          schemas: {1: schemas/any.json}

      """
    }.joined()
    let findings = try pipeline.lint()
    #expect(rules(findings) == [LintRuleName.formatsOverlap.rawValue])
    #expect(findings.last?.message.contains("could not be found out") == true)
  }

  @Test("A fixture whose text has another version than its name says is an error")
  func fixtureVersion() throws {
    var pipeline = LintPipeline()
    pipeline.texts["fixtures/test/a.v2.json"] = "{\"version\": 1, \"x\": 1}"
    let findings = try pipeline.lint()
    #expect(findings.map(\.rule) == [LintRuleName.fixtureVersion.rawValue])
    #expect(findings.first?.severity == .error)
  }

  @Test(
    "Files under fixtures that are none are told",
    arguments: [
      ("fixtures/test/a.v9.json", LintRuleName.fixtureName, FindingSeverity.warning),
      ("fixtures/test/a.json", .fixtureName, .warning), ("fixtures/test/a.v1.jsn", .fixtureName, .warning),
      ("fixtures/tset/a.v1.json", .fixtureName, .warning), ("fixtures/a.v1.json", .fixtureName, .warning),
    ])
  func fixtureName(path: String, rule: LintRuleName, severity: FindingSeverity) throws {
    var pipeline = LintPipeline()
    pipeline.texts[path] = "{\"version\": 1}"
    pipeline.texts["fixtures/README.md"] = "for people"
    pipeline.texts["fixtures/test/.hidden"] = ""
    let findings = try pipeline.lint()
    #expect(findings.map(\.rule) == [rule.rawValue], "\(findings)")
    #expect(findings.first?.severity == severity)
  }

  @Test("A fixture that is a symbolic link or a folder is not read")
  func fixtureUnreadable() throws {
    let pipeline = try LintPipeline().write()
    try pipeline.folder.write("elsewhere.json", "{\"version\": 1}")
    try pipeline.folder.makeFolder("fixtures/test/folder.v1.json")
    try LocalFileSystem().makeSymbolicLink(
      pipeline.folder.pathName("fixtures/test/link.v1.json"), in: nil, to: PathName("../../elsewhere.json"))
    let findings = LintPipeline.linter().lint([pipeline.folder.path + "/pipeline.yaml"])
    #expect(
      findings.map(\.rule) == Array(repeating: LintRuleName.fixtureUnreadable.rawValue, count: 2), "\(findings)")
    #expect(findings.allSatisfy { $0.severity == .error })
  }

  @Test("A schema that refuses a fixture of its own version is an error at the value, once for each violation")
  func schemaRefuses() throws {
    var pipeline = LintPipeline()
    pipeline.schemas["2"] = "strict"
    pipeline.texts["schemas/strict.json"] = "{\"required\": [\"y\"], \"properties\": {\"x\": {\"type\": \"string\"}}}"
    pipeline.texts["fixtures/test/a.v2.json"] = "{\"version\": 2,\n \"x\": 1}"
    let findings = try pipeline.lint()
    #expect(findings.map(\.rule) == Array(repeating: LintRuleName.schemaRefusesFixture.rawValue, count: 2))
    let value = try #require(findings.first { $0.pointer == "/x" })
    #expect(value.line == 2 && value.column == 7 && value.severity == .error)
  }

  @Test("A schema that could not be held against a fixture is an error")
  func schemaLimit() throws {
    var pipeline = LintPipeline()
    pipeline.schemas["2"] = "slow"
    pipeline.texts["schemas/slow.json"] = "{\"properties\": {\"x\": {\"pattern\": \"^((a|a)*)*$\"}}}"
    pipeline.texts["fixtures/test/a.v2.json"] =
      "{\"version\": 2, \"x\": \"\(String(repeating: "a", count: 60))!\"}"
    let findings = try pipeline.lint().filter { $0.rule == LintRuleName.schemaLimit.rawValue }
    #expect(findings.map(\.pointer) == ["/x"])
    #expect(findings.first?.message.contains("takes too long") == true, "\(findings)")
  }

  @Test("A fixture that no run would bring to the current version is an error")
  func reachesCurrent() throws {
    var pipeline = LintPipeline()
    pipeline.texts["fixtures/test/a.v1.json"] = "{\"version\": 1, \"x\": }"
    let damaged = try pipeline.lint()
    #expect(damaged.map(\.rule) == [LintRuleName.reachesCurrent.rawValue], "\(damaged)")
    #expect(damaged.first?.line == 1 && damaged.first?.column == 21)

    pipeline = LintPipeline()
    pipeline.current = "2"
    pipeline.migrations = ["{from: 1, to: 2}", "{from: 3, to: 2}"]
    let newer = try pipeline.lint()
    #expect(rules(newer) == [LintRuleName.reachesCurrent.rawValue])
    #expect(newer.count == 2 && newer.allSatisfy { $0.message.contains("above") })
  }

  @Test("A migration that skips versions must make what the path makes, by value")
  func pathsDiffer() throws {
    var pipeline = LintPipeline()
    pipeline.migrations.append("{from: 1, to: 3}")
    #expect(try pipeline.lint() == [])
    for (direct, isTold) in [("{\"x\": 1.0, \"version\": 3}", false), ("{\"version\": 3, \"x\": 2}", true)] {
      var context = LintContext()
      context.trial = .changing { texts, index, migrations, to, result in
        let isDirect = migrations.contains { $0.to.description == "3" && $0.from.description == "1" }
        return isDirect && to == "3" && texts[index].contains("\"version\": 1, \"x\"") ? direct : result
      }
      let findings = try pipeline.lint(context)
      #expect(findings.map(\.rule) == (isTold ? [LintRuleName.pathsDiffer.rawValue] : []), "\(findings)")
      if isTold {
        #expect(findings[0].message.contains("`/x`") && findings[0].line == 11 && findings[0].severity == .error)
      }
    }
  }

  @Test("A migration that skips versions and fails where the path does not is an error")
  func onePathFails() throws {
    var pipeline = LintPipeline()
    pipeline.current = "4"
    pipeline.migrations += ["{from: 1, to: 3}", "{from: 3, to: 4}", "{from: 1, to: 4}"]
    pipeline.schemas["4"] = "any"
    var context = LintContext()
    context.trial = FormatTrial { format, texts, target in
      let failing = format.graph.migrations.contains { $0.from.description == "1" && $0.to.description == "3" }
      return FormatTrial().decide(texts, of: format, to: target).map { decision in
        failing && target.description == "3" && decision.from?.description == "1"
          ? decision.rejected(DocumentError(ReportError(code: .stepFailed, message: "no such member"))) : decision
      }
    }
    let findings = try pipeline.lint(context)
    #expect(rules(findings) == [LintRuleName.pathsDiffer.rawValue], "\(findings)")
    #expect(findings.allSatisfy { $0.message.contains("no such member") })
  }

  @Test("What changes when it is migrated again, or comes out differently each time, is an error")
  func notRepeatable() throws {
    let counter = Mutex(0)
    var context = LintContext()
    context.trial = .changing { _, _, _, to, result in
      let number = counter.withLock { value in
        value += 1
        return value
      }
      return to == "3" ? result.replacing("\"x\": 1", with: "\"x\": \(number)") : result
    }
    let random = try LintPipeline().lint(context)
    #expect(rules(random) == [LintRuleName.notRepeatable.rawValue], "\(random)")
    #expect(random.allSatisfy { $0.severity == .error } && random.count == 2)

    context.trial = FormatTrial { format, texts, target in
      FormatTrial().decide(texts, of: format, to: target).enumerated().map { index, decision in
        var decision = decision
        if decision.outcome == .current {
          decision.outcome = .migrated
          decision.replacement = JSONText(texts[index].description + " ")
        }
        return decision
      }
    }
    let again = try LintPipeline().lint(context)
    #expect(rules(again) == [LintRuleName.notRepeatable.rawValue], "\(again)")
  }

  @Test("What is lost on the way up and down again is a warning that lists it")
  func roundTrip() throws {
    var pipeline = LintPipeline()
    pipeline.migrations.append("{from: 3, to: 1}")
    #expect(try pipeline.lint() == [])
    var context = LintContext()
    context.trial = .changing { _, _, _, to, result in
      to == "1" ? result.replacing(", \"x\": 1", with: ", \"z\": null") : result
    }
    let findings = try pipeline.lint(context)
    #expect(findings.map(\.rule) == [LintRuleName.roundTripLoss.rawValue], "\(findings)")
    #expect(findings.first?.severity == .warning)
    #expect(findings.first?.message.contains("lost are `/x`; added are `/z`") == true, "\(findings)")
    #expect(findings.first?.file.description.hasSuffix("a.v1.json") == true)
  }

  @Test("What depends on the documents beside it is an error")
  func orderDependent() throws {
    var context = LintContext()
    context.trial = .changing { texts, index, _, _, result in index > 0 && texts.count > 1 ? result + "\n" : result }
    let findings = try LintPipeline().lint(context)
    #expect(rules(findings) == [LintRuleName.orderDependent.rawValue], "\(findings)")
    // Only the reverse order shows it: the first fixture is longer than the last.
    context.trial = .changing { texts, _, _, _, result in
      (texts.first?.count ?? 0) < (texts.last?.count ?? 0) ? result + "\n" : result
    }
    let reversed = try LintPipeline().lint(context)
    #expect(rules(reversed) == [LintRuleName.orderDependent.rawValue], "\(reversed)")
  }
}
